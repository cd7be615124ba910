"""Following one request by its code: reading, adding, rating, reopening, withdrawing."""

import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from governance.core import attachments, ratelimit, worktime
from governance.core.errors import DomainError, Invalid, NotHere
from governance.core.models import Attachment
from requests_hub import codes, visitors
from requests_hub.actions import feedback
from requests_hub.actions.actors import Reporter, reporter_by_code
from requests_hub.actions.supporters import supported_by_code
from requests_hub.forms_public import (
    MAX_PHOTOS,
    AddForm,
    RateForm,
    ReopenForm,
    TailForm,
    WithdrawForm,
)
from requests_hub.models import Request, Supporter
from requests_hub.panels import similar
from requests_hub.public import PublicView, public_view, supporter_view
from requests_hub.views.public import explain

TAIL_LIMIT = "10/h"
AFTER = (Attachment.Purpose.AFTER, Attachment.Purpose.CHECK, Attachment.Purpose.REPLY)
View = Callable[..., HttpResponseBase]


def _guarded(view: View, *, for_supporters: bool = False) -> View:
    """Look the code up, count misses, keep the page out of caches, indexes and referrers.

    A code of somebody who said "me too" opens the page of the request alone: any other address
    leads back to it, unless it is `for_supporters`.
    """

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponseBase:
        try:
            visitors.refuse_guessing(request, code)
            row, reporter = _found(request, code)
        except DomainError as error:
            return _type_code(request, code, error)
        if code != row.follow_code or not (reporter or for_supporters):
            return redirect("follow_code", row.follow_code)
        if isinstance(row, Supporter):
            answer: HttpResponseBase = _supported(request, row)
        else:
            answer = view(request, row, reporter, **kwargs)
        # not "no-referrer": browsers then send "Origin: null" with a form, which the
        # forgery check refuses; "same-origin" tells other sites nothing either
        answer["Referrer-Policy"] = "same-origin"
        answer["X-Robots-Tag"] = "noindex, nofollow"
        visitors.remember_code(answer, row.follow_code)
        return answer

    return wrapped


def _found(
    request: HttpRequest, code: str
) -> tuple[Request, Reporter] | tuple[Supporter, None]:
    """Whose code it is: the reporter's own, or of somebody who said "me too"."""
    with suppress(NotHere):
        return reporter_by_code(code)
    try:
        return supported_by_code(code), None
    except NotHere:
        visitors.count_miss(request)
        raise NotHere(
            _("There is no request with this code. Please compare it.")
        ) from None


def _type_code(
    request: HttpRequest, text: str = "", error: DomainError | None = None
) -> HttpResponse:
    sentence = ""
    if error:
        fields = error.fields if isinstance(error, Invalid) else {}
        sentence = next(iter(fields.get("code", [])), error.message)
    context = {"text": text, "sentence": sentence, "last": visitors.last_code(request)}
    status = (422 if isinstance(error, Invalid) else error.status) if error else 200
    return render(
        request, "requests_hub/public/follow_home.html", context, status=status
    )


@never_cache
@require_http_methods(["GET", "HEAD"])
def follow(request: HttpRequest) -> HttpResponse:
    """Type a code; spaces and full-width digits are fine, a typo is told at once."""
    text = request.GET.get("code", "")[:40]
    if not text:
        return _type_code(request)
    try:
        code = codes.read(text)
    except Invalid as error:
        return _type_code(request, text, error)
    return redirect("follow_code", code)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Drop what this browser knows of codes, for shared phones."""
    answer = redirect("follow")
    visitors.forget_code(answer)
    request.session.pop(visitors.OPENED, None)
    return answer


# --- One request --------------------------------------------------------------------------


def _page(
    request: HttpRequest, row: Request, tail_form: TailForm, status: int = 200
) -> HttpResponse:
    view = public_view(row)
    context = {
        "row": row,
        "title": row.title,
        "view": view,
        "is_open": visitors.may_read(request, row),
        "pair": _before_and_after(view),
        "can": {step.name: True for step in view.steps},
        "left": _left(view),
        "tail_form": tail_form,
    }
    return render(request, "requests_hub/public/follow.html", context, status=status)


def _supported(request: HttpRequest, row: Supporter) -> HttpResponse:
    """How it stands with what somebody said "me too" to; nothing to do, no photo, no note."""
    view, near = supporter_view(row), similar.shown(row.request)
    context = {
        "row": row,
        "title": near.title,
        "view": view,
        "is_open": not view.request.is_private,
        "left": _left(view),
        "people": near.people,
    }
    return render(request, "requests_hub/public/follow.html", context)


def _left(view: PublicView) -> str:
    """How much working time is left, in whole days once there is one; "" when late."""
    now = timezone.now()
    if view.when is None or view.when <= now:
        return ""
    left = worktime.working_between(now, view.when)
    days = left // worktime.day_length()
    if not days:
        return ""
    return ngettext("%(n)d working day left", "%(n)d working days left", days) % {
        "n": days
    }


def _pictures(view: PublicView) -> list[Attachment]:
    """The pictures that the resident's history shows, newest first."""
    return [file for entry in view.history for file in entry.files if file.is_image]


def _before_and_after(view: PublicView) -> tuple[Attachment, Attachment] | None:
    pictures = _pictures(view)
    after = [p for p in pictures if p.purpose in AFTER]
    before = [p for p in pictures if p.purpose == Attachment.Purpose.BEFORE]
    return (before[-1], after[0]) if before and after else None


@partial(_guarded, for_supporters=True)
@require_http_methods(["GET", "HEAD"])
def follow_code(
    request: HttpRequest, row: Request, _reporter: Reporter
) -> HttpResponse:
    """State in plain words, who has it, by which day, and what happened so far."""
    return _page(request, row, TailForm())


@_guarded
@require_POST
def unlock(request: HttpRequest, row: Request, _reporter: Reporter) -> HttpResponse:
    """Open a private request with the last four digits of the phone that was given."""
    form = TailForm(request.POST)
    if form.is_valid():
        try:
            ratelimit.hit("tail", row.follow_code, TAIL_LIMIT)
        except DomainError as error:
            form.add_error("tail", error.message)
        else:
            phone = row.reporter_phone
            if phone and phone.endswith(form.cleaned_data["tail"]):
                visitors.open_for(request, row.follow_code)
                return redirect("follow_code", row.follow_code)
            form.add_error(
                "tail", _("These are not the last four digits we were given.")
            )
    return _page(request, row, form, status=422)


@_guarded
@require_http_methods(["GET", "HEAD"])
def photo(
    request: HttpRequest, row: Request, _reporter: Reporter, pk: int
) -> HttpResponseBase:
    """A picture of the resident's history, small with `?size=thumb`."""
    found = [p for p in _pictures(public_view(row)) if p.pk == pk]
    if not found or not visitors.may_read(request, row):
        raise Http404
    is_thumb = request.GET.get("size") == "thumb"
    file = (
        attachments.open_thumb(found[0])
        if is_thumb
        else attachments.open_bytes(found[0])
    )
    answer = FileResponse(file)
    answer["Content-Type"] = "image/jpeg" if is_thumb else found[0].content_type
    answer["Cache-Control"] = "private, max-age=600"
    return answer


# --- The resident's own steps -------------------------------------------------------------

Act = Callable[[Any, Request, Reporter, list[Attachment], str], Request]


def _step(
    request: HttpRequest,
    row: Request,
    form_class: Any,
    act: Act,
    template: str,
    done: str,
) -> HttpResponse:
    """Show a step's page, or take the step and go back to the request."""
    if not visitors.may_read(request, row):
        return redirect("follow_code", row.follow_code)
    form = form_class(initial={"key": uuid.uuid4()})
    photos: list[Attachment] = []
    status = 200
    if request.method == "POST":
        form = form_class(request.POST, request.FILES)
        status, photos = _take(request, row, form, act)
        if not status:
            return _went(request, row, done)
    view = public_view(row)
    if request.method != "POST" and not view.can(template):
        messages.info(request, _("There is nothing to do here now."))
        return redirect("follow_code", row.follow_code)
    context = {"form": form, "photos": photos, "room": MAX_PHOTOS - len(photos)}
    context |= _step_context(row, view)
    return render(
        request, f"requests_hub/public/{template}.html", context, status=status
    )


def _went(request: HttpRequest, row: Request, done: str) -> HttpResponse:
    """Back to the request; an unhappy face goes on to asking for it again."""
    messages.success(request, done)
    is_sad = request.POST.get("face") == "dissatisfied"
    return redirect("follow_reopen" if is_sad else "follow_code", row.follow_code)


def _step_context(row: Request, view: PublicView) -> dict[str, Any]:
    return {
        "row": row,
        "view": view,
        "pair": _before_and_after(view),
        "reopen_until": feedback.reopen_until(row),
    }


def _take(
    request: HttpRequest, row: Request, form: Any, act: Act
) -> tuple[int, list[Attachment]]:
    """Try the step: 0 when taken, else the status of the page that says why not."""
    form.is_valid()
    photos: list[Attachment] = []
    if "photos" in form.fields:
        photos = visitors.keep_photos(request, form, purpose=Attachment.Purpose.OTHER)
        if "drop" in request.POST:
            form.errors.clear()
            return 200, [p for p in photos if str(p.pk) != request.POST["drop"]]
    if form.errors:
        return 422, photos
    try:
        ratelimit.hit("resident-step", visitors.address_of(request), "60/h")
        key = request.session.session_key or ""
        act(form.cleaned_data | {"form": form}, row, Reporter(row.pk), photos, key)
    except DomainError as error:
        explain(form, error)
        return error.status, photos
    return 0, photos


@_guarded
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, row: Request, _reporter: Reporter) -> HttpResponse:
    """Solved or not, three faces, a few words."""

    def act(data: Any, row: Request, by: Reporter, _p: Any, _k: str) -> Request:
        return feedback.rate(
            row,
            by=by,
            is_solved=data["is_solved"],
            satisfaction=data["satisfaction"],
            comment=data["comment"],
        )

    return _step(
        request, row, RateForm, act, "rate", _("Thank you. Your rating is kept.")
    )


@_guarded
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, row: Request, _reporter: Reporter) -> HttpResponse:
    """Not done: what is wrong, perhaps with a photo, within the window."""

    def act(data: Any, row: Request, by: Reporter, photos: Any, _k: str) -> Request:
        return feedback.reopen(row, by=by, reason=data["form"].sentence, files=photos)

    return _step(request, row, ReopenForm, act, "reopen", _("It is being done again."))


@_guarded
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, row: Request, _reporter: Reporter) -> HttpResponse:
    """More words or photos."""

    def act(data: Any, row: Request, by: Reporter, photos: Any, key: str) -> Request:
        note = data["note"] or _("Photos added")
        return feedback.add(row, by=by, note=note, files=photos, session_key=key)

    return _step(request, row, AddForm, act, "add", _("Added to your request."))


@_guarded
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, row: Request, _reporter: Reporter) -> HttpResponse:
    """Take the request back before anybody has begun."""

    def act(data: Any, row: Request, by: Reporter, _p: Any, _k: str) -> Request:
        return feedback.withdraw(row, by=by, note=data["note"])

    return _step(request, row, WithdrawForm, act, "withdraw", _("Withdrawn."))
