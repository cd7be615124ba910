"""The requests behind a figure, for the list that it leads to, and how many the figure counts.

A figure counts requests, or calls, revisits or events of requests. The list shows the requests;
`Behind.count` says how many the figure counted among them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.models import Event
from requests_hub.assessment.periods import moment
from requests_hub.models import DepartmentAnswer, Request, Revisit, Score, Task

NOT_ASSESSED = ("draft", "rejected", "withdrawn", "merged", "held")
COUNTED = Q(is_excluded=False)
Days = tuple[datetime, datetime]


@dataclass(frozen=True)
class Behind:
    """`requests` is a condition on requests.

    `units` are the rows that the figure counts where these are not the requests, `of` the column
    that leads from them to their request, and `noun` what they are called.
    """

    requests: Q
    units: QuerySet[Any] | None = None
    of: str = "request_id"
    noun: str | Promise = ""

    def count(self, rows: QuerySet[Request]) -> int:
        """How many the figure counts of `rows`, which `requests` has narrowed already."""
        if self.units is None:
            return rows.count()
        return self.units.filter(**{f"{self.of}__in": rows.values("pk")}).count()


Make = Callable[[Days, str], Behind]


def _in(column: str, days: Days) -> Q:
    return Q(**{f"{column}__gte": days[0], f"{column}__lt": days[1]})


def _rows(make: Callable[[Days], Q]) -> Make:
    return lambda days, _department: Behind(make(days))


def _due(days: Days) -> Q:
    return _in("close_due_at", days) & ~Q(state__in=NOT_ASSESSED) & COUNTED


def _overdue(days: Days) -> Q:
    late = Q(closed_at=None, close_due_at__lt=days[1])
    return late & ~Q(state__in=NOT_ASSESSED)


def _asked(revisits: Q | None = None, answers: Q | None = None) -> Make:
    """Revisits of these days that count; with a department, what they say of it.

    What is left out of the rates is not among them. `answers` is the condition on an answer
    about one department, whatever was said of the others.
    """

    def make(days: Days, department: str) -> Behind:
        if department:
            return _answered(days, department, answers or revisits or Q())
        found = Revisit.objects.valid().filter(_in("asked_at", days), revisits or Q())
        inside = Q(pk__in=found.values("request_id")) & COUNTED
        return Behind(inside, found, noun=pgettext_lazy("drill", "revisits"))

    return make


def _answered(days: Days, department: str, which: Q) -> Behind:
    found = DepartmentAnswer.objects.filter(
        _in("revisit__asked_at", days),
        which,
        revisit__is_valid=True,
        department__code=department,
    )
    inside = Q(pk__in=found.values("revisit__request_id")) & COUNTED
    noun = pgettext_lazy("drill", "revisits")
    return Behind(inside, found, "revisit__request_id", noun)


def _called(column: str, more: Q | None = None) -> Make:
    """Calls that fall due then; of one department where it is given."""

    def make(days: Days, department: str) -> Behind:
        tasks = Task.objects.filter(_in(column, days), more or Q(), kind="whistle")
        if department:
            tasks = tasks.filter(department__code=department)
        inside = Q(pk__in=tasks.values("request_id"))
        return Behind(inside, tasks, noun=_("calls of departments"))

    return make


def _scored(side: str) -> Make:
    """Scores that one side gave in these days; of one department where it is given."""

    def make(days: Days, department: str) -> Behind:
        found = Score.objects.filter(_in("given_at", days), side=side)
        if department:
            found = found.filter(task__department__code=department)
        inside = Q(pk__in=found.values("task__request_id")) & COUNTED
        return Behind(inside, found, "task__request_id", _("scores"))

    return make


def _told(name: str, noun: str | Promise) -> Make:
    """What the log says of these days."""

    def make(days: Days, _department: str) -> Behind:
        found = Event.objects.filter(_in("occurred_at", days), name=name)
        inside = Q(pk__in=found.values("thread_id"))
        return Behind(inside, found, "thread_id", noun)

    return make


_REPORTED = Q(reported_in_at__isnull=False) | ~Q(state="released")
_PLANNED = Q(planned_at__isnull=False) | ~Q(state="released")
_STANDS = ~Q(state="released") & Q(paused_at=None)
CLOSED_IN_TIME = Q(close_due_at=None) | Q(closed_at__lte=F("close_due_at"))

# The same conditions as the cells of the statistics, as the filter of a list.
FIGURES: dict[str, Make] = {
    "received": _rows(lambda d: _in("submitted_at", d)),
    "accepted": _rows(lambda d: _in("accepted_at", d)),
    "closed": _rows(lambda d: _in("closed_at", d)),
    "closed_in_time": _rows(lambda d: _in("closed_at", d) & CLOSED_IN_TIME & COUNTED),
    "excluded": _rows(lambda d: _in("submitted_at", d) & ~COUNTED),
    "close_due": _rows(_due),
    "close_done": _rows(lambda d: _due(d) & Q(closed_at__isnull=False)),
    "close_met": _rows(lambda d: _due(d) & Q(closed_at__lte=F("close_due_at"))),
    "overdue": _rows(_overdue),
    "whistles": _told("request.whistled", pgettext_lazy("drill", "whistles")),
    "reworks": _told("request.reworked", _("returns for rework")),
    "valid": _asked(),
    "contacted": _asked(Q(is_contacted=True), Q(revisit__is_contacted=True)),
    "solved": _asked(Q(is_solved=True)),
    "satisfied": _asked(Q(satisfaction="satisfied")),
    "basically": _asked(Q(satisfaction="basically")),
    "dissatisfied": _asked(Q(satisfaction="dissatisfied")),
    "called": _called("created_at"),
    "report_due": _called("report_in_due_at", _REPORTED),
    "report_done": _called("report_in_due_at", Q(reported_in_at__isnull=False)),
    "report_met": _called(
        "report_in_due_at", Q(reported_in_at__lte=F("report_in_due_at"))
    ),
    "returned": _called("created_at", Q(return_count__gt=0)),
    "plan_due": _called("plan_due_at", _PLANNED),
    "plan_done": _called("plan_due_at", Q(planned_at__isnull=False)),
    "plan_met": _called("plan_due_at", Q(planned_at__lte=F("plan_due_at"))),
    "handle_due": _called("due_at", _STANDS),
    "handle_done": _called("due_at", _STANDS & Q(replied_at__isnull=False)),
    "handle_met": _called("due_at", _STANDS & Q(replied_at__lte=F("due_at"))),
    "handle_again": _called("due_at", _STANDS & Q(rework_count__gt=0)),
    "department_scores": _scored(Score.Side.DESK),
    "call_scores": _scored(Score.Side.DEPARTMENT),
}


def behind(
    figure: str,
    first: date,
    last: date,
    *,
    until: datetime | None = None,
    department: str = "",
) -> Behind:
    """What a figure of these days counts; nothing for no figure.

    Args:
        figure: its name in `FIGURES`.
        first: the first day.
        last: the last day, included.
        until: where the figure was cut off within these days.
        department: code of the one whose calls it counts.
    """
    make = FIGURES.get(figure)
    if make is None:
        return Behind(Q(pk__in=[]))
    start, end = moment(first), moment(last + timedelta(days=1))
    return make((start, min(end, until or end)), department)
