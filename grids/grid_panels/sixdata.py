"""The six numbers of one grid."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from grids import locate, panels, six
from grids.models import Grid
from grids.registers import base
from grids.views.access import signed_in


def _six(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    """For those whose area it is; others would read zeros that are none."""
    user = signed_in(request)
    if not base.covers(user, _Ids(locate.place_of(grid)), base.READ):
        return None
    counts = six.counted(user, grid)
    changed = [c.changed_at for c in counts if c.changed_at]
    return {"counts": counts, "six_changed_at": max(changed, default=None)}


class _Ids:
    """The place columns of a grid, as a record has them."""

    def __init__(self, place: locate.Place) -> None:
        self.__dict__.update(place.ids)


panels.add(
    "six-data",
    order=20,
    column="side",
    template="grids/sixdata/panel.html",
    context=_six,
)
