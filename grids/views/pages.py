"""The tree of grids, and the page of one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from grids import drawing, pages
from grids.models import Grid


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
    """One grid: where it hangs, what lies below, who is posted there."""
    grid = get_object_or_404(
        Grid.objects.select_related("parent", "district"), code=code
    )
    context = {
        "grid": grid,
        "chain": pages.chain(grid),
        "rows": pages.children(grid),
        "people": pages.people_at(grid),
        "picture": drawing.picture(pages.shapes_inside(grid)),
    }
    return render(request, "grids/tree/page.html", context)
