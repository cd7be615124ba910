"""What the workers do. Each task is idempotent on row ids; none carries an ETA."""

import time
from datetime import timedelta

from celery import shared_task

from governance.core import consumers, engine
from governance.core.actions.attachments import sweep_loose
from governance.core.registers import tasks as _of_registers  # noqa: F401

SIGN_SECONDS = 5.0
_last_sign = -SIGN_SECONDS


@shared_task(name="core.deliver_batch")
def deliver_batch(event_ids: list[int]) -> None:
    """Give these events to their consumers."""
    _sign()
    consumers.deliver(event_ids)


@shared_task(name="core.worker_heartbeat")
def worker_heartbeat() -> None:
    """Sent by beat: prove that messages reach a worker and are worked on."""
    engine.beat("worker")


@shared_task(name="core.audit_engine")
def audit_engine() -> None:
    """Raise the alarm for a silent relay or beat and for events that wait too long."""
    engine.audit()


@shared_task(name="core.sweep_loose_files")
def sweep_loose_files() -> int:
    """Delete some files that nobody tied to anything in two days; gives how many."""
    return sweep_loose(timedelta(days=2))


def _sign() -> None:
    """The worker's sign of life under load, when beat's task waits behind many batches."""
    global _last_sign
    if time.monotonic() - _last_sign >= SIGN_SECONDS:
        _last_sign = time.monotonic()
        engine.beat("worker")
