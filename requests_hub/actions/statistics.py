"""Keep the statistics: fold the unfolded, count again, build anew."""

import time
from datetime import timedelta
from typing import Any

import pglock
from django.db import connection, transaction
from django.utils import timezone

from governance.core import events
from governance.core.events import Actor
from governance.core.faults import fault_point
from governance.core.models import Event
from requests_hub.models import StatCheck
from requests_hub.queries.statistics_sql import BUILD, COMPARE

FOLDER = "onegrid:statistics"
RECOUNT_HOUR = 3
BATCH = 5000
MOST_LISTED = 200

# One statement, so that a crash leaves either all or nothing of it. Deltas that other writers have
# not committed yet are not seen and wait for the next round, whatever their ids are.
FOLD = """
WITH gone AS (
  DELETE FROM requests_hub_statdelta WHERE id IN (
    SELECT id FROM requests_hub_statdelta ORDER BY id LIMIT %s) RETURNING *
), cells AS (
  SELECT g.district_id, e.place_id, e.axis, e.key, e.measure, e.day, sum(e.n) AS n
  FROM gone AS g, LATERAL (
    SELECT * FROM requests_hub_stat_expand(g.large_id, g.medium_id, g.small_id, g.micro_id,
      g.department_id, g.category_id, g.channel, g.plus, 1)
    UNION ALL
    SELECT * FROM requests_hub_stat_expand(g.large_id, g.medium_id, g.small_id, g.micro_id,
      g.department_id, g.category_id, g.channel, g.minus, -1)) AS e
  GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(e.n) <> 0
), stock AS (
  INSERT INTO requests_hub_statstock AS s (district_id, place_id, axis, key, measure, n)
  SELECT district_id, place_id, axis, key, measure, n FROM cells WHERE day IS NULL
  ON CONFLICT (district_id, place_id, axis, measure, key) DO UPDATE SET n = s.n + excluded.n
), flow AS (
  INSERT INTO requests_hub_statflow AS f (district_id, place_id, axis, key, measure, day, n)
  SELECT district_id, place_id, axis, key, measure, day, n FROM cells WHERE day IS NOT NULL
  ON CONFLICT (district_id, place_id, axis, measure, day, key) DO UPDATE SET n = f.n + excluded.n
)
SELECT count(*) FROM gone
"""
TIDY = (
    "DELETE FROM requests_hub_statstock WHERE n = 0",
    "DELETE FROM requests_hub_statflow WHERE n = 0",
)


def fold(most: int = 40) -> int:
    """Fold what is unfolded, batch by batch; gives how many deltas. One folder at a time.

    A second folder gives 0 at once. A crash loses and doubles nothing: each batch is one
    transaction that takes the deltas away and adds them.
    """
    folded = 0
    for _round in range(most):
        with transaction.atomic():
            if not pglock.advisory(FOLDER, xact=True, timeout=0).acquire():
                return folded
            with connection.cursor() as cursor:
                cursor.execute(FOLD, [BATCH])
                found = int(cursor.fetchone()[0])
                for statement in TIDY if found else ():
                    cursor.execute(statement)
            fault_point("statistics.folded")
        folded += found
        if found < BATCH:
            break
    return folded


def rebuild() -> None:
    """Build every figure anew from the rows and the event log, while writers go on.

    All is read in one snapshot; what is committed meanwhile leaves its delta for the next fold.
    """
    with pglock.advisory(FOLDER), transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for table in ("delta", "stock", "flow"):
                cursor.execute(f"DELETE FROM requests_hub_stat{table}")  # noqa: S608
            cursor.execute(BUILD)
        wrong = StatCheck.objects.filter(wrong__gt=0, rebuilt_at=None)
        wrong.update(rebuilt_at=timezone.now())


@transaction.atomic
def ask_for_rebuild(*, by: Actor) -> StatCheck | None:
    """Have the worker build the figures anew, if the last recount found a difference."""
    check = StatCheck.objects.select_for_update().order_by("-checked_at").first()
    if check is None or check.is_ok or check.rebuild_asked_at or check.rebuilt_at:
        return check
    check.rebuild_asked_at = timezone.now()
    check.save(update_fields=["rebuild_asked_at"])
    events.record("statistics.rebuild_asked", check, by)
    return check


def rebuild_if_asked() -> bool:
    """Build anew and count again where somebody asked for it; gives whether it did."""
    asked = StatCheck.objects.filter(rebuild_asked_at__isnull=False, rebuilt_at=None)
    if not asked.exists():
        return False
    rebuild()
    recount()
    return True


def is_recount_due() -> bool:
    """Whether nobody has counted since three o'clock of the last night."""
    now = timezone.localtime()
    night = now.replace(hour=RECOUNT_HOUR, minute=0, second=0, microsecond=0)
    if now < night:
        night -= timedelta(days=1)
    return not StatCheck.objects.filter(checked_at__gte=night).exists()


@transaction.atomic
def recount(*, by: Actor = "system") -> StatCheck:
    """Count every figure again and keep the result; differences raise the alarm.

    One statement, so held and counted are of the same moment.
    """
    start = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, [MOST_LISTED])
        cells, wrong, found = cursor.fetchone()
    check = StatCheck.objects.create(
        seconds=round(time.monotonic() - start, 3),
        cells=cells,
        wrong=wrong,
        differences=found,
    )
    _tell(check, by)
    return check


def _tell(check: StatCheck, by: Actor) -> Event | None:
    """The alarm is an event; who keeps the system is told of it."""
    if check.is_ok:
        return None
    data: dict[str, Any] = {"wrong": check.wrong, "cells": check.cells}
    return events.record("statistics.differ", check, by, data)
