"""Changing the tree: one form with a preview for every kind of change; plans and history."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import DomainError, NotAllowed
from governance.core.models import User
from grids import changes, pages, rights
from grids.actions import plans
from grids.changes import Act
from grids.models import District, Grid, GridPlan
from grids.scoping import scope_of
from grids.tree_forms import ChangeForm

PAGE = "grids/tree/change.html"


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, code: str, act: str) -> HttpResponse:
    """A change of one grid: form, preview, done or planned."""
    grid = _grid(code)
    found = changes.BY_SLUG.get(act)
    if found is None or grid.level not in found.levels:
        raise Http404
    if not rights.may_change(request.user, grid, found.kind):
        raise rights.no(grid.name)
    if grid.retired_on:
        messages.warning(request, _("It is retired already; nothing more is changed."))
        return _to(request, f"/grids/{grid.code}/")
    return _change(request, found, grid, grid.district)


@login_required
@require_http_methods(["GET", "POST"])
def new_town(request: HttpRequest) -> HttpResponse:
    """A new town or street of the district."""
    for district in District.objects.order_by("code"):
        if rights.of_district(request.user, district):
            return _change(request, changes.BY_SLUG["create"], None, district)
    raise NotAllowed(_("Towns are added by the district."))


def _change(
    request: HttpRequest, act: Act, grid: Grid | None, district: District
) -> HttpResponse:
    form = changes.form_for(act, grid, district, request.POST or None)
    trial: plans.Trial | None = None
    if (
        request.method == "POST"
        and "more_parts" not in request.POST
        and form.is_valid()
    ):
        try:
            if request.POST.get("seen") == _seen(form):
                return _done(request, form, grid)
            trial = _try(request, form)
        except NotAllowed:
            raise
        except DomainError as error:
            form.refuse(error)
    context = _context(request, act, form, grid, district, trial)
    target = getattr(getattr(request, "htmx", None), "target", "")
    page = f"{PAGE}#drawer" if target == "drawer" else PAGE
    wrong = form.is_bound and trial is None and target != "drawer"
    return render(request, page, context, status=422 if wrong else 200)


def _seen(form: ChangeForm) -> str:
    """What the preview was about; another input asks for another preview."""
    return repr(sorted(form.data_for().items(), key=str))


def _try(request: HttpRequest, form: ChangeForm) -> plans.Trial:
    asked = form.cleaned_data
    return plans.try_out(
        form.kind,
        form.data_for(),
        by=_user(request),
        on=asked["on"],
        reason=asked["reason"],
    )


def _done(request: HttpRequest, form: ChangeForm, grid: Grid | None) -> HttpResponse:
    asked = form.cleaned_data
    result = plans.decide(
        form.kind,
        form.data_for(),
        by=_user(request),
        on=asked["on"],
        reason=asked["reason"],
    )
    if isinstance(result, GridPlan):
        day = result.on.isoformat()
        messages.success(request, _("Planned for %(day)s.") % {"day": day})
        to = f"/grids/{result.grid.code}/"
    else:
        messages.success(request, _("Done; it stands in the history."))
        new = result.after[-1] if form.kind == "created" else None
        shown = Grid.objects.get(pk=new["id"] if new else result.after[0]["id"])
        to = f"/grids/{(shown if new or not grid else _fresh(grid)).code}/"
    return _to(request, to)


def _to(request: HttpRequest, to: str) -> HttpResponse:
    """Leave for another page, also out of the drawer."""
    if getattr(request, "htmx", None):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return redirect(to)


def _context(
    request: HttpRequest,
    act: Act,
    form: ChangeForm,
    grid: Grid | None,
    district: District,
    trial: plans.Trial | None,
) -> dict[str, Any]:
    return {
        "act": act,
        "form": form,
        "grid": grid,
        "chain": pages.chain(grid) if grid else [],
        "district": district,
        "lists": form.lists,
        "story": changes.preview(trial) if trial else None,
        "seen": _seen(form) if trial else "",
        "parts": getattr(form, "parts", 0),
        "action": request.path,
        "back": f"/grids/{grid.code}/" if grid else "/grids/",
        "is_later": bool(trial and form.cleaned_data["on"] > pages.today()),
    }


@login_required
@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """The history of a grid 沿革, also on paper."""
    grid = _grid(code)
    if not scope_of(request.user).has_role(*rights.READERS):
        raise NotAllowed(_("This page belongs to other posts than yours."))
    context = {
        "grid": grid,
        "chain": pages.chain(grid),
        "stories": changes.history(grid),
        "plans": changes.waiting(grid),
        "may_change": rights.may_change(request.user, grid),
        "is_paper": "print" in request.GET,
        "printed_by": request.user,
        "today": pages.today(),
    }
    page = "history_print" if context["is_paper"] else "history"
    return render(request, f"grids/tree/{page}.html", context)


@login_required
@require_POST
def cancel_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a planned change back."""
    plan = get_object_or_404(GridPlan.objects.select_related("grid"), pk=pk)
    plans.cancel(plan, by=_user(request))
    messages.success(request, _("The plan is cancelled."))
    return redirect("grid_history", code=plan.grid.code)


def _grid(code: str) -> Grid:
    grids = Grid.objects.select_related("parent", "district")
    grid: Grid = get_object_or_404(grids, code=code)
    return grid


def _fresh(grid: Grid) -> Grid:
    fresh: Grid = Grid.objects.get(pk=grid.pk)
    return fresh


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - login_required said so
    return request.user
