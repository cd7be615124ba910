"""Keeping persons: each once in a district, with their household and house."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.crypto import every_hash
from governance.core.errors import Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.identifiers import BadNumber, plain, read_identity, read_phone
from governance.core.ids import reserve_ids
from governance.core.masking import CHINESE
from governance.core.registers import places
from governance.core.registers.spec import Planned, Problem, Values, Viewer
from grids.models import House, Household, Person
from grids.models.persons import IDENTITY
from grids.registers.base import covers, place, write
from grids.scoping import scope_of

HEAD = "02"
PHONES = ("phone", "other_phone")
TEXTS = ("address", "registered_address", "former_name", "guardian")
SENSITIVE = ("identity_no", "phone", "other_phone", "address", "registered_address")


def tidy(values: Values, known: Person | None = None) -> list[str]:
    """Bring values to their one form, in place; what follows from the number is filled in.

    Returns doubts about the number, as sentences.

    Raises:
        Invalid: by column.
    """
    faults: dict[str, list[str]] = {}
    if "name" in values:
        values["name"] = tidy_name(values["name"] or "")
    for name in TEXTS:
        if name in values:
            values[name] = " ".join((values[name] or "").split())
    _tidy_phones(values, faults)
    doubts = _tidy_identity(values, known, faults)
    birth = values.get("birth")
    if birth and birth > timezone.localdate():
        faults.setdefault("birth", [_("The date of birth lies in the future.")])
    if faults:
        raise Invalid(fields=faults)
    return doubts


def _tidy_phones(values: Values, faults: dict[str, list[str]]) -> None:
    for name in PHONES:
        if values.get(name):
            try:
                values[name] = read_phone(values[name], may_be_masked=True)
            except BadNumber as error:
                faults[name] = [str(error)]


def tidy_name(name: str) -> str:
    """One form of a name: narrow, and a Chinese one without blanks."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    joined = name.replace(" ", "")
    return joined if CHINESE.fullmatch(joined) else name


def is_checked(identity_type: str) -> bool:
    """Whether numbers of this kind of paper follow GB 11643."""
    entry = dictionaries.item("identity_type", identity_type)
    return bool(entry and entry.data.get("check") == "gb11643")


def _tidy_identity(
    values: Values, known: Person | None, faults: dict[str, list[str]]
) -> list[str]:
    if "identity_no" not in values and "identity_type" not in values:
        return []
    before = known or Person()
    kind = values.get("identity_type") or before.identity_type
    number = values.get("identity_no", before.identity_no)
    if not number:
        return []
    if not is_checked(kind):
        values["identity_no"] = plain(number).upper()
        return []
    try:
        found = read_identity(number)
    except BadNumber as error:
        faults["identity_no"] = [str(error)]
        return []
    values["identity_no"] = found.number
    for name, right, words in (
        ("birth", found.birth, _("The number says that the birth was on %(right)s.")),
        ("sex", found.sex, _("The number says another sex.")),
    ):
        if values.get(name) in (None, "", "0", "9"):
            values[name] = right
        elif values[name] != right:
            faults[name] = [words % {"right": right} if "%" in words else words]
    return list(found.doubts)


@transaction.atomic
def save_person(
    row: Person | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Person:
    """Make a person or change one; unknown numbers of households and houses are made.

    Args:
        row: who is changed; None for somebody new.
        values: by column: attributes of `Person`, `grid`, `household_no`, `house_no`.
        by: who writes.
        version: what the writer saw; None does not compare.
        source: "manual", "import:<id>" or "feed:<code>".

    Raises:
        Invalid: by column; a number that somebody else has names the record.
        NotAllowed: the record lies where `by` has no post. Conflict: changed since.
    """
    values = place(dict(values), by)
    if row is not None and not covers(by, row):
        raise NotAllowed(_("This person lies outside your area."))
    if row is None and "district_id" not in values:
        raise Invalid(fields={"grid": [_("Name the grid it lies in.")]})
    tidy(values, row)
    where = {n: values.get(n, getattr(row, n, None)) for n in _PLACE}
    if values.get("identity_no"):
        refuse_double(values["identity_no"], where["district_id"], by, but=row)
    is_head = values.get("relation", row.relation if row else "") == HEAD
    _attach(values, where, by, source)
    person = write(row, Person, values, by=by, source=source, version=version)
    if is_head and person.household_id:
        _lead(person, by, source)
    return person


_PLACE = ("district_id", "large_id", "medium_id", "small_id", "micro_id")


def refuse_double(
    number: str, district_id: Any, by: Actor, but: Person | None = None
) -> None:
    """Refuse a number that a live person of the district has.

    Raises:
        Invalid: field "identity_no"; `extra["record"]` is the address of the record, if `by`
            may know where it is.
    """
    rows = Person.objects.live().filter(district_id=district_id).with_identity(number)
    other = (rows.exclude(pk=but.pk) if but else rows).first()
    if other is None:
        return
    words, address = pointer(other, by)
    refusal = Invalid(words, fields={"identity_no": [words]})
    refusal.extra["record"] = address
    raise refusal


def pointer(person: Person, by: Any) -> tuple[str, str]:
    """Where the record of a number is, in words, and its address when in the area of `by`."""
    is_seen = not hasattr(by, "pk") or covers(by, person) or _reads(by, person)
    if not is_seen:
        return _("This number is on record outside your area; ask the district."), ""
    address = f"/registry/people/{person.pk}/"
    words = _("This number is on record: %(name)s, %(place)s, see %(address)s") % {
        "name": person.masked_name,
        "place": places.known().short(person),
        "address": address,
    }
    return words, address


def _reads(by: Any, person: Person) -> bool:
    return person.district_id in scope_of(by).districts


def _attach(values: Values, where: Mapping[str, Any], by: Actor, source: str) -> None:
    """Turn `household_no` and `house_no` into the records of those numbers."""
    for column, model in (("household_no", Household), ("house_no", House)):
        if column not in values:
            continue
        number = (values.pop(column) or "").strip()
        attribute = column.removesuffix("_no")
        if not number:
            values[f"{attribute}_id"] = None
            continue
        found = _numbered(model, number, where, by)
        if found is None:
            fresh = {**where, "number": number, "address": values.get("address", "")}
            found = write(None, model, fresh, by=by, source=source)
        values[f"{attribute}_id"] = found.pk


def _numbered(model: Any, number: str, where: Mapping[str, Any], by: Actor) -> Any:
    rows = model.objects.live().filter(district_id=where["district_id"], number=number)
    found = rows.first()
    if found is not None and not covers(by, found):
        column = "household_no" if model is Household else "house_no"
        words = _("This number is used outside your area.")
        raise Invalid(fields={column: [words]})
    return found


def _lead(person: Person, by: Actor, source: str) -> None:
    """Make somebody the head of their household."""
    household = Household.objects.select_related("head").get(pk=person.household_id)
    head = household.head
    if head is not None and head.pk != person.pk and head.household_id == household.pk:
        words = _("%(name)s is the head of this household already.")
        raise Invalid(fields={"relation": [words % {"name": head.masked_name}]})
    write(household, Household, {"head_id": person.pk}, by=by, source=source)


# --- many at once ----------------------------------------------------------------------


@dataclass
class _Numbered:
    """The households or houses that a batch names, by number."""

    model: Any
    known: dict[str, Any] = field(default_factory=dict)

    def make(self, wanted: Mapping[str, Values], by: Actor, source: str) -> None:
        """Read those that are there, make the others; two statements and one for ids."""
        if not wanted:
            return
        district_id = next(iter(wanted.values()))["district_id"]
        rows = self.model.objects.live().filter(district_id=district_id)
        for found in rows.filter(number__in=list(wanted)):
            if not covers(by, found):
                raise Invalid(_("This number is used outside your area."))
            self.known[found.number] = found
        missing = [n for n in wanted if n not in self.known]
        at = timezone.now().isoformat(timespec="seconds")
        mark = {"number": {"source": source, "at": at}}
        fresh = [
            self.model(pk=pk, number=number, provenance=mark, **wanted[number])
            for pk, number in zip(reserve_ids(len(missing)), missing, strict=True)
        ]
        self.model.objects.bulk_create(fresh)
        self.known.update({each.number: each for each in fresh})


@transaction.atomic
def save_people(planned: Sequence[Planned], *, by: Actor, source: str) -> list[Person]:
    """The rows of one batch: those of new persons in a handful of statements.

    Raises:
        Invalid, NotAllowed, IntegrityError: any row is at fault; nothing is written.
    """
    fresh = [row for row in planned if row.target is None]
    made = dict(
        zip((row.number for row in fresh), _make(fresh, by, source), strict=True)
    )
    out = []
    for row in planned:
        if row.target is None:
            out.append(made[row.number])
            continue
        values = {n: row.values[n] for n in row.changes if n in row.values}
        version = row.target.version
        out.append(
            save_person(row.target, values, by=by, version=version, source=source)
        )
    return out


def _make(rows: Sequence[Planned], by: Actor, source: str) -> list[Person]:
    ready = []
    for row in rows:
        values = place(dict(row.values), by)
        if "district_id" not in values:
            raise Invalid(fields={"grid": [_("Name the grid it lies in.")]})
        tidy(values)
        ready.append(values)
    _refuse_doubles(ready)
    households, houses = _Numbered(Household), _Numbered(House)
    households.make(_named(ready, "household_no"), by, source)
    houses.make(_named(ready, "house_no"), by, source)
    people = [
        _person(values, pk, households, houses, source)
        for values, pk in zip(ready, reserve_ids(len(ready)), strict=True)
    ]
    Person.objects.bulk_create(people)
    _lead_many(people, households)
    return people


def _refuse_doubles(ready: Iterable[Values]) -> None:
    numbers = [v["identity_no"] for v in ready if v.get("identity_no")]
    if len(set(numbers)) < len(numbers):
        raise Invalid(_("A number is in this batch twice."))
    district_ids = {v["district_id"] for v in ready}
    rows = Person.objects.live().filter(district_id__in=district_ids)
    if numbers and rows.filter(identity_hash__in=_hashes(numbers)).exists():
        raise Invalid(_("A number is on record already."))


def _hashes(numbers: Iterable[str]) -> list[str]:
    return [each for number in numbers for each in every_hash(number, IDENTITY)]


def _named(ready: Iterable[Values], column: str) -> dict[str, Values]:
    """Place and address by number; the first row that names it decides."""
    wanted: dict[str, Values] = {}
    for values in ready:
        number = (values.get(column) or "").strip()
        if number and number not in wanted:
            where = {name: values.get(name) for name in _PLACE}
            wanted[number] = {**where, "address": values.get("address", "")}
    return wanted


def _person(
    values: Values, pk: int, households: _Numbered, houses: _Numbered, source: str
) -> Person:
    given = [n for n, v in values.items() if v not in (None, "")]
    at = timezone.now().isoformat(timespec="seconds")
    names = {"grid" if n in _PLACE else n for n in given}
    rest = dict(values)
    household = households.known.get((rest.pop("household_no", "") or "").strip())
    house = houses.known.get((rest.pop("house_no", "") or "").strip())
    return Person(
        pk=pk,
        provenance={name: {"source": source, "at": at} for name in names},
        household=household,
        house=house,
        **rest,
    )


def _lead_many(people: Iterable[Person], households: _Numbered) -> None:
    led = []
    for person in people:
        if person.relation != HEAD or person.household is None:
            continue
        household = households.known[person.household.number]
        if household.head_id is not None:
            raise Invalid(_("A household has two heads."))
        household.head_id = person.pk
        led.append(household)
    if led:
        Household.objects.bulk_update(led, ["head"])


# --- files: which record a row is, and what is wrong with it ------------------------------


def find_people(planned: Sequence[Planned], viewer: Viewer) -> dict[int, Person]:
    """Records by row number: by identity number, else by name, birth and grid where unique.

    A number of a record that was merged away leads to the one that was kept. Two statements.
    """
    by_number = _by_number(planned, viewer)
    rest = [row for row in planned if row.number not in by_number]
    return by_number | _by_name(rest, viewer)


def _numbers(planned: Iterable[Planned]) -> dict[str, int]:
    """Row number by each hash that its identity number may have."""
    out: dict[str, int] = {}
    for row in planned:
        number = row.values.get("identity_no")
        if number:
            hashes = every_hash(plain(str(number)).upper(), IDENTITY)
            out.update(dict.fromkeys(hashes, row.number))
    return out


def _by_number(planned: Sequence[Planned], viewer: Viewer) -> dict[int, Person]:
    hashes = _numbers(planned)
    if not hashes:
        return {}
    rows = Person.objects.visible_to(viewer).filter(identity_hash__in=list(hashes))
    rows = rows.select_related("household", "house", "merged_into")
    found: dict[int, Person] = {}
    for person in sorted(rows, key=lambda p: p.ended_on is None):
        kept = person.merged_into or person
        if kept.ended_on is None:
            found[hashes[person.identity_hash]] = kept
    return found


def _by_name(planned: Sequence[Planned], viewer: Viewer) -> dict[int, Person]:
    """For rows without a number: the one record without a number that says the same."""
    wanted: dict[tuple[Any, ...], int] = {}
    for row in planned:
        values = row.values
        name, birth, grid = (values.get(key) for key in ("name", "birth", "grid"))
        if values.get("identity_no") or not name or not birth or grid is None:
            continue
        wanted[tidy_name(name), birth, grid.pk] = row.number
    if not wanted:
        return {}
    rows = Person.objects.visible_to(viewer).live()
    rows = rows.filter(identity_hash="", name__in={key[0] for key in wanted})
    found: dict[int, list[Person]] = {}
    for person in rows.select_related("household", "house"):
        number = wanted.get((person.name, person.birth, person.grid_id))
        if number is not None:
            found.setdefault(number, []).append(person)
    return {number: rows[0] for number, rows in found.items() if len(rows) == 1}


def check_people(planned: Sequence[Planned], viewer: Viewer) -> None:
    """Add what is wrong or doubtful to the rows of one batch; one statement."""
    elsewhere = _elsewhere(planned, viewer)
    seen: dict[str, int] = {}
    for row in planned:
        _check_masked(row)
        _check_values(row)
        number = row.values.get("identity_no")
        if number and number in seen:
            words = _("The same number as in row %(row)s.") % {"row": seen[number]}
            row.problems.append(Problem("identity_no", words))
        elif number:
            seen[number] = row.number
        if row.target is None and row.number in elsewhere:
            words, _address = pointer(elsewhere[row.number], viewer)
            row.problems.append(Problem("identity_no", words))


def _check_values(row: Planned) -> None:
    values = dict(row.values)
    try:
        doubts = tidy(values, row.target)
    except Invalid as error:
        row.problems += [
            Problem(name, words)
            for name, sentences in error.fields.items()
            for words in sentences
        ]
        return
    if "identity_no" in row.changes or row.target is None:
        row.problems += [Problem("identity_no", each, asks=True) for each in doubts]
    if row.target and _is_alias(row.target, values.get("identity_no")):
        row.values.pop("identity_no")
        row.changes.pop("identity_no", None)


def _is_alias(person: Person, number: Any) -> bool:
    """Whether a number that led here belongs to a record merged into this one."""
    if not number or number == person.identity_no or not person.identity_no:
        return False
    return person.aliases.with_identity(number).exists()


def _check_masked(row: Planned) -> None:
    """A masked value says nothing new of a known person, and too little of a new one."""
    for name in SENSITIVE:
        if "*" not in str(row.values.get(name) or ""):
            continue
        is_phone = name in PHONES
        if row.target is not None and getattr(row.target, name):
            row.values.pop(name)
            row.changes.pop(name, None)
        elif not is_phone:
            words = _("This value is masked; give the whole one or leave it empty.")
            row.problems.append(Problem(name, words))


def _elsewhere(planned: Sequence[Planned], viewer: Viewer) -> dict[int, Person]:
    """Live persons outside the area of `viewer` who have a number of these rows."""
    hashes = _numbers([row for row in planned if row.target is None])
    district_id = places.known().district_id(viewer)
    if not hashes or district_id is None:
        return {}
    rows = Person.objects.live().filter(district_id=district_id)
    rows = rows.filter(identity_hash__in=list(hashes))
    return {hashes[person.identity_hash]: person for person in rows}
