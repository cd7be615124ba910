"""Disputed calls that the district rules on, and what it ruled before."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from governance.core.models import Event, User
from requests_hub.models import Return, Task
from requests_hub.queries.lists import joined

BOXES = ("open", "ruled")
RULED = (Return.Outcome.RULED, Return.Outcome.LET_GO)
TOLD = ("kind", "returned_by", "decided_by")
PAST_READ, PAST_SHOWN = 60, 3


def to_rule(user: User) -> QuerySet[Task]:
    """Calls that wait for a ruling, the nearest deadline first, with their returns."""
    rows = joined(
        Task.objects.visible_to(user).filter(kind="whistle", state="ruling"),
        "request__",
    )
    returns = Return.objects.select_related(*TOLD)
    rows = rows.select_related("request", "department", "whistle", "whistle__blown_by")
    return rows.prefetch_related(
        Prefetch("returns", returns.order_by("number"), to_attr="said")
    ).order_by("decision_due_at", "pk")


def ruled(user: User) -> QuerySet[Return]:
    """Returns that a ruling ended: it is theirs, or they were let go; any order."""
    asked = Event.objects.filter(
        thread_id=OuterRef("task__request_id"),
        name="task.ruling_asked",
        subject_id=OuterRef("task_id"),
    )
    rows = Return.objects.filter(
        Exists(asked), outcome__in=RULED, task__in=Task.objects.visible_to(user)
    )
    related = ("task__department", "task__request__category", "task__whistle")
    return rows.select_related(*TOLD, *related)


def past_of(user: User, departments: Iterable[int]) -> dict[int, list[Return]]:
    """The latest rulings about each of these departments; one statement."""
    wanted = set(departments)
    if not wanted:
        return {}
    rows = ruled(user).filter(task__department_id__in=wanted).order_by("-pk")
    found: dict[int, list[Return]] = {}
    for row in rows[:PAST_READ]:
        rulings = found.setdefault(row.task.department_id or 0, [])
        if len(rulings) < PAST_SHOWN:
            rulings.append(row)
    return found
