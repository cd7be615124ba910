"""P4: figures out of the statistics, as the database grows, and against counting the rows."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection

from benchmarks import database, requests
from benchmarks.harness import Bar, interleaved

RAW = (
    "SELECT large_id, state, category_id, count(*),"
    " count(*) FILTER (WHERE due_at < now()) FROM requests_hub_request"
    " WHERE district_id = %s GROUP BY 1, 2, 3"
)


def measure() -> list[Bar]:
    for kind in requests.SIZES:
        requests.fill(kind)
    asked = {kind: _asked(kind) for kind in requests.SIZES}
    calls: dict[str, Callable[[], object]] = {}
    for kind, parts in asked.items():
        calls |= {f"{kind} {name}": part for name, part in parts.items()}
    with database.in_turn() as use:

        def before(name: str) -> None:
            use(name.split()[0])

        took = interleaved(calls, block=5, before=before)
        raw = interleaved({"1m raw": _raw}, block=1, rounds=4, before=before)["1m raw"]
    details = {f"{name}_ms": round(s * 1000, 3) for name, s in took.items()}
    details["raw_ms"] = round(raw * 1000, 1)
    growth = {n: took[f"1m {n}"] / took[f"100k {n}"] for n in asked["1m"]}
    worst = max(growth, key=lambda name: growth[name])
    return [
        Bar("P4", f"figures: 1,000,000 / 100,000, worst ({worst})", growth[worst], 1.5,
            details={**details, "growth": {n: round(g, 2) for n, g in growth.items()}}),
        Bar("P4", "counting the rows / the map's figures", raw / took["1m map"], 50,
            at_least=True, details=details),
    ]  # fmt: skip


def _asked(kind: str) -> dict[str, Callable[[], object]]:
    """What the map, the workbench, the whistle board and the assessment ask."""
    from governance.core.models import User
    from grids.models import District, Grid
    from requests_hub.assessment.periods import Period
    from requests_hub.models import Request
    from requests_hub.queries import areas, assessment, numbers, statistics
    from requests_hub.workflow import REQUEST

    with database.switched(kind):
        district = District.objects.get().pk
        towns = list(Grid.objects.at_level("large").values_list("pk", flat=True))
        user = User.objects.get(username="district")
        last = Request.objects.order_by("-pk")[0].submitted_at.date()
    month = Period("month", last - timedelta(days=29), last)
    held = areas.Held(district, "district", (0,))
    states = [f"r:{state}" for state in REQUEST.open_states]
    return {
        "map": lambda: statistics.stock(district, states, places=towns),
        "overdue": lambda: statistics.overdue_requests(district, "large", towns),
        "board": lambda: numbers.whistle_board(user),
        "month": lambda: assessment.total(held, month),
    }


def _raw() -> None:
    from grids.models import District

    with connection.cursor() as cursor:
        cursor.execute(RAW, [District.objects.values_list("pk", flat=True)[0]])
        cursor.fetchall()
