"""The moment at which actions happen: now, or another one for work done offline and the demo."""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The moment an action happens at; `at` sets another one."""
    return _moment.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> "Iterator[None]":
    """Let actions happen at another moment: work done offline, and the demo's history."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
