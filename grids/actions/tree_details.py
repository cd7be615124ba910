"""What a grid is besides its place in the tree: area type, short name, phone, order."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Invalid
from governance.core.events import Actor
from grids.actions import history, tree
from grids.models import Grid

DETAILS = ("short_name", "area_type", "is_dedicated", "order", "duty_phone")
MOST = {"short_name": 20, "duty_phone": 20}


@tree.structural
def edit_grid(
    grid: Grid,
    *,
    values: Mapping[str, Any],
    by: Actor,
    on: dt.date | None = None,
    reason: str = "",
) -> Grid:
    """Change details of a grid; `values` has those of `DETAILS` that are given.

    Raises:
        Invalid: a value does not fit (`fields`).
    """
    grid = tree.locked(grid)
    given = {name: values[name] for name in DETAILS if name in values}
    _check(grid, given)
    on, before = history.day(on, [grid]), _side(grid)
    changed = [name for name, value in given.items() if getattr(grid, name) != value]
    if not changed:
        return grid
    for name in changed:
        setattr(grid, name, given[name])
    grid.save(update_fields=changed)
    tree.touch(grid.district_id)
    history.write(
        "edited",
        on=on,
        reason=reason,
        by=by,
        before=[before],
        after=[_side(grid)],
        district_id=grid.district_id,
    )
    events.record("grid.edited", grid, by, {"fields": changed})
    return grid


def _side(grid: Grid) -> dict[str, Any]:
    return history.side(grid) | {name: getattr(grid, name) for name in DETAILS}


def _check(grid: Grid, given: Mapping[str, Any]) -> None:
    fields: dict[str, list[str]] = {}
    if given.get("area_type", grid.area_type) not in Grid.AreaType.values:
        fields["area_type"] = [_("There is no such area type.")]
    if given.get("is_dedicated") and grid.level not in ("small", "micro"):
        fields["is_dedicated"] = [_("A dedicated grid lies below a village.")]
    for name, most in MOST.items():
        if len(given.get(name, "")) > most:
            fields[name] = [_("At most %(n)s characters.") % {"n": most}]
    if fields:
        raise Invalid(fields=fields)
