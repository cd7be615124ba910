"""The resident's front door: home, asking, and what comes after asking."""

import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from governance.core import menu
from governance.core.errors import DomainError, Invalid
from governance.core.idempotency import KeyConflict
from governance.core.models import Attachment
from grids.models import District
from requests_hub import deadlines, visitors
from requests_hub.actions import intake
from requests_hub.actions.supporters import supported_by_code
from requests_hub.forms_public import MAX_PHOTOS, AskForm, village_groups
from requests_hub.models import Request
from requests_hub.panels.similar import shown
from requests_hub.public import public_view, supporter_view

KINDS: dict[str, dict[str, Any]] = {
    "problem": {
        "title": pgettext_lazy("resident", "Report a problem"),
        "which": gettext_lazy("What kind of thing is it?"),
        "where": gettext_lazy("Where is it?"),
        "words": gettext_lazy("Tell us about it"),
    },
    "help": {
        "title": gettext_lazy("Ask for help"),
        "which": gettext_lazy("What do you need?"),
        "where": gettext_lazy("Where are you?"),
        "words": gettext_lazy("Tell us about it"),
    },
}
FIELD_NAMES = {
    "reporter_phone": "phone",
    "reporter_name": "name",
    "grid": "village",
    "lon": "address",
    "lat": "address",
    "reason": "note",
    "files": "photos",
}
SENT = "requests_hub.sent"
STEPS = {
    "category": {"category"},
    "photos": {"photos"},
    "place": {"address", "lon", "lat", "village"},
    "body": {"body"},
    "contact": {"name", "phone", "is_private", "website", "__all__"},
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The resident's home; staff go on to the first page of their menu."""
    if request.user.is_authenticated:
        first = menu.first_url(request, menu.standing_of(request).roles)
        if first != "/":
            return redirect(first)
    name = District.objects.filter(code=settings.DISTRICT_CODE).values_list(
        "name", flat=True
    )
    context = {"last": _last(request), "district": name.first() or ""}
    return render(request, "requests_hub/public/home.html", context)


def _last(request: HttpRequest) -> dict[str, Any] | None:
    """The request last followed in this browser, as its page would say it."""
    code = visitors.last_code(request)
    row: Any = Request.objects.filter(follow_code=code).first() if code else None
    if row is not None:
        found = {"title": row.title, "is_open": visitors.may_read(request, row)}
        view = public_view(row)
    else:
        try:
            row = supported_by_code(code)
        except DomainError:
            return None
        view = supporter_view(row)
        found = {"title": shown(row.request).title}
        found["is_open"] = not view.request.is_private
    return {**found, "row": row, "view": view, "word": view.words[view.stage - 1]}


# --- Asking -------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """One page with five questions; with large type, one question a page."""
    if kind not in KINDS:
        raise Http404
    if request.method == "POST":
        return _asked(request, kind)
    form = AskForm(kind=kind, initial={"key": uuid.uuid4()})
    return _ask_page(request, kind, form)


def _asked(request: HttpRequest, kind: str) -> HttpResponse:
    form = AskForm(request.POST, request.FILES, kind=kind)
    form.is_valid()
    photos = visitors.keep_photos(request, form)
    if "drop" in request.POST:
        left = [p for p in photos if str(p.pk) != request.POST["drop"]]
        form.errors.clear()
        return _ask_page(request, kind, form, left, step=request.POST.get("step", ""))
    step = _next_step(request, form)
    if step or form.errors:
        return _ask_page(request, kind, form, photos, step=step)
    try:
        row = _submit(request, form, kind, photos)
    except KeyConflict:
        form.add_error(
            None, _("This was sent before, with other words. Send it as new?")
        )
        return _ask_page(request, kind, form, photos, status=409, key=uuid.uuid4())
    except DomainError as error:
        explain(form, error)
        return _ask_page(request, kind, form, photos, status=error.status)
    answer = redirect(f"{reverse('ask_sent')}?t={signing.dumps(row.pk, salt=SENT)}")
    visitors.remember_code(answer, row.follow_code)
    return answer


def _submit(
    request: HttpRequest, form: AskForm, kind: str, photos: list[Attachment]
) -> Request:
    """Hand the form to the action; limits count what is sent, never what is read."""
    data = form.cleaned_data
    visitors.count_intake(request, data["phone"])
    result = intake.submit_request(
        district=visitors.district(),
        channel=Request.Channel.PUBLIC,
        by=visitors.account(request),
        title=form.title,
        body=data["body"],
        category=form.request_category,
        reporter_name=data["name"],
        reporter_phone=data["phone"],
        is_private=data["is_private"],
        idempotency_key=data["key"],
        files=photos,
        session_key=request.session.session_key or "",
        **form.place,
    )
    return result.request


def explain(form: Any, error: DomainError) -> None:
    """Put an action's refusal at the fields it names, or over the form."""
    fields = error.fields if isinstance(error, Invalid) else {}
    for name, sentences in fields.items():
        own = FIELD_NAMES.get(name, name)
        form.add_error(own if own in form.fields else None, sentences)
    if not fields:
        form.add_error(None, error.message)


def _next_step(request: HttpRequest, form: AskForm) -> str:
    """With large type: the question to show next, or "" when all are answered."""
    names = list(STEPS)
    step = request.POST.get("step", "")
    if step not in names:
        return ""
    bad = [name for name in names if STEPS[name] & set(form.errors)]
    at = names.index(step)
    is_back = request.POST.get("go") == "back"
    if not is_back and (step in bad or step == names[-1]):
        return step if step in bad else next(iter(bad), "")
    form.errors.clear()  # a question not asked yet is no mistake
    return names[max(at - 1, 0) if is_back else at + 1]


def _ask_page(
    request: HttpRequest,
    kind: str,
    form: AskForm,
    photos: list[Attachment] | None = None,
    *,
    step: str = "",
    status: int = 0,
    key: uuid.UUID | None = None,
) -> HttpResponse:
    is_elder = request.COOKIES.get("elder") == "1"
    names = list(STEPS)
    at = names.index(step) if step in names else 0
    context = {
        "kind": kind,
        "words": KINDS[kind],
        "form": form,
        "key": key or form["key"].value() or uuid.uuid4(),
        "photos": photos or [],
        "room": MAX_PHOTOS - len(photos or []),
        "step": names[at] if is_elder else "",
        "step_no": at + 1,
        "is_last": at == len(names) - 1,
        "towns": village_groups(),
        "district_code": settings.DISTRICT_CODE,
        "show_place": not is_elder or names[at] == "place",
    }
    status = status or (422 if form.errors else 200)
    return render(request, "requests_hub/public/ask.html", context, status=status)


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The code to follow by, and what happens next with real dates."""
    try:
        pk = signing.loads(request.GET.get("t", ""), salt=SENT, max_age=86400)
    except signing.BadSignature:
        return redirect("follow")
    row = get_object_or_404(Request, pk=pk)
    context = {
        "row": row,
        "view": public_view(row),
        "handle_by": deadlines.limit("handle_routine").after(row.submitted_at),
        "url": request.build_absolute_uri(
            reverse("follow_code", args=[row.follow_code])
        ),
    }
    return render(request, "requests_hub/public/sent.html", context)
