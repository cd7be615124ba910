"""The map, the grids below, and who is posted here."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from grids import drawing, pages, panels
from grids.models import Grid


def _map(_request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    picture = drawing.picture(pages.shapes_inside(grid))
    return {"picture": picture} if picture else None


def _below(_request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    rows = pages.children(grid) if grid.level != Grid.Level.MICRO else []
    return {"rows": rows} if rows else None


def _posts(_request: HttpRequest, grid: Grid) -> Mapping[str, Any]:
    return {"people": pages.people_at(grid)}


FOLDER = "grids/tree/panels"
panels.add("map", order=10, column="side", template=f"{FOLDER}/map.html", context=_map)
panels.add(
    "below",
    order=50,
    column="main",
    template=f"{FOLDER}/below.html",
    context=_below,
    is_late=True,
)
panels.add(
    "posts",
    order=60,
    column="main",
    template=f"{FOLDER}/posts.html",
    context=_posts,
    is_late=True,
    of_retired=False,
)
