"""Whistles in one's area, with their calls."""

from django.db.models import Prefetch, QuerySet

from governance.core.models import User
from requests_hub.models import Task, Whistle
from requests_hub.queries.lists import joined


def visible(user: User) -> QuerySet[Whistle]:
    """Whistles that one may see, each with `calls`: its tasks, lead first."""
    calls = Task.objects.select_related("department", "holder")
    rows = joined(Whistle.objects.visible_to(user), "request__")
    rows = rows.select_related("request", "blown_by")
    return rows.prefetch_related(
        Prefetch("tasks", calls.order_by("-is_lead", "id"), to_attr="calls")
    )
