"""Escalation as arithmetic: which rungs a clock has, and the moment of each.

Nothing here reads or writes a row. Offsets count as the clock counts: in working time, for an
emergency round the clock.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from governance.core import worktime
from governance.core.worktime import Amount
from requests_hub import deadlines
from requests_hub.workflow_whistles import DISPUTED

DECISION = "decision"
STEPS = ("report_in", "plan", "handling", DECISION)
UNPLANNED = ("reported_in", "claimed")
# When what should have gone on by itself is tried again.
LATER = timedelta(minutes=5)
_amount = lru_cache(maxsize=256)(Amount.parse)


@dataclass(frozen=True, order=True)
class Rung:
    """One rung: `offset` and `every` are amounts such as "4h"; `most` repeats after the first."""

    step: str
    number: int
    when: str
    offset: str
    who: str
    what: str
    every: str = ""
    most: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Clock:
    """One running clock of a task; `start` bounds what comes before the deadline."""

    step: str
    start: datetime
    due: datetime
    is_calendar: bool = False


@dataclass(frozen=True)
class Moment:
    """When one rung fires, `repeat` from 0."""

    rung: Rung
    repeat: int
    at: datetime
    due: datetime

    @property
    def key(self) -> tuple[str, int, int]:
        return self.rung.step, self.rung.number, self.repeat


def read(rungs: Iterable[dict[str, Any]]) -> tuple[Rung, ...]:
    """Rungs as a ladder stores them, in order of steps and numbers."""
    return tuple(
        sorted(
            (Rung(**row) for row in rungs),
            key=lambda r: (STEPS.index(r.step), r.number),
        )
    )


def digest(rungs: Iterable[Rung]) -> str:
    """The same rungs give the same text, whatever their order."""
    rows = [rung.as_dict() for rung in sorted(rungs)]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def moments(rungs: Iterable[Rung], clocks: Iterable[Clock]) -> Iterator[Moment]:
    """Every moment of these clocks, repeats included, in no order.

    A rung before the deadline that would come before its clock began is left out: the limit is
    shorter than the notice.
    """
    by_step = {clock.step: clock for clock in clocks}
    for rung in rungs:
        clock = by_step.get(rung.step)
        if clock is None:
            continue
        first = moment_of(rung, clock)
        if rung.when == "before" and first <= clock.start:
            continue
        yield Moment(rung, 0, first, clock.due)
        for repeat in range(1, rung.most + 1):
            at = _later(first, _times(rung.every, repeat), clock)
            yield Moment(rung, repeat, at, clock.due)


def moment_of(rung: Rung, clock: Clock) -> datetime:
    """When a rung fires the first time."""
    if rung.when == "at":
        return clock.due
    amount = _amount(rung.offset)
    if rung.when == "after":
        return _later(clock.due, amount, clock)
    if clock.is_calendar:
        return clock.due - amount.calendar_time
    return worktime.take_working(clock.due, amount)


def _times(every: str, n: int) -> Amount:
    amount = _amount(every)
    return Amount(amount.value * n, amount.unit)


def _later(start: datetime, amount: Amount, clock: Clock) -> datetime:
    if clock.is_calendar:
        return start + amount.calendar_time
    return worktime.add_working(start, amount)


def clocks_of(task: Any) -> list[Clock]:
    """The clocks that run for a task now; none while it is paused or answered.

    A called department is asked to report in while the time to handle it already runs. While a
    return is decided only that decision is waited for.
    """
    if task.state in DISPUTED:
        return _decisions_of(task)
    if task.paused_at is not None:
        return []
    found = []
    calendar = deadlines.is_calendar(task.limit)
    if task.state == "called" and task.report_in_due_at:
        counts = deadlines.is_calendar(task.report_in_limit)
        found.append(Clock("report_in", task.created_at, task.report_in_due_at, counts))
    if task.state in UNPLANNED and task.plan_due_at and task.planned_at is None:
        counts = deadlines.is_calendar(task.plan_limit)
        found.append(Clock("plan", task.created_at, task.plan_due_at, counts))
    if task.due_at:
        start = task.due_from_at or task.created_at
        found.append(Clock("handling", start, task.due_at, calendar))
    return found


def _decisions_of(task: Any) -> list[Clock]:
    if task.decision_due_at is None or task.decision_from_at is None:
        return []
    calendar = deadlines.is_calendar(task.decision_limit)
    return [Clock(DECISION, task.decision_from_at, task.decision_due_at, calendar)]


def cycle_of(task: Any, step: str) -> int:
    """Which run of a clock this is: of handling since rework, of deciding since the return."""
    if step != DECISION:
        return int(task.rework_count)
    return 2 * int(task.return_count) + int(task.state == DISPUTED[1])


def goes_on_at(task: Any) -> datetime | None:
    """When a task goes on by itself: a hold ends, a return nobody decided goes to the district."""
    moment = None
    if task.state == DISPUTED[0]:
        moment = task.decision_due_at
    elif task.state not in DISPUTED and task.paused_at is not None:
        moment = task.paused_until_at
    return moment


def next_moment(
    task: Any, pending: Iterable[Moment], clocks: Iterable[Clock], now: datetime
) -> datetime | None:
    """When somebody must look at a task again: the next rung or deadline, or it goes on."""
    times = [m.at for m in pending] + [c.due for c in clocks]
    times.append(goes_on_at(task) or now)
    return min((at for at in times if at > now), default=None)
