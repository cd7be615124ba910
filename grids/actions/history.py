"""The history of grids 沿革: one row per change, with day, reason and both sides."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.events import Actor
from governance.core.models import User
from grids.models import Grid, GridChange, GridChangeSide

EARLIEST = dt.date(2000, 1, 1)
DAYS_AHEAD = 366
MOST_REASON = 300
Side = dict[str, Any]
Effect = dict[str, Any]


def side(grid: Grid) -> Side:
    """A grid as it stands, for `before` and `after`."""
    return {
        "id": grid.pk,
        "code": grid.code,
        "name": grid.name,
        "level": grid.level,
        "parent": grid.parent_id,
        "area_type": grid.area_type,
    }


def day(on: dt.date | None, grids: Iterable[Grid] = ()) -> dt.date:
    """The day a change is in force from: today when left out, a past one within limits.

    A change is never dated before the last one of the same grid, so that the history reads in
    order; a day to come is a plan (`actions.plans`), not a change.

    Raises:
        Invalid: with field "on".
    """
    today = timezone.localdate()
    on = on or today
    last = GridChangeSide.objects.filter(grid__in=[g.pk for g in grids]).aggregate(
        on=Max("change__on")
    )["on"]
    if on < EARLIEST:
        raise Invalid(fields={"on": [_("The earliest day is 2000-01-01.")]})
    if on > today:
        raise Invalid(fields={"on": [_("This day is still to come.")]})
    if last and on < last:
        words = _("The last change of this grid is of %(day)s; not before it.")
        raise Invalid(fields={"on": [words % {"day": last.isoformat()}]})
    return on


def write(
    kind: str,
    *,
    on: dt.date,
    reason: str,
    by: Actor,
    before: Sequence[Side],
    after: Sequence[Side],
    effects: Sequence[Effect] = (),
    district_id: int,
) -> GridChange:
    """One row of history for all grids on either side."""
    change = GridChange.objects.create(
        district_id=district_id,
        kind=kind,
        on=on,
        reason=reason.strip()[:MOST_REASON],
        by=by if isinstance(by, User) else None,
        by_label="" if by is None else str(by)[:80],
        before=list(before),
        after=list(after),
        effects=list(effects),
    )
    ids = sorted({row["id"] for row in (*before, *after)})
    GridChangeSide.objects.bulk_create(
        GridChangeSide(change=change, grid_id=pk) for pk in ids
    )
    return change
