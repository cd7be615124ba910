"""The rules of a whistle in plain Python: no database, no code of ours, times as intervals.

Working time is walked block by block, what is on hold is cut out of it. The test that uses this
compares it with what the product stored, after every step.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
DAY = timedelta(hours=6, minutes=30)
H = timedelta(hours=1)
# kind: (report in, plan, handle, return window, round the clock)
LIMITS = {
    "routine": (4 * H, DAY, 5 * DAY, DAY, False),
    "campaign": (4 * H, 3 * DAY, 15 * DAY, DAY, False),
    "emergency": (2 * H, 4 * H, 24 * H, H, True),
}
REWORK = (3 * DAY, 24 * H)  # in working time; of an emergency, round the clock
# To decide a return, at the desk and at the district: in working time, round the clock.
DECIDE = {"returned": (4 * H, H), "ruling": (DAY, 2 * H)}
AT_WORK = ("reported_in", "claimed", "planned", "handling")
BEFORE_REPLY = ("called", *AT_WORK, "returned", "ruling")
ENDED = ("closed", "released", "recalled")
Span = tuple[datetime, datetime | None]


def is_worked(day: date, days: dict[date, bool]) -> bool:
    return days.get(day, day.weekday() < 5)


def due(
    start: datetime,
    amount: timedelta,
    holds: list[Span],
    days: dict[date, bool],
    *,
    real: bool,
) -> datetime | None:
    """The moment at which `amount` is used up outside of `holds`; None when a hold is open."""
    left = amount
    for opens, closes in _open_times(start, days, real=real):
        for a, b in _without(max(opens, start), closes, holds):
            if b - a >= left:
                return a + left
            left -= b - a
        if any(until is None and since < closes for since, until in holds):
            return None
    raise AssertionError("no end of time")


def _open_times(start, days, *, real):
    first = start.astimezone(TZ).date()
    for n in range(500):
        day = first + timedelta(days=n)
        if real:
            midnight = datetime.combine(day, time(), TZ)
            yield midnight, midnight + timedelta(days=1)
        elif is_worked(day, days):
            for a, b in HOURS:
                yield datetime.combine(day, a, TZ), datetime.combine(day, b, TZ)


def _without(opens, closes, holds):
    """The parts of a block that no hold covers."""
    at = opens
    for since, until in sorted(holds, key=lambda h: h[0]):
        if until is not None and until <= at:
            continue
        if since >= closes:
            break
        if since > at:
            yield at, since
        if until is None:
            return
        at = max(at, until)
    if at < closes:
        yield at, closes


@dataclass
class Part:
    """One called department, as the rules have it."""

    kind: str
    called_at: datetime
    is_lead: bool = False
    state: str = "called"
    reported: bool = False
    returns: int = 0
    is_ruled: bool = False
    window_from: datetime | None = None
    holds: list[Span] = field(default_factory=list)
    extension: str = ""
    granted: timedelta = timedelta(0)
    asked: timedelta = timedelta(0)
    handle_from: datetime | None = None
    handle_limit: timedelta = timedelta(0)
    handle_real: bool = False
    hold_until: datetime | None = None
    decide_from: datetime | None = None
    frozen: dict[str, datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        limits = LIMITS[self.kind]
        self.window_from = self.handle_from = self.called_at
        self.handle_limit, self.handle_real = limits[2], limits[4]

    @property
    def real(self) -> bool:
        return LIMITS[self.kind][4]

    @property
    def is_held(self) -> bool:
        return bool(self.holds) and self.holds[-1][1] is None

    def clock(self, name: str, days: dict[date, bool]) -> datetime | None:
        """A deadline: report_in, plan or handle."""
        if name in self.frozen:
            return self.frozen[name]
        if name == "handle":
            whole = self.handle_limit + self.granted
            start, real = self.handle_from, self.handle_real
        else:
            whole = LIMITS[self.kind][0 if name == "report_in" else 1]
            start, real = self.called_at, self.real
        assert start is not None
        return due(start, whole, self.holds, days, real=real)

    def window(self, days: dict[date, bool]) -> datetime | None:
        if self.is_ruled or self.window_from is None:
            return None
        return due(self.window_from, LIMITS[self.kind][3], [], days, real=self.real)

    def decision(self, days: dict[date, bool]) -> datetime | None:
        """Until when a return is to be decided."""
        if self.decide_from is None or self.state not in DECIDE:
            return None
        amount = DECIDE[self.state][self.real]
        return due(self.decide_from, amount, [], days, real=self.real)

    def looked_at(self, now: datetime, days: dict[date, bool]) -> None:
        """What goes on by itself by now: a hold ends, an undecided return goes up."""
        at = self.decision(days)
        if self.state == "returned" and at is not None and at <= now:
            self.state, self.decide_from = "ruling", at
        elif self.state in AT_WORK and self.hold_until and self.hold_until <= now:
            self.run(self.hold_until)

    def meet(self, name: str, days: dict[date, bool]) -> None:
        """A clock is met: it stays as it was."""
        self.frozen[name] = self.clock(name, days)

    def hold(self, now: datetime, until: datetime | None = None) -> None:
        if not self.real:
            self.holds.append((now, None))
            self.hold_until = until

    def run(self, now: datetime) -> None:
        self.hold_until = None
        if self.is_held:
            self.holds[-1] = (self.holds[-1][0], now)

    def end(self, state: str, now: datetime, days: dict[date, bool]) -> None:
        for name in ("report_in", "plan", "handle"):
            self.meet(name, days)
        self.run(now)
        self.state = state
