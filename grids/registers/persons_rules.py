"""How lists of persons and households are narrowed, and how their cells are read."""

import re
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from governance.core import dictionaries, identifiers
from governance.core.models import User
from grids import locate
from grids.actions import access
from grids.actions import persons as people
from grids.models import CareEntry, House, Household, Person
from grids.registers.filters import RecordFilter


def _listed(code: str, label: Any, **more: Any) -> django_filters.ChoiceFilter:
    """A facet over one dictionary."""
    return django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(code), label=label, **more
    )


class PersonFilter(RecordFilter):
    """Words are names, a household number, or four digits: the end of a phone (noted)."""

    words_in = ("name", "household__number")

    residence = _listed("residence_kind", gettext_lazy("Residence"))
    politics = _listed("politics", gettext_lazy("Political status"))
    care = _listed("care_kind", gettext_lazy("Care"), method="by_care")
    age_from = django_filters.NumberFilter(method="by_age", label=gettext_lazy("Age"))

    def by_words(
        self, rows: QuerySet[Person], name: str, value: str
    ) -> QuerySet[Person]:
        user = getattr(self.request, "user", None)
        if access.TAIL.fullmatch(value.strip()) and isinstance(user, User):
            found = access.look_up(value, by=user)
            return rows.filter(pk__in=[person.pk for person in found])
        return super().by_words(rows, name, people.tidy_name(value))

    def by_care(
        self, rows: QuerySet[Person], _name: str, value: str
    ) -> QuerySet[Person]:
        listed = CareEntry.objects.current().filter(kind=value)
        return rows.filter(pk__in=listed.values("person_id"))

    def by_age(
        self, rows: QuerySet[Person], _name: str, value: Any
    ) -> QuerySet[Person]:
        today = timezone.localdate()
        year = max(1, today.year - int(value))
        day = 28 if (today.month, today.day) == (2, 29) else today.day
        return rows.filter(birth__lte=today.replace(year=year, day=day))


class HouseholdFilter(RecordFilter):
    words_in = ("number", "head__name")

    due = django_filters.ChoiceFilter(
        choices=(("late", gettext_lazy("Visit overdue")),),
        method="by_due",
        label=gettext_lazy("Next visit"),
    )
    needs = django_filters.ChoiceFilter(
        choices=(("open", gettext_lazy("Open needs")),),
        method="by_needs",
        label=gettext_lazy("Needs"),
    )
    care = _listed("care_kind", gettext_lazy("Care"), method="by_care")

    def by_due(
        self, rows: QuerySet[Household], _name: str, _value: str
    ) -> QuerySet[Household]:
        return rows.filter(next_visit_on__lt=timezone.localdate())

    def by_needs(
        self, rows: QuerySet[Household], _name: str, value: str
    ) -> QuerySet[Household]:
        return rows.filter(needs__state=value).distinct()

    def by_care(
        self, rows: QuerySet[Household], _name: str, value: str
    ) -> QuerySet[Household]:
        listed = CareEntry.objects.current().filter(kind=value)
        return rows.filter(pk__in=listed.values("person__household_id"))


class HouseFilter(RecordFilter):
    words_in = ("number", "owner_name", "tenant_name")

    use = _listed("house_use", gettext_lazy("Use"))
    hazard = _listed("house_hazard", gettext_lazy("Hazards"), method="by_hazard")

    def by_hazard(
        self, rows: QuerySet[House], _name: str, value: str
    ) -> QuerySet[House]:
        return rows.filter(hazards__contains=[value])


class CareFilter(RecordFilter):
    words_in = ("person__name", "carer", "needs")

    kind = _listed("care_kind", gettext_lazy("Kind of care"))
    level = _listed("care_level", gettext_lazy("Level"))


# --- reading cells --------------------------------------------------------------------------


def read_number(text: str) -> str:
    """The number of any paper; whether it fits its kind is asked with the whole row.

    Raises:
        ValueError: Excel has rounded it, or it says nothing.
    """
    number = identifiers.plain(text).upper()
    if words := identifiers.cut_by_excel(number):
        raise ValueError(words)
    if re.fullmatch(r"\d{15}|\d{17}[\dX]", number, re.ASCII):
        return identifiers.read_identity(number).number
    return number[:30]


def read_phone(text: str) -> str:
    """A telephone number, also a masked one."""
    return identifiers.read_phone(text, may_be_masked=True)


def read_person(text: str) -> Person:
    """The person of an identity number, or of the address of their record.

    Raises:
        ValueError: none, in words.
    """
    number = identifiers.plain(text).upper()
    rows = Person.objects.live().select_related("household")
    key = number.strip("/").rpartition("/")[2]
    is_key = key.isdigit() and len(key) < 18
    found = rows.filter(pk=int(key)) if is_key else rows.with_identity(number)
    person = found.first()
    if person is None:
        raise ValueError(gettext_lazy("No person on record has this identity number."))
    return person


def place_words(row: Any) -> str:
    """The lowest grid by name, for masks."""
    place = locate.places_of([row.grid_id])[0] if row.grid_id else None
    return place.name if place else ""


def read_degrees(text: str) -> float:
    """Degrees, rounded to four decimals."""
    try:
        return round(float(identifiers.plain(text)), 4)
    except ValueError:
        raise ValueError(gettext("Write degrees as a number, as 112.0439.")) from None
