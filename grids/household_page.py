"""What the page of a household and its visit form show, in a fixed number of statements."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone

from governance.core import attachments, dictionaries
from governance.core.models import Attachment, DictionaryItem, User
from governance.core.registers import places, show
from grids.actions import access
from grids.models import CareEntry, Household, HouseholdNeed, Person, Visit
from grids.registers.base import WRITE, covers

VISITS_SHOWN = 5


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


def page_of(row: Household, user: User) -> dict[str, Any]:
    """The context of the household page."""
    people = list(row.members.live().order_by("relation", "birth"))
    care = list(
        CareEntry.objects.current().filter(person__household=row).order_by("kind", "pk")
    )
    needs = list(row.needs.order_by("-id")[:20])
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
        "services": _services(row),
        "due": _due(row),
        "every_days": row.visit_every_days,
        "may_write": may_write,
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


def _services(row: Household) -> list[tuple[str, int]]:
    """This year's services: (kind, how often), the most frequent first."""
    year = timezone.localdate().year
    kinds = row.services.filter(on__year=year).values_list("kind", flat=True)
    counted = Counter(kinds.order_by())
    return [(show.label("service_kind", k), n) for k, n in counted.most_common()]


def _due(row: Household) -> Due | None:
    if row.next_visit_on is None:
        return None
    return Due(row.next_visit_on, (row.next_visit_on - timezone.localdate()).days)


def visit_page(row: Household, given: Mapping[str, Any]) -> dict[str, Any]:
    """The context of the visit form; `given` is what was sent, if anything."""
    checks = dictionaries.items("visit_check")
    ticked = given.getlist("checks") if hasattr(given, "getlist") else []
    return {
        "row": row,
        "title": row.title,
        "place": _place(row),
        "conditions": Visit.Condition.choices,
        "checks": [(entry, is_hazard(entry), entry.code in ticked) for entry in checks],
        "open_needs": list(row.needs.filter(state=HouseholdNeed.State.OPEN)[:10]),
        "need_kinds": dictionaries.items("need_kind"),
        "given": given,
        "key": given.get("key") or uuid.uuid4().hex,
        "due": _due(row),
        "room": attachments.MAX_FILES,
        "now": timezone.localtime(),
    }
