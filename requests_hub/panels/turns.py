"""Rows of lists: whose turn, which clock, and the one step that a person may take from there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.core.clocks import Clock
from governance.core.models import User
from governance.core.workflow import Step, Text
from requests_hub import turns
from requests_hub.actions import steps
from requests_hub.models import Request, Task, Whistle

KEYS = {
    "accept": "A",
    "verify": "A",
    "close": "A",
    "dispatch": "D",
    "whistle": "W",
    "reject": "R",
    "rework": "R",
    "report_in": "B",
    "claim": "A",
    "plan": "A",
    "send_again": "A",
    "rule": "A",
    "handle": "A",
}
ORDER = (
    "accept",
    "finding",
    "verify",
    "close",
    "whistle",
    "dispatch",
    "report_in",
    "claim",
    "plan",
    "send_again",
    "rule",
    "reply",
    "handle",
    "rework",
    "revisit",
    "resume",
    "split",
    "reject",
    "look",
    "hold",
    "exclude",
    "hold_refuse",
    "exclude_refuse",
)
LAST = (
    "grant_extension",
    "refuse_extension",
    "score",
    "score_call",
    "ask_extension",
    "send_back",
    "ask_ruling",
    "run_again",
    "pause",
    "add_department",
    "add",
    "release",
    "recall",
    "cancel",
    "reopen",
    "withdraw",
    "rate",
)
# Steps that hang on what was asked for are shown on the page of the request alone.
ASIDE = (
    "merge",
    "hold_ask",
    "exclude_ask",
    "include",
    "hide",
    "unhide",
)
DECISIONS = ("hold", "hold_refuse", "exclude", "exclude_refuse")
NOTES: dict[str, Text] = {
    "accept": _("the dispatch limit begins"),
    "reject": _("the resident is told why"),
    "whistle": _("one leads, others assist"),
    "dispatch": _("to a person or a grid"),
    "reply": _("then it is checked"),
    "verify": _("pass and close, or send back"),
    "rework": _("to those who answered"),
    "add": _("words or photos"),
    "report_in": _("the department is on it"),
    "claim": _("with a plan and a day"),
    "plan": _("how, by when, in which steps"),
    "send_back": _("with a reason, inside the window"),
    "send_again": _("you stand by the call"),
    "ask_ruling": _("the district decides, it binds"),
    "rule": _("it binds, no further return"),
    "ask_extension": _("once, before it is due"),
    "grant_extension": _("the deadline moves"),
    "refuse_extension": _("the deadline stays"),
    "pause": _("until a day, with a reason"),
    "run_again": _("deadlines move by the time on hold"),
    "recall": _("it went out in error"),
    "score": _("1 to 5, once"),
    "score_call": _("1 to 5, once"),
    "add_department": _("its clocks run from now"),
    "handle": _("with photos"),
    "release": _("by name, with a reason"),
    "reopen": _("a new round begins"),
    "look": _("before it is given to anybody"),
    "finding": _("found, not found, cannot tell"),
    "merge": _("both numbers keep working"),
    "split": _("undoes the merge"),
    "hold_ask": _("with a statement, somebody else decides"),
    "hold": _("open tasks end, the deadline stands still"),
    "exclude_ask": _("it stays, the rates are told apart"),
    "hide": _("for its handlers alone"),
    "resume": _("it is at the desk again"),
    "revisit": _("reached, solved, satisfied, in words"),
}
TOGETHER = ("verify", "close", "revisit", "missed")
SHORT: dict[str, Text] = {
    "verify": _("Check"),
    "reject": _("Refuse"),
}


@dataclass(frozen=True)
class Act:
    """A step as a button: `is_page` when it is a page of its own and not a drawer."""

    name: str
    label: Text
    url: str
    icon: str
    key: str = ""
    note: Text = ""
    is_page: bool = False
    is_change: bool = False

    @property
    def is_main(self) -> bool:
        """Whether it brings the thing on, and is no remark, change or exception."""
        return self.name not in LAST and not self.is_change


@dataclass(frozen=True)
class Shown:
    """Whose turn, as the whose-turn line and the list rows read it."""

    is_me: bool
    unit: str
    person: str
    verb: str
    clock: Clock | None
    icon: str
    next_step: str = ""
    others_count: int = 0


@dataclass(frozen=True)
class RequestRow:
    """One request of a list."""

    request: Request
    turn: Shown | None
    clock: Clock | None


@dataclass(frozen=True)
class TaskRow:
    """One call of a department with both clocks, and the step that comes next."""

    task: Task
    report_in_clock: Clock
    due_clock: Clock
    step: Act | None
    asked_by: str

    @property
    def title(self) -> str:
        return self.task.title

    @property
    def is_late(self) -> bool:
        return "overdue" in (self.report_in_clock.code, self.due_clock.code)


def acts(subject: Request | Task | Whistle, user: User) -> list[Act]:
    """The steps this person may take now, the one to take first in front.

    Checking, closing and sending back are one page, so a reply is checked in one go.
    """
    wanted = (*ORDER, *LAST, "missed")
    plain = [name for name in wanted if name not in DECISIONS]
    found = steps.available(subject, user, names=plain)
    names = {step.name for step in found}
    out = [_act(subject, step) for step in found if step.name not in TOGETHER]
    if isinstance(subject, Request) and names & {"verify", "close"}:
        out.append(_check(subject))
    if isinstance(subject, Request) and "revisit" in names:
        url = reverse("request_revisit", args=[subject.no])
        icon, note = "telephone-outbound", NOTES["revisit"]
        out.append(Act("revisit", _("Revisit"), url, icon, "", note, is_page=True))
    return sorted(out, key=lambda act: (act.is_change, _rank(act.name)))


def acts_aside(row: Request, user: User) -> tuple[list[Act], list[Act]]:
    """(what waits for this person's decision, steps aside of the main way)."""
    found = steps.available(row, user, names=(*ASIDE, *DECISIONS))
    made = sorted((_act(row, step) for step in found), key=lambda act: _rank(act.name))
    return (
        [act for act in made if act.name in DECISIONS],
        [act for act in made if act.name in ASIDE],
    )


def _rank(name: str) -> int:
    if name in ORDER:
        return ORDER.index(name)
    return 100 + (LAST.index(name) if name in LAST else 0)


def _check(row: Request) -> Act:
    url = reverse("request_verify", args=[row.no])
    return Act("verify", SHORT["verify"], url, "clipboard-check", "A", NOTES["verify"])


def _act(subject: Request | Task | Whistle, step: Step) -> Act:
    return Act(
        name=step.name,
        label=step.label,
        url=step_url(subject, step.name),
        icon=step.icon,
        key=KEYS.get(step.name, ""),
        note=NOTES.get(step.name, ""),
        is_change=step.name == "plan" and step.target is None,
    )


def step_url(subject: Request | Task | Whistle, name: str) -> str:
    """The page of one step."""
    if isinstance(subject, Whistle):
        return reverse("whistle_step", args=[subject.pk, name])
    if isinstance(subject, Task):
        return reverse("task_step", args=[subject.pk, name])
    return reverse("request_step", args=[subject.no, name])


def shown(row: Request, user: User) -> tuple[Shown | None, list[Shown], int]:
    """(the turn, up to two other holders, how many more); None when it is nobody's."""
    turn = turns.turn_of(row)
    if turn.is_over:
        return None, [], 0
    own = turn.holder_for(user)
    first = own or turn.holder
    others = [h for h in (turn.holder, *turn.others) if h is not first]
    line = _shown(first, bool(own), turn.next_step, len(others))
    return line, [_shown(h, False) for h in others[:2]], max(0, len(others) - 2)


def _shown(
    holder: turns.Holder, is_me: bool, next_step: str = "", others: int = 0
) -> Shown:
    return Shown(
        is_me=is_me,
        unit=holder.unit,
        person=holder.person,
        verb=str(holder.verb),
        clock=holder.clock,
        icon=holder.icon,
        next_step=next_step,
        others_count=others,
    )


def rows_with_turn(rows: Iterable[Request], user: User) -> list[RequestRow]:
    """Rows read by `for_list`, with turn and running clock."""
    out = []
    for row in rows:
        turn, _others, _more = shown(row, user)
        is_open = row.state_info.is_open
        clock = turn.clock if turn else turns.request_clock(row) if is_open else None
        out.append(RequestRow(row, turn, clock))
    return out


def tasks_with_clocks(tasks: Iterable[Task], user: User) -> list[TaskRow]:
    """Calls with both clocks and the next step of this person, if there is one."""
    out = []
    for task in tasks:
        ahead = acts(task, user) if task.state_info.is_open else []
        asked_by = turns.town_name(task.request) if task.request else ""
        out.append(
            TaskRow(
                task=task,
                report_in_clock=turns.report_in_clock(task),
                due_clock=turns.handling_clock(task),
                step=ahead[0] if ahead and ahead[0].is_main else None,
                asked_by=asked_by,
            )
        )
    return out


def first_step(subject: Request | Task, user: User) -> Act | None:
    """The step to take first, None when there is none but remarks.

    More time that was asked for is answered on the request's page, where yes and no stand.
    """
    ahead: list[Act] = acts(subject, user)
    if not ahead or ahead[0].is_main:
        return ahead[0] if ahead else None
    if ahead[0].name == "grant_extension" and isinstance(subject, Task):
        no = subject.request.no if subject.request else ""
        url = reverse("request", args=[no])
        return replace(ahead[0], label=_("Answer the extension"), url=url)
    return None
