"""Pictures of a ladder, and what the pages of supervision and of the auditor show."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import engine, ruler, worktime
from governance.core.models import User
from governance.core.workflow import Text
from governance.core.worktime import Amount
from requests_hub import deadlines, ladders, people, policies
from requests_hub.actions import supervision as actions
from requests_hub.actions.audit import HEARTBEAT
from requests_hub.audit_rules import KINDS, Kind
from requests_hub.ladders import Rung
from requests_hub.models import Finding, Ladder, Naming, Supervision, Task
from requests_hub.panels.turns import Act

LIMITS = {
    "report_in": "report_in_{kind}",
    "plan": "plan_{kind}",
    "handling": "handle_{kind}",
    ladders.DECISION: "decide_return",
}
TONES = {"reminder": "amber", "supervision": "red", "naming": "red"}
MOST_LABELS = 12
MOST_NAMED = 5


# --- The policy -----------------------------------------------------------------------------


@dataclass(frozen=True)
class RungRow:
    """One rung in words."""

    number: int
    when: str
    who: str
    what: str
    repeat: str
    tone: str
    pk: int | None = None
    was: str = ""

    def said(self) -> tuple[str, ...]:
        """What the rung does, apart from its number."""
        return (self.when, self.who, self.what, self.repeat or "—")


@dataclass(frozen=True)
class Section:
    """One clock of a kind: the version that holds, drawn and in words, and those to come."""

    step: str
    label: str
    version: policies.Version
    limit: str
    picture: ruler.Ruler
    rows: list[RungRow]
    coming: list["Coming"]
    past: list[date]


@dataclass(frozen=True)
class Coming:
    """A version that has not begun, each rung with what it changes, and those it drops."""

    starts_on: date
    rows: list[RungRow]
    dropped: list[RungRow]
    is_same: bool


def sections(district_id: int, kind: str) -> list[Section]:
    """Every clock of a kind; one statement."""
    known = policies.versions(district_id, kind)
    today = timezone.localdate()
    out = []
    for step in ladders.STEPS:
        own = known.get((kind, step), [])
        held = policies.in_force(own, kind, step, today)
        if held is None:
            continue
        limit = _limit(kind, step)
        rows = _rows(held, limit.is_calendar)
        out.append(
            Section(
                step=step,
                label=str(dict(Ladder.Step.choices)[step]),
                version=held,
                limit=_amount(limit.amount, is_calendar=limit.is_calendar),
                picture=picture(held.rungs, step, limit),
                rows=rows,
                coming=[
                    _coming(v.starts_on, rows, _rows(v, limit.is_calendar))
                    for v in own
                    if v.starts_on and v.starts_on > today
                ],
                past=[v.starts_on for v in own if v.starts_on and v.starts_on <= today],
            )
        )
    return out


def _coming(starts_on: date, now: list[RungRow], then: list[RungRow]) -> Coming:
    """A version to come beside the one that holds: what is new, changed and dropped."""
    known = {row.number: row for row in now}
    rows = [replace(row, was=_was(known.get(row.number), row)) for row in then]
    kept = {row.number for row in then}
    dropped = [row for row in now if row.number not in kept]
    is_same = not dropped and not any(row.was for row in rows)
    return Coming(starts_on, rows, dropped, is_same)


def _was(before: RungRow | None, row: RungRow) -> str:
    if before is None:
        return _("new rung")
    pairs = zip(before.said(), row.said(), strict=True)
    changed = [old for old, new in pairs if old != new]
    return _("now: %(before)s") % {"before": "、".join(changed)} if changed else ""


def _limit(kind: str, step: str) -> deadlines.Limit:
    code = "grid" if kind == "grid" else LIMITS[step].format(kind=kind)
    if step == ladders.DECISION and kind == "emergency":
        code = f"{code}_emergency"
    try:
        return deadlines.limit(code)
    except KeyError:
        text = "4h/c" if kind == "emergency" else "1d"
        return deadlines.Limit.parse(text)


def _rows(version: policies.Version, is_calendar: bool) -> list[RungRow]:
    ids = version.ids or (None,) * len(version.rungs)
    rungs = zip(version.rungs, ids, strict=True)
    return [in_words(rung, is_calendar, pk) for rung, pk in rungs]


def in_words(rung: Rung, is_calendar: bool, pk: int | None = None) -> RungRow:
    """One rung as its table says it."""
    words = dict(Ladder.When.choices)
    when = str(words["at"])
    if rung.offset:
        amount = _amount(Amount.parse(rung.offset), is_calendar=is_calendar)
        after = _("%(amount)s after due") % {"amount": amount}
        before = _("%(amount)s before due") % {"amount": amount}
        when = before if rung.when == "before" else after
    repeat = ""
    if rung.every:
        every = _amount(Amount.parse(rung.every), is_calendar=is_calendar)
        repeat = _("every %(amount)s, at most %(n)s times") % {
            "amount": every,
            "n": rung.most,
        }
    return RungRow(
        number=rung.number,
        when=when,
        who=_who(rung),
        what=str(dict(Ladder.What.choices)[rung.what]),
        repeat=repeat,
        tone=TONES[rung.what],
        pk=pk,
    )


def _who(rung: Rung) -> str:
    if rung.step == ladders.DECISION and rung.who == Ladder.Who.OFFICER:
        return _("whoever decides: the desk, then the district")
    return str(dict(Ladder.Who.choices)[rung.who])


def _amount(amount: Amount, *, is_calendar: bool) -> str:
    if not is_calendar:
        return amount.label
    seconds = amount.calendar_time.total_seconds()
    return worktime.format_amount(seconds, calendar_time=True)


def picture(rungs: Iterable[Rung], step: str, limit: deadlines.Limit) -> ruler.Ruler:
    """The ladder of a call that came in at the start of the next working day."""
    start = _next_morning()
    clock = ladders.Clock(step, start, limit.after(start), limit.is_calendar)
    moments = list(ladders.moments(rungs, [clock]))
    end = max([clock.due, *(m.at for m in moments)])
    days = _days(start, end, limit.is_calendar)
    return ruler.build(days, start, _flags(clock, moments))


def _flags(clock: ladders.Clock, moments: list[ladders.Moment]) -> list[ruler.Flag]:
    """One flag a moment with the numbers of its rungs; the deadline says so."""
    at: dict[datetime, list[Rung]] = {clock.due: []}
    for moment in moments:
        at.setdefault(moment.at, []).append(moment.rung)
    out = []
    for when, rungs in at.items():
        numbers = "、".join(str(rung.number) for rung in rungs)
        tones = {TONES[rung.what] for rung in rungs}
        if when == clock.due:
            label = f"{dict(Ladder.When.choices)['at']} {numbers}".strip()
            out.append(ruler.Flag(when, label, tone="green"))
        else:
            out.append(ruler.Flag(when, numbers, tone=max(tones)))
    return out


def _next_morning() -> datetime:
    today = timezone.localdate()
    day = worktime.calendar().nth_after(today, 1) or today
    opens = worktime.office_hours()[0][0]
    return timezone.make_aware(datetime.combine(day, opens))


def _days(start: datetime, end: datetime, is_calendar: bool) -> list[ruler.Day]:
    """Days from start to end; days off in a row are one. The n-th day is labelled n."""
    first, last = timezone.localdate(start), timezone.localdate(end)
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if is_calendar:
        return [
            ruler.Day(_nth(n, len(span)), (_whole(day),)) for n, day in enumerate(span)
        ]
    out: list[ruler.Day] = []
    worked = sum(worktime.is_working_day(day) for day in span)
    n = 0
    for is_worked, run in groupby(span, worktime.is_working_day):
        if not is_worked:
            out.append(ruler.Day(""))
            continue
        for day in run:
            out.append(ruler.Day(_nth(n, worked), _halves(day)))
            n += 1
    return out


def _nth(n: int, of: int) -> str:
    return _("day %(n)s") % {"n": n + 1} if of <= MOST_LABELS else str(n + 1)


def _halves(day: date) -> tuple[ruler.Half, ...]:
    return tuple(
        ruler.Half(
            timezone.make_aware(datetime.combine(day, opens)),
            timezone.make_aware(datetime.combine(day, closes)),
        )
        for opens, closes in worktime.office_hours()
    )


def _whole(day: date) -> ruler.Half:
    start = timezone.make_aware(datetime.combine(day, time.min))
    return ruler.Half(start, start + timedelta(days=1))


# --- Reminders and supervision --------------------------------------------------------------


def acts(task: Task, user: User) -> list[Act]:
    """Urging by hand, for those who may."""
    unit = people.unit_of(task)
    out = []
    if actions.may_remind(task, user):
        url = reverse("task_remind", args=[task.pk])
        out.append(Act("remind", _("Remind"), url, "alarm", note=unit))
    if actions.may_supervise(task, user):
        url = reverse("task_supervise", args=[task.pk])
        out.append(Act("supervise", _("Supervise"), url, "binoculars", note=unit))
    return out


def supervision(row: Supervision, user: User) -> dict[str, Any]:
    """The page of one supervision."""
    return {
        "row": row,
        "task": row.task,
        "unit": people.unit_of(row.task),
        "steps": actions.available(row, user),
        "clock_words": _clock_words(row),
    }


def _clock_words(row: Supervision) -> str:
    now = timezone.now()
    if row.state != "asked":
        return ""
    gap = worktime.working_between(min(now, row.answer_by), max(now, row.answer_by))
    amount = worktime.format_amount(gap.total_seconds())
    words = _("%(time)s over") if now > row.answer_by else _("%(time)s left")
    return words % {"time": amount}


def unit(row: Supervision | Naming) -> str:
    """The unit of a row of the list, in short."""
    if isinstance(row, Naming):
        return row.department.short if row.department else str(row.large or "")
    return people.unit_of(row.task)


def reminded_people(task: Task) -> str:
    """Who gets a reminder, by name; the centre where nobody is posted."""
    found = people.holders_of(task) or people.centre_of(task)
    names = [
        str(u) for u in User.objects.filter(pk__in=found).order_by("name")[:MOST_NAMED]
    ]
    words = _("Goes to %(names)s at once, as a notice.")
    if len(found) > len(names):
        words = _("Goes to %(names)s and %(n)s more at once, as a notice.")
    return words % {"names": "、".join(names), "n": len(found) - len(names)}


# --- The auditor ----------------------------------------------------------------------------


@dataclass(frozen=True)
class FindingRow:
    """One finding with the way to its remedy; `does` is what one press mends here."""

    row: Finding
    url: str
    verb: str
    does: str = ""


@dataclass(frozen=True)
class Group:
    kind: Kind
    code: str
    rows: list[FindingRow]


MENDS: dict[str, Text] = {
    "no_ladder": gettext_lazy("Give it the ladder in force"),
    "complete": gettext_lazy("Send it to be checked"),
    "stranded": pgettext_lazy("step", "Back to the desk"),
    "whistle_open": gettext_lazy("Complete the whistle"),
    "no_moment": gettext_lazy("Look again"),
    "not_looked_at": gettext_lazy("Look again"),
    "sweep_failed": gettext_lazy("Look again"),
}


def groups(rows: Iterable[Finding]) -> list[Group]:
    """Findings by kind, in the order in which the kinds are declared."""
    by_kind: dict[str, list[FindingRow]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, []).append(_finding(row))
    return [Group(KINDS[c], c, by_kind[c]) for c in KINDS if c in by_kind]


def _finding(row: Finding) -> FindingRow:
    does = str(MENDS.get(row.kind, ""))
    if row.subject_type == "supervision":
        url = reverse("supervision", args=[row.subject_id])
        return FindingRow(row, url, _("Open the supervision"), does)
    if row.kind == "calendar":
        url = reverse("admin:core_calendaryear_changelist")
        return FindingRow(row, url, _("Publish the year"), does)
    if row.kind == "set_aside":
        return FindingRow(row, reverse("deliveries"), _("See the messages"), does)
    if row.kind == "nobody_told":
        url = reverse("registry", args=["escalation-contacts"])
        return FindingRow(row, url, _("Name the head or leader"), does)
    if row.kind == "no_holder" and not row.data.get("no"):
        return FindingRow(row, reverse("registry", args=["staff"]), _("Staff"), does)
    no = row.data.get("no")
    url = reverse("request", args=[no]) if no else ""
    return FindingRow(row, url, _("Open the request"), does)


def looked_at() -> datetime | None:
    """When the auditor last finished; None if it never did."""
    quiet = engine.silence(HEARTBEAT)
    return None if quiet is None else timezone.now() - timedelta(seconds=quiet)
