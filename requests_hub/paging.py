"""Pages of a list by key, not by number: page 10,000 costs what page 1 costs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import QueryDict

from governance.core.api.paging import newest

PAGE_SIZE = 50
COUNT_CAP = 1000
UNKNOWN, COUNT = -1, -2

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page: its rows, the query strings of the next and the first, and the capped total.

    `next_query` is "" on the last page, `first_query` is "" on the first. `total` stops at
    1,001 and is then written "1000+".
    """

    rows: list[M]
    next_query: str
    first_query: str
    total: int

    @property
    def total_text(self) -> str:
        return capped_text(self.total)

    @property
    def is_counted(self) -> bool:
        return self.total != UNKNOWN

    @property
    def is_first(self) -> bool:
        return not self.first_query


def cut(page: Page[Any], most: int) -> Page[Any]:
    """The first rows of a page, for a preview that links to the whole."""
    return replace(page, rows=page.rows[:most], next_query="", first_query="")


def capped_text(number: int) -> str:
    """A count as it is written: everything above 1,000 is "1000+"."""
    return f"{COUNT_CAP}+" if number > COUNT_CAP else str(number)


def capped_count(rows: QuerySet[Any]) -> int:
    """How many rows there are, counting no further than 1,001."""
    own = getattr(rows, "up_to", None)
    if own is not None:
        return int(own(COUNT_CAP + 1))
    return rows.order_by()[: COUNT_CAP + 1].count()


def newest_first(
    rows: QuerySet[M], params: QueryDict, *, size: int = PAGE_SIZE, total: int = COUNT
) -> Page[M]:
    """The page of `rows` older than `?before=<id>`; a bad value means the first page.

    Two statements, one when `total` is given; `UNKNOWN` leaves the total out.
    """
    before = params.get("before", "")
    is_later = before.isascii() and before.isdigit() and len(before) < 19
    found: list[M] = newest(rows, size + 1, int(before) if is_later else 0)
    return Page(
        rows=found[:size],
        next_query=with_params(params, before=found[size - 1].pk)
        if len(found) > size
        else "",
        first_query=with_params(params, before=None) or "?" if is_later else "",
        total=capped_count(rows) if total == COUNT else total,
    )


def with_params(params: QueryDict | Mapping[str, Any], **changes: Any) -> str:
    """The query string with these values set; None takes one away. With a leading "?"."""
    query = params.copy() if isinstance(params, QueryDict) else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    encoded = query.urlencode(safe=",")
    return f"?{encoded}" if encoded else ""


@dataclass(frozen=True)
class Tally:
    """Rows that are read once, and what is counted among them.

    `counts` maps a plain identifier to the SQL of a condition on the columns of `rows`, with
    its parameters; "" counts all.
    """

    rows: QuerySet[Any, Any]
    counts: Mapping[str, tuple[str, list[Any]]]


def count_once(*tallies: Tally) -> dict[str, int]:
    """The counts of all of them, capped, in one statement that reads each row once."""
    columns: list[str] = []
    sources: list[str] = []
    values: list[Any] = []
    for number, tally in enumerate(tallies):
        try:
            sql, params = tally.rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts = []
        for name, (condition, given) in tally.counts.items():
            parts.append(f'count(*) FILTER (WHERE {condition or "TRUE"}) AS "{name}"')
            values.extend(given)
        # The SQL is Django's own and the caller's, with every value as a parameter.
        sources.append(f"(SELECT {', '.join(parts)} FROM ({sql}) AS t) AS s{number}")  # noqa: S608
        values.extend(params)
        columns += tally.counts
    counts = {name: 0 for tally in tallies for name in tally.counts}
    if columns:
        sql = f"SELECT * FROM {', '.join(sources)}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found = (min(number, COUNT_CAP + 1) for number in cursor.fetchone())
        counts.update(zip(columns, found, strict=True))
    return counts


def count_many(parts: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """Several capped counts in one statement; names must be plain identifiers."""
    return count_once(
        *(
            Tally(rows.order_by().values("pk")[: COUNT_CAP + 1], {name: ("", [])})
            for name, rows in parts.items()
        )
    )
