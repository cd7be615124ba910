"""What both sides gave each other, summed per department."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count
from django.utils import timezone

from governance.core.models import User
from grids.models import Department
from requests_hub.models import Mark, Score, Task
from requests_hub.queries.choices import departments_by_id

DAYS = 90


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
