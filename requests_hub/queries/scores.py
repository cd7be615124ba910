"""What both sides gave each other, summed per department."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count, Q, Sum
from django.utils import timezone

from governance.core.models import User
from grids.models import Department
from requests_hub.assessment.indicators import CALL_SCORE, DEPARTMENT_SCORE
from requests_hub.assessment.periods import Period
from requests_hub.models import Mark, Score, Task
from requests_hub.queries.choices import departments_by_id

DAYS = 90
MEAN_OF = {Score.Side.DESK: DEPARTMENT_SCORE, Score.Side.DEPARTMENT: CALL_SCORE}


@dataclass
class ScoreRow:
    """Means of 1 to 5 with how many calls they rest on; None where nobody scored."""

    department: Department
    of_department: float | None = None
    of_department_calls: int = 0
    of_calls: float | None = None
    of_calls_calls: int = 0


def by_department(user: User) -> list[ScoreRow]:
    """Scores of the last 90 days in one's area, best department first; one statement."""
    since = timezone.now() - timedelta(days=DAYS)
    found = (
        Mark.objects.filter(
            score__given_at__gte=since,
            score__task__in=Task.objects.visible_to(user).order_by().values("pk"),
        )
        .order_by()
        .values("score__task__department_id", "score__side")
        .annotate(mean=Avg("points"), calls=Count("score_id", distinct=True))
    )
    groups = list(found)
    names = departments_by_id(g["score__task__department_id"] for g in groups)
    rows = {pk: ScoreRow(department) for pk, department in names.items()}
    for group in groups:
        row = rows[group["score__task__department_id"]]
        mean, calls = round(group["mean"], 1), group["calls"]
        if group["score__side"] == Score.Side.DESK:
            row.of_department, row.of_department_calls = mean, calls
        else:
            row.of_calls, row.of_calls_calls = mean, calls
    return sorted(rows.values(), key=lambda r: -(r.of_department or 0))


def of_period(period: Period, by: str, where: Q) -> dict[int, dict[str, int]]:
    """What was given in these days, as the counts that `MEANS` rest on; one statement.

    What is left out of the rates is left out here too.

    Args:
        period: the days.
        by: the column of the call whose value is the key: "department_id", "large_id" …
        where: a condition on calls.
    """
    start, end = period.moments
    calls = Task.objects.filter(where, request__is_excluded=False).order_by()
    found = (
        Mark.objects.filter(
            score__given_at__gte=start,
            score__given_at__lt=end,
            score__task__in=calls.values("pk"),
        )
        .order_by()
        .values(f"score__task__{by}", "score__side")
        .annotate(
            total=Sum("points"),
            marks=Count("pk"),
            scores=Count("score_id", distinct=True),
        )
    )
    out: dict[int, dict[str, int]] = defaultdict(dict)
    for group in found:
        mean = MEAN_OF[group["score__side"]]
        out[group[f"score__task__{by}"]] |= {
            mean.points: group["total"],
            mean.marks: group["marks"],
            mean.base: group["scores"],
        }
    return dict(out)
