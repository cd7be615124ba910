"""Whether the engine turns: signs of life, events that wait, deliveries set aside.

Each sign is a row written by doing the work itself: the relay after a round, beat after sending,
the worker inside a task that came through the queue. A process that only exists does not count.
Relay and worker both audit, so each reports the other's silence.
"""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connection

from governance.core import consumers
from governance.core.models import Delivery

log = structlog.get_logger(__name__)

PROCESSES = ("relay", "beat", "worker")

# Rounds that beat asks for and a worker makes: name -> longest silence in seconds. One that was
# never made is not missed; a dead beat or worker has its own alarm.
_rounds: dict[str, int] = {}


@dataclass(frozen=True)
class Check:
    """One line of the report: `value` in seconds, or a number of deliveries."""

    name: str
    ok: bool
    value: float | None
    words: str


def beat(name: str) -> None:
    """Write the sign of life of `name`, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_heartbeat (name, beat_at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at",
            [name],
        )


def silence(name: str) -> float | None:
    """Seconds since the last sign of life, or None if there never was one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp() - beat_at)"
            " FROM core_heartbeat WHERE name = %s",
            [name],
        )
        row = cursor.fetchone()
    return float(row[0]) if row else None


def check_process(name: str) -> Check:
    quiet = silence(name)
    if quiet is None:
        return Check(name, False, None, f"{name} has never given a sign of life")
    ok = quiet <= settings.ENGINE_SILENCE_SECONDS
    return Check(name, ok, quiet, f"{name}: last sign of life {quiet:.0f} s ago")


def expect(name: str, seconds: int) -> None:
    """Miss the round `name` when it was not made for so long; it makes its sign with `beat`."""
    _rounds[name] = seconds


def check_rounds() -> list[Check]:
    """One line for each round that was made before and has stopped."""
    found = []
    for name, longest in _rounds.items():
        quiet = silence(name)
        if quiet is not None and quiet > longest:
            words = f"{name}: last made {quiet:.0f} s ago"
            found.append(Check(name, False, quiet, words))
    return found


def check_outbox() -> Check:
    waiting = consumers.oldest_waiting()
    seconds = waiting.total_seconds() if waiting else 0.0
    ok = seconds <= settings.ENGINE_WAITING_SECONDS
    return Check("outbox", ok, seconds, f"the oldest event waits {seconds:.0f} s")


def set_aside() -> int:
    """How many deliveries wait for a person."""
    return Delivery.objects.filter(state=Delivery.State.SET_ASIDE).count()


def report() -> list[Check]:
    """Everything that must be true while the engine turns; four small statements."""
    return [*(check_process(name) for name in PROCESSES), check_outbox()]


def audit() -> list[Check]:
    """Log an error for each thing that is wrong; gives those."""
    wrong = [check for check in (*report(), *check_rounds()) if not check.ok]
    for check in wrong:
        log.error(
            "engine_alarm", check=check.name, value=check.value, words=check.words
        )
    waiting = set_aside()
    if waiting:
        log.error("deliveries_set_aside", count=waiting)
    return wrong
