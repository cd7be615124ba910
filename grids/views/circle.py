"""The 15-minute circle for staff: coverage, the next sites, recompute, rule and paths, Excel."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core import dictionaries
from governance.core.errors import Invalid
from grids import circle_sheet, locate
from grids.actions import circle as actions
from grids.actions.sites import plan_site
from grids.circle import inputs, page
from grids.forms_circle import NetworkForm, PlanForm, RuleForm
from grids.models import CircleRun, WalkNetwork
from grids.models.sites import KINDS
from grids.registers import base
from grids.scoping import scope_of
from grids.views.access import signed_in

READERS = base.READ


def readers_only(view: Any) -> Any:
    """Staff who keep or read the registers; nobody else (403)."""

    @wraps(view)
    @login_required
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not scope_of(request.user).has_role(*READERS):
            raise PermissionDenied
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return checked


def _area(request: HttpRequest) -> page.Area:
    asked = request.POST.get("at", "") or request.GET.get("at", "")
    area = page.area_of(request.user, asked)
    if area is None:
        raise Http404
    return area


def _may_run(request: HttpRequest, area: page.Area) -> bool:
    places = (
        locate.place_of(area.grid).ids
        if area.grid
        else {"district_id": area.district.pk}
    )
    return base.covers(request.user, CircleRun(**places), base.DESK)


@readers_only
@require_safe
def circle(request: HttpRequest) -> HttpResponse:
    """Coverage of one area with its table, map and the next sites."""
    area = _area(request)
    view = page.shown(area)
    found = page.rows(view, request.user, request.GET)
    homes = page.homes(view, request.user)
    context = {
        "homes": page.home_rows(homes),
        "homes_total": homes.count(),
        "view": view,
        "area": area,
        "chain": page.chain(area, request.user),
        "strip": page.strip(view),
        "page": Paginator(found, page.PAGE).get_page(request.GET.get("page")),
        "level": request.GET.get("level") or area.below,
        "levels": page.levels(area),
        "sorts": page.sort_names(),
        "sort": request.GET.get("sort", "code"),
        "only": request.GET.get("only", ""),
        "picture": page.picture(view, request.user),
        "proposals": page.proposals(view, request.user),
        "may_run": _may_run(request, area),
        "may_set": _may_set(request, area),
    }
    return render(request, "grids/circle/page.html", context)


@readers_only
@require_POST
def circle_run(request: HttpRequest) -> HttpResponse:
    """Ask for a new run of the area."""
    area = _area(request)
    actions.ask_run(area.district, by=request.user, area=area.grid)
    return redirect(_address(area))


def _may_set(request: HttpRequest, area: page.Area) -> bool:
    return base.covers(request.user, CircleRun(district=area.district), {"district"})


def _address(area: page.Area) -> str:
    return reverse("circle") + (f"?at={area.grid.code}" if area.grid else "")


@readers_only
@require_safe
def circle_progress(request: HttpRequest) -> HttpResponse:
    """The progress bar; tells the page to load itself again when the run is over."""
    view = page.shown(_area(request))
    answer = render(request, "grids/circle/progress.html", {"view": view})
    if view.going is None:
        answer.headers["HX-Refresh"] = "true"
    return answer


@readers_only
@require_http_methods(["GET", "HEAD", "POST"])
def circle_rule(request: HttpRequest) -> HttpResponse:
    """The rule, and the paths in use."""
    area = _area(request)
    rule = inputs.rule_of(area.district.pk)
    form = RuleForm(request.POST or None, initial=inputs.rule_values(rule))
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_rule(area.district, form.cleaned_data, by=request.user)
        except Invalid as error:
            for name, sentences in error.fields.items():
                form.add_error(name, sentences)
        else:
            messages.success(
                request, _("The rule is kept. Recompute to see what it changes.")
            )
            return redirect("circle")
    return _settings_page(request, area, form, NetworkForm())


def _settings_page(
    request: HttpRequest, area: page.Area, form: RuleForm, network: NetworkForm
) -> HttpResponse:
    paths = WalkNetwork.objects.filter(district=area.district, is_active=True).defer(
        "lines"
    )
    is_wrong = form.errors or network.errors
    context = {
        "area": area,
        "form": form,
        "network_form": network,
        "network": paths.first(),
        "may_set": _may_set(request, area),
        "kinds": dictionaries.items(KINDS),
    }
    return render(
        request, "grids/circle/settings.html", context, status=422 if is_wrong else 200
    )


@readers_only
@require_POST
def circle_network(request: HttpRequest) -> HttpResponse:
    """Take a walking network, or go back to straight lines."""
    area = _area(request)
    if not _may_set(request, area):
        raise PermissionDenied
    if request.POST.get("do") == "drop":
        actions.drop_network(area.district, by=request.user)
        return redirect("circle_rule")
    form = NetworkForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            row = _put_network(request, area, form.cleaned_data)
        except Invalid as error:
            form.add_error("file", error.message)
        else:
            said = _("%(km)s km of paths are in use.")
            messages.success(request, said % {"km": f"{row.length_m / 1000:.1f}"})
            return redirect("circle_rule")
    rule = RuleForm(initial=inputs.rule_values(inputs.rule_of(area.district.pk)))
    return _settings_page(request, area, rule, form)


def _put_network(
    request: HttpRequest, area: page.Area, data: dict[str, Any]
) -> WalkNetwork:
    return actions.put_network(
        area.district,
        data["file"].read(),
        name=data["name"] or data["file"].name,
        by=signed_in(request),
        crs=data["crs"],
    )


@readers_only
@require_http_methods(["GET", "HEAD", "POST"])
def circle_plan(request: HttpRequest, rank: int) -> HttpResponse:
    """Plan a site where the run proposes one."""
    area = _area(request)
    view = page.shown(area)
    each = _proposal(request, view, rank)
    name = f"{each['name'].split('/')[-1]}{_('red station')}"
    start = {"name": name, "kind": "red_station"}
    form = PlanForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        point, values = (each["lon"], each["lat"]), form.cleaned_data
        try:
            site = plan_site(*point, by=request.user, **values)
        except Invalid as error:
            for field, sentences in error.fields.items():
                form.add_error(field if field in form.fields else None, sentences)
        else:
            said = _("%(site)s is planned. It counts when it is in use.")
            messages.success(request, said % {"site": site})
            return redirect("site", pk=site.pk)
    context = {"area": area, "each": each, "form": form, "view": view}
    return render(
        request, "grids/circle/plan.html", context, status=422 if form.errors else 200
    )


def _proposal(request: HttpRequest, view: page.Shown, rank: int) -> dict[str, Any]:
    found = (p for p in page.proposals(view, request.user) if p["rank"] == rank)
    each = next(found, None)
    if each is None:
        raise Http404
    return each


@readers_only
@require_safe
def circle_export(request: HttpRequest) -> HttpResponse:
    """The same rows as Excel, with the rule and the proposals."""
    area = _area(request)
    view = page.shown(area)
    rows = page.rows(view, request.user, request.GET)
    body = circle_sheet.workbook(view, rows, page.proposals(view, request.user))
    answer = HttpResponse(body, content_type=circle_sheet.TYPE)
    day = timezone.localdate().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="circle-{day}.xlsx"'
    return answer


@readers_only
@require_safe
def circle_print(request: HttpRequest) -> HttpResponse:
    """The same on A4."""
    area = _area(request)
    view = page.shown(area)
    context = {
        "area": area,
        "view": view,
        "strip": page.strip(view),
        "rows": page.rows(view, request.user, request.GET)[:500],
        "proposals": page.proposals(view, request.user),
        "printed_at": timezone.localtime(),
        "printed_by": request.user,
    }
    return render(request, "grids/circle/print.html", context)
