"""Service to the door (S6): one household on a phone, and the visit."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core import dictionaries
from governance.core.errors import Invalid, NotHere
from governance.core.models import User
from governance.core.phone_queue import for_queue, key_of, wants_json
from grids import household_members, visit_list
from grids.actions import households as actions
from grids.actions import visits
from grids.household_page import page_of, visit_page
from grids.models import Household, Visit
from grids.registers.base import READ, WRITE
from grids.views.privacy import allow


def _household(user: User, pk: int) -> Household:
    """The household, if the caller may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    rows = Household.objects.visible_to(user).select_related("head", "house")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotHere(_("There is no such household in your area."))
    return found


@login_required
@require_safe
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Who lives here, what they need, who has been, when the next visit is due."""
    user = allow(request, READ)
    context = page_of(_household(user, pk), request)
    return render(request, "grids/households/page.html", context)


@for_queue
@login_required
@require_http_methods(["GET", "POST"])
def household_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Three taps: how are they, what was looked at, done. Repeats are one visit."""
    user = allow(request, WRITE)
    row = _household(user, pk)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = _visited(request, row, user)
            return _visit_answer(request, row, made)
        except Invalid as error:
            if wants_json(request):
                raise
            errors = error.fields
    context = visit_page(user, row, request.POST) | {"errors": errors}
    status = 422 if errors else 200
    return render(request, "grids/households/visit.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def field_visit(request: HttpRequest) -> HttpResponse:
    """The same form for any household of one's area; a phone keeps it for the way without a net."""
    user = allow(request, WRITE)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        pk = _number(request.POST.get("household"))
        if pk:
            return household_visit(request, pk)
        errors = {"household": [_("Choose the household.")]}
    context = visit_page(user, None, request.POST) | {"errors": errors}
    context["chosen"] = _number(request.GET.get("household"))
    status = 422 if errors else 200
    return render(request, "grids/households/visit.html", context, status=status)


@login_required
@require_safe
def field_visits(request: HttpRequest) -> HttpResponse:
    """Whose visit is late, due today or soon; a phone keeps the list for the way without a net."""
    context = visit_list.page(allow(request, WRITE))
    return render(request, "grids/households/visits.html", context)


@for_queue
@login_required
@require_POST
def visit_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """One picture of a visit that is already here; the answer repeats the picture's key."""
    user = allow(request, WRITE)
    visit = get_object_or_404(Visit, pk=pk)
    file, key = request.FILES.get("photo"), key_of(request)
    if file is None:
        raise Invalid(fields={"photos": [_("The photo is missing.")]})
    photo = visits.attach_photo(visit, by=user, file=file, idempotency_key=key)
    return JsonResponse({"key": key, "id": photo.pk}, status=201)


def _number(text: Any) -> int:
    """An id from an address or a form; 0 for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _visited(request: HttpRequest, row: Household, user: User) -> Any:
    given = request.POST
    key = given.get("key", "")[:80] or None
    return actions.visit_once(
        row,
        by=user,
        key=key,
        condition=given.get("condition", ""),
        checks=[c for part in given.getlist("checks") for c in part.split(",")],
        words=given.get("words", ""),
        visited_at=parse_datetime(given.get("visited_at", "") or "-"),
        position=_position(given),
        needs=_needs(given),
        files=request.FILES.getlist("photos"),
    )


def _position(given: Any) -> tuple[float, float] | None:
    try:
        lon, lat = float(given["lon"]), float(given["lat"])
    except (KeyError, ValueError):
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _needs(given: Any) -> list[tuple[str, str]]:
    kind, words = given.get("need_kind", ""), given.get("need_words", "").strip()
    if not kind:
        return [("other", words)] if words else []
    entry = dictionaries.item("need_kind", kind)
    return [(kind, words or (entry.label if entry else ""))]


def _visit_answer(request: HttpRequest, row: Household, made: Any) -> HttpResponse:
    if wants_json(request):
        data = {
            "key": key_of(request),
            "id": made.pk,
            "no": row.number,
            "photo_url": reverse("visit_photo", args=[made.pk]),
        }
        return JsonResponse(data, status=201)
    messages.success(request, _("Visit written down."))
    return redirect("household", row.pk)


@login_required
@require_POST
def household_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a need, or say that one is settled (`need` and `state`)."""
    user = allow(request, WRITE)
    row, given = _household(user, pk), request.POST
    if given.get("need"):
        need = get_object_or_404(row.needs, pk=int(given["need"] or 0))
        actions.settle_need(
            need, by=user, state=given.get("state", ""), words=given.get("words", "")
        )
        messages.success(request, _("The need is settled."))
    else:
        for kind, words in _needs(given) or [("", "")]:
            actions.note_need(row, by=user, kind=kind, words=words)
        messages.success(request, _("Need written down."))
    return redirect("household", pk)


@login_required
@require_POST
def household_service(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a service that came to the household."""
    user = allow(request, WRITE)
    given = request.POST
    actions.note_service(
        _household(user, pk),
        by=user,
        kind=given.get("kind", ""),
        on=parse_date(given.get("on", "") or "-"),
        provider=given.get("provider", ""),
    )
    messages.success(request, _("Service written down."))
    return redirect("household", pk)


@login_required
@require_POST
def household_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which Party member looks after the household."""
    user = allow(request, WRITE)
    row = _household(user, pk)
    who = household_members.chosen(row, user, request.POST.get("member", ""))
    actions.link_member(row, by=user, member_name=who.name, user=who.user)
    messages.success(request, _("The Party member is noted."))
    return redirect("household", pk)
