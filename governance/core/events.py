"""Record what happened; hear of what happened.

`record()` is the only writer of the event log. It belongs inside the action's transaction: the
event, the outbox row (by trigger) and the change commit together or not at all.
Consumers subscribe by event name; the worker calls each at most once with effect per event.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from governance.core.models import Event, User

Handler = Callable[[Event], None]
Actor = User | AnonymousUser | str | None


@dataclass(frozen=True)
class Consumer:
    """A named reaction to events whose name is in `names`; idempotent by (event, name)."""

    name: str
    names: frozenset[str]
    handler: Handler


_consumers: dict[str, Consumer] = {}
_by_event: dict[str, list[Consumer]] = defaultdict(list)


def consumer(name: str, *names: str) -> Callable[[Handler], Handler]:
    """Register a handler under a unique consumer name for these event names."""

    def register(handler: Handler) -> Handler:
        if name in _consumers:
            raise ValueError(f"two consumers are called {name}")
        entry = Consumer(name, frozenset(names), handler)
        _consumers[name] = entry
        for event_name in names:
            _by_event[event_name].append(entry)
        return handler

    return register


def consumers_of(event_name: str) -> list[Consumer]:
    return _by_event.get(event_name, [])


def record(
    name: str,
    subject: models.Model,
    actor: Actor,
    data: Mapping[str, Any] | None = None,
    *,
    thread_id: int | None = None,
    district_id: int | None = None,
    occurred_at: datetime | None = None,
) -> Event:
    """Append one event about `subject`.

    Args:
        name: "<subject>.<past tense>", e.g. "request.accepted".
        subject: the object it happened to; its id must be time-ordered (see `core.ids`).
        actor: the account, or a label such as "resident" where there is none.
        data: what readers and consumers need; JSON types only, no personal data.
        thread_id: the object whose history shows it; the subject itself when left out.
        district_id: taken from the subject when left out.
        occurred_at: when it happened, if earlier than now (work done offline).
    """
    fact = Fact(name, subject, actor, data, thread_id, district_id, occurred_at)
    event = _event(fact)
    event.save(force_insert=True)
    return event


@dataclass(frozen=True)
class Fact:
    """One event to be recorded with others; the fields are the arguments of `record`."""

    name: str
    subject: models.Model
    actor: Actor
    data: Mapping[str, Any] | None = None
    thread_id: int | None = None
    district_id: int | None = None
    occurred_at: datetime | None = None


def record_many(facts: Sequence[Fact]) -> None:
    """Append many events in one statement, in this order."""
    Event.objects.bulk_create([_event(fact) for fact in facts], batch_size=1000)


def _event(fact: Fact) -> Event:
    actor, subject = fact.actor, fact.subject
    return Event(
        name=fact.name,
        subject_type=subject._meta.model_name or "",  # noqa: SLF001 - Django's documented API
        subject_id=subject.pk,
        thread_id=fact.thread_id or subject.pk,
        district_id=fact.district_id or getattr(subject, "district_id", None),
        actor=actor if isinstance(actor, User) else None,
        actor_label=str(actor)
        if actor and not isinstance(actor, AnonymousUser)
        else "",
        data=dict(fact.data or {}),
        occurred_at=fact.occurred_at or timezone.now(),
    )
