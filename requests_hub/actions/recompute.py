"""Deadlines follow the working calendar when a year is published or a day changes."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from requests_hub import deadlines
from requests_hub.actions import base
from requests_hub.models import Request, Task

BATCH = 500
# The deadline of these is the one of handling, which the one of closing follows.
HANDLED = ("dispatched", "signed", "handling", "whistled")


@transaction.atomic
def move_open_deadlines(days: Sequence[date]) -> int:
    """Reckon again every open deadline in working time that these days may touch.

    One event per request or task whose deadline moved; gives how many those are. Running it
    again moves nothing.
    """
    if not days:
        return 0
    start = timezone.make_aware(datetime.combine(min(days), time.min))
    moved = 0
    for rows in (Request.objects.open(), Task.objects.open()):
        touched: QuerySet[Any] = rows.filter(
            due_at__gte=start, due_from_at__isnull=False
        ).exclude(limit__endswith=deadlines.CALENDAR)
        ids = list(touched.order_by("pk").values_list("pk", flat=True))
        for n in range(0, len(ids), BATCH):
            batch = rows.select_for_update(of=("self",)).filter(
                pk__in=ids[n : n + BATCH]
            )
            moved += sum(_move(row) for row in batch.order_by("pk"))
    return moved


def _move(row: Request | Task) -> bool:
    """Store the deadlines that now follow; tell it if one moved."""
    changes = {"due_at": _reckoned(row.limit, row.due_from_at)}
    if isinstance(row, Request) and row.close_due_at and row.state in HANDLED:
        changes["close_due_at"] = (
            base.close_by(changes["due_at"]) if changes["due_at"] else None
        )
    if isinstance(row, Task) and row.state == "called":
        changes["report_in_due_at"] = _reckoned(row.report_in_limit, row.created_at)
    changes = {
        name: value
        for name, value in changes.items()
        if value is not None and value != getattr(row, name)
    }
    if not changes:
        return False
    before = {f"{name}_before": getattr(row, name).isoformat() for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
    kind = "request" if isinstance(row, Request) else "task"
    after = {name: value.isoformat() for name, value in changes.items() if value}
    base.tell(f"{kind}.deadline_moved", row, base.SYSTEM, {**before, **after})
    return True


def _reckoned(limit: str, start: datetime | None) -> datetime | None:
    if not limit or start is None or deadlines.is_calendar(limit):
        return None
    return deadlines.Limit.parse(limit).after(start)
