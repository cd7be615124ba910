"""Houses, households, the care list, visits, needs and services."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, idempotency
from governance.core.actions import attachments
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor, record
from governance.core.identifiers import BadNumber, read_phone
from governance.core.models import User
from governance.core.registers.spec import Values
from grids.models import (
    CareEntry,
    House,
    Household,
    HouseholdLink,
    HouseholdNeed,
    Person,
    ServiceReceived,
    Visit,
)
from grids.models.households import due_after
from grids.registers.base import covers, place, write

PHONES = {
    House: ("owner_phone", "tenant_phone"),
    Household: ("phone",),
}
LONGEST_BACK = dt.timedelta(days=60)


def _ready(row: Any, model: Any, values: Values, by: Actor) -> Values:
    """Values with their place, addresses and numbers in one form.

    Raises:
        Invalid: by column. NotAllowed: the record lies where `by` has no post.
    """
    values = place(dict(values), by)
    if row is not None and not covers(by, row):
        raise NotAllowed(_("This record lies outside your area."))
    if row is None and "district_id" not in values:
        raise Invalid(fields={"grid": [_("Name the grid it lies in.")]})
    if "address" in values:
        values["address"] = " ".join((values["address"] or "").split())
    for name in PHONES.get(model, ()):
        if values.get(name):
            try:
                values[name] = read_phone(values[name], may_be_masked=True)
            except BadNumber as error:
                raise Invalid(fields={name: [str(error)]}) from error
    return values


@transaction.atomic
def save_house(
    row: House | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> House:
    """Make a house or change one. A position is rounded to some ten metres.

    Raises:
        Invalid: by column. NotAllowed: outside the area. Conflict: changed since.
    """
    values = _ready(row, House, values, by)
    for name, most in (("lon", 180), ("lat", 90)):
        if values.get(name) is not None:
            values[name] = round(float(values[name]), 4)
            if abs(values[name]) > most:
                raise Invalid(fields={name: [_("This is no position on earth.")]})
    return write(row, House, values, by=by, source=source, version=version)


@transaction.atomic
def save_household(
    row: Household | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Household:
    """Make a household or change one; `house_no` names its house.

    Raises:
        Invalid: by column. NotAllowed: outside the area. Conflict: changed since.
    """
    values = _ready(row, Household, values, by)
    if "house_no" in values:
        values["house_id"] = _house_id(row, values)
    if "visit_every_days" in values:
        every = shortest(values["visit_every_days"], _care_interval(row))
        values["next_visit_on"] = next_due(row or Household(), every)
    return write(row, Household, values, by=by, source=source, version=version)


def _house_id(row: Household | None, values: Values) -> int | None:
    number = (values.pop("house_no") or "").strip()
    if not number:
        return None
    district_id: Any = values.get("district_id") or getattr(row, "district_id", None)
    houses = House.objects.live().filter(district_id=district_id, number=number)
    found = houses.first()
    if found is None:
        words = _("There is no house with the number %(number)s.")
        raise Invalid(fields={"house_no": [words % {"number": number}]})
    return int(found.pk)


@transaction.atomic
def save_care(
    row: CareEntry | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> CareEntry:
    """Put somebody on the care list or change the entry; their household's visits follow.

    Args:
        row: the entry that is changed; None for a new one.
        values: by column; `person` is a `Person`. It lies where the person lies.
        by: who writes.
        version: what the writer saw.
        source: where the values come from.

    Raises:
        Invalid: by column. NotAllowed: outside the area. Conflict: changed since.
    """
    values = dict(values)
    person = values.pop("person", None)
    if row is None:
        if person is None:
            raise Invalid(fields={"person": [_("Name the person.")]})
        values |= {"person_id": person.pk, **person.place_ids}
    elif person is not None and person.pk != row.person_id:
        raise Invalid(fields={"person": [_("An entry stays with its person.")]})
    if not covers(by, row or person):
        raise NotAllowed(_("This person lies outside your area."))
    since = values.get("since") or (row.since if row else timezone.localdate())
    if values.get("until") and values["until"] < since:
        raise Invalid(fields={"until": [_("It ends after it began.")]})
    entry = write(row, CareEntry, values, by=by, source=source, version=version)
    household_id = Person.objects.filter(pk=entry.person_id).values("household_id")
    for household in Household.objects.filter(pk__in=household_id):
        follow_care(household)
    return entry


def follow_care(household: Household) -> Household:
    """Set the next visit from the shortest interval of the household and its care list."""
    household = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    every = shortest(household.visit_every_days, _care_interval(household))
    due = next_due(household, every)
    if due != household.next_visit_on:
        household.next_visit_on = due
        household.save(update_fields=["next_visit_on"])
    return household


def _care_interval(household: Household | None) -> int | None:
    """The shortest interval that the care list asks for, in days."""
    if household is None:
        return None
    entries = CareEntry.objects.current().filter(
        person__household=household, person__ended_on__isnull=True
    )
    found = entries.values("kind").annotate(days=Min("visit_every_days"))
    usual = [usual_days(row["kind"]) for row in found if row["days"] is None]
    return shortest(*usual, *(row["days"] for row in found))


def next_due(household: Household, every: int | None) -> dt.date | None:
    """When the next visit falls due at this interval in days; one never made stays as late as it is."""
    if every and household.last_visit_on is None and household.next_visit_on:
        return household.next_visit_on
    return due_after(household.last_visit_on, every)


def usual_days(kind: str) -> int | None:
    """Days between visits that the list of kinds of care proposes."""
    entry = dictionaries.item("care_kind", kind)
    days = entry.data.get("every_days") if entry else None
    return int(days) if days else None


def shortest(*days: int | None) -> int | None:
    """The shortest of some intervals; None when there is none."""
    return min((each for each in days if each), default=None)


def _inside(household: Household, by: Actor) -> Household:
    """The household, locked.

    Raises:
        NotAllowed: it lies where `by` has no post. Conflict: it has ended.
    """
    held = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    if not covers(by, held):
        raise NotAllowed(_("This household lies outside your area."))
    if held.ended_on is not None:
        raise Conflict(_("This household has ended."))
    return held


@transaction.atomic
def visit(
    household: Household,
    *,
    by: User,
    condition: str,
    checks: Sequence[str] = (),
    words: str = "",
    visited_at: dt.datetime | None = None,
    position: tuple[float, float] | None = None,
    needs: Iterable[tuple[str, str]] = (),
    files: Sequence[Any] = (),
) -> Visit:
    """Note a call at a household; the next one falls due after it.

    Args:
        household: where.
        by: who called.
        condition: of `Visit.Condition`.
        checks: codes of the list `visit_check`.
        words: what was seen.
        visited_at: the time on site, when it was noted without a network; else now.
        position: longitude and latitude on site.
        needs: (kind, words) of what they need.
        files: uploaded pictures.

    Raises:
        Invalid: by field. NotAllowed: outside the area. Conflict: the household has ended.
    """
    held = _inside(household, by)
    moment = _moment(visited_at)
    known = {entry.code for entry in dictionaries.items("visit_check")}
    if condition not in Visit.Condition.values:
        raise Invalid(fields={"condition": [_("Say how they are.")]})
    made = Visit.objects.create(
        household=held,
        visitor=by,
        visited_at=moment,
        condition=condition,
        checks=[code for code in dict.fromkeys(checks) if code in known],
        words=words.strip()[:1000],
        lon=position[0] if position else None,
        lat=position[1] if position else None,
    )
    for kind, text in needs:
        note_need(held, by=by, kind=kind, words=text, visit=made)
    if files:
        kept = [attachments.store(each, by=by, purpose="check") for each in files]
        attachments.bind(kept, made, "check", by)
    if condition != Visit.Condition.NOT_MET:
        _contacted(held, timezone.localdate(moment))
    told = {"visit": made.pk, "condition": condition}
    record("household.visited", held, by, told, occurred_at=moment)
    return made


@transaction.atomic
def visit_once(
    household: Household, *, by: User, key: str | None, **given: Any
) -> Visit:
    """The visit that a phone sends under a key; sent twice it is one visit.

    Args:
        household: where.
        by: who called.
        key: made on the phone before the first try; None for a plain form.
        given: see `visit`.

    Raises:
        KeyConflict: the key was used for another visit. Others: see `visit`.
    """
    if not key:
        return visit(household, by=by, **given)
    body = {n: v for n, v in given.items() if n not in ("files", "visited_at")}
    mark = idempotency.once(f"visit:{by.pk}:{household.pk}", key, body)
    if mark.is_repeat:
        return Visit.objects.get(pk=mark.subject_id or 0)
    made = visit(household, by=by, **given)
    mark.keep(made.pk)
    return made


def _moment(visited_at: dt.datetime | None) -> dt.datetime:
    now = timezone.now()
    if visited_at is None:
        return now
    if visited_at > now + dt.timedelta(minutes=5):
        raise Invalid(fields={"visited_at": [_("This time is still to come.")]})
    if visited_at < now - LONGEST_BACK:
        raise Invalid(fields={"visited_at": [_("This was too long ago.")]})
    return visited_at


def _contacted(household: Household, day: dt.date) -> None:
    if household.last_visit_on is None or household.last_visit_on < day:
        household.last_visit_on = day
    every = shortest(household.visit_every_days, _care_interval(household))
    household.next_visit_on = due_after(household.last_visit_on, every)
    household.save(update_fields=["last_visit_on", "next_visit_on"])


@transaction.atomic
def note_need(
    household: Household,
    *,
    by: Actor,
    kind: str,
    words: str,
    visit: Visit | None = None,
) -> HouseholdNeed:
    """Write down what a household needs; the same open need is not written twice.

    Raises:
        Invalid: no such kind, or no words. NotAllowed: outside the area.
    """
    held = _inside(household, by)
    entry = dictionaries.item("need_kind", kind)
    if entry is None:
        raise Invalid(fields={"kind": [_("Choose a kind of need.")]})
    words = " ".join(words.split())[:200]
    if not words:
        raise Invalid(fields={"words": [_("Say what is needed in a few words.")]})
    same = held.needs.filter(kind=kind, words=words, state="open").first()
    if same:
        return same
    need = HouseholdNeed.objects.create(
        household=held,
        kind=kind,
        words=words,
        visit=visit,
        noted_by=by if isinstance(by, User) else None,
    )
    record("household.need_noted", held, by, {"need": need.pk, "kind": kind})
    return need


@transaction.atomic
def settle_need(
    need: HouseholdNeed, *, by: User, state: str, words: str = ""
) -> HouseholdNeed:
    """Say that a need is settled or no longer there; repeating it changes nothing.

    Raises:
        Invalid: no such end. NotAllowed: outside the area. Conflict: it ended otherwise.
    """
    held = _inside(need.household, by)
    need = HouseholdNeed.objects.select_for_update(of=("self",)).get(pk=need.pk)
    if state not in (HouseholdNeed.State.DONE, HouseholdNeed.State.DROPPED):
        raise Invalid(fields={"state": [_("Say how it ended.")]})
    if need.state == state:
        return need
    if need.state != HouseholdNeed.State.OPEN:
        raise Conflict(_("This need has been settled already."))
    need.state, need.settled_by, need.settled_at = state, by, timezone.now()
    need.settled_words = words.strip()[:200]
    need.save()
    record("household.need_settled", held, by, {"need": need.pk, "state": state})
    return need


@transaction.atomic
def note_service(
    household: Household,
    *,
    by: User,
    kind: str,
    on: dt.date | None = None,
    provider: str = "",
    words: str = "",
) -> ServiceReceived:
    """Write down a service that a household has received.

    Raises:
        Invalid: no such kind, or a day to come. NotAllowed: outside the area.
    """
    held = _inside(household, by)
    if dictionaries.item("service_kind", kind) is None:
        raise Invalid(fields={"kind": [_("Choose a kind of service.")]})
    if on and on > timezone.localdate():
        raise Invalid(fields={"on": [_("This day is still to come.")]})
    made = ServiceReceived.objects.create(
        household=held,
        kind=kind,
        on=on or timezone.localdate(),
        provider=provider.strip()[:80],
        words=words.strip()[:200],
        noted_by=by,
    )
    record("household.served", held, by, {"service": made.pk, "kind": kind})
    return made


@transaction.atomic
def link_member(
    household: Household, *, by: Actor, member_name: str, user: User | None = None
) -> HouseholdLink:
    """Say which Party member looks after a household; the one before steps back.

    Raises:
        Invalid: no name. NotAllowed: outside the area.
    """
    held = _inside(household, by)
    name = " ".join(member_name.split())[:60] or (str(user) if user else "")
    if not name:
        raise Invalid(fields={"member_name": [_("Name the Party member.")]})
    today = timezone.localdate()
    now = held.links.filter(ended_on__isnull=True)
    same = now.filter(member_name=name, user=user).first()
    if same:
        return same
    now.update(ended_on=today)
    link = HouseholdLink.objects.create(household=held, member_name=name, user=user)
    record("household.linked", held, by, {"link": link.pk})
    return link
