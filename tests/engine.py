"""Helpers for tests of the event engine: a registry of their own, events about a user."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from governance.core import events
from governance.core.models import Delivery, Event, Outbox, User


@contextmanager
def own_registry() -> Iterator[None]:
    """Forget the product's consumers while the block runs, and the block's afterwards."""
    kept = dict(events._consumers), {k: list(v) for k, v in events._by_event.items()}
    events._consumers.clear()
    events._by_event.clear()
    try:
        yield
    finally:
        events._consumers.clear()
        events._consumers.update(kept[0])
        events._by_event.clear()
        events._by_event.update(kept[1])


def make_event(name: str = "probe.rung", subject: User | None = None) -> Event:
    user = subject or User.objects.get_or_create(username="probe")[0]
    return events.record(name, user, "test", {"n": 1})


def delivery(event: Event, consumer: str) -> Delivery:
    return Delivery.objects.get(event_id=event.pk, consumer=consumer)


def outbox(event: Event) -> Outbox:
    return Outbox.objects.get(pk=event.pk)


def due_now(event: Event) -> None:
    """Let the pause after a failure be over."""
    now = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(event_id=event.pk, state="failed").update(next_at=now)
    Outbox.objects.filter(pk=event.pk).update(next_at=now)
