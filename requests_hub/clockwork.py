"""The clocks of a call: which limits run, from where, and what stands them still.

Every deadline follows from the limit, the moment it runs from and the intervals on hold; the
columns only keep what follows. A clock that was met is left as it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from requests_hub import deadlines
from requests_hub.deadlines import Stand
from requests_hub.models import Task


@dataclass(frozen=True)
class Clock:
    """The columns of one clock of a task; `can_stand` says whether a hold stops it."""

    name: str
    limit: str
    due: str
    start: str
    done: str = ""
    can_stand: bool = True

    def runs(self, task: Task) -> bool:
        """Whether there is such a clock and it was not met yet."""
        if not getattr(task, self.limit) or getattr(task, self.start) is None:
            return False
        return not self.done or getattr(task, self.done) is None


REPORT_IN = Clock(
    "report_in", "report_in_limit", "report_in_due_at", "created_at", "reported_in_at"
)
PLAN = Clock("plan", "plan_limit", "plan_due_at", "created_at", "planned_at")
HANDLE = Clock("handle", "limit", "due_at", "due_from_at", "replied_at")
RETURN = Clock(
    "return", "return_limit", "return_due_at", "return_from_at", can_stand=False
)
DECISION = Clock(
    "decision",
    "decision_limit",
    "decision_due_at",
    "decision_from_at",
    can_stand=False,
)
CALL = (REPORT_IN, PLAN, HANDLE)
ALL = (*CALL, RETURN, DECISION)


def stands_of(task: Task) -> list[Stand]:
    """The intervals in which the clocks of a task stood or stand; one statement, or prefetched."""
    return [Stand(row.began_at, row.ended_at) for row in task.pauses.all()]


def reckoned(
    task: Task, stands: Iterable[Stand], clocks: Iterable[Clock] = ALL
) -> dict[str, datetime | None]:
    """The deadlines of a task that still run, by column, as they follow from what is stored."""
    held = list(stands)
    return {
        clock.due: deadlines.due(
            getattr(task, clock.limit),
            getattr(task, clock.start),
            extension=task.extension_limit if clock is HANDLE else "",
            stands=held if clock.can_stand else (),
        )
        for clock in clocks
        if clock.runs(task)
    }
