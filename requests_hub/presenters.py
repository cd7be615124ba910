"""What pages, the API and paper show of a request: one door to turn, history and plain words."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from governance.core.clocks import Clock
from governance.core.workflow import State, Text
from requests_hub.history import Entry, tasks_of, timeline
from requests_hub.models import Request, Task, Whistle
from requests_hub.public import PublicEntry, PublicView, day_words, public_view
from requests_hub.turns import (
    Holder,
    Turn,
    for_list,
    handling_clock,
    open_tasks,
    place_name,
    report_in_clock,
    request_clock,
    task_clock,
    town_name,
    turn_of,
    turn_of_task,
)
from requests_hub.workflow_whistles import LET_GO

__all__ = [
    "Entry",
    "Holder",
    "PublicEntry",
    "PublicView",
    "StepDot",
    "Turn",
    "WhistleBoard",
    "WhistleRow",
    "day_words",
    "for_list",
    "handling_clock",
    "open_tasks",
    "place_name",
    "public_view",
    "report_in_clock",
    "request_clock",
    "task_clock",
    "tasks_of",
    "timeline",
    "town_name",
    "turn_of",
    "turn_of_task",
    "whistle_rows",
]

STAGES: tuple[tuple[str, Text], ...] = (
    ("called", gettext_lazy("Report in")),
    ("reported_in", gettext_lazy("Plan")),
    ("handling", gettext_lazy("Handle")),
    ("replied", gettext_lazy("Reply")),
)
DONE = {
    "called": 0,
    "reported_in": 1,
    "claimed": 1,
    "returned": 0,
    "ruling": 0,
    "planned": 2,
    "handling": 2,
    "replied": 4,
    "closed": 4,
    "released": 0,
    "recalled": 0,
}


@dataclass(frozen=True)
class StepDot:
    """One dot of the small stepper; `look` is done, now or later."""

    number: int
    label: Text
    look: str


@dataclass(frozen=True)
class WhistleRow:
    """One called department. `is_holding_up` marks the row that is late."""

    task: Task
    unit: str
    officer: str
    is_lead: bool
    dots: list[StepDot]
    state: State
    clock: Clock
    is_holding_up: bool


@dataclass(frozen=True)
class WhistleBoard:
    """One whistle with its departments, lead first."""

    whistle: Whistle
    rows: list[WhistleRow]


def whistle_rows(request: Request) -> list[WhistleBoard]:
    """The whistles of a request, newest first; no statement beyond `tasks_of`."""
    boards: dict[int, WhistleBoard] = {}
    for task in tasks_of(request):
        if task.whistle is None:
            continue
        board = boards.setdefault(task.whistle.pk, WhistleBoard(task.whistle, []))
        clock = task_clock(task)
        board.rows.append(
            WhistleRow(
                task=task,
                unit=str(task.department),
                officer=str(task.holder) if task.holder else "",
                is_lead=task.is_lead,
                dots=_dots(task),
                state=task.state_info,
                clock=clock,
                is_holding_up=clock.code == "overdue",
            )
        )
    return list(boards.values())


def _dots(task: Task) -> list[StepDot]:
    """The stages; none is the present one of a call that was let go."""
    done = DONE[task.state]
    at = "later" if task.state in LET_GO else "now"
    return [
        StepDot(n + 1, label, "done" if n < done else at if n == done else "later")
        for n, (_code, label) in enumerate(STAGES)
    ]
