"""What a resident reads: four plain words, who has it, which day. No officer, no inner term."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from governance.core.models import Attachment, Event
from governance.core.workflow import Step, Text
from requests_hub import codes
from requests_hub.actions import guards, steps
from requests_hub.actions.actors import Reporter
from requests_hub.actions.feedback import reopen_until
from requests_hub.history import files_by_event, tasks_of
from requests_hub.models import Request, Supporter, Task
from requests_hub.turns import place_name, town_name
from requests_hub.workflow import CLOSED
from requests_hub.workflow_whistles import LET_GO

STAGES = {
    **dict.fromkeys(("draft", "submitted", "accepted", "verify"), 1),
    "closed": 3,
    **dict.fromkeys(("revisited", "rejected", "withdrawn"), 4),
}
WORDS: tuple[Text, ...] = (
    gettext_lazy("Received"),
    gettext_lazy("In hand"),
    pgettext_lazy("resident", "Your turn"),
    gettext_lazy("Closed"),
)
HISTORY: dict[str, Text] = {
    "request.submitted": gettext_lazy("We received it"),
    "request.accepted": gettext_lazy("We looked at it and took it on"),
    "request.rejected": gettext_lazy("It is not ours to do"),
    "request.look_asked": gettext_lazy("Somebody goes to look"),
    "request.looked": gettext_lazy("Somebody has looked at it"),
    "request.held": gettext_lazy("It must wait"),
    "request.resumed": gettext_lazy("It goes on"),
    "request.review_due": gettext_lazy("It goes on"),
    "request.merged": gettext_lazy("Others reported the same; handled together"),
    "request.split_off": gettext_lazy("It is handled by itself again"),
    "request.revisited": gettext_lazy("We asked you how it went"),
    "request.dispatched": gettext_lazy("Your grid has it"),
    "request.replied": gettext_lazy("Answered, somebody goes to check"),
    "request.verified": gettext_lazy("Somebody checked on site"),
    "request.reworked": gettext_lazy("Not good enough, being done again"),
    "request.closed": gettext_lazy("It is done"),
    "request.carried_over": gettext_lazy("It was answered at the hotline"),
    "request.rated": gettext_lazy("You rated it"),
    "request.reopened": gettext_lazy("You asked for it to be done again"),
    "request.withdrawn": gettext_lazy("You withdrew it"),
    "request.added": gettext_lazy("Details were added"),
}
TASK_HISTORY: dict[str, Text] = {
    "task.called": gettext_lazy("Passed to %(who)s"),
    "task.reported_in": gettext_lazy("%(who)s took it"),
    "task.replied": gettext_lazy("%(who)s has finished its part"),
}
DROPPED = ("rejected", "withdrawn")
DROPPED_TONE = "grey"
WITH_NOTE = {"request.rejected", "request.closed"}


@dataclass(frozen=True)
class PublicEntry:
    """One line of what happened; `note` only where it was written for the resident."""

    text: str
    at: datetime
    note: str
    files: list[Attachment]


@dataclass(frozen=True)
class PublicView:
    """One request for its resident. `stage` is 1 to 4; `words` are the four labels."""

    request: Request
    code: str
    stage: int
    headline: str
    sentence: str
    tone: str
    icon: str
    who: str
    who_note: str
    phone: str
    when: datetime | None
    when_label: str
    reopen_until: datetime | None
    steps: list[Step]
    history: list[PublicEntry]
    words: tuple[Text, ...] = WORDS

    @property
    def was_done(self) -> bool:
        """Whether it went the whole way; what was refused or withdrawn did not."""
        return self.tone != DROPPED_TONE

    def can(self, name: str) -> bool:
        return any(step.name == name for step in self.steps)


def public_view(request: Request) -> PublicView:
    """The request in plain words, for whoever holds its follow-up code.

    A merged one reads as the request that it goes along with, under its own number and code.
    """
    if request.merged_into is not None:
        return _along(request, request.merged_into)
    stage = STAGES.get(request.state, 2)
    tasks = [t for t in tasks_of(request) if t.round == request.round]
    who, who_note, phone = _who(request, tasks)
    tone, icon = _look(request, stage)
    until = reopen_until(request) if request.state in CLOSED else None
    return PublicView(
        request=request,
        code=codes.shown(request.follow_code),
        stage=stage,
        headline=_headline(request, stage),
        sentence=_sentence(request, tasks, who),
        tone=tone,
        icon=icon,
        who=who,
        who_note=who_note,
        phone=phone,
        when=until if stage == 3 else request.due_at,
        when_label=_when_label(request, stage),
        reopen_until=until,
        steps=steps.available(request, Reporter(request.pk)),
        history=_history(request, tasks),
    )


def _along(request: Request, goal: Request) -> PublicView:
    """What the holder of a merged request's code reads of the one that goes on.

    Photos and notes of the other stay out; its closing words only if it is not private.
    """
    view, own = public_view(goal), _history(request, [])
    theirs = [
        replace(line, files=[], note="" if goal.is_private else line.note)
        for line in view.history
        if line.at > request.stage_at
    ]
    words = _("Others reported the same; it is handled together with theirs.")
    return replace(
        view,
        request=request,
        code=codes.shown(request.follow_code),
        headline=_closed(goal) if view.stage == 3 else view.headline,
        sentence=words if goal.is_private else f"{words} {view.sentence}".strip(),
        reopen_until=None,
        steps=steps.available(request, Reporter(request.pk)),
        history=[*theirs, *own],
    )


def supporter_view(supporter: Supporter) -> PublicView:
    """What somebody reads who said "me too": how it stands, without photos, notes and steps."""
    goal = supporter.request.merged_into or supporter.request
    view = public_view(goal)
    return replace(
        view,
        headline=_closed(goal) if view.stage == 3 else view.headline,
        code=codes.shown(supporter.follow_code),
        steps=[],
        reopen_until=None,
        history=[replace(line, files=[], note="") for line in view.history],
        when_label=view.when_label if view.stage < len(WORDS) - 1 else "",
    )


def day_words(moment: datetime | None) -> str:
    """A day as people say it, 11月27日; a time is added for today."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return _("today %(time)s") % {"time": date_format(local, "H:i")}
    return date_format(local, pgettext("day in a sentence", "j F"))


def _look(request: Request, stage: int) -> tuple[str, str]:
    if request.state in DROPPED:
        return DROPPED_TONE, "slash-circle"
    if request.outcome == "not_solved" and stage > 2:
        return "amber", "exclamation-circle"
    if stage == 2 and request.due_at and request.due_at < timezone.now():
        return "amber", "hourglass-split"
    return {
        1: ("blue", "inbox"),
        2: ("blue", "tools"),
        3: ("green", "check-circle"),
    }.get(stage, ("green", "patch-check"))


def _headline(request: Request, stage: int) -> str:
    if request.state == "rejected":
        return _("Not ours to do")
    if request.state == "withdrawn":
        return _("You withdrew it")
    if stage == 3:
        if request.outcome == "not_solved":
            return _("Not solved. Please tell us how it went")
        return _("Done. Please tell us how it went")
    return str(WORDS[stage - 1])


def _closed(request: Request) -> str:
    """How a closed request reads to those who are not asked to rate it."""
    if request.outcome == "not_solved":
        return _("Closed, it could not be solved")
    return _("It is done")


def _sentence(request: Request, tasks: list[Task], who: str) -> str:
    when = day_words(request.due_at)
    plain = {
        "submitted": _("Your grid answers by %(when)s.") % {"when": when},
        "accepted": _("We are settling who does it, by %(when)s.") % {"when": when},
        "verify": _("Somebody of your grid goes to look, by %(when)s.")
        % {"when": when},
        "rejected": request.reply,
        "held": _held(request),
        "dispatched": _("It is now with %(who)s.") % {"who": who},
        "signed": _("It is now with %(who)s.") % {"who": who},
        "handling": _("%(who)s has it and finishes by %(when)s.")
        % {"who": who, "when": when},
        "whistled": _whistled(tasks, who, when),
        "replied": _("It is done, and somebody goes to check."),
        "checking": _("It is done, and somebody goes to check."),
        "reworked": _("It was not good enough and is being done again."),
        "reopened": _("It was not good enough and is being done again."),
        "closed": request.reply,
        "revisited": request.reply,
        "withdrawn": _("Nothing more will be done."),
    }.get(request.state, "")
    if _is_late(request):
        plain += _("It was due by %(when)s and takes longer; we are on it.") % {
            "when": when
        }
    return plain


def _held(request: Request) -> str:
    """Why it must wait, and when there is news; the statement itself is not for residents."""
    hold = next((p for p in guards.proposals_of(request) if p.kind == "hold"), None)
    if hold is None or hold.review_on is None:
        return _("It must wait; we will tell you when it goes on.")
    day = date_format(hold.review_on, pgettext("day in a sentence", "j F"))
    return _("It must wait: %(reason)s. News by %(day)s.") % {
        "reason": hold.reason_words,
        "day": day,
    }


def _whistled(tasks: list[Task], who: str, when: str) -> str:
    n = len([task for task in tasks if task.state not in LET_GO])
    if n < 2:
        return _("It is now with %(who)s, to be done by %(when)s.") % {
            "who": who,
            "when": when,
        }
    return ngettext(
        "%(n)d department is on it together, to be done by %(when)s.",
        "%(n)d departments are on it together, to be done by %(when)s.",
        n,
    ) % {"n": n, "when": when}


def _is_late(request: Request) -> bool:
    in_hand = request.state in (
        "handling",
        "whistled",
        "reworked",
        "dispatched",
        "signed",
    )
    return bool(in_hand and request.due_at and request.due_at < timezone.now())


def _when_label(request: Request, stage: int) -> str:
    if stage == 1:
        return _("Answered by")
    if stage == 2:
        return _("Done by")
    return _("Please rate by") if stage == 3 else ""


def _who(request: Request, tasks: list[Task]) -> tuple[str, str, str]:
    """Who has it, who keeps an eye on it, and a number to ring; units only."""
    desk, phone = town_name(request), request.large.duty_phone if request.large else ""
    if request.state in DROPPED:
        return "", "", phone
    keeps = _("Your grid keeps an eye on it")
    lead = next((t for t in tasks if t.department and t.state not in LET_GO), None)
    if lead is not None and lead.department is not None:
        return lead.department.short, keeps, lead.department.duty_phone or phone
    grid_task = next((t for t in tasks if t.kind == Task.Kind.GRID), None)
    if grid_task is not None:
        return _grid_worker(request, grid_task), "", _grid_phone(request) or phone
    return desk, "", phone


def _grid_worker(request: Request, task: Task) -> str:
    """The grid worker by surname, as residents know them."""
    place = place_name(request)
    if task.holder is None:
        return _("the grid of %(place)s") % {"place": place}
    return _("grid worker %(surname)s of %(place)s") % {
        "surname": str(task.holder)[:1],
        "place": place,
    }


def _grid_phone(request: Request) -> str:
    for grid in (request.micro, request.small, request.medium):
        if grid is not None and grid.duty_phone:
            return grid.duty_phone
    return ""


def _history(request: Request, tasks: list[Task]) -> list[PublicEntry]:
    files = files_by_event(request)
    lines = []
    for event in Event.objects.thread(request.pk):
        text = _history_text(event, request, tasks)
        if text:
            lines.append(
                PublicEntry(
                    text=text,
                    at=event.occurred_at,
                    note=str(event.data.get("note", ""))
                    if event.name in WITH_NOTE
                    else "",
                    files=files.get(event.pk, []),
                )
            )
    return lines


def _history_text(event: Event, request: Request, tasks: list[Task]) -> str:
    if event.name == "request.closed" and event.data.get("outcome") == "not_solved":
        return _("Closed, it could not be solved")
    if event.name == "request.reopened" and event.data.get("by_desk"):
        return _("We do it again")
    if event.name in HISTORY:
        return str(HISTORY[event.name])
    task = next((t for t in tasks if t.pk == event.data.get("task")), None)
    return _task_text(event.name, request, task) if task else ""


def _task_text(name: str, request: Request, task: Task) -> str:
    """What a department did, or the grid once it has answered; its way there is its own."""
    if name not in TASK_HISTORY:
        return ""
    if task.department is not None:
        who = task.department.short
    elif name == "task.replied":
        who = _grid_worker(request, task)
    else:
        return ""
    return str(TASK_HISTORY[name]) % {"who": who}
