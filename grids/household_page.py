"""What the page of a household and its visit form show, in a fixed number of statements."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import attachments, dictionaries
from governance.core.models import Attachment, DictionaryItem, User
from governance.core.registers import panels, places, show
from grids import household_members
from grids.actions import access
from grids.models import (
    CareEntry,
    Household,
    HouseholdNeed,
    Person,
    ServiceReceived,
    Visit,
)
from grids.registers.base import WRITE, covers

VISITS_SHOWN = 5
MOST_CHOICES = 300


@dataclass
class Member:
    """One person of the household as others may see them."""

    person: Person
    relation: str
    care: list[str] = field(default_factory=list)


@dataclass
class Due:
    """When the next visit falls due: `days` is negative when it is late."""

    on: dt.date
    days: int

    @property
    def late(self) -> int:
        return max(-self.days, 0)


@dataclass
class Called:
    """One visit with its words and pictures."""

    visit: Visit
    seen: list[tuple[str, bool]]
    photos: list[Attachment] = field(default_factory=list)


def page_of(row: Household, request: HttpRequest) -> dict[str, Any]:
    """The context of the household page; other apps add panels under `household_page`."""
    user = cast(User, request.user)
    people = list(row.members.live().order_by("relation", "birth"))
    care = list(
        CareEntry.objects.current().filter(person__household=row).order_by("kind", "pk")
    )
    needs = list(row.needs.order_by("-id")[:20])
    services = _this_year(row)
    may_write = covers(user, row, WRITE) and row.ended_on is None
    return {
        "row": row,
        "title": row.title,
        "place": _place(row),
        "members": _members(people, care),
        "care": [(show.label("care_kind", entry.kind), entry) for entry in care],
        "tags": sorted({show.label("care_kind", entry.kind) for entry in care}),
        "open_needs": [n for n in needs if n.state == HouseholdNeed.State.OPEN],
        "settled_needs": [n for n in needs if n.state != HouseholdNeed.State.OPEN],
        "link": row.links.filter(ended_on__isnull=True).select_related("user").first(),
        "visits": _visits(row),
        "visit_count": row.visits.count(),
        "services": _services(services),
        "last_contact": _last_contact(row, services),
        "due": _due(row),
        "more": panels.of("household_page", request, row),
        "need_parts": panels.of("household_need", request, row),
        "every_days": row.visit_every_days,
        "may_write": may_write,
        "linkable": household_members.offered(row, user) if may_write else [],
        "opened": access.is_open(row, user) if may_write else None,
        "unmask_url": reverse("unmask_record", args=["households", row.pk]),
        "need_kinds": dictionaries.items("need_kind"),
        "service_kinds": dictionaries.items("service_kind"),
        "today": timezone.localdate(),
    }


def _place(row: Household) -> str:
    """The grids below the town, from the village down."""
    return places.known().words(row).partition("/")[2]


def _members(people: list[Person], care: list[CareEntry]) -> list[Member]:
    by_person: dict[int, list[str]] = {}
    for entry in care:
        label = show.label("care_kind", entry.kind)
        by_person.setdefault(entry.person_id, []).append(label)
    return [
        Member(
            person,
            show.label("relation", person.relation) if person.relation else "",
            by_person.get(person.pk, []),
        )
        for person in people
    ]


def _visits(row: Household) -> list[Called]:
    visits = list(row.visits.select_related("visitor")[:VISITS_SHOWN])
    photos: dict[int, list[Attachment]] = {}
    for photo in Attachment.objects.filter(
        subject_type="visit", subject_id__in=[v.pk for v in visits]
    ).order_by("id"):
        photos.setdefault(photo.subject_id or 0, []).append(photo)
    return [Called(v, _seen(v.checks), photos.get(v.pk, [])) for v in visits]


def _seen(codes: list[str]) -> list[tuple[str, bool]]:
    """(word, whether it is a hazard) of what was ticked."""
    found = (dictionaries.item("visit_check", code) for code in codes)
    return [(entry.label, is_hazard(entry)) for entry in found if entry]


def is_hazard(entry: DictionaryItem) -> bool:
    return bool(entry.data.get("hazard"))


def _this_year(row: Household) -> list[ServiceReceived]:
    """The services of this and the last year, the newest first."""
    year = timezone.localdate().year
    return list(row.services.filter(on__year__gte=year - 1).order_by("-on", "-id"))


def _services(received: list[ServiceReceived]) -> list[tuple[str, int]]:
    """This year's services: (kind, how often), the most frequent first."""
    year = timezone.localdate().year
    counted = Counter(each.kind for each in received if each.on.year == year)
    return [(show.label("service_kind", k), n) for k, n in counted.most_common()]


def _last_contact(
    row: Household, received: list[ServiceReceived]
) -> tuple[dt.date, str] | None:
    """The last day that somebody was met, and how: a visit, or a service that came."""
    found = []
    if row.last_visit_on:
        found.append((row.last_visit_on, _("visit")))
    if received:
        newest = received[0]
        found.append((newest.on, show.label("service_kind", newest.kind)))
    return max(found, key=lambda each: each[0]) if found else None


def _due(row: Household) -> Due | None:
    if row.next_visit_on is None:
        return None
    return Due(row.next_visit_on, (row.next_visit_on - timezone.localdate()).days)


def visit_page(
    user: User, row: Household | None, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The context of the visit form; `given` is what was sent, if anything.

    Without a household the form has a list to choose from.
    """
    checks = dictionaries.items("visit_check")
    ticked = given.getlist("checks") if hasattr(given, "getlist") else []
    return {
        "owner": user.pk,
        "row": row,
        "title": row.title if row else "",
        "place": _place(row) if row else "",
        "choices": _choices(user),
        "conditions": Visit.Condition.choices,
        "checks": [(entry, is_hazard(entry), entry.code in ticked) for entry in checks],
        "open_needs": _open_needs(row) if row else [],
        "need_kinds": dictionaries.items("need_kind"),
        "given": given,
        "key": given.get("key") or uuid.uuid4().hex,
        "due": _due(row) if row else None,
        "room": attachments.MAX_FILES,
        "now": timezone.localtime(),
    }


def _open_needs(row: Household) -> list[HouseholdNeed]:
    return list(row.needs.filter(state=HouseholdNeed.State.OPEN)[:10])


def _choices(user: User) -> list[tuple[int, str, str]]:
    """(id, name with grid, whose visit is due) of the households of an area, the latest first."""
    rows = Household.objects.visible_to(user).live().select_related("head")
    rows = rows.order_by(F("next_visit_on").asc(nulls_last=True), "pk")[:MOST_CHOICES]
    known = places.known()
    return [
        (
            row.pk,
            f"{row.title} {row.number} {known.short(row)}",
            row.next_visit_on.isoformat() if row.next_visit_on else "",
        )
        for row in rows
    ]
