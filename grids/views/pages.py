"""The tree of grids, and the page of one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from grids import changes, drawing, pages, rights
from grids.models import Grid
from grids.panels import panels_for
from grids.scoping import scope_of


@login_required
@require_safe
def grid_list(request: HttpRequest) -> HttpResponse:
    """Towns on a map and in a table; with `q` the grids that fit."""
    text = request.GET.get("q", "").strip()
    scope = scope_of(request.user)
    context = {
        "q": text,
        "most": pages.MOST_FOUND,
        "may_list": scope.has_role(*rights.READERS),
    }
    if text:
        context["hits"] = pages.found(text)
    else:
        context["rows"] = pages.towns()
        context["may_add"] = scope.has_role("district")
        context["may_write"] = scope.has_role(*rights.WRITERS)
        context["picture"] = drawing.picture(pages.shapes_inside(None))
    return render(request, "grids/tree/list.html", context)


@login_required
@require_safe
def grid_page(request: HttpRequest, code: str) -> HttpResponse:
    """One grid, one file 一格一档: where it hangs, and the panels of all topics.

    `part=main` or `part=side` are the panels below the first screen, which the page fetches.
    """
    grid = get_object_or_404(
        Grid.objects.select_related("parent", "district", "heir"), code=code
    )
    part, has_all = request.GET.get("part", ""), "all" in request.GET
    if part in ("main", "side"):
        found = panels_for(request, grid, lambda p: p.is_late and p.column == part)
        late = {"grid": grid, "panels": found[part]}
        return render(request, "grids/tree/late_panels.html", late)
    scope = scope_of(request.user)
    context = {
        "grid": grid,
        "chain": pages.chain(grid),
        "acts": changes.acts_for(request, grid),
        "may_read_history": scope.has_role(*rights.READERS),
        "may_register": scope.has_role(*rights.WRITERS),
        "has_all": has_all,
        "panels": panels_for(request, grid, lambda p: has_all or not p.is_late),
    }
    return render(request, "grids/tree/page.html", context)
