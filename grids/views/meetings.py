"""One joint meeting: agenda, who was there, needs and offers, decisions and their steps."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import NotHere
from governance.core.registers import panels
from grids import committee_pages
from grids.actions import committees as actions
from grids.actions import decisions
from grids.forms_committees import (
    DecisionForm,
    FileForm,
    NeedForm,
    OfferForm,
    RecordForm,
    StepForm,
)
from grids.models import Decision, JointMeeting, MeetingNeed, MeetingOffer, NeedMatch
from grids.rights import READERS
from grids.views.access import signed_in, staff
from grids.views.drawers import drawer
from grids.workflow import KEEPERS

REFUSALS = ("drop", "send_back")


def _meeting(http: HttpRequest, pk: int) -> JointMeeting:
    rows = JointMeeting.objects.visible_to(http.user)
    return get_object_or_404(rows.select_related("committee"), pk=pk)


def _page(pk: int) -> str:
    return reverse("meeting", args=[pk])


@staff(*READERS)
@require_safe
def meeting(http: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one meeting."""
    row = _meeting(http, pk)
    context = committee_pages.meeting(row, signed_in(http))
    context["need_parts"] = panels.of("meeting_need", http, row)
    return render(http, "grids/committees/meeting.html", context)


@staff(*READERS)
@require_safe
def paper(http: HttpRequest, pk: int) -> HttpResponse:
    """The minutes on paper, A4."""
    user = signed_in(http)
    context = committee_pages.meeting(_meeting(http, pk), user)
    context |= {"printed_at": timezone.now(), "printed_by": user}
    return render(http, "grids/committees/print.html", context)


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def record(http: HttpRequest, pk: int) -> HttpResponse:
    """Write down who was there and what was said."""
    row, user = _meeting(http, pk), signed_in(http)
    form = RecordForm(row, http.POST or None)
    return drawer(
        http,
        form,
        lambda _data: actions.save_meeting(
            row, form.values(), by=user, version=row.version
        ),
        title=_("Minutes of the meeting"),
        subtitle=str(row),
        verb=_("Keep the minutes"),
        back=_page(row.pk),
        said=lambda _row: _("The minutes are kept."),
    )


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def need_new(http: HttpRequest, pk: int) -> HttpResponse:
    """Put a need."""
    row, user = _meeting(http, pk), signed_in(http)
    return drawer(
        http,
        NeedForm(http.POST or None),
        lambda data: actions.put_need(row, by=user, **data),
        title=_("Put a need"),
        verb=_("Put the need"),
        back=_page(row.pk),
        said=lambda need: _("Put: %(what)s") % {"what": need.what},
    )


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def offer_new(http: HttpRequest, pk: int) -> HttpResponse:
    """Write down an offer."""
    row, user = _meeting(http, pk), signed_in(http)
    return drawer(
        http,
        OfferForm(row, http.POST or None),
        lambda data: actions.make_offer(row, by=user, **data),
        title=_("Write down an offer"),
        verb=_("Write it down"),
        back=_page(row.pk),
        said=lambda offer: _("Offered: %(what)s") % {"what": offer.what},
        then=_("It can then be matched with a need."),
    )


@staff(*KEEPERS)
@require_POST
def match(http: HttpRequest, pk: int) -> HttpResponse:
    """Let an offer answer a need of this meeting."""
    row = _meeting(http, pk)
    given = {name: http.POST.get(name, "") for name in ("need", "offer")}
    if not all(value.isdigit() for value in given.values()):
        raise NotHere(_("Choose a need and an offer."))
    need = get_object_or_404(MeetingNeed, pk=given["need"], meeting=row)
    offer = get_object_or_404(MeetingOffer, pk=given["offer"], meeting=row)
    actions.match(need, offer, by=signed_in(http))
    words = _("“%(offer)s” answers “%(need)s”.")
    messages.success(http, words % {"offer": offer.what, "need": need.what})
    return redirect(f"{_page(row.pk)}#board")


@staff(*KEEPERS)
@require_POST
def unmatch(http: HttpRequest, pk: int) -> HttpResponse:
    """Take a match back."""
    rows = NeedMatch.objects.select_related("need__meeting", "offer")
    seen = JointMeeting.objects.visible_to(http.user)
    row = get_object_or_404(rows, pk=pk, need__meeting__in=seen)
    actions.unmatch(row, by=signed_in(http))
    return redirect(f"{_page(row.need.meeting_id)}#board")


@staff(*KEEPERS)
@require_POST
def withdraw(http: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Take a need or an offer off the board."""
    models: dict[str, Any] = {"need": MeetingNeed, "offer": MeetingOffer}
    seen = JointMeeting.objects.visible_to(http.user)
    if kind not in models:
        raise NotHere(_("There is no such thing."))
    row = get_object_or_404(models[kind], pk=pk, meeting__in=seen)
    actions.withdraw(row, by=signed_in(http))
    messages.success(http, _("Taken off the board: %(what)s") % {"what": row.what})
    return redirect(f"{_page(row.meeting_id)}#board")


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def decide(http: HttpRequest, pk: int) -> HttpResponse:
    """Write down a decision, on a need of the board or of its own."""
    row, user = _meeting(http, pk), signed_in(http)
    given = http.GET.get("need", "")
    need = row.needs.filter(pk=int(given)).first() if given.isdigit() else None
    initial = {"what": need.what, **_who(need)} if need else {}
    return drawer(
        http,
        DecisionForm(row, http.POST or None, initial=initial),
        lambda data: actions.decide(row, by=user, need=need, **data),
        title=_("Write down a decision"),
        subtitle=need.what if need else str(row),
        verb=pgettext("meeting", "Decide"),
        back=_page(row.pk),
        said=lambda done: _("Decision %(n)s is written down.") % {"n": done.number},
        then=_("Who does it is told at once, and again before it is due."),
    )


def _who(need: MeetingNeed) -> dict[str, Any]:
    """Who gives what the need was matched with is who does it, unless the meeting says else."""
    match = need.matches.select_related("offer__resource").first()
    if match is None:
        return {}
    resource = match.offer.resource
    if resource is not None and resource.department_id:
        return {"department": resource.department_id}
    return {"owner_unit": match.offer.offered_by[:60]}


def _decision(http: HttpRequest, pk: int) -> Decision:
    rows = Decision.objects.visible_to(http.user)
    return get_object_or_404(rows.select_related("committee", "meeting"), pk=pk)


@staff(*READERS)
@require_http_methods(["GET", "POST"])
def step(http: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step of a decision."""
    row, user = _decision(http, pk), signed_in(http)
    found = decisions.permit(row, name, user)
    return drawer(
        http,
        StepForm(found, http.POST or None),
        lambda data: decisions.take(row, name, by=user, note=data.get("note", "")),
        title=str(found.label),
        subtitle=f"{row.committee} {row.number}",
        about=row.what,
        verb=str(found.label),
        back=f"{_page(row.meeting_id)}#decision-{row.pk}",
        said=lambda done: (
            _("Decision %(n)s: %(state)s")
            % {"n": done.number, "state": done.state_info.label}
        ),
        undo=(lambda done: reverse("decision_undo", args=[done.pk]))
        if found.target
        else None,
        is_refusal=name in REFUSALS,
    )


@staff(*READERS)
@require_POST
def undo(http: HttpRequest, pk: int) -> HttpResponse:
    """Take back the step of a moment ago."""
    row = decisions.undo(_decision(http, pk), by=signed_in(http))
    messages.info(http, _("Decision %(n)s is as it was.") % {"n": row.number})
    return redirect(f"{_page(row.meeting_id)}#decision-{row.pk}")


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def file_new(http: HttpRequest, pk: int) -> HttpResponse:
    """Put a file beside the minutes."""
    row, user = _meeting(http, pk), signed_in(http)
    form = FileForm(http.POST or None, http.FILES or None)
    return drawer(
        http,
        form,
        lambda data: actions.attach(row, data["file"], by=user),
        title=_("Add a file"),
        subtitle=str(row),
        verb=_("Add the file"),
        back=_page(row.pk),
        said=lambda kept: _("%(name)s is with the minutes.") % {"name": kept.name},
    )
