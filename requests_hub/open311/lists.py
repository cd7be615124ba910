"""Which requests Open311 may show, and what happened to them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from governance.core import dictionaries
from governance.core.models import Event
from grids.models import District
from requests_hub.actions.intake import is_sensitive
from requests_hub.categories import CATEGORIES
from requests_hub.models import ApiClient, Open311Report, Open311Service, Request
from requests_hub.models.requests import RequestQuerySet
from requests_hub.public import HISTORY, WITH_NOTE
from requests_hub.workflow import REQUEST

HIDDEN_STATES = ("draft",)
CLOSED = [s.code for s in REQUEST.states if not s.is_open]
TOLD = tuple(HISTORY)
MOST_UPDATES = 1000


def public(district: District) -> RequestQuerySet:
    """Those that anybody may know of: neither private themselves nor of a private category."""
    private = Open311Service.objects.filter(
        district=district, is_private=True, ended_on__isnull=True
    )
    codes = set(private.values_list("category", flat=True))
    hidden = [
        item.pk
        for item in dictionaries.items(CATEGORIES, active=False)
        if is_sensitive(item)
        or codes & {entry.code for entry in dictionaries.path(item)}
    ]
    rows = Request.objects.filter(district=district, is_private=False)
    rows = rows.exclude(state__in=HIDDEN_STATES)
    if hidden:
        rows = rows.filter(Q(category__isnull=True) | ~Q(category__in=hidden))
    return rows.select_related("lead_department").named()


def narrowed(
    rows: RequestQuerySet,
    *,
    start: datetime,
    end: datetime,
    codes: Sequence[str] = (),
    statuses: Sequence[str] = (),
) -> RequestQuerySet:
    """By time of submission, service and status."""
    rows = rows.filter(submitted_at__gte=start, submitted_at__lte=end)
    if codes:
        items = [dictionaries.item(CATEGORIES, code) for code in codes]
        rows = rows.filter(category__in=[item.pk for item in items if item])
    if len(set(statuses)) == 1:
        is_closed = statuses[0] == "closed"
        rows = rows.filter(
            Q(state__in=CLOSED) if is_closed else Q(state__in=REQUEST.open_states)
        )
    return rows.order_by("-id")


def own_of(
    client: ApiClient | None, rows: Iterable[Request]
) -> dict[int, Open311Report]:
    """The reports behind those requests that this program sent, by request."""
    if client is None:
        return {}
    found = Open311Report.objects.filter(
        client=client, request__in=[row.pk for row in rows]
    )
    return {report.request_id: report for report in found}


def updates(
    district: District, start: datetime, end: datetime
) -> list[tuple[Event, Request, str]]:
    """What residents may know of what happened, oldest first: event, request, words."""
    events = Event.objects.filter(
        district_id=district.pk,
        subject_type="request",
        name__in=TOLD,
        occurred_at__gte=start,
        occurred_at__lte=end,
    ).order_by("-id")[:MOST_UPDATES]
    told = list(events)[::-1]
    ids = {event.subject_id for event in told}
    known: dict[int, Any] = {row.pk: row for row in public(district).filter(pk__in=ids)}
    return [
        (event, known[event.subject_id], _words(event))
        for event in told
        if event.subject_id in known
    ]


def _words(event: Event) -> str:
    words = str(HISTORY[event.name])
    note = str(event.data.get("note", "")) if event.name in WITH_NOTE else ""
    return f"{words}：{note}" if note else words
