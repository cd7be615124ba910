"""The working-time ruler: office blocks of the days a request runs over, and its limits."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from governance.core import worktime
from requests_hub import clockwork, deadlines
from requests_hub.models import Request, Task

WIDTH, GAP, OFF_WIDTH = 760, 3, 64
MOST_DAYS = 9
LABEL_ROOM = 100
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Span:
    """A drawn stretch: half a day of office time, or days off. `done` is its filled part."""

    x: float
    width: float
    since: datetime
    until: datetime
    done: float = 0
    is_off: bool = False


@dataclass(frozen=True)
class Label:
    x: float
    label: str
    is_today: bool


@dataclass(frozen=True)
class Flag:
    """A moment with its words, below the blocks; `row` keeps neighbours apart."""

    x: float
    label: str
    sub: str
    tone: str
    row: int = 0

    @property
    def anchor(self) -> str:
        return "end" if self.x > WIDTH - LABEL_ROOM else "start"

    @property
    def text_x(self) -> float:
        return self.x + (-5 if self.anchor == "end" else 5)

    @property
    def y(self) -> int:
        return 59 + 31 * self.row

    @property
    def y_end(self) -> int:
        return 74 + 31 * self.row

    @property
    def y_sub(self) -> int:
        return self.y + 14


@dataclass(frozen=True)
class Line:
    day: date
    words: str
    amount: str


@dataclass(frozen=True)
class Ruler:
    """Everything the drawing and the table behind it need."""

    days: list[Label]
    blocks: list[Span]
    offs: list[Span]
    flags: list[Flag]
    lines: list[Line]
    now_x: float | None
    hours: str
    rule: str
    total: str
    words: str
    holds: list[Span] = field(default_factory=list)
    width: int = WIDTH


@dataclass(frozen=True)
class Moment:
    """A flag before it has a place."""

    at: datetime
    label: str
    sub: str = ""
    tone: str = "grey"


@dataclass
class _Scale:
    """Moments as x, over the drawn spans."""

    spans: list[Span] = field(default_factory=list)

    def x(self, at: datetime) -> float:
        for span in self.spans:
            if at < span.since:
                return span.x
            if at <= span.until:
                share = (at - span.since) / (span.until - span.since)
                return round(span.x + span.width * share, 1)
        return self.spans[-1].x + self.spans[-1].width if self.spans else 0


def ruler(row: Request, tasks: list[Task]) -> Ruler | None:
    """The ruler of a request of which a limit runs; None without one, and round the clock."""
    lead = next((t for t in tasks if t.is_lead and t.round == row.round), None)
    due_at = row.due_at or (lead.paused_until_at if lead else None)
    if due_at is None or deadlines.is_calendar(row.limit):
        return None
    now = timezone.now()
    holds = _holds(lead, now)
    moments = _moments(row, tasks, due_at)
    start, end = _window(row, [*(m.at for m in moments), now])
    scale, labels = _draw(worktime.explain(start, end), now)
    counted = worktime.explain(row.stage_at, due_at)
    stood = [_stood(since, until) for since, until in holds]
    total = sum(line.seconds for line in counted) - sum(s for s, _line in stood)
    return Ruler(
        days=labels,
        blocks=[span for span in scale.spans if not span.is_off],
        offs=[span for span in scale.spans if span.is_off],
        flags=_flags(scale, moments),
        lines=[*_lines(counted), *(line for _s, line in stood)],
        now_x=scale.x(now) if start <= now <= end else None,
        hours=_("counted in office hours, %(hours)s") % {"hours": hours()},
        rule=_rule(row),
        total=worktime.format_amount(total),
        words="；".join(f"{m.label} {m.sub}".strip() for m in moments),
        holds=[
            Span(x, max(scale.x(until) - x, 2), since, until)
            for since, until in holds
            for x in [scale.x(max(since, start))]
            if until > start and since < end
        ],
    )


def _holds(lead: Task | None, now: datetime) -> list[tuple[datetime, datetime]]:
    """When the leading department's clocks stood; asked only where its deadline shows it."""
    if lead is None or not lead.limit or lead.due_from_at is None:
        return []
    if not lead.is_paused and lead.due_at == deadlines.due(
        lead.limit, lead.due_from_at, extension=lead.extension_limit
    ):
        return []
    from_at = lead.due_from_at
    return [
        (max(stand.since, from_at), stand.until or now)
        for stand in clockwork.stands_of(lead)
        if (stand.until or now) > from_at
    ]


def _stood(since: datetime, until: datetime) -> tuple[float, Line]:
    """Working time that a hold took out, and its line in the reckoning."""
    seconds = worktime.working_between(since, until).total_seconds()
    words = _("on hold, %(since)s to %(until)s") % {
        "since": _at(since),
        "until": _at(until),
    }
    amount = f"−{worktime.format_amount(seconds, brief=True)}" if seconds else "0"
    return seconds, Line(timezone.localdate(since), words, amount)


def hours() -> str:
    return "、".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in worktime.office_hours())


def _rule(row: Request) -> str:
    amount = worktime.Amount.parse(row.limit) if row.limit else None
    since = timezone.localtime(row.stage_at)
    words = {
        "since": since.strftime("%m-%d %H:%M"),
        "limit": amount.label if amount else "",
    }
    if amount is None:
        return _("from %(since)s") % words
    return _("%(limit)s from %(since)s") % words


def _moments(row: Request, tasks: list[Task], due_at: datetime) -> list[Moment]:
    """What the flags say: steps taken, limits that run."""
    out = [Moment(row.submitted_at, _("Asked"), _at(row.submitted_at), "green")]
    if row.accepted_at:
        used = worktime.working_between(row.submitted_at, row.accepted_at)
        took = _("took %(time)s") % {
            "time": worktime.format_amount(used.total_seconds())
        }
        out.append(Moment(row.accepted_at, _("Accepted"), took, "green"))
    calls = [t for t in tasks if t.whistle_id and t.round == row.round]
    if calls:
        n = len(calls)
        words = ngettext("%(n)s department", "%(n)s departments", n) % {"n": n}
        out.append(Moment(calls[0].created_at, _("Whistled"), words, "green"))
        out += _report_in(calls)
    tone = "red" if due_at < timezone.now() else "amber"
    label = _("Handling limit") if calls else _("Limit of this stage")
    if row.due_at is None:
        tone, label = "grey", _("On hold until")
    out.append(Moment(due_at, label, _at(due_at), tone))
    return out


def _report_in(calls: list[Task]) -> list[Moment]:
    waiting = [t for t in calls if t.state == "called" and t.report_in_due_at]
    if not waiting:
        return []
    due = min(t.report_in_due_at for t in waiting if t.report_in_due_at)
    here = sum(t.reported_in_at is not None for t in calls)
    words = _("%(here)s / %(all)s reported in") % {"here": here, "all": len(calls)}
    tone = "red" if due < timezone.now() else "amber"
    return [Moment(due, _("Report-in limit"), words, tone)]


def _at(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%m-%d %H:%M")


def _window(row: Request, moments: list[datetime]) -> tuple[datetime, datetime]:
    """From the first to the last moment, at most `MOST_DAYS` working days up to the end."""
    start, end = min(moments), max(moments)
    days = worktime.explain(start, end) if (end - start).days < 400 else []
    worked = [day for day in days if worktime.is_working_day(day.date)]
    if days and len(worked) <= MOST_DAYS:
        return _midnight(start), _midnight(end) + timedelta(days=1, seconds=-1)
    anchor = max(row.stage_at, timezone.now() - timedelta(days=2))
    anchor = min(anchor, end)
    last = anchor
    for _n in range(40):
        span = worktime.explain(anchor, last + timedelta(days=1))
        if sum(worktime.is_working_day(d.date) for d in span) > MOST_DAYS or last > end:
            break
        last += timedelta(days=1)
    return _midnight(anchor), _midnight(last) + timedelta(days=1, seconds=-1)


def _midnight(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _draw(days: list[worktime.Day], now: datetime) -> tuple[_Scale, list[Label]]:
    """Spans and day labels from left to right; days off in a row are one hatched span."""
    runs = [
        (is_worked, list(run))
        for is_worked, run in groupby(days, lambda d: worktime.is_working_day(d.date))
    ]
    off = sum(OFF_WIDTH for is_worked, _run in runs if not is_worked)
    worked = sum(len(run) for is_worked, run in runs if is_worked)
    day_width = (WIDTH - off) / max(worked, 1)
    scale, labels, x = _Scale(), [], 0.0
    today = timezone.localdate()
    for is_worked, run in runs:
        if not is_worked:
            scale.spans.append(_off(run, x))
            labels.append(Label(round(x + OFF_WIDTH / 2, 1), _off_label(run), False))
            x += OFF_WIDTH
            continue
        for day in run:
            scale.spans += _halves(day.date, x, day_width, now)
            middle = round(x + day_width / 2, 1)
            labels.append(Label(middle, _day_label(day.date, today), day.date == today))
            x += day_width
    return scale, labels


def _off(run: list[worktime.Day], x: float) -> Span:
    since = timezone.make_aware(datetime.combine(run[0].date, datetime.min.time()))
    until = timezone.make_aware(datetime.combine(run[-1].date, datetime.max.time()))
    return Span(round(x, 1), OFF_WIDTH - GAP, since, until, is_off=True)


def _halves(day: date, x: float, width: float, now: datetime) -> list[Span]:
    blocks = worktime.office_hours()
    each = width / len(blocks)
    out = []
    for n, (opens, closes) in enumerate(blocks):
        since = timezone.make_aware(datetime.combine(day, opens))
        until = timezone.make_aware(datetime.combine(day, closes))
        span = Span(round(x + n * each, 1), round(each - GAP, 1), since, until)
        share = (min(max(now, since), until) - since) / (until - since)
        out.append(replace(span, done=round(span.width * share, 1)))
    return out


def _day_label(day: date, today: date) -> str:
    if not (get_language() or "").startswith("zh"):
        return f"{day:%a} {day.day}"
    return (
        f"{day.day} 今天" if day == today else f"{day.day} 周{WEEKDAYS[day.weekday()]}"
    )


def _off_label(run: list[worktime.Day]) -> str:
    word = run[0].note or _("day off")
    if not (get_language() or "").startswith("zh"):
        word = ""  # no room for it: the hatching says it
    days = (
        f"{run[0].date.day}"
        if len(run) == 1
        else f"{run[0].date.day}–{run[-1].date.day}"
    )
    return f"{days} {word}".strip()


def _flags(scale: _Scale, moments: list[Moment]) -> list[Flag]:
    """Flags that do not run into each other: limits first, then what happened last.

    One that would cover a neighbour goes a row down, and is left out where both rows are taken.
    """
    out: list[Flag] = []
    taken: list[list[float]] = [[], []]
    for moment in sorted(moments, key=lambda m: (m.tone == "green", -m.at.timestamp())):
        x = scale.x(moment.at)
        left = x - LABEL_ROOM if x > WIDTH - LABEL_ROOM else x
        row = next(
            (n for n in (0, 1) if all(abs(left - t) >= LABEL_ROOM for t in taken[n])),
            None,
        )
        if row is None:
            continue
        taken[row].append(left)
        out.append(Flag(x, moment.label, moment.sub, moment.tone, row))
    return out


def _lines(days: list[worktime.Day]) -> list[Line]:
    out = []
    for day in days:
        blocks = "、".join(
            f"{timezone.localtime(a):%H:%M}–{timezone.localtime(b):%H:%M}"
            for a, b in day.blocks
        )
        note = day.note or ("" if day.blocks else _("not counted"))
        words = f"{blocks} {note}".strip()
        if day.is_provisional:
            words += _(" (provisional)")
        amount = worktime.format_amount(day.seconds) if day.seconds else "0"
        out.append(Line(day.date, words, amount))
    return out
