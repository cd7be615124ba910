"""The sites of a grid, and how much of it lies within the walk."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from grids import panels
from grids.models import CircleCell, Grid, Site
from grids.registers import base
from grids.scoping import scope_of

MOST = 6


def _sites(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    rows = Site.objects.visible_to(request.user).live()
    found = list(
        rows.filter(**{f"{grid.level}_id": grid.pk}).order_by("name")[: MOST + 1]
    )
    return {"sites": found[:MOST], "has_more": len(found) > MOST} if found else None


def _circle(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    """The newest figures of this grid; for those who may open the page behind them."""
    if not scope_of(request.user).has_role(*base.READ):
        return None
    cells = CircleCell.objects.visible_to(request.user).filter(grid=grid)
    cell = cells.select_related("nearest").order_by("-run_id").first()
    return {"cell": cell} if cell else None


FOLDER = "grids/sites/panels"
panels.add(
    "sites",
    order=45,
    column="main",
    template=f"{FOLDER}/sites.html",
    context=_sites,
    is_late=True,
    of_retired=False,
)
panels.add(
    "circle",
    order=15,
    column="side",
    template=f"{FOLDER}/circle.html",
    context=_circle,
    is_late=True,
    of_retired=False,
)
