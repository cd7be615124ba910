"""Reminding of decisions: what is due stands in the rows, and each date is told once.

Beat only says "look now". What was told is kept on the row, in the transaction of the event; so
two sweeps at once or a hundred in a row tell it once. A new due date is told again.
"""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from governance.core import events
from grids.models import Decision

BATCH = 200
BY = "reminder"


def sweep(today: dt.date | None = None) -> int:
    """Tell of decisions that are due soon or late; gives how many were told now."""
    day = today or timezone.localdate()
    told = 0
    while batch := _one_batch(day):
        told += batch
    return told


@transaction.atomic
def _one_batch(today: dt.date) -> int:
    soon = today + dt.timedelta(days=settings.DECISION_REMIND_DAYS)
    rows = Decision.objects.waiting().live().filter(due_on__lte=soon)
    rows = rows.select_for_update(skip_locked=True, of=("self",)).order_by("due_on")
    told = 0
    for row in rows.iterator(chunk_size=BATCH):
        kind = "late" if row.due_on < today else "soon"
        if row.reminded.get(kind) == row.due_on.isoformat():
            continue
        row.reminded = {**row.reminded, kind: row.due_on.isoformat()}
        row.save(update_fields=["reminded"])
        data = {"due": row.due_on.isoformat(), "number": row.number}
        name = "decision.overdue" if kind == "late" else "decision.due_soon"
        events.record(name, row, BY, data)
        told += 1
        if told == BATCH:
            break
    return told
