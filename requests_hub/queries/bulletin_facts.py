"""The counts of a bulletin out of the event log, as known at a moment.

Rows only say which requests can matter; what had happened to them by then is read from events,
which never change. So the same cut-off gives the same counts whenever it is asked.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from requests_hub.queries.drill import NOT_ASSESSED

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)  # of the time-ordered ids
Counts = dict[str, int]


@dataclass(frozen=True)
class Window:
    """From `start` up to `end`; of what was recorded until `recorded`."""

    district: int
    start: datetime
    end: datetime
    recorded: datetime

    @property
    def named(self) -> dict[str, Any]:
        last_id = int((self.recorded - EPOCH).total_seconds() * 1000 + 1) << 11
        return {**vars(self), "left_out": list(NOT_ASSESSED), "last_id": last_id}


# What the log says of each request by then. Of several the last word holds; a request that was
# opened again is not closed. A request that later went to another town counts where it lay.
FACTS = """
WITH seen AS (
  SELECT r.id, r.no, r.title, r.is_private, r.large_id, r.medium_id, r.category_id,
    r.lead_department_id, r.submitted_at
  FROM requests_hub_request AS r
  WHERE r.district_id = %(district)s AND r.submitted_at < %(end)s
    AND (r.closed_at IS NULL OR r.closed_at >= %(start)s OR r.close_due_at >= %(start)s)
), log AS (
  SELECT s.id AS request_id, v.* FROM seen AS s
  JOIN core_event AS v ON v.thread_id = s.id AND v.subject_type = 'request'
  WHERE v.recorded_at <= %(recorded)s
), said AS (
  SELECT request_id,
    (array_agg(data ->> 'to' ORDER BY occurred_at DESC, id DESC)
      FILTER (WHERE data ? 'step' AND data ? 'to' AND occurred_at < %(end)s))[1] AS state,
    (array_agg((data ->> 'close_due_at')::timestamptz ORDER BY occurred_at DESC, id DESC)
      FILTER (WHERE data ? 'close_due_at' AND occurred_at < %(end)s))[1] AS close_due_at,
    max(occurred_at) FILTER (WHERE data ->> 'to' = 'closed' AND occurred_at < %(end)s)
      AS last_closed,
    max(occurred_at) FILTER (WHERE name = 'request.reopened' AND occurred_at < %(end)s)
      AS last_opened,
    (array_agg(data ->> 'step' ORDER BY occurred_at DESC, id DESC)
      FILTER (WHERE data ->> 'step' IN ('exclude', 'include') AND occurred_at < %(end)s))[1]
      AS exclusion,
    count(*) FILTER (WHERE name = 'request.reworked'
      AND occurred_at >= %(start)s AND occurred_at < %(end)s) AS reworked,
    count(*) FILTER (WHERE name = 'request.whistled'
      AND occurred_at >= %(start)s AND occurred_at < %(end)s) AS whistled
  FROM log GROUP BY request_id
), moved AS (
  SELECT DISTINCT ON (v.thread_id) v.thread_id AS request_id,
    (v.data -> 'from' ->> 'large_id')::bigint AS large_id
  FROM core_event AS v JOIN seen AS s ON s.id = v.thread_id
  WHERE v.name = 'request.regridded' AND v.occurred_at >= %(end)s
  ORDER BY v.thread_id, v.id
), facts AS (
  SELECT s.id, s.no, s.title, s.is_private, s.medium_id, s.category_id, s.lead_department_id,
    s.submitted_at, CASE WHEN m.request_id IS NULL THEN s.large_id ELSE m.large_id END AS large_id,
    f.state, f.close_due_at, f.reworked, f.whistled,
    CASE WHEN f.last_closed > coalesce(f.last_opened, '-infinity') THEN f.last_closed END
      AS closed_at,
    coalesce(f.exclusion = 'exclude', false) AS is_excluded
  FROM seen AS s JOIN said AS f ON f.request_id = s.id
  LEFT JOIN moved AS m ON m.request_id = s.id
), assessed AS (
  SELECT *, close_due_at >= %(start)s AND close_due_at < %(end)s AND NOT is_excluded
    AND state <> ALL (%(left_out)s) AS is_due FROM facts
)
"""
BY_TOWN = """
SELECT large_id,
  count(*) FILTER (WHERE submitted_at >= %(start)s) AS received,
  count(*) FILTER (WHERE closed_at >= %(start)s) AS closed,
  count(*) FILTER (WHERE is_due) AS close_due,
  count(*) FILTER (WHERE is_due AND closed_at IS NOT NULL) AS close_done,
  count(*) FILTER (WHERE is_due AND closed_at <= close_due_at) AS close_met,
  count(*) FILTER (WHERE submitted_at >= %(start)s AND is_excluded) AS excluded,
  sum(whistled)::bigint AS whistles, sum(reworked)::bigint AS reworks,
  count(*) FILTER (WHERE closed_at IS NULL AND close_due_at < %(end)s
    AND state <> ALL (%(left_out)s)) AS overdue
FROM assessed GROUP BY large_id
"""
# Attempts to ask are never changed; each tells where it lay.
REVISITS = """
SELECT v.large_id, count(*) AS valid, count(*) FILTER (WHERE v.is_contacted) AS contacted,
  count(*) FILTER (WHERE v.is_solved) AS solved,
  count(*) FILTER (WHERE v.satisfaction = 'satisfied') AS satisfied,
  count(*) FILTER (WHERE v.satisfaction = 'basically') AS basically
FROM requests_hub_revisit AS v
WHERE v.district_id = %(district)s AND v.is_valid AND v.asked_at >= %(start)s
  AND v.asked_at < %(end)s AND v.id < %(last_id)s
  AND coalesce((SELECT e.data ->> 'step' FROM core_event AS e
    WHERE e.thread_id = v.request_id AND e.data ->> 'step' IN ('exclude', 'include')
      AND e.occurred_at < %(end)s AND e.recorded_at <= %(recorded)s
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1), '') <> 'exclude'
GROUP BY 1
"""
LATEST_FIRST = """
SELECT no, title, is_private, large_id, lead_department_id, close_due_at FROM assessed
WHERE closed_at IS NULL AND close_due_at < %(end)s AND state <> ALL (%(left_out)s)
ORDER BY close_due_at, id LIMIT 3
"""
CALLS = """
WITH calls AS (
  SELECT t.id, t.request_id, t.department_id FROM requests_hub_task AS t
  WHERE t.district_id = %(district)s AND t.kind = 'whistle' AND t.created_at < %(end)s
    AND t.report_in_due_at >= %(start)s
), said AS (
  SELECT c.id, c.department_id,
    (array_agg((v.data ->> 'report_in_due_at')::timestamptz ORDER BY v.occurred_at DESC, v.id DESC)
      FILTER (WHERE v.data ? 'report_in_due_at'))[1] AS due,
    min(v.occurred_at) FILTER (WHERE v.name = 'task.reported_in') AS reported,
    bool_or(v.name = 'task.released') AS released
  FROM calls AS c JOIN core_event AS v ON v.thread_id = c.request_id
    AND v.subject_type = 'task' AND v.subject_id = c.id
  WHERE v.occurred_at < %(end)s AND v.recorded_at <= %(recorded)s GROUP BY 1, 2
)
SELECT department_id, count(*) AS due, count(*) FILTER (WHERE reported <= due) AS met
FROM said WHERE due >= %(start)s AND due < %(end)s AND (reported IS NOT NULL OR NOT released)
GROUP BY 1
"""


def by_town(window: Window) -> dict[int | None, Counts]:
    """The counts of each town (None: without one)."""
    out: dict[int | None, Counts] = {}
    for row in (*ask(FACTS + BY_TOWN, window), *ask(REVISITS, window)):
        town = row.pop("large_id")
        out[town] = {**out.get(town, {}), **row}
    return out


def longest_overdue(window: Window) -> list[dict[str, Any]]:
    """The three open requests whose day of closing has passed the longest."""
    return ask(FACTS + LATEST_FIRST, window)


def calls(window: Window) -> dict[int, tuple[int, int]]:
    """Department → (calls whose report-in fell due, of them reported in on time)."""
    return {r["department_id"]: (r["due"], r["met"]) for r in ask(CALLS, window)}


def ask(text: str, window: Window, **more: Any) -> list[dict[str, Any]]:
    """The rows of a query over a window, whose parameters stand beside those named."""
    with connection.cursor() as cursor:
        cursor.execute(text, {**window.named, **more})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
