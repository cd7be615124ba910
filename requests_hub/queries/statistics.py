"""Figures out of the statistics: folded ones plus the few that are not folded yet.

Each function is one statement, so that a figure is of one moment although the folder works
meanwhile. What depends on the clock, that something is overdue, is not stored: deadlines are held
by the day they fall on, so the days before today are a sum, and today's are counted in the rows
through the partial index on the deadline. No sweep can lag behind, and no clock is asked twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.utils import timezone

from grids.models.places import LEVELS
from requests_hub.models.statistics import WHOLE, Axis
from requests_hub.queries.statistics_sql import UNFOLDED
from requests_hub.workflow import REQUEST

STOCK = """
SELECT place_id, key, measure, sum(n)::bigint FROM (
  SELECT place_id, key, measure, n FROM requests_hub_statstock
  WHERE district_id = %(district)s AND place_id = ANY(%(places)s) AND axis = %(axis)s
    AND measure = ANY(%(measures)s) AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s))
  UNION ALL
  SELECT place_id, key, measure, n FROM ({unfolded}) AS u
  WHERE district_id = %(district)s AND place_id = ANY(%(places)s) AND axis = %(axis)s
    AND measure = ANY(%(measures)s) AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s))
) AS x GROUP BY 1, 2, 3 HAVING sum(n) <> 0
"""
FLOW = """
SELECT place_id, key, measure, {day}, sum(n)::bigint FROM (
  SELECT place_id, key, measure, day, n FROM requests_hub_statflow
  WHERE district_id = %(district)s AND place_id = ANY(%(places)s) AND axis = %(axis)s
    AND measure = ANY(%(measures)s) AND day >= %(first)s AND day <= %(last)s
    AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s))
  UNION ALL
  SELECT place_id, key, measure, day, n FROM ({unfolded}) AS u
  WHERE district_id = %(district)s AND place_id = ANY(%(places)s) AND axis = %(axis)s
    AND measure = ANY(%(measures)s) AND day >= %(first)s AND day <= %(last)s
    AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s))
) AS x GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
"""
# Folded days before today, the same of what is unfolded, and today's rows that are late by now.
OVERDUE = """
SELECT place_id, key, sum(n)::bigint FROM (
  SELECT place_id, key, n FROM requests_hub_statflow
  WHERE district_id = %(district)s AND place_id = ANY(%(places)s) AND axis = %(axis)s
    AND measure = ANY(%(measures)s) AND day < %(today)s
  UNION ALL
  SELECT place_id, key, n FROM ({unfolded}) AS u
  WHERE district_id = %(district)s AND place_id = ANY(%(places)s) AND axis = %(axis)s
    AND measure = ANY(%(measures)s) AND day < %(today)s
  UNION ALL
  SELECT {place}, {key}, count(*) FROM {table}
  WHERE {due} >= %(midnight)s AND {due} < %(now)s AND state = ANY(%(states)s) AND {more}
    AND district_id = %(district)s
  GROUP BY 1, 2
) AS x WHERE place_id = ANY(%(places)s) GROUP BY 1, 2 HAVING sum(n) <> 0
"""
CALLS = """
SELECT * FROM ({stock}) AS s
UNION ALL SELECT place_id, key, %(name)s, sum FROM ({late}) AS o
"""
LEVEL_COLUMNS = {"district": str(WHOLE), **{level: f"{level}_id" for level in LEVELS}}
LATE = "late"


@dataclass(frozen=True)
class Figure:
    """One figure; `key` is the department, category or channel where there is an axis."""

    place: int
    key: str
    measure: str
    n: int
    day: date | None = None


def stock(
    district: int,
    measures: Iterable[str],
    *,
    places: Sequence[int] = (WHOLE,),
    axis: str = Axis.NONE,
    keys: Sequence[str] | None = None,
) -> list[Figure]:
    """How many stand in each state now, in each of these places (`WHOLE`: the district)."""
    rows = _ask(
        STOCK.format(unfolded=UNFOLDED),
        _named(district, measures, places, axis, keys),
    )
    return [Figure(place, key, measure, n) for place, key, measure, n in rows]


def flow(
    district: int,
    measures: Iterable[str],
    first: date,
    last: date,
    *,
    places: Sequence[int] = (WHOLE,),
    axis: str = Axis.NONE,
    keys: Sequence[str] | None = None,
    by_day: bool = False,
) -> list[Figure]:
    """How many from the first to the last day, both included; summed unless `by_day`."""
    text = FLOW.format(unfolded=UNFOLDED, day="day" if by_day else "NULL::date")
    named = _named(district, measures, places, axis, keys)
    rows = _ask(text, {**named, "first": first, "last": last})
    return [Figure(place, key, measure, n, day) for place, key, measure, day, n in rows]


def overdue_requests(
    district: int, level: str, places: Sequence[int]
) -> dict[int, int]:
    """Open requests past their deadline, by place of one level ("district": `WHOLE`)."""
    states = REQUEST.open_states
    measures = [f"rdue:{state}" for state in states]
    text = OVERDUE.format(
        unfolded=UNFOLDED, table="requests_hub_request", due="due_at",
        place=LEVEL_COLUMNS[level], key="''", more="true",
    )  # fmt: skip
    named = _named(district, measures, places, Axis.NONE, None)
    return {
        place: n for place, _key, n in _ask(text, {**named, **_now(), "states": states})
    }


def calls_by_department(
    district: int, level: str, places: Sequence[int], states: Iterable[str]
) -> dict[int, dict[str, int]]:
    """Open calls by department and state, summed over these places.

    Those whose report-in is late are `LATE`; both are of one moment, in one statement.
    """
    overdue = OVERDUE.format(
        unfolded=UNFOLDED, table="requests_hub_task", due="report_in_due_at",
        place=LEVEL_COLUMNS[level], key="department_id::text", more="kind = 'whistle'",
    ).replace("%(measures)s", "%(late)s")  # fmt: skip
    text = CALLS.format(stock=STOCK.format(unfolded=UNFOLDED), late=overdue)
    measures = {f"t:{state}": state for state in states}
    named = _named(district, measures, places, Axis.DEPARTMENT, None)
    named |= {**_now(), "states": ["called"], "late": ["trep"], "name": LATE}
    out: dict[int, dict[str, int]] = {}
    for _place, key, measure, n in _ask(text, named):
        row = out.setdefault(int(key), {})
        name = measures.get(measure, LATE)
        row[name] = row.get(name, 0) + n
    return out


def _now() -> dict[str, Any]:
    today = timezone.localdate()
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    return {"today": today, "midnight": midnight, "now": timezone.now()}


def _named(
    district: int,
    measures: Iterable[str],
    places: Sequence[int],
    axis: str,
    keys: Sequence[str] | None,
) -> dict[str, Any]:
    return {
        "district": district,
        "measures": list(measures),
        "places": list(places),
        "axis": str(axis),
        "keys": list(keys) if keys is not None else None,
    }


def _ask(text: str, named: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, named)
        return list(cursor.fetchall())
