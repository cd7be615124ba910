"""Requests as lists show them: what a row joins, in which order, and the counts of its tabs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict

from governance.core.models import User
from requests_hub.filters import RequestFilter
from requests_hub.models import Request
from requests_hub.paging import (
    COUNT,
    PAGE_SIZE,
    Page,
    capped_count,
    count_many,
    with_params,
)

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
RELATIONS = ("category", "district", "large", "medium", "small", "lead_department")
DESK_VIEWS: dict[str, tuple[str, ...]] = {
    "accept": ("submitted",),
    "dispatch": ("accepted", "reopened"),
    "away": ("verify", "dispatched", "signed", "handling", "whistled", "reworked"),
    "check": ("replied", "checking"),
}


def joined(rows: QuerySet[Any], prefix: str = "") -> QuerySet[Any]:
    """With the names that a row shows."""
    return rows.select_related(*(f"{prefix}{name}" for name in RELATIONS))


def filtered(user: User, params: QueryDict) -> RequestFilter:
    """What this person may see, narrowed by the query string."""
    return RequestFilter(params, Request.objects.visible_to(user), user=user)


def desk_rows(rows: QuerySet[Request], view: str) -> QuerySet[Request]:
    """The rows of one tab of the dispatch desk; any other name means all that are open."""
    states = DESK_VIEWS.get(view)
    return rows.filter(state__in=states) if states else rows.open()  # type: ignore[attr-defined]


def desk_counts(rows: QuerySet[Request]) -> dict[str, int]:
    """How many rows each tab has under the filter that is set; one statement."""
    return count_many({view: desk_rows(rows, view) for view in (*DESK_VIEWS, "all")})


def by_deadline(
    rows: QuerySet[Request],
    params: QueryDict,
    *,
    size: int = PAGE_SIZE,
    total: int = COUNT,
) -> Page[Request]:
    """The page after `?after=<deadline>~<id>`, nearest deadline first, none last."""
    ordered = rows.annotate(by=Coalesce("due_at", Value(NEVER))).order_by("by", "pk")
    key = deadline_key(params.get("after", ""))
    if key:
        ordered = ordered.filter(Q(by__gt=key[0]) | Q(by=key[0], pk__gt=key[1]))
    found: list[Any] = list(ordered[: size + 1])
    last: Any = found[size - 1] if len(found) > size else None
    return Page(
        rows=found[:size],
        next_query=with_params(params, after=f"{last.by.isoformat()}~{last.pk}")
        if last
        else "",
        first_query=with_params(params, after=None) or "?" if key else "",
        total=capped_count(rows) if total == COUNT else total,
    )


def deadline_key(text: str) -> tuple[datetime, int] | None:
    """The key "<ISO time>~<id>" of a page, or None when it is not one."""
    moment, _sep, pk = text.partition("~")
    try:
        by = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if by.tzinfo is None or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return by, int(pk)


def neighbours(rows: Iterable[Request], no: str) -> tuple[str, str]:
    """Numbers of the rows before and after `no` in a page, "" where there is none."""
    numbers = [row.no for row in rows]
    if no not in numbers:
        return "", ""
    at = numbers.index(no)
    before = numbers[at - 1] if at else ""
    return before, numbers[at + 1] if at + 1 < len(numbers) else ""
