"""Time-ordered 53-bit ids, made by the database.

`core_next_id()` (first migration of core) puts the milliseconds since 2024-01-01 UTC above 11
bits of a sequence: sorted by time, unique across processes up to 2,048 a millisecond, and still
exact as a JavaScript number. Ids are unique over all tables that use them, so an id alone names
an object in the event log.
"""

from typing import Any

from django.db import connection, models
from django.db.models.expressions import Func


class NextId(Func):
    function = "core_next_id"
    output_field = models.BigIntegerField()


class TimeOrderedIdField(models.BigIntegerField):  # type: ignore[type-arg]
    """Primary key filled by the database in the INSERT itself."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("primary_key", True)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("db_default", NextId())
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """Say so where it is no primary key: the copy of a row in its history has its own."""
        name, path, args, kwargs = super().deconstruct()
        if not self.primary_key:
            kwargs["primary_key"] = False
        return name, path, args, kwargs


def reserve_ids(count: int) -> list[int]:
    """`count` fresh ids in one statement, for bulk inserts (which give back no defaults)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_next_id() FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]
