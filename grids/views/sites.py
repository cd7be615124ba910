"""Sites for residents and for staff: the list near somebody, one site, its pictures."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from governance.core import dictionaries
from governance.core.errors import Invalid
from grids import drawing, nearby, pages
from grids.actions import sites as actions
from grids.models import GridShape, Site, SitePhoto
from grids.models.sites import KINDS, SERVICES
from grids.registers import base
from grids.scoping import scope_of
from grids.views.access import signed_in

NAME_HEIGHT, DOT = 15, 10  # units of the picture: a name's letters, a dot's radius


def _is_staff(request: HttpRequest) -> bool:
    return scope_of(request.user).has_role(*base.READ)


@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    """The list near somebody, or all; staff see theirs with what is not public."""
    asked = nearby.read(request.GET)
    is_staff = _is_staff(request) and request.GET.get("as") != "resident"
    rows = nearby.ranked(nearby.sites(request.user, asked), asked.origin)
    page = Paginator(rows, nearby.PAGE).get_page(asked.page)
    context: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "rows": page.object_list,
        "groups": nearby.groups(),
        "kinds": dictionaries.items(KINDS),
        "services": dictionaries.items(SERVICES),
        "kind": dictionaries.item(KINDS, asked.kind),
        "service": dictionaries.item(SERVICES, asked.service),
        "is_staff": is_staff,
        "may_write": scope_of(request.user).has_role(*actions.WRITERS),
    }
    context["map_url"] = reverse("grid_geometry", args=[settings.DISTRICT_CODE])
    context["points_url"] = reverse("site_points") + asked.query(view="", page="")
    if asked.is_map or is_staff:
        context["picture"] = _dotted(drawing.picture(pages.shapes_inside(None)), page)
    template = "grids/sites/desk.html" if is_staff else "grids/sites/list.html"
    return render(request, template, context)


def _dotted(picture: drawing.Picture | None, rows: Any) -> dict[str, Any] | None:
    """A picture with the numbered sites on it."""
    if picture is None:
        return None
    dots = [
        {"near": row, "at": picture.at(*row.site.point)}
        for row in rows
        if row.site.point
    ]
    areas = [_beside(area, [dot["at"] for dot in dots]) for area in picture.areas]
    return {"map": replace(picture, areas=areas), "dots": dots}


def _beside(area: drawing.Area, dots: list[tuple[float, float]]) -> drawing.Area:
    """The area with its name above or below the dots that would cover it."""
    half = NAME_HEIGHT * len(area.name) / 2 + DOT
    near = [y for x, y in dots if abs(x - area.label_x) < half]
    for shift in (0, -24, 24, -38, 38):
        y = area.label_y + shift
        if all(abs(y - dot) > DOT + NAME_HEIGHT / 2 for dot in near):
            return replace(area, label_y=y)
    return area


@require_safe
def site_points(request: HttpRequest) -> JsonResponse:
    """The sites of the list as GeoJSON points, numbered as the list is."""
    asked = nearby.read(request.GET)
    rows = nearby.ranked(nearby.sites(request.user, asked), asked.origin)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": row.site.point},
            "properties": {
                "number": row.number,
                "title": row.site.name,
                "url": row.site.get_absolute_url(),
            },
        }
        for row in rows
        if row.site.point
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@require_safe
def site_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One site: hours, open now, phone, pictures, how far."""
    site = _visible(request, pk)
    asked = nearby.read(request.GET)
    is_staff = _is_staff(request) and request.GET.get("as") != "resident"
    photos = site.photos.select_related("file")
    grid = actions.grid_of(site)
    context = {
        "site": site,
        "grid": grid,
        "chain": pages.chain(grid) if grid and is_staff else [],
        "way": nearby.way(site, asked.origin),
        "asked": asked,
        "photos": photos if is_staff else photos.filter(is_public=True),
        "picture": _village(site, asked.origin),
        "is_staff": is_staff,
        "may_write": is_staff and actions.may_write(site, request.user),
    }
    template = "grids/sites/desk_site.html" if is_staff else "grids/sites/site.html"
    return render(request, template, context)


def _visible(request: HttpRequest, pk: int) -> Site:
    seen = Q(pk__in=Site.objects.visible_to(request.user).values("pk"))
    public = Q(pk__in=Site.objects.public().values("pk"))
    row: Site = get_object_or_404(Site.objects.filter(seen | public), pk=pk)
    return row


def _village(site: Site, origin: nearby.Origin | None) -> dict[str, Any] | None:
    """The outline of its village (or town) with the site on it."""
    shapes = GridShape.objects.select_related("grid")
    picture = drawing.picture(shapes.filter(grid=site.medium_id or site.large_id))
    if picture is None or site.point is None:
        return None
    start = picture.at(*origin.point) if origin else None
    is_inside = (
        start and 0 <= start[0] <= picture.width and 0 <= start[1] <= picture.height
    )
    return {
        "map": picture,
        "at": picture.at(*site.point),
        "start": start if is_inside else None,
    }


# --- What staff do ------------------------------------------------------------------------


def _own(request: HttpRequest, pk: int) -> Site:
    row: Site = get_object_or_404(Site.objects.visible_to(request.user), pk=pk)
    return row


@login_required
@require_POST
def site_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a planned or paused site, or close one for good."""
    site = _own(request, pk)
    if request.POST.get("to") == "closed":
        actions.close_site(site, by=request.user)
        messages.success(request, _("%(site)s is closed.") % {"site": site})
    elif request.POST.get("to") == "open":
        actions.open_site(site, by=request.user)
        messages.success(request, _("%(site)s is in use.") % {"site": site})
    return redirect("site", pk=pk)


@login_required
@require_POST
def site_photos(request: HttpRequest, pk: int) -> HttpResponse:
    """Add pictures."""
    site = _own(request, pk)
    files = request.FILES.getlist("photos")
    if not files:
        raise Invalid(_("Choose a picture first."))
    is_public = request.POST.get("is_public") == "1"
    added = actions.add_photos(site, files, by=signed_in(request), is_public=is_public)
    messages.success(request, _("%(n)s pictures added.") % {"n": len(added)})
    return redirect("site", pk=pk)


@login_required
@require_POST
def site_photo(request: HttpRequest, pk: int, photo: int) -> HttpResponse:
    """Show a picture to residents, keep it inside, or take it away."""
    site = _own(request, pk)
    row = get_object_or_404(
        SitePhoto.objects.select_related("site", "file"), pk=photo, site=site
    )
    if request.POST.get("do") == "remove":
        actions.remove_photo(row, by=signed_in(request))
    else:
        actions.change_photo(
            row,
            by=signed_in(request),
            is_public=request.POST.get("do") == "show",
            caption=request.POST.get("caption", row.caption),
        )
    return redirect("site", pk=pk)
