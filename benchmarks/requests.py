"""A demo district with 100,000 and with 1,000,000 requests, filled by COPY."""

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management import call_command
from django.db import connection, models, transaction

from benchmarks import database
from benchmarks.harness import say

SIZES = {"100k": 100_000, "1m": 1_000_000}
FIRST_ID_MS = 10_000_000_000  # milliseconds after 2024-01-01 of the oldest request
TABLES = ("requests_hub_request", "requests_hub_task")
YEARS_MS = 2 * 365 * 86_400_000
OPEN_SHARE, TASK_EVERY, OLD_SHARE = 0.05, 4, 0.05
BODY = (
    "居民来电反映，道路路面破损积水，早晚高峰通行困难，请有关部门尽快到场查看并修复。"
    * 5
)


def fill(kind: str) -> None:
    """Make the database of that size when it is missing or half full."""
    with database.on(kind):
        if database.note(kind) == "complete":
            return
        from requests_hub.actions import statistics

        _district()
        say(f"Copying {SIZES[kind]:,} requests …")
        with transaction.atomic(), connection.cursor() as cursor:
            # The state machines' triggers ask for a birth state; these rows have lived.
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM requests_hub_task")
            cursor.execute("DELETE FROM requests_hub_request")
            _copy(SIZES[kind])
            cursor.execute(
                "SET CONSTRAINTS ALL IMMEDIATE"
            )  # check the foreign keys now
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"VACUUM ANALYZE {table}")
        say("Building the statistics …")
        statistics.rebuild()
        with connection.cursor() as cursor:
            for table in ("delta", "stock", "flow"):
                cursor.execute(f"VACUUM ANALYZE requests_hub_stat{table}")
        database.note(kind, "complete")


def _district() -> None:
    """The demo district without its requests: divisions, grids, departments, people."""
    from grids import divisions
    from grids.actions.demo import load_accounts
    from grids.actions.departments import load_departments
    from grids.actions.divisions import load_divisions
    from grids.actions.schematic import draw_schematic
    from grids.management.commands.load_divisions import DEMO_FILE
    from grids.models import GridShape

    rows = divisions.read(DEMO_FILE.read_bytes()).rows
    district = load_divisions(rows, by="benchmark").district
    if not GridShape.objects.exists():
        draw_schematic(district, by="benchmark")
    load_departments(district, by="benchmark")
    call_command("load_dictionaries", verbosity=0)
    load_accounts(district, by="benchmark")


def cold_town() -> str:
    """Code of the town all of whose requests are old."""
    from grids.models import Grid

    return str(
        Grid.objects.at_level("large")
        .order_by("code")
        .values_list("code", flat=True)
        .last()
    )


def _copy(count: int) -> None:
    from requests_hub.models import Request, Task

    draw = random.Random(11)  # noqa: S311 repeatable, not secret
    requests = _requests(count, draw)
    departments, base = _departments(), defaults(Task)
    columns = [f.column for f in Request._meta.concrete_fields]
    tasks: list[dict[str, Any]] = []

    def lines() -> Iterator[str]:
        for number, row in enumerate(requests):
            if number % TASK_EVERY == 0:
                tasks.append(_task(row, base, departments, draw))
            yield _line(row, columns)

    database.copy(Request._meta.db_table, columns, lines())
    names = [f.column for f in Task._meta.concrete_fields]
    database.copy(Task._meta.db_table, names, (_line(task, names) for task in tasks))


def _requests(count: int, draw: random.Random) -> Iterator[dict[str, Any]]:
    from grids import locate
    from grids.models import Grid
    from requests_hub.models import Request

    base = defaults(Request)
    micros = [
        locate.place_of(pk)
        for pk in Grid.objects.at_level("micro").values_list("pk", flat=True)
    ]
    cold = locate.place_by_code(cold_town())
    assert cold
    warm = [place for place in micros if place.large_id != cold.large_id]
    old = [place for place in micros if place.large_id == cold.large_id]
    categories = _categories()
    open_states = ["submitted", "accepted", "whistled", "handling", "replied"]
    step = YEARS_MS // count

    def one(number: int) -> dict[str, Any]:
        share = number / count
        is_cold = share < OLD_SHARE and number % 3 == 0
        # Mildly skewed: the square of a uniform draw favours the front of the list.
        places = old if is_cold else warm
        place = places[int(draw.random() ** 1.5 * len(places))]
        ms = FIRST_ID_MS + number * step
        moment = dt.datetime.fromtimestamp(1_704_067_200 + ms / 1000, dt.UTC)
        is_open = share > 1 - OPEN_SHARE
        return {
            **base,
            **place.ids,
            "id": ms * 2048 + number % 2048,
            "no": f"B{number:09d}",
            "follow_code": f"b{number:08d}",
            "channel": "hotline",
            "external_id": str(number),
            "state": draw.choice(open_states) if is_open else "closed",
            "category_id": draw.choice(categories),
            "title": f"路面破损需要修复{number}",
            "body": BODY,
            "address": "解放路12号",
            "submitted_at": moment,
            "stage_at": moment,
            "accepted_at": moment + dt.timedelta(hours=1),
            "due_at": moment + dt.timedelta(days=3) if is_open else None,
            "close_due_at": moment + dt.timedelta(days=5),
            "is_called": number % TASK_EVERY == 0,
            "reply": "" if is_open else "已处理。",
            "closed_at": None if is_open else moment + dt.timedelta(days=2),
        }

    return (one(number) for number in range(count))


def _task(
    request: dict[str, Any],
    base: dict[str, Any],
    departments: list[int],
    draw: random.Random,
) -> dict[str, Any]:
    is_open = request["closed_at"] is None
    return {
        **base,
        **{
            name: request[name]
            for name in ("district_id", "large_id", "medium_id", "small_id", "micro_id")
        },
        "id": request["id"] + 2048,
        "kind": "whistle",
        "state": draw.choice(["called", "reported_in", "handling"])
        if is_open
        else "closed",
        "request_id": request["id"],
        "department_id": draw.choice(departments),
        "title": request["title"],
        "created_at": request["submitted_at"],
        "report_in_due_at": request["submitted_at"],
        "due_at": request["due_at"],
        "ended_at": request["closed_at"],
    }


def _departments() -> list[int]:
    from grids.models import Department

    return list(Department.objects.values_list("pk", flat=True))


def _categories() -> list[int]:
    from governance.core.models import DictionaryItem

    items = DictionaryItem.objects.filter(dictionary__code="request_category")
    return list(items.values_list("pk", flat=True)[:60])


def defaults(model: type[models.Model]) -> dict[str, Any]:
    """A value for every column: the model's default, nothing, or an empty one."""
    out: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        value = field.get_default() if field.has_default() else None
        if value is None and not field.null:
            value = False if isinstance(field, models.BooleanField) else ""
        out[field.column] = value
    return out


def _line(row: dict[str, Any], columns: Iterable[str]) -> str:
    return "\t".join(_cell(row[column]) for column in columns) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", r"\\").replace("\t", " ").replace("\n", r"\n")
