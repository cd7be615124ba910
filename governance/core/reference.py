"""Copies of reference data in this process, at most a minute old.

A copy costs one query of one row a minute; what it holds is read again only when that row
moved. A database that is away leaves the last copy in place.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

import structlog
from django.db import DatabaseError

from governance.core.models import ReferenceVersion

log = structlog.get_logger(__name__)
Value = TypeVar("Value")
FRESH_SECONDS = 60.0


class Copy(Generic[Value]):
    """The value of `load()`, read again when the version `name` moved.

    `empty` is the value while nothing could be read yet.
    """

    def __init__(self, name: str, load: Callable[[], Value], empty: Value) -> None:
        self.name = name
        self._load = load
        self._value = empty
        self._version: datetime | str | None = "never read"
        self._checked = -FRESH_SECONDS

    def get(self) -> Value:
        now = time.monotonic()
        if 0 <= now - self._checked < FRESH_SECONDS:
            return self._value
        try:
            version = (
                ReferenceVersion.objects.filter(name=self.name)
                .values_list("changed_at", flat=True)
                .first()
            )
            if version != self._version:
                self._value = self._load()
                self._version = version
        except DatabaseError as error:
            log.warning("reference_away", name=self.name, error=type(error).__name__)
        self._checked = now
        return self._value

    def forget(self) -> None:
        """Read again at the next `get`; for who has just changed the data, and for tests."""
        self._version = "never read"
        self.look_again()

    def look_again(self) -> None:
        """Ask at the next `get` whether the row moved, however young the copy is."""
        self._checked = -FRESH_SECONDS
