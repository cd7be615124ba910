"""The requests behind a figure of the statistics, for the list that a figure leads to."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q
from django.utils import timezone

from requests_hub.models import DepartmentAnswer, Revisit, Task

NOT_ASSESSED = ("draft", "rejected", "withdrawn", "merged", "held")
COUNTED = Q(is_excluded=False)
Days = tuple[datetime, datetime]
Make = Callable[[Days], Q]


def _in(column: str, days: Days) -> Q:
    return Q(**{f"{column}__gte": days[0], f"{column}__lt": days[1]})


def _due(days: Days) -> Q:
    return _in("close_due_at", days) & ~Q(state__in=NOT_ASSESSED) & COUNTED


def _asked(days: Days, more: Q | None = None) -> Q:
    """Requests with a revisit of these days that counts."""
    rows = Revisit.objects.valid().filter(_in("asked_at", days), more or Q())
    return Q(pk__in=rows.values("request_id")) & COUNTED


def _called(column: str, days: Days, more: Q | None = None) -> Q:
    """Requests with a call that falls due then."""
    tasks = Task.objects.filter(_in(column, days), more or Q(), kind="whistle")
    return Q(pk__in=tasks.values("request_id"))


_REPORTED = Q(reported_in_at__isnull=False) | ~Q(state="released")
_PLANNED = Q(planned_at__isnull=False) | ~Q(state="released")
_STANDS = ~Q(state="released") & Q(paused_at=None)
CLOSED_IN_TIME = Q(close_due_at=None) | Q(closed_at__lte=F("close_due_at"))

# The same conditions as the cells of the statistics, as the filter of a list.
FIGURES: dict[str, Make] = {
    "received": lambda d: _in("submitted_at", d),
    "accepted": lambda d: _in("accepted_at", d),
    "closed": lambda d: _in("closed_at", d),
    "closed_in_time": lambda d: _in("closed_at", d) & CLOSED_IN_TIME & COUNTED,
    "excluded": lambda d: _in("submitted_at", d) & ~COUNTED,
    "close_due": _due,
    "close_done": lambda d: _due(d) & Q(closed_at__isnull=False),
    "close_met": lambda d: _due(d) & Q(closed_at__lte=F("close_due_at")),
    "valid": _asked,
    "contacted": lambda d: _asked(d, Q(is_contacted=True)),
    "solved": lambda d: _asked(d, Q(is_solved=True)),
    "satisfied": lambda d: _asked(d, Q(satisfaction="satisfied")),
    "basically": lambda d: _asked(d, Q(satisfaction="basically")),
    "dissatisfied": lambda d: _asked(d, Q(satisfaction="dissatisfied")),
    "called": lambda d: _called("created_at", d),
    "report_due": lambda d: _called("report_in_due_at", d, _REPORTED),
    "report_done": lambda d: _called(
        "report_in_due_at", d, Q(reported_in_at__isnull=False)
    ),
    "report_met": lambda d: _called(
        "report_in_due_at", d, Q(reported_in_at__lte=F("report_in_due_at"))
    ),
    "returned": lambda d: _called("created_at", d, Q(return_count__gt=0)),
    "plan_due": lambda d: _called("plan_due_at", d, _PLANNED),
    "plan_done": lambda d: _called("plan_due_at", d, Q(planned_at__isnull=False)),
    "plan_met": lambda d: _called(
        "plan_due_at", d, Q(planned_at__lte=F("plan_due_at"))
    ),
    "handle_due": lambda d: _called("due_at", d, _STANDS),
    "handle_done": lambda d: _called(
        "due_at", d, _STANDS & Q(replied_at__isnull=False)
    ),
    "handle_met": lambda d: _called(
        "due_at", d, _STANDS & Q(replied_at__lte=F("due_at"))
    ),
    "handle_again": lambda d: _called("due_at", d, _STANDS & Q(rework_count__gt=0)),
}


# The answers about one department, whatever was said of the others.
ANSWERS = {
    "valid": Q(),
    "contacted": Q(revisit__is_contacted=True),
    "solved": Q(is_solved=True),
    "satisfied": Q(satisfaction="satisfied"),
    "basically": Q(satisfaction="basically"),
    "dissatisfied": Q(satisfaction="dissatisfied"),
}


def _answered(figure: str, department: str) -> Make:
    def make(days: Days) -> Q:
        rows = DepartmentAnswer.objects.filter(
            _in("revisit__asked_at", days),
            ANSWERS[figure],
            revisit__is_valid=True,
            department__code=department,
        )
        return Q(pk__in=rows.values("revisit__request_id")) & COUNTED

    return make


def behind(figure: str, first: date, last: date, department: str = "") -> Q:
    """The condition of requests that a figure of these days counts; nothing for no figure.

    With the code of a department, what revisits say is what they say of it.
    """
    make = FIGURES.get(figure)
    if department and figure in ANSWERS:
        make = _answered(figure, department)
    if make is None:
        return Q(pk__in=[])
    start = timezone.make_aware(datetime.combine(first, time.min))
    end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    return make((start, end))
