"""Give events to their consumers: each effect once, whatever dies meanwhile.

A `Delivery` row is claimed in the transaction of the effects themselves, so both are there or
neither is. A second worker with the same event waits for that row and then finds it done. What
a handler raises is rolled back and counted in a transaction of its own; the next try is a time
in a row, which the relay reads. After `OUTBOX_MAX_ATTEMPTS` tries the delivery is set aside.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from governance.core.events import Consumer, consumers_of
from governance.core.faults import fault_point
from governance.core.models import Delivery, Event, Outbox

log = structlog.get_logger(__name__)

FIRST_PAUSE_SECONDS = 4
LONGEST_PAUSE_SECONDS = 600
SETTLED = {Delivery.State.DONE, Delivery.State.SET_ASIDE, Delivery.State.CLOSED}

CLAIM = """
INSERT INTO core_delivery AS d (event_id, consumer, state, attempts, last_error, changed_at)
VALUES (%s, %s, 'done', 1, '', now())
ON CONFLICT (event_id, consumer) DO UPDATE
SET state = 'done', attempts = d.attempts + 1, next_at = NULL, last_error = '',
    changed_at = now()
WHERE d.state = 'failed' AND d.next_at <= statement_timestamp()
RETURNING id
"""

# The pause doubles with each try. A delivery that somebody else settled meanwhile stays as it is.
FAIL = """
INSERT INTO core_delivery AS d
  (event_id, consumer, state, attempts, next_at, last_error, changed_at)
VALUES (%(event)s, %(consumer)s, CASE WHEN 1 >= %(most)s THEN 'set_aside' ELSE 'failed' END,
        1, now() + %(first)s * interval '1 second', %(error)s, now())
ON CONFLICT (event_id, consumer) DO UPDATE
SET attempts = d.attempts + 1, last_error = %(error)s, changed_at = now(),
    state = CASE WHEN d.attempts + 1 >= %(most)s THEN 'set_aside' ELSE 'failed' END,
    next_at = now() + least(%(first)s * 2 ^ d.attempts, %(longest)s) * interval '1 second'
WHERE d.state = 'failed'
RETURNING state, attempts
"""


@dataclass
class Tally:
    """What one batch came to."""

    done: int = 0
    failed: int = 0
    skipped: int = 0
    left: int = 0


def deliver(event_ids: Iterable[int], *, seconds: float | None = None) -> Tally:
    """Give each event to each of its consumers and settle the outbox rows.

    Args:
        event_ids: ids of committed events; repeats and finished ones do no harm.
        seconds: stop after this long; the relay brings the rest again. A batch that outlived
            its lease would only do what another worker is already doing.
    """
    tally = Tally()
    ends = time.monotonic() + (seconds or settings.OUTBOX_LEASE_SECONDS * 0.8)
    events = list(Event.objects.filter(pk__in=set(event_ids)).order_by("pk"))
    known = _states(events)
    for position, event in enumerate(events):
        if time.monotonic() > ends:
            tally.left = len(events) - position
            break
        for consumer in consumers_of(event.name):
            # whether a failed one is due again is asked of the database's clock, by the claim
            if known[event.pk].get(consumer.name, ("", None))[0] in SETTLED:
                tally.skipped += 1
            else:
                _deliver_one(event, consumer, tally)
    fault_point("delivery.settling")
    _settle(events)
    return tally


def _deliver_one(event: Event, consumer: Consumer, tally: Tally) -> None:
    try:
        with transaction.atomic():
            if not _claim(event, consumer):
                tally.skipped += 1
                return
            fault_point("delivery.claimed")
            consumer.handler(event)
            fault_point("delivery.handled")
        tally.done += 1
    except Exception as error:  # noqa: BLE001 - a handler may raise anything; it blocks nobody
        tally.failed += 1
        _count_failure(event, consumer, error)


def _claim(event: Event, consumer: Consumer) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [event.pk, consumer.name])
        return cursor.fetchone() is not None


def _count_failure(event: Event, consumer: Consumer, error: Exception) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            FAIL,
            {
                "event": event.pk,
                "consumer": consumer.name,
                "most": settings.OUTBOX_MAX_ATTEMPTS,
                "first": FIRST_PAUSE_SECONDS,
                "longest": LONGEST_PAUSE_SECONDS,
                "error": f"{type(error).__name__}: {error}"[:2000].replace("\x00", ""),
            },
        )
        row = cursor.fetchone()
    state, attempts = row or ("", 0)
    log.log(
        40 if state == Delivery.State.SET_ASIDE else 30,
        "delivery_set_aside"
        if state == Delivery.State.SET_ASIDE
        else "delivery_failed",
        event_id=event.pk,
        event_name=event.name,
        consumer=consumer.name,
        attempts=attempts,
        exc_info=error,
    )


Known = dict[str, tuple[str, datetime | None]]


def _states(events: list[Event]) -> defaultdict[int, Known]:
    """By event id and consumer name: (state, next try)."""
    known: defaultdict[int, Known] = defaultdict(dict)
    rows = Delivery.objects.filter(event_id__in=[e.pk for e in events])
    for pk, name, state, next_at in rows.values_list(
        "event_id", "consumer", "state", "next_at"
    ):
        known[pk][name] = (state, next_at)
    return known


def _settle(events: list[Event]) -> None:
    """Close the outbox rows whose consumers are all settled; give the others their next time.

    An event that nobody got to keeps the relay's lease.
    """
    known = _states(events)
    finished: list[int] = []
    later: dict[int, datetime] = {}
    for event in events:
        found = [known[event.pk].get(c.name) for c in consumers_of(event.name)]
        if all(entry and entry[0] in SETTLED for entry in found):
            finished.append(event.pk)
        elif all(found):
            times = [entry[1] for entry in found if entry and entry[1]]
            later[event.pk] = min(times)
    open_rows = Outbox.objects.filter(done_at__isnull=True)
    open_rows.filter(pk__in=finished).update(done_at=Now())
    for pk, next_at in later.items():
        open_rows.filter(pk=pk).update(next_at=next_at)


def oldest_waiting() -> timedelta | None:
    """How long the oldest event has waited that no consumer has refused; None if none waits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp() - e.recorded_at FROM core_event e WHERE e.id = ("
            " SELECT min(o.event_id) FROM core_outbox o WHERE o.done_at IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM core_delivery d"
            "  WHERE d.event_id = o.event_id AND d.state = 'failed'))"
        )
        row = cursor.fetchone()
    return row[0] if row else None
