"""D7: the sweep over 100,000 open tasks: statements a batch, pages read, tasks a second."""

import datetime as dt
import json
import time
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks import database, requests
from benchmarks.harness import Bar, say

KIND, OPEN, DUE = "sweep", 100_000, 2_000
MOST_STATEMENTS, MOST_PAGES = 10, 3


def measure() -> list[Bar]:
    with database.on(KIND):
        if database.note(KIND) != "complete":
            _fill()
        _settle()
        quiet_statements, quiet_seconds = _swept()
        quiet_pages, plan = _pages()
        _let_due(DUE)
        due_pages, due_plan = _pages()
        due_statements, due_seconds = _swept()
        _look_at_all()
        all_pages, all_plan = _pages()
        waiting = _waiting()
        all_statements, all_seconds = _swept(seconds=15)
        looked = waiting - _waiting()
        plans = (plan, due_plan, all_plan)
        details = {
            "open_tasks": OPEN,
            "nothing_due": {
                "seconds": quiet_seconds,
                "statements": quiet_statements,
                "pages": quiet_pages,
                "plan": plan,
            },
            "some_due": {
                "tasks": DUE,
                "seconds": due_seconds,
                "statements": due_statements,
                "pages": due_pages,
                "plan": due_plan,
            },
            "all_looked_at": {
                "seconds": all_seconds,
                "tasks": looked,
                "statements": all_statements,
                "tasks_a_second": round(looked / all_seconds),
                "pages": all_pages,
                "plan": all_plan,
            },
        }
        return [
            Bar("D7", "statements a batch of 200, rungs fired",
                due_statements / (DUE / 200), MOST_STATEMENTS, "", details=details),
            Bar("D7", "pages a due task taken, of 100,000 open",
                max(due_pages, all_pages) / 200, MOST_PAGES, "pages"),
            Bar("D7", "plans that do more than read the index of what is due",
                sum("hub_task_next" not in p or "Sort" in p for p in plans), 0, "plans"),
        ]  # fmt: skip


def _fill() -> None:
    """Open tasks of one town's departments, each with a ladder and a moment ahead."""
    from requests_hub.models import Task

    requests._district()
    say(f"Copying {OPEN:,} open tasks …")
    rows = list(_rows())
    names = [f.column for f in Task._meta.concrete_fields]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE requests_hub_task DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM requests_hub_task")
        database.copy(
            Task._meta.db_table,
            names,
            (requests._line(row, names) for row in rows),
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE requests_hub_task ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE requests_hub_task")
    database.note(KIND, "complete")


def _rows() -> Iterator[dict[str, Any]]:
    from grids import locate
    from grids.models import Department, District, Grid
    from requests_hub.actions import escalation
    from requests_hub.models import Task

    district = District.objects.get()
    ladders = {kind: escalation.snapshot(district.pk, kind) for kind in ("routine",)}
    departments = list(Department.objects.values_list("pk", flat=True))
    micro = Grid.objects.at_level("micro").values_list("pk", flat=True)[0]
    base, place, now = requests.defaults(Task), locate.place_of(micro), timezone.now()
    for n in range(OPEN):
        due = now + dt.timedelta(days=5 + n % 25, minutes=n % 1440)
        yield {
            **base,
            **place.ids,
            "id": (10_000_000 + n) << 11,
            "kind": "whistle",
            "state": ("reported_in", "planned", "handling")[n % 3],
            "department_id": departments[n % len(departments)],
            "title": f"路面破损需要修复{n}",
            "created_at": now,
            "limit": "5d",
            "due_from_at": now,
            "due_at": due,
            "ladder_id": ladders["routine"].pk,
            "next_at": due - dt.timedelta(days=3),
        }


def _settle() -> None:
    """Nothing is due, and nothing has fired in this cycle, whatever an earlier run left."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE requests_hub_task DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE requests_hub_task SET due_at = now() + (id >> 11) % 25 * interval '1 day'"
            " + interval '5 days', next_at = now() + (id >> 11) % 25 * interval '1 day'"
            " + interval '2 days', rework_count = rework_count + 1"
        )
        cursor.execute("ALTER TABLE requests_hub_task ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE requests_hub_task")


def _waiting() -> int:
    from requests_hub.models import Task

    return Task.objects.filter(next_at__lte=timezone.now()).count()


def _let_due(n: int) -> None:
    """The deadline of some has just passed; the trigger asks the sweep to look."""
    from requests_hub.models import Task

    now = timezone.now()
    ahead = Task.objects.filter(next_at__gt=now).order_by("pk")
    ids = list(ahead.values_list("pk", flat=True)[: n * 7 : 7])
    Task.objects.filter(pk__in=ids).update(due_at=now - dt.timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE requests_hub_task")


def _look_at_all() -> None:
    """As after a published calendar: every open task is looked at again."""
    from requests_hub.models import Task
    from requests_hub.models.tasks import LOOK

    Task.objects.update(next_at=LOOK)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE requests_hub_task")


def _swept(*, seconds: float = 45.0) -> tuple[int, float]:
    """(statements, seconds) of one sweep."""
    from requests_hub.actions import escalation

    with CaptureQueriesContext(connection) as caught:
        start = time.perf_counter()
        escalation.sweep(seconds=seconds)
        taken = time.perf_counter() - start
    own = [q for q in caught.captured_queries if "SAVEPOINT" not in q["sql"]]
    return len(own), round(taken, 3)


def _pages() -> tuple[int, str]:
    """Buffer pages of taking one batch, and the kinds of its plan's nodes."""
    from requests_hub.actions import escalation

    with transaction.atomic(), CaptureQueriesContext(connection) as caught:
        escalation._take(timezone.now())
        sql = caught.captured_queries[0]["sql"]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
            found = cursor.fetchone()[0]
    plan = (found if isinstance(found, list) else json.loads(found))[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], _nodes(plan)


def _nodes(plan: dict[str, Any]) -> str:
    name = f"{plan['Node Type']} {plan.get('Index Name', '')}".strip()
    return " < ".join([name, *map(_nodes, plan.get("Plans", ()))])
