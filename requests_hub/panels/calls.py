"""One called department in full: every clock, what stood still, what was asked, both scores."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from governance.core import clocks
from governance.core.workflow import Text
from requests_hub import deadlines, turns
from requests_hub.models import Extension, Pause, Return, Score, Task, Whistle


class Called(Protocol):
    """What a card is made from: a task with the steps one may take."""

    @property
    def task(self) -> Task: ...


@dataclass(frozen=True)
class ClockLine:
    """One clock: its name, what is left, and until when."""

    label: Text
    clock: clocks.Clock
    due_at: datetime | None
    limit: str


@dataclass(frozen=True)
class Marks:
    """One side's score: its mean and each criterion with its points."""

    side: str
    mean: float
    points: list[tuple[str, int]]
    comment: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Card:
    """What the whistle's page shows of one department below its row."""

    call: Any
    holder: turns.Holder
    clocks: list[ClockLine]
    pauses: list[Pause]
    returns: list[Return]
    extension: Extension | None
    scores: list[Marks]


def call_cards(whistle: Whistle, calls: Iterable[Called]) -> list[Card]:
    """A card for each call; four statements, whatever the number of departments."""
    pauses, returns = _by_task(Pause, whistle), _by_task(Return, whistle)
    asked = _by_task(Extension, whistle)
    scores = _by_task(Score, whistle)
    return [
        Card(
            call=call,
            holder=turns.turn_of_task(call.task),
            clocks=clock_lines(call.task),
            pauses=pauses[call.task.pk],
            returns=returns[call.task.pk],
            extension=next(iter(asked[call.task.pk]), None),
            scores=[_marks(score) for score in scores[call.task.pk]],
        )
        for call in calls
    ]


RELATED = {
    Pause: ("kind", "began_by", "ended_by"),
    Return: ("kind", "returned_by", "decided_by"),
    Extension: ("asked_by", "decided_by"),
    Score: ("given_by",),
}


def _by_task(model: Any, whistle: Whistle) -> dict[int, list[Any]]:
    rows = model.objects.filter(task__whistle=whistle).order_by("id")
    if model is Score:
        rows = rows.prefetch_related("marks__criterion")
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.select_related(*RELATED[model]):
        found[row.task_id].append(row)
    return found


def clock_lines(task: Task) -> list[ClockLine]:
    """The clocks that a call has, in the order in which they run out."""
    lines = [
        ClockLine(
            _("Report in"),
            turns.report_in_clock(task),
            task.report_in_due_at,
            deadlines.words(task.report_in_limit),
        ),
        ClockLine(
            _("Plan"),
            turns.plan_clock(task),
            task.plan_due_at,
            deadlines.words(task.plan_limit),
        ),
        ClockLine(
            _("Handle"),
            turns.handling_clock(task),
            task.due_at,
            deadlines.words(task.limit, task.extension_limit),
        ),
    ]
    if task.decision_due_at:
        lines.append(
            ClockLine(
                _("Answer to the return"),
                turns.decision_clock(task),
                task.decision_due_at,
                deadlines.words(task.decision_limit),
            )
        )
    # Who was let go has no clock to keep.
    return [line for line in lines if line.limit and line.clock.code != "not_started"]


def _marks(score: Score) -> Marks:
    points = [(mark.criterion.label, mark.points) for mark in score.marks.all()]
    mean = sum(n for _label, n in points) / len(points) if points else 0.0
    return Marks(
        score.side,
        round(mean, 1),
        points,
        score.comment,
        str(score.given_by),
        score.given_at,
    )
