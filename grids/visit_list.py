"""Whose door to knock at: the households of one's area whose visit is late, due today or soon."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from governance.core.models import User
from governance.core.registers import places, show
from grids.models import CareEntry, Household

SOON_DAYS = 7
MOST = 100


@dataclass(frozen=True)
class Door:
    """One household as the list shows it: nothing that is not masked, since a phone keeps it."""

    pk: int
    title: str
    place: str
    care: tuple[str, ...]
    last: dt.date | None
    due: dt.date
    days: int

    @property
    def late(self) -> int:
        """Days over; 0 when it is not late."""
        return max(-self.days, 0)


def page(user: User) -> dict[str, Any]:
    """The context of the list, most urgent first; two statements whatever its length."""
    today = timezone.localdate()
    rows = Household.objects.visible_to(user).live().select_related("head")
    rows = rows.filter(next_visit_on__lte=today + dt.timedelta(days=SOON_DAYS))
    found = list(rows.order_by("next_visit_on", "pk")[: MOST + 1])
    doors = _doors(found[:MOST], today)
    return {
        "owner": user.pk,
        "now_due": [door for door in doors if door.days <= 0],
        "soon": [door for door in doors if door.days > 0],
        "late": sum(door.days < 0 for door in doors),
        "has_more": len(found) > MOST,
        "soon_days": SOON_DAYS,
        "read_at": timezone.localtime(),
    }


def _doors(rows: list[Household], today: dt.date) -> list[Door]:
    ids = [row.pk for row in rows]
    care: dict[int, set[str]] = {}
    current = CareEntry.objects.current().filter(person__household__in=ids)
    for home, kind in current.values_list("person__household_id", "kind"):
        care.setdefault(home, set()).add(show.label("care_kind", kind))
    known = places.known()
    return [
        Door(
            pk=row.pk,
            title=row.title,
            place=known.short(row),
            care=tuple(sorted(care.get(row.pk, ()))),
            last=row.last_visit_on,
            due=row.next_visit_on,
            days=(row.next_visit_on - today).days,
        )
        for row in rows
        if row.next_visit_on
    ]
