"""The grid worker's phone: today, report, drafts; readable without a network."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import DomainError, Invalid
from governance.core.models import Attachment, User
from governance.core.phone_queue import for_queue, key_of, wants_json
from grids import locate
from requests_hub import visitors
from requests_hub.actions import field as actions
from requests_hub.actions import intake
from requests_hub.forms_public import MAX_PHOTOS, ReportForm, village_groups
from requests_hub.models import Request
from requests_hub.queries import todo
from requests_hub.views.access import ON_GRID, signed_in, staff
from requests_hub.views.public import explain

TODAY_ROWS = 50
KEPT_PAGES = ("field", "field_report", "field_visits", "field_visit", "field_drafts")


# --- Today --------------------------------------------------------------------------------


@staff(*ON_GRID)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What waits for me and what I did today, on one axis by deadline."""
    user = signed_in(request)
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    page = todo.mine(user, QueryDict(), size=TODAY_ROWS)
    rows = list(page.rows)
    context = {
        "late": [row for row in rows if row.is_late],
        "ahead": [row for row in rows if not row.is_late],
        "done": [
            row
            for row in todo.done(user, QueryDict(), size=20).rows
            if row.acted_at and row.acted_at >= midnight
        ],
        "box": "mine",
        "total": page.total,
        "has_more": bool(page.next_query),
        **_frame(request),
    }
    return render(request, "requests_hub/field/today.html", context)


def _frame(request: HttpRequest) -> dict[str, Any]:
    """What every field page needs: whose drafts these are, and where the person is posted."""
    user = signed_in(request)
    return {
        "owner": user.pk,
        "post": user.posts.current().select_related("grid").first(),
    }


# --- Report -------------------------------------------------------------------------------


@for_queue
@staff(*ON_GRID)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Three taps: photo, category, send. The form posts without a script too."""
    if request.method == "POST":
        return _reported(request)
    form = ReportForm(initial={"key": uuid.uuid4()})
    return _report_page(request, form)


def _reported(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    form = ReportForm(request.POST, request.FILES)
    form.is_valid()
    photos = visitors.keep_photos(request, form)
    if "drop" in request.POST:
        form.errors.clear()
        left = [p for p in photos if str(p.pk) != request.POST["drop"]]
        return _report_page(request, form, left)
    status = 422
    if not form.errors:
        try:
            done = _submit(user, form, photos)
            return _report_answer(request, done, form.cleaned_data["key"])
        except DomainError as error:
            explain(form, error)
            status = error.status
    if wants_json(request):
        raise Invalid(
            fields={name: list(map(str, e)) for name, e in form.errors.items()}
        )
    return _report_page(request, form, photos, status)


def _submit(user: User, form: ReportForm, photos: list[Attachment]) -> intake.Submitted:
    data = form.cleaned_data
    return intake.submit_request(
        district=visitors.district(),
        channel=Request.Channel.FIELD,
        by=user,
        title=form.title,
        body=form.words,
        category=form.request_category,
        **{**form.place, "grid": data["village"] or _own_grid(user)},
        occurred_at=data["occurred_at"],
        idempotency_key=data["key"],
        files=photos,
    )


def _own_grid(user: User) -> Any:
    """The grid of the person's post: where a report without a position lies."""
    post = user.posts.current().filter(role__in=ON_GRID).select_related("grid").first()
    return post.grid if post else None


def _report_answer(
    request: HttpRequest, done: intake.Submitted, key: str
) -> HttpResponse:
    row = done.request
    if wants_json(request):
        data = {
            "key": key,
            "id": row.pk,
            "no": row.no,
            "photo_url": reverse("field_report_photo", args=[row.pk]),
        }
        return JsonResponse(data, status=200 if done.is_repeat else 201)
    messages.success(request, _("Sent as %(no)s.") % {"no": row.no})
    return redirect("field_reported", row.pk)


def _report_page(
    request: HttpRequest,
    form: ReportForm,
    photos: list[Attachment] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "photos": photos or [],
        "room": MAX_PHOTOS - len(photos or []),
        "key": form["key"].value() or uuid.uuid4(),
        "towns": village_groups(),
        "district_code": settings.DISTRICT_CODE,
        **_frame(request),
    }
    return render(request, "requests_hub/field/report.html", context, status=status)


@for_queue
@staff(*ON_GRID)
@require_POST
def report_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """One photo of a report that is already here; the answer repeats the photo's key."""
    row = get_object_or_404(Request, pk=pk)
    key = key_of(request)
    file = request.FILES.get("photo")
    if file is None:
        raise Invalid(fields={"photo": [_("The photo is missing.")]})
    photo = actions.attach_photo(
        row, by=signed_in(request), file=file, idempotency_key=key
    )
    return JsonResponse({"key": key, "id": photo.pk}, status=201)


@staff(*ON_GRID)
@require_safe
def reported(request: HttpRequest, pk: int) -> HttpResponse:
    """What was sent: number, place, whose turn it is now."""
    row = get_object_or_404(Request, pk=pk, created_by=signed_in(request))
    context = {"row": row, "place": _place_words(row), **_frame(request)}
    return render(request, "requests_hub/field/reported.html", context)


def _place_words(row: Request) -> str:
    ids = [pk for pk in row.place_ids.values() if pk]
    names = [place.name for place in locate.places_of(ids[1:])]
    return " ".join(names[1:] or names)


# --- Drafts and the worker ----------------------------------------------------------------


@staff(*ON_GRID)
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """What waits on this phone; the list is the browser's own."""
    return render(request, "requests_hub/field/drafts.html", _frame(request))


@never_cache
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the field pages readable offline; asked for anew each time."""
    context = {
        "pages": [reverse(name) for name in KEPT_PAGES],
        "static_url": settings.STATIC_URL,
        "version": static("js/drafts.js").rpartition("/")[2],
    }
    answer = render(
        request, "requests_hub/field/sw.js", context, content_type="text/javascript"
    )
    answer["Service-Worker-Allowed"] = "/"
    return answer
