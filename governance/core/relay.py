"""The relay: reads due outbox rows and tells the workers about them.

The row is the truth and the message a hint. A row is leased (its `next_at` moves on) before its
message goes out; if the message or the worker is lost, the lease runs out and the row is due
again. Any number of relays may run: `SKIP LOCKED` lets each take other rows.

Why polling and not LISTEN/NOTIFY: a commit with NOTIFY takes a lock that all such commits of the
database share, so intake would be serialised by its own doorbell; a notice is lost while nobody
listens, so the poll is needed anyway; and a poll of the empty partial index costs 0.1 ms.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from kombu.exceptions import KombuError
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from governance.core import embedded, engine
from governance.core.events import consumers_of
from governance.core.faults import fault_point

log = structlog.get_logger(__name__)

BUSY_PAUSE, IDLE_PAUSE, AWAY_PAUSE = 0.02, 0.2, 0.5
HEARTBEAT_SECONDS = 5
AUDIT_SECONDS = 30
# No more messages than a worker gets through within a lease: while they lie there, new events
# wait in the outbox and later travel together in one bigger batch.
MOST_QUEUED = 4

LEASE = """
WITH due AS (
  SELECT event_id FROM core_outbox
  WHERE done_at IS NULL AND next_at <= now()
  ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE core_outbox o
SET next_at = now() + %s * interval '1 second', attempts = o.attempts + 1
FROM due JOIN core_event e ON e.id = due.event_id
WHERE o.event_id = due.event_id
RETURNING o.event_id, e.name
"""


class AwayError(Exception):
    """Redis does not answer."""


@dataclass
class Doorbell:
    """The queue, as far as the relay needs it; every call is over in about a second."""

    url: str
    queue: str = "celery"

    def __post_init__(self) -> None:
        self._client = redis.Redis.from_url(
            embedded.cache_url(self.url),
            socket_timeout=1,
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
        )

    def waiting(self) -> int:
        """How many messages no worker has taken yet."""
        try:
            return int(self._client.llen(self.queue))
        except (RedisError, OSError) as error:
            raise AwayError from error

    def ring(self, event_ids: list[int]) -> None:
        """Publish one message for these events."""
        from governance.core.tasks import deliver_batch

        try:
            deliver_batch.apply_async((event_ids,), retry=False, queue=self.queue)
        except (KombuError, RedisError, OSError) as error:
            raise AwayError from error


class Relay:
    """One loop. `step()` does one round and gives the number of rows it took."""

    def __init__(self, bell: Doorbell) -> None:
        self.bell = bell
        self.stopping = threading.Event()
        self._due: dict[str, float] = {}

    def run(self) -> None:
        """Work until `stopping` is set; whatever is away is waited for."""
        pause = BUSY_PAUSE
        while not self.stopping.is_set():
            try:
                taken = self.step()
                self._every(HEARTBEAT_SECONDS, "heartbeat", self._heartbeat)
                self._every(AUDIT_SECONDS, "audit", engine.audit)
                pause = BUSY_PAUSE if taken else min(pause * 1.5, IDLE_PAUSE)
            except AwayError as away:
                log.warning("queue_away", error=type(away.__cause__).__name__)
                self._try_heartbeat()
                pause = AWAY_PAUSE
            except DatabaseError as error:
                log.warning("database_away", error=type(error).__name__)
                connection.close()
                pause = AWAY_PAUSE
            self.stopping.wait(pause)
        connection.close()

    def step(self) -> int:
        """Lease what is due, close what nobody wants, ring for the rest.

        Raises:
            AwayError: Redis does not answer; the rows stay due.
        """
        if self.bell.waiting() >= MOST_QUEUED:
            return 0
        wanted, taken = self._lease()
        if wanted:
            fault_point("relay.leased")
            try:
                self.bell.ring(wanted)
            except AwayError:
                self._give_back(wanted)
                raise
            fault_point("relay.rung")
        return taken

    def _lease(self) -> tuple[list[int], int]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                LEASE, [settings.OUTBOX_BATCH, settings.OUTBOX_LEASE_SECONDS]
            )
            rows: list[tuple[int, str]] = cursor.fetchall()
            unwanted = [pk for pk, name in rows if not consumers_of(name)]
            if unwanted:
                cursor.execute(
                    "UPDATE core_outbox SET done_at = now() WHERE event_id = ANY(%s)",
                    [unwanted],
                )
        return sorted(pk for pk, name in rows if consumers_of(name)), len(rows)

    def _give_back(self, event_ids: list[int]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core_outbox SET next_at = now()"
                " WHERE event_id = ANY(%s) AND done_at IS NULL",
                [event_ids],
            )

    def _every(self, seconds: float, name: str, call: Callable[[], object]) -> None:
        now = time.monotonic()
        if now >= self._due.get(name, 0):
            self._due[name] = now + seconds
            call()

    def _heartbeat(self) -> None:
        engine.beat("relay")

    def _try_heartbeat(self) -> None:
        """The relay lives although the queue does not; the queue has its own alarm."""
        try:
            self._every(HEARTBEAT_SECONDS, "heartbeat", self._heartbeat)
            self._every(AUDIT_SECONDS, "audit", engine.audit)
        except DatabaseError:
            connection.close()
