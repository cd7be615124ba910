"""The tree of grids, and the page of one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from grids import drawing, pages
from grids.models import Grid
from grids.panels import panels_for


@login_required
@require_safe
def grid_list(request: HttpRequest) -> HttpResponse:
    """Towns on a map and in a table; with `q` the grids that fit."""
    text = request.GET.get("q", "").strip()
    context = {"q": text, "most": pages.MOST_FOUND}
    if text:
        context["hits"] = pages.found(text)
    else:
        context["rows"] = pages.towns()
        context["picture"] = drawing.picture(pages.shapes_inside(None))
    return render(request, "grids/tree/list.html", context)


@login_required
@require_safe
def grid_page(request: HttpRequest, code: str) -> HttpResponse:
    """One grid, one file 一格一档: where it hangs, and the panels of all topics."""
    grid = get_object_or_404(
        Grid.objects.select_related("parent", "district"), code=code
    )
    context = {
        "grid": grid,
        "chain": pages.chain(grid),
        "panels": panels_for(request, grid),
    }
    return render(request, "grids/tree/page.html", context)
