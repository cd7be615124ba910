"""Deadlines for the fault driver: tasks whose rungs come due all through a run.

What was promised: every rung fires once, its event is recorded once, its people are told once,
whatever was killed meanwhile.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

# In calendar time: "before" comes a minute earlier than "at", "after" a minute later.
RUNGS = (
    {"number": 1, "when": "before", "offset": "1m", "who": "officer", "what": "reminder"},
    {"number": 2, "when": "at", "offset": "", "who": "centre", "what": "naming"},
    {"number": 3, "when": "after", "offset": "1m", "who": "head", "what": "supervision"},
)  # fmt: skip
LIMIT = "2h/c"
Key = tuple[int, int]


def plant(count: int, seconds: float) -> list[int]:
    """Open grid tasks whose deadlines lie in the next `seconds` and a minute beyond."""
    from governance.core.ids import reserve_ids
    from governance.core.models import User
    from grids.models import District
    from requests_hub import ladders
    from requests_hub.models import Ladder, Task

    district = District.objects.get()
    probe = User.objects.get(username="probe")
    rungs = [{**rung, "step": "handling", "every": "", "most": 0} for rung in RUNGS]
    digest = ladders.digest(ladders.read(rungs))
    ladder, _made = Ladder.objects.get_or_create(
        district=district, kind="grid", digest=digest, defaults={"rungs": rungs}
    )
    now = timezone.now()
    born = now - timedelta(hours=1)
    ids = reserve_ids(count)  # a bulk insert gives back no ids of the database
    rows = [
        Task(
            pk=ids[n],
            kind="grid",
            state="offered",
            district=district,
            holder=probe,
            title=f"第 {n} 项",
            created_at=born,
            due_from_at=born,
            limit=LIMIT,
            due_at=now + timedelta(seconds=5 + n * (seconds + 55) / count),
            ladder=ladder,
        )
        for n in range(count)
    ]
    Task.objects.bulk_create(rows)
    return ids


def expected(ids: list[int], until: datetime) -> set[Key]:
    """(task, rung) of every rung that was due by `until`."""
    from requests_hub import ladders
    from requests_hub.models import Task

    rungs = None
    out: set[Key] = set()
    for task in Task.objects.filter(pk__in=ids).select_related("ladder"):
        assert task.ladder
        rungs = rungs or ladders.read(task.ladder.rungs)
        for moment in ladders.moments(rungs, ladders.clocks_of(task)):
            if moment.at <= until:
                out.add((task.pk, moment.rung.number))
    return out


def count(ids: list[int], until: datetime) -> dict[str, Any]:
    """How many rungs were due, never fired, fired twice, or told other than once."""
    due = expected(ids, until)
    fired = Counter(_rows("SELECT task_id, rung FROM requests_hub_escalation", ids))
    events = Counter(
        _rows(
            "SELECT subject_id, (data->>'rung')::int FROM core_event"
            " WHERE name IN ('task.reminded', 'task.supervised', 'task.named')",
            ids,
            "subject_id",
        )
    )
    effects = Counter(
        _rows(
            "SELECT e.subject_id, (e.data->>'rung')::int FROM fault_effect f"
            " JOIN core_event e ON e.id = f.source_id",
            ids,
            "e.subject_id",
        )
    )
    return {
        "rungs_due": len(due),
        "rungs_lost": sum(1 for key in due if not effects[key]),
        "rungs_doubled": sum(
            1 for key in due if max(fired[key], events[key], effects[key]) > 1
        ),
    }


def _rows(sql: str, ids: list[int], column: str = "task_id") -> list[Key]:
    joiner = "AND" if " WHERE " in sql else "WHERE"
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} {joiner} {column} = ANY(%s)", [ids])
        return [(int(task), int(rung)) for task, rung in cursor.fetchall()]
