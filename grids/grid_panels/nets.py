"""The line codes of a grid: which grids of other nets it stands for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from grids import net_lines, panels
from grids.models import Grid
from grids.scoping import scope_of

READERS = ("township", "district", "leader", "admin", "auditor", "officer")
ON_GRID = ("grid_leader", "grid_worker", "liaison")


def _codes(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    scope = scope_of(request.user)
    if not scope.has_role(*READERS, *ON_GRID):
        return None
    nets = net_lines.of_grid(grid, request.user)
    return {"nets": nets, "may_review": scope.has_role(*READERS)}


panels.add(
    "line_codes",
    order=40,
    column="side",
    template="grids/nets/panel.html",
    context=_codes,
    is_late=True,
    of_retired=False,
)
