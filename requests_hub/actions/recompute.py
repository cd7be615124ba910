"""Deadlines follow the working calendar when a year is published or a day changes."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from requests_hub import clockwork, deadlines
from requests_hub.actions import base
from requests_hub.models import Request, Task

BATCH = 500
# In these the time to close runs from the deadline of handling, which may move itself.
HANDLED = ("dispatched", "signed", "handling", "whistled")
WITH_DEPARTMENTS = ("whistled", "reworked")


@transaction.atomic
def move_open_deadlines(days: Sequence[date]) -> int:
    """Reckon again every open deadline in working time that these days may touch.

    One event per request or task whose deadline moved; gives how many those are. Running it
    again moves nothing.
    """
    if not days:
        return 0
    start = timezone.make_aware(datetime.combine(min(days), time.min))
    own = Q(due_at__gte=start, due_from_at__isnull=False)
    own &= ~Q(limit__endswith=deadlines.CALENDAR)
    closing = Q(close_due_at__gte=start, close_from_at__isnull=False)
    closing &= ~Q(close_limit__endswith=deadlines.CALENDAR)
    decided = Q(decision_due_at__gte=start) & ~Q(limit__endswith=deadlines.CALENDAR)
    tasks = _batches(
        Task.objects.open().filter(own | decided),
        Task.objects.prefetch_related("pauses"),
    )
    moved = sum(_store(row, _of_task(row)) for batch in tasks for row in batch)
    open_rows = Request.objects.open().filter(own | closing)
    for batch in _batches(open_rows, Request.objects.all()):
        lead = _lead_dues([row.pk for row in batch])
        moved += sum(_store(row, _of_request(row, lead)) for row in batch)
    return moved


def _batches(touched: QuerySet[Any], rows: QuerySet[Any]) -> "list[list[Any]]":
    """The rows, locked batch by batch in the order of their ids."""
    ids = list(touched.order_by("pk").values_list("pk", flat=True))
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    return [
        list(locked.filter(pk__in=ids[n : n + BATCH]))
        for n in range(0, len(ids), BATCH)
    ]


def _of_task(row: Task) -> dict[str, datetime | None]:
    """What follows for a task; a met clock and a fixed moment stay as they are."""
    found = clockwork.reckoned(row, clockwork.stands_of(row))
    return {name: value for name, value in found.items() if value is not None}


def _lead_dues(ids: Sequence[int]) -> dict[int, datetime | None]:
    """The deadline of the leading department, for requests that are with departments."""
    rows = Task.objects.filter(
        request_id__in=ids,
        is_lead=True,
        round=F("request__round"),
        request__state__in=WITH_DEPARTMENTS,
    )
    return dict(rows.values_list("request_id", "due_at"))


def _of_request(
    row: Request, lead: dict[int, datetime | None]
) -> dict[str, datetime | None]:
    due_at = row.due_at
    if due_at is not None and row.limit and row.due_from_at is not None:
        due_at = lead.get(row.pk) or deadlines.due(row.limit, row.due_from_at)
    found = {"due_at": due_at}
    if row.close_due_at is not None and row.close_from_at is not None:
        start = row.close_from_at
        if due_at is not None and row.state in HANDLED:
            start = due_at
        closes = deadlines.due(row.close_limit, start)
        found |= {"close_from_at": start, "close_due_at": closes}
    return found


def _store(row: Request | Task, found: dict[str, datetime | None]) -> bool:
    """Store the deadlines that now follow; tell it if one moved."""
    changes = {
        name: value
        for name, value in found.items()
        if value is not None and value != getattr(row, name)
    }
    if not changes:
        return False
    before = {
        f"{name}_before": at.isoformat()
        for name in changes
        if (at := getattr(row, name))
    }
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    kind = "request" if isinstance(row, Request) else "task"
    after = {name: value.isoformat() for name, value in changes.items()}
    base.tell(f"{kind}.deadline_moved", row, base.SYSTEM, {**before, **after})
    return True
