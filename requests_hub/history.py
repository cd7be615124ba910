"""What happened to a request, as its page tells it: newest first, with what is awaited on top."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from governance.core import attachments, worktime
from governance.core.models import Attachment, Event
from governance.core.workflow import Text
from requests_hub import deadlines
from requests_hub.models import Ladder, Request, Task
from requests_hub.models.tasks import OPEN_STATES
from requests_hub.people import unit_of
from requests_hub.queries.escalation import reminded
from requests_hub.turns import turn_of

VERBS: dict[str, tuple[Text, str, str]] = {
    "request.submitted": (gettext_lazy("submitted it"), "green", "inbox"),
    "request.accepted": (gettext_lazy("accepted it"), "green", "check"),
    "request.rejected": (gettext_lazy("did not accept it"), "grey", "slash-circle"),
    "request.dispatched": (gettext_lazy("gave it to the grid"), "green", "send"),
    "request.whistled": (gettext_lazy("whistled"), "teal", "megaphone"),
    "request.replied": (gettext_lazy("replied"), "green", "chat-left-text"),
    "request.verified": (gettext_lazy("checked on site"), "green", "search"),
    "request.reworked": (
        gettext_lazy("sent it back for rework"),
        "red",
        "arrow-repeat",
    ),
    "request.recalled": (gettext_lazy("it is at the desk again"), "grey", "reply"),
    "request.closed": (gettext_lazy("closed it"), "green", "check-circle"),
    "request.carried_over": (
        gettext_lazy("had answered and closed it before"),
        "green",
        "check-circle",
    ),
    "request.rated": (gettext_lazy("rated it"), "green", "star"),
    "request.reopened": (
        gettext_lazy("asked for it again"),
        "blue",
        "arrow-return-left",
    ),
    "request.withdrawn": (gettext_lazy("withdrew it"), "grey", "x-circle"),
    "request.added": (gettext_lazy("added details"), "blue", "plus-lg"),
    "request.classified": (
        gettext_lazy("gave it the category"),
        "blue",
        "tag",
    ),
    "request.routed": (
        gettext_lazy("a routing rule fitted"),
        "grey",
        "signpost-split",
    ),
    "request.urgency_raised": (
        gettext_lazy("raised the urgency"),
        "amber",
        "lightning-charge-fill",
    ),
    "request.deadline_moved": (
        gettext_lazy("the calendar was published, the deadline moved"),
        "grey",
        "calendar",
    ),
    "request.deadline_followed": (
        gettext_lazy("the deadline follows that of the leading department"),
        "grey",
        "calendar",
    ),
    "request.look_asked": (
        gettext_lazy("asked the grid to look first"),
        "amber",
        "binoculars",
    ),
    "request.hold_asked": (
        gettext_lazy("asked to put it on hold"),
        "grey",
        "pin-angle",
    ),
    "request.held": (gettext_lazy("approved the hold"), "grey", "pin-angle"),
    "request.hold_refused": (gettext_lazy("refused the hold"), "red", "slash-circle"),
    "request.resumed": (gettext_lazy("took it up again"), "blue", "play-circle"),
    "request.review_due": (
        gettext_lazy("the review day has come, it is at the desk again"),
        "blue",
        "calendar",
    ),
    "request.merged": (gettext_lazy("merged it as a duplicate"), "grey", "intersect"),
    "request.follows": (
        gettext_lazy("it goes along with another number now"),
        "grey",
        "intersect",
    ),
    "request.joined": (gettext_lazy("merged duplicates into it"), "grey", "intersect"),
    "request.from_need": (gettext_lazy("made it from a need"), "grey", "basket"),
    "request.split_off": (gettext_lazy("split it off again"), "blue", "scissors"),
    "request.parted": (gettext_lazy("split a duplicate off"), "grey", "scissors"),
    "request.exclude_asked": (
        gettext_lazy("asked to leave it out of the rates"),
        "grey",
        "funnel",
    ),
    "request.excluded": (gettext_lazy("left it out of the rates"), "grey", "funnel"),
    "request.exclude_refused": (
        gettext_lazy("refused the exclusion"),
        "red",
        "slash-circle",
    ),
    "request.included": (gettext_lazy("had it counted again"), "blue", "plus-circle"),
    "request.hidden": (gettext_lazy("made it private"), "grey", "eye-slash"),
    "request.shown": (gettext_lazy("made it public again"), "grey", "unlock"),
    "request.revisited": (
        gettext_lazy("asked the resident how it went"),
        "green",
        "telephone-outbound",
    ),
    "request.revisit_missed": (
        gettext_lazy("did not reach the resident"),
        "grey",
        "telephone-outbound",
    ),
    "request.unreached": (
        gettext_lazy("the resident could not be reached"),
        "grey",
        "telephone-outbound",
    ),
    "request.photo_uncovered": (
        gettext_lazy("took the covering of a picture back"),
        "amber",
        "eye",
    ),
    "request.photo_redacted": (
        gettext_lazy("covered parts of a picture"),
        "grey",
        "eye-slash",
    ),
    "task.found": (gettext_lazy("looked at it on site"), "green", "binoculars"),
    "request.regridded": (
        gettext_lazy("its grid was changed, it lies in the new one"),
        "grey",
        "diagram-3",
    ),
    "task.reported_in": (gettext_lazy("reported in"), "green", "person-check"),
    "task.claimed": (gettext_lazy("claimed it"), "green", "list-check"),
    "task.handled": (gettext_lazy("is handling it"), "blue", "tools"),
    "task.replied": (gettext_lazy("replied"), "green", "chat-left-text"),
    "task.released": (gettext_lazy("was released"), "grey", "dash-circle"),
    "task.cancelled": (gettext_lazy("was taken back"), "grey", "x-circle"),
    "task.reminded": (gettext_lazy("was reminded"), "amber", "alarm"),
    "task.supervised": (gettext_lazy("is asked for a statement"), "red", "binoculars"),
    "task.named": (gettext_lazy("is listed for the bulletin"), "red", "broadcast"),
    "task.naming_struck": (
        gettext_lazy("was struck off the list for the bulletin"),
        "grey",
        "dash-circle",
    ),
    "task.supervision_answered": (
        gettext_lazy("answered the supervision"),
        "violet",
        "chat-left-text",
    ),
    "task.supervision_settled": (
        gettext_lazy("settled the supervision"),
        "green",
        "check-circle",
    ),
    "task.supervision_asked_again": (
        gettext_lazy("asked for the statement again"),
        "red",
        "arrow-return-left",
    ),
    "task.supervision_withdrawn": (
        gettext_lazy("withdrew the supervision"),
        "grey",
        "x-circle",
    ),
    "task.planned": (gettext_lazy("planned it"), "green", "list-check"),
    "task.returned": (gettext_lazy("returned it to the desk"), "amber", "reply"),
    "task.sent_again": (gettext_lazy("was called again"), "blue", "send"),
    "task.ruling_asked": (
        gettext_lazy("the district was asked to rule"),
        "violet",
        "bank",
    ),
    "task.ruled": (
        gettext_lazy("the district ruled that it is theirs"),
        "violet",
        "bank",
    ),
    "task.extension_asked": (
        gettext_lazy("asked for more time"),
        "amber",
        "calendar-plus",
    ),
    "task.extended": (
        gettext_lazy("was given more time"),
        "green",
        "calendar-check-fill",
    ),
    "task.extension_refused": (
        gettext_lazy("was refused more time"),
        "red",
        "calendar-x",
    ),
    "task.paused": (gettext_lazy("was put on hold"), "grey", "pause-circle"),
    "task.resumed": (gettext_lazy("runs again"), "blue", "play-circle"),
    "task.recalled": (
        gettext_lazy("was taken back, sent in error"),
        "grey",
        "x-circle",
    ),
    "task.leads": (gettext_lazy("leads from now on"), "blue", "flag"),
    "task.scored": (gettext_lazy("was scored by the desk"), "green", "star"),
    "task.call_scored": (gettext_lazy("scored the call"), "green", "star"),
    "whistle.department_added": (
        gettext_lazy("called one more department"),
        "blue",
        "plus-circle",
    ),
    "whistle.recalled": (
        gettext_lazy("took the whistle back"),
        "grey",
        "arrow-return-left",
    ),
    "whistle.completed": (gettext_lazy("the whistle is complete"), "green", "check"),
    "task.deadline_moved": (
        gettext_lazy("the calendar was published, the deadline moved"),
        "grey",
        "calendar",
    ),
}
# Who is reminded of a return: by the state of the task, see `people.deciders_of`.
DECIDES = {
    "returned": pgettext_lazy("decides", "Desk"),
    "ruling": pgettext_lazy("decides", "District"),
}
URGED = {"task.reminded", "task.supervised", "task.named"}
NOTES = {"request.added", "task.handled"}
# What somebody else did to a department's call: the unit is the subject of the line.
OF_THE_UNIT = {
    "task.released",
    "task.recalled",
    "task.deadline_moved",
    "task.sent_again",
    "task.ruled",
    "task.ruling_asked",
    "task.extended",
    "task.extension_refused",
    "task.paused",
    "task.leads",
    "task.scored",
}


@dataclass(frozen=True)
class Entry:
    """One line. `is_awaited` lines have no time; `is_note` ones are remarks, not steps."""

    who: str
    verb: str
    at: datetime | None = None
    note: str = ""
    tone: str = "green"
    icon: str = "check"
    took: str = ""
    detail: str = ""
    is_awaited: bool = False
    is_note: bool = False
    name: str = ""
    files: list[Attachment] = field(default_factory=list)


def timeline(request: Request, user: Any = None) -> list[Entry]:
    """Every step and remark around a request, for staff: three statements.

    What residents read is `public_view().history`, which names nobody.
    """
    tasks = {t.pk: t for t in tasks_of(request)}
    files = files_by_event(request)
    told = [
        _entry(event, tasks, files.get(event.pk, []))
        for event in events_of(request)
        if event.name in VERBS and not _is_told_later(event)
    ]
    return [*_awaited(request), *told]


def events_of(request: Request) -> list[Event]:
    """Everything that happened around a request, newest first; read once."""
    known: list[Event] | None = request.__dict__.get("all_events")
    if known is None:
        rows = Event.objects.thread(request.pk).select_related("actor")
        known = request.__dict__["all_events"] = list(rows)
    return known


def tasks_of(request: Request) -> list[Task]:
    """All tasks of a request with department and holder, newest round first; read once."""
    known = request.__dict__.get("all_tasks")
    if known is None:
        rows = Task.objects.filter(request_id=request.pk).select_related(
            "department", "holder", "whistle__blown_by"
        )
        rows = rows.annotate(reminders=reminded())
        known = list(rows.order_by("-round", "-is_lead", "id"))
        for task in known:
            task.request = request
        request.__dict__["all_tasks"] = known
        request.__dict__.setdefault(
            "open_tasks", [task for task in known if task.state in OPEN_STATES]
        )
    return list(known)


def files_of(request: Request) -> list[Attachment]:
    """Every file of a request, oldest first; read once."""
    known: list[Attachment] | None = request.__dict__.get("all_files")
    if known is None:
        known = request.__dict__["all_files"] = list(attachments.of(request))
    return known


def files_by_event(request: Request) -> dict[int | None, list[Attachment]]:
    found: dict[int | None, list[Attachment]] = defaultdict(list)
    for file in files_of(request):
        found[file.event_id].append(file)
    return found


def _awaited(request: Request) -> Iterable[Entry]:
    turn = turn_of(request)
    if turn.is_over:
        return
    for holder in (turn.holder, *turn.others):
        yield Entry(
            who=holder.name,
            verb=_("Waiting for %(who)s to %(verb)s")
            % {"who": holder.one, "verb": holder.verb},
            tone="grey",
            icon="circle-dashed",
            is_awaited=True,
        )


def _entry(event: Event, tasks: dict[int, Task], files: list[Attachment]) -> Entry:
    verb, tone, icon = VERBS[event.name]
    task = tasks.get(event.data.get("task", 0))
    return Entry(
        who=_who(event, task),
        verb=_verb(event, str(verb), tasks),
        at=event.occurred_at,
        note=str(event.data.get("note", "")),
        tone=tone,
        icon=icon,
        took=_took(event, task),
        is_note=event.name in NOTES and event.data.get("from") == event.data.get("to"),
        name=event.name,
        files=files,
    )


def _is_told_later(event: Event) -> bool:
    """A reminder that was due together with a later one, which says it all."""
    return event.name == "task.reminded" and bool(event.data.get("is_superseded"))


def _urged(event: Event, verb: str) -> str:
    """How a unit was urged: whom it reached, for which clock, and who did it by hand."""
    who = dict(Ladder.Who.choices).get(event.data.get("who", ""), "")
    step = dict(Ladder.Step.choices).get(event.data.get("step", ""), "")
    if event.actor:
        step = _("by %(person)s") % {"person": event.actor}
    return _("%(verb)s (%(how)s)") % {
        "verb": verb,
        "how": pgettext("between", ", ").join(
            str(part) for part in (who, step) if part
        ),
    }


def _who(event: Event, task: Task | None) -> str:
    if event.name in URGED:
        return str(DECIDES.get(event.data.get("decides", ""), "")) or _unit(task)
    person = str(event.actor) if event.actor else ""
    labels = {"resident": _("Resident"), "system": _("System")}
    person = person or labels.get(event.actor_label, event.actor_label)
    if task is None or task.department is None:
        return person
    if event.name in OF_THE_UNIT:
        return task.department.short
    return _("%(unit)s, %(person)s") % {"unit": task.department.short, "person": person}


def _unit(task: Task | None) -> str:
    return unit_of(task) if task else ""


def _verb(event: Event, verb: str, tasks: dict[int, Task]) -> str:
    if event.name == "whistle.department_added":
        added = event.data.get("department")
        found = (t.department for t in tasks.values() if t.department_id == added)
        unit = next(found, None)
        return f"{verb}{pgettext('between', ', ')}{unit.short}" if unit else verb
    if event.name in URGED:
        return _urged(event, verb)
    if event.name == "request.whistled":
        n = 1 + len(event.data.get("assist", []))
        return ngettext(
            "whistled, %(n)d department", "whistled, %(n)d departments", n
        ) % {"n": n}
    if event.name == "task.extension_asked":
        more = deadlines.words(event.data.get("amount", ""))
        return f"{verb}{pgettext('between', ', ')}{more}" if more else verb
    return verb


def _took(event: Event, task: Task | None) -> str:
    """The time a department used where it had a limit."""
    if task is None or event.name not in ("task.reported_in", "task.replied"):
        return ""
    start = task.created_at
    is_calendar = deadlines.is_calendar(task.limit)
    span = (
        event.occurred_at - start
        if is_calendar
        else worktime.working_between(start, event.occurred_at)
    )
    return worktime.format_amount(span.total_seconds(), calendar_time=is_calendar)
