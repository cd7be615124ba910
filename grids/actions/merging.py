"""Two records that are one person: found, decided by somebody, merged, and taken apart again.

Nothing is merged by itself. A merge keeps every value it changes in a sealed journal, so that
undoing it puts both records back.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pghistory
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import record
from governance.core.models import User
from grids.models import CareEntry, Household, Person, PersonPair
from grids.registers.base import covers
from grids.scoping import Viewer

UNDO_DAYS = 30
MOST_PAIRS = 50
DESK = frozenset({"township", "district"})
# What one may choose from either record; the rest belongs to the record itself.
CHOOSABLE = (
    "name", "former_name", "identity_type", "identity_no", "sex", "birth", "nation", "marriage",
    "politics", "education", "occupation", "employer", "native_place", "registered_division",
    "registered_address", "address", "phone", "other_phone", "residence", "household_id",
    "relation", "house_id", "inflow_reason", "arrived_on", "permit_until", "left_behind",
    "guardian", "note",
)  # fmt: skip
# Same name; not two different numbers or births; and two of birth, address, end of phone.
PAIRS = """
SELECT a.id, b.id,
       (a.birth IS NOT NULL AND a.birth = b.birth) AS birth,
       (a.address_hash <> '' AND a.address_hash = b.address_hash) AS address,
       (a.phone_hash <> '' AND a.phone_hash IN (b.phone_hash, b.other_phone_hash)) AS phone
  FROM grids_person a
  JOIN grids_person b ON b.district_id = a.district_id AND b.name = a.name AND b.id > a.id
 WHERE a.district_id = %(district)s AND a.ended_on IS NULL AND b.ended_on IS NULL
   AND a.id = ANY(%(mine)s) AND b.id = ANY(%(mine)s)
   AND (a.identity_hash = '' OR b.identity_hash = '' OR left(a.identity_hash, 8)
        <> left(b.identity_hash, 8))
   AND (a.birth IS NULL OR b.birth IS NULL OR a.birth = b.birth)
   AND NOT EXISTS (SELECT 1 FROM grids_personpair p WHERE p.state IN ('apart', 'undone')
        AND ((p.kept_id, p.other_id) IN ((a.id, b.id), (b.id, a.id))))
"""


@dataclass(frozen=True)
class Likely:
    """Two records that may be one person, with what agrees."""

    first: Person
    second: Person
    agrees: tuple[str, ...] = field(default=())

    @property
    def score(self) -> int:
        return {1: 60, 2: 80, 3: 95}[len(self.agrees)]


def likely(viewer: Viewer, most: int = MOST_PAIRS) -> list[Likely]:
    """The pairs in somebody's area, the surest first. Three statements.

    Names are compared in their tidied form, addresses and ends of phones by their hashes. While
    keys rotate, rows under different keys are compared by birth only.
    """
    mine = Person.objects.visible_to(viewer).live()
    doubled = _doubled_names(mine)
    if not doubled:
        return []
    keys = list(mine.filter(name__in=doubled).values_list("pk", "district_id"))
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for district_id in {row[1] for row in keys}:
            ids = [row[0] for row in keys if row[1] == district_id]
            cursor.execute(PAIRS, {"district": district_id, "mine": ids})
            found += cursor.fetchall()
    pairs = [(a, b, _agreeing(*flags)) for a, b, *flags in found]
    pairs = sorted((p for p in pairs if len(p[2]) >= 2), key=lambda p: -len(p[2]))
    people = Person.objects.select_related("household", "house").in_bulk(
        {pk for a, b, _agrees in pairs[:most] for pk in (a, b)}
    )
    return [Likely(people[a], people[b], agrees) for a, b, agrees in pairs[:most]]


def _doubled_names(rows: Any) -> list[str]:
    counted = rows.order_by().values("name").annotate(n=Count("pk")).filter(n__gt=1)
    return list(counted.values_list("name", flat=True))


def _agreeing(*flags: bool) -> tuple[str, ...]:
    names = ("birth", "address", "phone")
    return tuple(n for n, agrees in zip(names, flags, strict=True) if agrees)


def _both(first: Person, second: Person, by: User) -> tuple[Person, Person]:
    """Both records, locked in one order.

    Raises:
        Invalid: they are one. NotAllowed: not both in the area. Conflict: one has ended.
    """
    if first.pk == second.pk:
        raise Invalid(_("Choose two records."))
    rows = Person.objects.select_for_update(of=("self",)).order_by("pk")
    held = {p.pk: p for p in rows.filter(pk__in=[first.pk, second.pk])}
    for person in held.values():
        if not covers(by, person, DESK):
            raise NotAllowed(_("Both records must lie in your area."))
        if person.ended_on is not None:
            raise Conflict(_("One of the records has been merged or ended already."))
    return held[first.pk], held[second.pk]


@transaction.atomic
def keep_apart(first: Person, second: Person, *, by: User) -> PersonPair:
    """Say that two records are two persons; they are not offered again.

    Raises:
        NotAllowed, Conflict, Invalid: see `merge`.
    """
    first, second = _both(first, second, by)
    pair, made = PersonPair.objects.get_or_create(
        kept=first,
        other=second,
        state=PersonPair.State.APART,
        defaults={"district_id": first.district_id, "decided_by": by},
    )
    if made:
        record("person.kept_apart", first, by, {"other": second.pk})
    return pair


@transaction.atomic
def reconsider(pair: PersonPair, *, by: User) -> PersonPair:
    """Let two records that were kept apart, or whose merge was undone, be offered again.

    Repeating it changes nothing.

    Raises:
        NotAllowed, Conflict, Invalid: see `merge`.
    """
    first, second = _both(pair.kept, pair.other, by)
    both = Q(kept=first, other=second) | Q(kept=second, other=first)
    rows = PersonPair.objects.select_for_update().filter(both)
    held = list(rows.filter(state__in=PersonPair.SETTLED))
    for row in held:
        row.state = PersonPair.State.REOPENED
        row.save(update_fields=["state"])
    if held:
        record("person.pair_reopened", first, by, {"other": second.pk})
    return PersonPair.objects.get(pk=pair.pk)


class _Journal:
    """Writes rows and keeps what they held before."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def set(self, row: Any, values: Mapping[str, Any]) -> None:
        changed = {n: v for n, v in values.items() if getattr(row, n) != v}
        if not changed:
            return
        before = {n: getattr(row, n) for n in changed}
        label = row._meta.label  # noqa: SLF001 - Django's documented API
        self.lines.append(
            {"model": label, "pk": row.pk, "before": before, "after": changed}
        )
        _write(row, changed)

    def text(self) -> str:
        return json.dumps(self.lines, cls=DjangoJSONEncoder)


def _write(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    names = list(values)
    if hasattr(row, "version"):
        row.version += 1
        row.updated_at = timezone.now()
        names += ["version", "updated_at"]
    row.save(update_fields=names)


@transaction.atomic
def merge(
    kept: Person, other: Person, *, by: User, take: Iterable[str] = ()
) -> PersonPair:
    """Make two records one: `other` becomes an alias of `kept`.

    Care, households, links and former aliases of `other` go to `kept`; a household in which
    nobody else lives is taken into that of `kept`, with its visits, needs and services.

    Args:
        kept: the record that stays.
        other: the record that ends.
        by: who decides; posted at a town or the district.
        take: names out of `CHOOSABLE` whose value of `other` is right; what `kept` lacks is
            taken anyway.

    Raises:
        Invalid: one record twice, or a name that cannot be chosen.
        NotAllowed: not both in the area. Conflict: one has ended meanwhile.
    """
    take = set(take)
    if take - set(CHOOSABLE):
        raise Invalid(fields={"take": [_("This cannot be chosen.")]})
    kept, other = _both(kept, other, by)
    chosen = {
        name: getattr(other, name)
        for name in CHOOSABLE
        if name in take or getattr(kept, name) in (None, "")
    }
    journal = _Journal()
    with pghistory.context(user=by.pk, source=f"merge:{other.pk}"):
        _move(kept, other, journal)
        end = {"ended_on": timezone.localdate(), "merged_into_id": kept.pk}
        journal.set(other, end)
        journal.set(kept, chosen)
        for alias in Person.objects.filter(merged_into=other):
            journal.set(alias, {"merged_into_id": kept.pk})
    pair = PersonPair.objects.create(
        district_id=kept.district_id,
        kept=kept,
        other=other,
        state=PersonPair.State.MERGED,
        journal=journal.text(),
        decided_by=by,
    )
    told = {"other": other.pk, "taken": sorted(take)}
    record("person.merged", kept, by, told)
    return pair


def _move(kept: Person, other: Person, journal: _Journal) -> None:
    """Point to `kept` what points to `other`."""
    have = set(kept.care.filter(ended_on__isnull=True).values_list("kind", flat=True))
    for entry in CareEntry.objects.filter(person=other):
        doubles = entry.ended_on is None and entry.kind in have
        if doubles:
            journal.set(entry, {"ended_on": timezone.localdate()})
        journal.set(entry, {"person_id": kept.pk})
    for household in Household.objects.filter(head=other):
        journal.set(household, {"head_id": kept.pk})
    home = other.household
    if home is None or kept.household_id in (None, home.pk):
        return
    if not home.members.live().exclude(pk=other.pk).exists():
        _take_in(home, kept.household_id, journal)


def _take_in(home: Household, into: int | None, journal: _Journal) -> None:
    """Move everything of a household that nobody lives in any more, and end it."""
    for related in ("visits", "needs", "services", "links"):
        for row in getattr(home, related).all():
            values: dict[str, Any] = {"household_id": into}
            if related == "links" and row.ended_on is None:
                values["ended_on"] = timezone.localdate()
            journal.set(row, values)
    journal.set(home, {"ended_on": timezone.localdate()})


@transaction.atomic
def undo(pair: PersonPair, *, by: User) -> PersonPair:
    """Take a merge apart; repeating it changes nothing.

    What somebody changed since stays as it is now; everything else is put back.

    Raises:
        NotAllowed: outside the area. Conflict: not merged, or longer ago than `UNDO_DAYS`.
    """
    held = PersonPair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
    if held.state == PersonPair.State.UNDONE:
        return held
    if held.state != PersonPair.State.MERGED:
        raise Conflict(_("These records were never merged."))
    if not covers(by, held.kept, DESK):
        raise NotAllowed(_("Both records must lie in your area."))
    if held.decided_at < timezone.now() - dt.timedelta(days=UNDO_DAYS):
        words = _("A merge can be undone for %(n)s days.")
        raise Conflict(words % {"n": UNDO_DAYS})
    with pghistory.context(user=by.pk, source=f"unmerge:{held.other_id}"):
        for line in reversed(json.loads(held.journal)):
            _put_back(line)
    held.state = PersonPair.State.UNDONE
    held.undone_by, held.undone_at = by, timezone.now()
    held.save()
    record("person.unmerged", held.kept, by, {"other": held.other_id})
    return held


def _put_back(line: Mapping[str, Any]) -> None:
    model = apps.get_model(line["model"])
    row = model._default_manager.select_for_update(of=("self",)).filter(pk=line["pk"])  # noqa: SLF001
    found = row.first()
    if found is None:
        return
    to_python = {
        name: model._meta.get_field(name.removesuffix("_id")).to_python  # noqa: SLF001
        for name in line["before"]
        if not name.endswith("_id")
    }
    values = {
        name: to_python.get(name, _same)(value)
        for name, value in line["before"].items()
        if getattr(found, name) == to_python.get(name, _same)(line["after"][name])
    }
    if values:
        _write(found, values)


def _same(value: Any) -> Any:
    return value
