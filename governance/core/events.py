"""Record what happened; hear of what happened.

`record()` is the only writer of the event log. It belongs inside the action's transaction: the
event, the outbox row (by trigger) and the change commit together or not at all.
Consumers subscribe by event name; the worker calls each at most once with effect per event.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
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
    user = actor if isinstance(actor, User) else None
    return Event.objects.create(
        name=name,
        subject_type=subject._meta.model_name or "",  # noqa: SLF001 - Django's documented API
        subject_id=subject.pk,
        thread_id=thread_id or subject.pk,
        district_id=district_id or getattr(subject, "district_id", None),
        actor=user,
        actor_label=str(actor)
        if actor and not isinstance(actor, AnonymousUser)
        else "",
        data=dict(data or {}),
        occurred_at=occurred_at or timezone.now(),
    )
