"""Both sides of a closed call score each other, once, on a few criteria."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.errors import Invalid
from governance.core.models import User
from requests_hub.actions import base
from requests_hub.models import Mark, Score, Task

LISTS = {"score": "score_department", "score_call": "score_call"}


@transaction.atomic
def score(task: Task, *, by: User, marks: Mapping[str, int], comment: str = "") -> Task:
    """The desk scores the department: 1 to 5 for each criterion of "score_department".

    Raises:
        Conflict: scored already.
        Invalid: a criterion is missing, unknown, or not 1 to 5; with field "marks".
    """
    return _score(task, "score", Score.Side.DESK, by, marks, comment)


@transaction.atomic
def score_call(
    task: Task, *, by: User, marks: Mapping[str, int], comment: str = ""
) -> Task:
    """The department scores the call: 1 to 5 for each criterion of "score_call".

    Raises:
        Conflict: scored already.
        Invalid: a criterion is missing, unknown, or not 1 to 5; with field "marks".
    """
    return _score(task, "score_call", Score.Side.DEPARTMENT, by, marks, comment)


def _score(
    task: Task,
    step_name: str,
    side: str,
    by: User,
    marks: Mapping[str, int],
    comment: str,
) -> Task:
    _request, row, step = base.begin_task(task, step_name, by)
    flag = f"is_scored_by_{side}"
    wanted = {entry.code: entry for entry in dictionaries.items(LISTS[step_name])}
    if set(marks) != set(wanted) or not all(1 <= n <= 5 for n in marks.values()):
        words = _("Give 1 to 5 for each of the criteria.")
        raise Invalid(fields={"marks": [words]})
    given = Score.objects.create(
        task=row, side=side, comment=comment, given_at=base.now(), given_by=by
    )
    Mark.objects.bulk_create(
        Mark(score=given, criterion=wanted[code], points=points)
        for code, points in marks.items()
    )
    data = {"note": comment, "marks": dict(marks)}
    changes: dict[str, Any] = {flag: True}
    base.move(row, step, by, data=data, **changes)
    return row
