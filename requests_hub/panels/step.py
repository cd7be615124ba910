"""The form of a step: what it is about, what is left, what comes then."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from governance.core import attachments
from governance.core.errors import Conflict
from governance.core.models import Attachment, User
from governance.core.workflow import Step, Text
from requests_hub import replies, turns
from requests_hub.actions import base, steps, whistles
from requests_hub.forms import StepForm, VerifyForm
from requests_hub.forms.steps import Ground
from requests_hub.models import Request, Task, Whistle
from requests_hub.panels import proposal
from requests_hub.panels.asked import asked
from requests_hub.panels.turns import step_url
from requests_hub.workflow_whistles import MOST_RETURNS

REPLIED = ("replied", "confirming")
REFUSALS = (
    "reject",
    "rework",
    "release",
    "cancel",
    "hold_refuse",
    "exclude_refuse",
    "send_back",
    "refuse_extension",
    "recall",
)
# Steps whose words the resident reads, with the name of their field.
WORDS = {"reply": "reply", "close": "summary", "reject": "reason", "add": "note"}
PURPOSES = {
    "reply": "after",
    "handle": "during",
    "verify": "check",
    "rework": "check",
    "finding": "check",
    "hold_ask": "other",
    "exclude_ask": "other",
}
THEN: dict[str, Text] = {
    "accept": gettext_lazy("Then it is your turn to dispatch."),
    "reject": gettext_lazy("The resident reads the reason; it ends there."),
    "dispatch": gettext_lazy("Then it is the grid's turn to take it."),
    "whistle": gettext_lazy("Then each department must report in."),
    "rework": gettext_lazy("Then those chosen must do it again."),
    "report_in": gettext_lazy("Then an officer claims it."),
    "claim": gettext_lazy("Then it is yours to plan and handle."),
    "plan": gettext_lazy("Then it is handled by this plan."),
    "send_back": gettext_lazy("Then the desk answers; the clocks stand meanwhile."),
    "send_again": gettext_lazy("Then it is the department's turn again."),
    "ask_ruling": gettext_lazy("Then the district rules, and it binds."),
    "rule": gettext_lazy("Then the department must take it; no further return."),
    "ask_extension": gettext_lazy("Then the desk answers; the time runs on."),
    "grant_extension": gettext_lazy("The deadline moves by the time asked for."),
    "refuse_extension": gettext_lazy("The deadline stays."),
    "pause": gettext_lazy("No clock of this call runs until it is resumed."),
    "run_again": gettext_lazy("Every deadline moves by the time on hold."),
    "recall": gettext_lazy("It counts for nobody."),
    "add_department": gettext_lazy("Then it must report in as well."),
    "handle": gettext_lazy("It stays with you until you reply."),
    "close": gettext_lazy("Then the resident is asked to rate it."),
    "reopen": gettext_lazy("A new round begins at the desk."),
    "add": gettext_lazy("The state stays as it is."),
    "look": gettext_lazy("Then the grid says what it found; then you decide."),
    "finding": gettext_lazy("Then the desk decides; you are done."),
    "hold_ask": gettext_lazy("Then the district or a leader decides."),
    "hold": gettext_lazy("Open tasks end; it is back at the desk on the review day."),
    "hold_refuse": gettext_lazy("It goes on where it is; its deadline runs on."),
    "resume": gettext_lazy("Then it is your turn to dispatch."),
    "merge": gettext_lazy("Open tasks of this number end; both codes keep working."),
    "split": gettext_lazy("Then it is your turn to dispatch it by itself."),
    "exclude_ask": gettext_lazy(
        "It stays where it is; the district or a leader decides."
    ),
    "exclude": gettext_lazy("It stays where it is; the rates show it apart."),
    "include": gettext_lazy("The rates count it as every other one."),
    "hide": gettext_lazy("Residents read its state alone; only its handlers see it."),
    "unhide": gettext_lazy("It may be shown on public pages."),
    "release": gettext_lazy("The others go on without it."),
    "cancel": gettext_lazy("It is at the desk again."),
}
THEN_REPLY: Text = gettext_lazy("Then the grid checks it on site.")
SAID: dict[str, Text] = {
    "accept": gettext_lazy("Accepted."),
    "reject": gettext_lazy("Not accepted; the resident was told why."),
    "dispatch": gettext_lazy("Given to the grid."),
    "whistle": gettext_lazy("Whistled; the departments were told."),
    "reply": gettext_lazy("Replied; now it is checked."),
    "verify": gettext_lazy("Checked."),
    "rework": gettext_lazy("Sent back for rework."),
    "close": gettext_lazy("Closed."),
    "report_in": gettext_lazy("Reported in."),
    "claim": gettext_lazy("Claimed."),
    "handle": gettext_lazy("Progress kept."),
    "release": gettext_lazy("Released."),
    "plan": gettext_lazy("Plan kept."),
    "send_back": gettext_lazy("Returned; the desk answers."),
    "send_again": gettext_lazy("Sent again."),
    "ask_ruling": gettext_lazy("The district was asked to rule."),
    "rule": gettext_lazy("Ruled; the department was told."),
    "ask_extension": gettext_lazy("Asked for more time."),
    "grant_extension": gettext_lazy("Extension granted; the deadline has moved."),
    "refuse_extension": gettext_lazy("Extension refused."),
    "pause": gettext_lazy("On hold; its clocks stand."),
    "run_again": gettext_lazy("The time runs again."),
    "recall": gettext_lazy("Taken back."),
    "score": gettext_lazy("Scored."),
    "score_call": gettext_lazy("Scored."),
    "add_department": gettext_lazy("Called; the department was told."),
    "cancel": gettext_lazy("Taken back; it is at the desk again."),
    "reopen": gettext_lazy("Opened again."),
    "add": gettext_lazy("Added."),
    "look": gettext_lazy("The grid was asked to look."),
    "finding": gettext_lazy("Kept; the desk decides now."),
    "hold_ask": gettext_lazy("Asked for; it waits for the decision."),
    "hold": gettext_lazy("On hold."),
    "hold_refuse": gettext_lazy("The hold is refused."),
    "resume": gettext_lazy("Taken up again; it is at the desk."),
    "merge": gettext_lazy("Merged."),
    "split": gettext_lazy("Split off; it is at the desk."),
    "exclude_ask": gettext_lazy("Asked for; it waits for the decision."),
    "exclude": gettext_lazy("Left out of the rates."),
    "exclude_refuse": gettext_lazy("The exclusion is refused."),
    "include": gettext_lazy("Counted again."),
    "hide": gettext_lazy("Private from now on."),
    "unhide": gettext_lazy("Public again."),
}


def possible(subject: Request | Task | Whistle, name: str, user: User) -> Step:
    """The step, if it may be taken now by this person.

    Raises:
        IllegalStep: not from this state (409).
        NotAllowed: not this person (403).
    """
    return base.permit(subject, name, user)


def request_of(subject: Request | Task | Whistle) -> Request:
    """The request that a subject is or belongs to."""
    if isinstance(subject, Request):
        return subject
    if subject.request is None:
        raise Conflict(_("This task belongs to no request."))
    return subject.request


def ground(subject: Request | Task | Whistle, user: User, step: Step) -> Ground:
    """What the form of a step is filled from; asks for the replies only where it must."""
    row = request_of(subject)
    needs = any(spec.kind == "tasks" for spec in step.fields)
    return Ground(
        request=row,
        user=user,
        task=subject if isinstance(subject, Task) else None,
        replied=replied_tasks(row) if needs else [],
    )


def replied_tasks(row: Request) -> list[Task]:
    """Tasks of the present round that have answered, lead first."""
    found = Task.objects.filter(request=row, round=row.round, state__in=REPLIED)
    found = found.select_related("department", "holder")
    return list(found.order_by("-is_lead", "id"))


def take(subject: Request | Task | Whistle, form: StepForm, user: User) -> None:
    """Store the photos and take the step.

    Raises:
        DomainError: whatever the action or the photos refuse.
    """
    step = form.step
    has_files = any(spec.kind == "files" for spec in step.fields)
    purpose = PURPOSES.get(step.name, Attachment.Purpose.DURING)
    files = form.keep_photos(user, purpose) if has_files else []
    steps.take(subject, step.name, by=user, data=form.values(), files=files)


def said(step: Step, subject: Request | Task | Whistle) -> str:
    """What is now true, for the message on the next page; `subject` as it was before."""
    again = isinstance(subject, Task) and subject.return_count + 1 >= MOST_RETURNS
    if step.name == "send_back" and again:
        return _("Returned a second time; the district rules now.")
    return str(SAID.get(step.name, step.label))


def safe_next(http: HttpRequest) -> str:
    """The address in `next`, if it is one of ours."""
    to = http.POST.get("next", "") or http.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(to, {http.get_host()}, http.is_secure())
    return to if to and is_ours else ""


def proposed(
    http: HttpRequest, subject: Request | Task | Whistle, step: Step
) -> dict[str, Any]:
    """What the page before has chosen, by ids; else what rules and past cases propose."""
    given = http.GET.get("department", "")
    if given.isdigit():
        assist = [pk for pk in http.GET.get("assist", "").split(",") if pk.isdigit()]
        asked = {n: http.GET[n] for n in ("kind", "due") if http.GET.get(n)}
        return {"lead": {"lead": given, "assist": assist}, **asked}
    if step.name == "merge":
        return {"target": http.GET.get("target", "")[:24]}
    if step.name == "whistle" and isinstance(subject, Request):
        return proposal.initial(subject)
    return {}


def context(
    subject: Request | Task | Whistle, form: StepForm, after: str
) -> dict[str, Any]:
    """The drawer of a step."""
    row, step = request_of(subject), form.step
    unit = _unit(subject)
    return {
        "row": row,
        "form": form,
        "step": step,
        "title": pgettext("between", ", ").join((str(step.label), str(unit)))
        if unit
        else step.label,
        "verb": step.label,
        "action": step_url(subject, step.name),
        "next": after,
        "back": after or reverse("request", args=[row.no]),
        "left": _window(subject) if step.name == "send_back" else _left(subject),
        "asked": asked(subject, step.name),
        "about": row.body or row.title,
        "then": THEN_REPLY if step.name == "reply" else THEN.get(step.name, ""),
        "is_refusal": step.name in REFUSALS,
        "previews": previews() if step.name == "whistle" else [],
        **drafts(subject, step.name),
    }


def drafts(subject: Request | Task | Whistle, name: str) -> dict[str, Any]:
    """Templates for the words that a resident reads, and the field they go into."""
    if not isinstance(subject, Request) or name not in WORDS:
        return {}
    found = replies.for_step(subject, name)
    return {"words_name": WORDS[name], "occasion": name, "templates": found}


def _window(subject: Request | Task | Whistle) -> str:
    """Until when a call can be returned, and which return it would be."""
    if not isinstance(subject, Task) or subject.return_due_at is None:
        return ""
    due = date_format(timezone.localtime(subject.return_due_at), "Y-m-d H:i")
    words = _("It can be returned until %(due)s; this would be return %(n)s of 2.")
    return words % {"due": due, "n": subject.return_count + 1}


def previews() -> list[dict[str, Any]]:
    """Until when each kind of whistle runs by the rules, if it were blown now."""
    moment, out = base.now(), []
    for kind in Whistle.Kind:
        limits = whistles.limits_of(kind, moment)
        dates = {name: limit.after(moment) for name, limit in limits.items()}
        out.append({"kind": kind.label, **dates})
    return out


def _unit(subject: Request | Task | Whistle) -> str:
    if isinstance(subject, Task) and subject.department:
        return subject.department.short
    return ""


def _left(subject: Request | Task | Whistle) -> str:
    """The clock that runs now, as a sentence; a whistle has none of its own, its calls have."""
    if isinstance(subject, Whistle):
        return ""
    if isinstance(subject, Task):
        clock = turns.task_clock(subject)
    else:
        clock = turns.request_clock(subject)
    if clock.code == "not_started" or not subject.state_info.is_open:
        return ""
    if subject.state == "called":
        return _("Time to report in: %(clock)s. %(tip)s") % _words(clock)
    return _("Time for this: %(clock)s. %(tip)s") % _words(clock)


def _words(clock: Any) -> dict[str, str]:
    return {"clock": clock.text, "tip": clock.tip}


# --- Check on site --------------------------------------------------------------------------


def check_ground(row: Request, user: User) -> Ground:
    """What a check looks at.

    Raises:
        IllegalStep: there is nothing to check now.
        NotAllowed: it is not this person's to check.
    """
    base.permit(row, "verify" if row.state == "replied" else "close", user)
    return Ground(request=row, user=user, replied=replied_tasks(row))


@transaction.atomic
def settle(row: Request, form: VerifyForm, user: User, *, passed: bool) -> None:
    """Pass: check and close in one go. Not passed: back to those who answered."""
    photos = form.keep_photos(user, Attachment.Purpose.CHECK)
    note = form.cleaned_data["note"]
    if not passed:
        chosen = form.cleaned_data.get("tasks") or []
        data = {"reason": note, "tasks": chosen}
        steps.take(row, "rework", by=user, data=data, files=photos)
        return
    # A check that somebody began earlier is closed with what this person saw added to it.
    first = "verify" if row.state == "replied" else "add"
    checked = steps.take(row, first, by=user, data={"note": note}, files=photos)
    names = ("outcome", "summary", "keep_reason")
    steps.take(
        checked,
        "close",
        by=user,
        data={n: form.cleaned_data[n] for n in names if form.cleaned_data.get(n)},
    )


def verify_context(row: Request, form: VerifyForm, ground: Ground) -> dict[str, Any]:
    """The page of a check."""
    files = [file for file in attachments.of(row) if file.is_image]
    return {
        "row": row,
        "form": form,
        "replied": ground.replied,
        "photos": [f for f in files if f.purpose in ("before", "after")][:6],
        **drafts(row, "close"),
    }
