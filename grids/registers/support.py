"""Registers of the directory: departments, units that help, what they offer."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import dictionaries
from governance.core.registers.spec import Column, Kind, Planned, Register, Viewer, add
from grids import locate
from grids.actions.resources import (
    save_department,
    save_resource,
    save_unit,
)
from grids.models import (
    Department,
    Grid,
    Resource,
    SupportUnit,
)
from grids.models.resources import RESOURCE_KINDS, UNIT_KINDS
from grids.registers import base
from grids.registers.filters import RecordFilter

SUPPORT = gettext_lazy("Support net")
STAFF = base.READ | {"officer"}
BETWEEN = re.compile(r"[、,，;；\n]+")
MANY_AREAS = 60


# --- Departments and other units ----------------------------------------------------------


class DepartmentFilter(django_filters.FilterSet):
    """Words in the name or the duties; kind; in use."""

    q = django_filters.CharFilter(method="by_words", label=gettext_lazy("Words"))
    kind = django_filters.ChoiceFilter(
        choices=Department.Kind.choices, label=gettext_lazy("Kind")
    )
    is_active = django_filters.BooleanFilter(label=gettext_lazy("In use"))

    class Meta:
        model = Department
        fields: ClassVar[list[str]] = []

    def by_words(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        for word in value.replace("\0", "").split()[:5]:
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(short_name__icontains=word)
                | Q(duties__icontains=word)
            )
        return rows


class UnitFilter(RecordFilter):
    words_in = ("name", "short_name", "helps_with", "address")
    kind = django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(UNIT_KINDS),
        label=gettext_lazy("Kind of unit"),
    )


LEFT = (("1", gettext_lazy("Something left")), ("0", gettext_lazy("Used up")))


class ResourceFilter(RecordFilter):
    """`grid` finds what serves a grid: its area, one above it, or the whole district."""

    words_in = (
        "name",
        "conditions",
        "department__name",
        "unit__name",
        "unit__helps_with",
    )
    kind = django_filters.ChoiceFilter(
        choices=lambda: dictionaries.choices(RESOURCE_KINDS),
        label=gettext_lazy("Kind of resource"),
    )
    state = django_filters.ChoiceFilter(
        choices=Resource.State.choices, label=gettext_lazy("State")
    )
    left = django_filters.ChoiceFilter(
        choices=LEFT, method="by_left", label=pgettext_lazy("resource", "Left")
    )

    def by_grid(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        place = locate.place_by_code(value.strip())
        if place is None:
            return rows.none()
        through = Resource.areas.through.objects
        serving = through.filter(resource_id=OuterRef("pk"), grid_id__in=place.chain)
        return rows.filter(Q(is_whole_district=True) | Q(Exists(serving)))

    def by_left(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        has = Q(capacity__isnull=True) | Q(in_use__lt=F("capacity"))
        return rows.filter(has if value == "1" else ~has)


def _by_name(model: Any) -> Any:
    """Finds units by full or short name."""

    def find(rows: Sequence[Planned], viewer: Viewer) -> Mapping[int, Any]:
        names = {str(row.values.get("name", "")): row.number for row in rows}
        found = model.objects.visible_to(viewer).filter(
            Q(name__in=names) | Q(short_name__in=names)
        )
        if model is SupportUnit:
            found = found.live()
        by_name: dict[str, Any] = {}
        for unit in found.order_by("pk"):
            by_name.setdefault(unit.short_name or unit.name, unit)
            by_name[unit.name] = unit
        return {
            row.number: by_name[name]
            for row in rows
            if (name := str(row.values.get("name", ""))) in by_name
        }

    return find


def _find_resource(rows: Sequence[Planned], viewer: Viewer) -> Mapping[int, Any]:
    """By provider and name."""
    names = {str(row.values.get("name", "")) for row in rows}
    found = Resource.objects.visible_to(viewer).live().filter(name__in=names)
    by_key = {(r.department_id, r.unit_id, r.name): r for r in found}
    out = {}
    for row in rows:
        department, unit = row.values.get("department"), row.values.get("unit")
        key = (
            department.pk if department else None,
            unit.pk if unit else None,
            str(row.values.get("name", "")),
        )
        if key in by_key:
            out[row.number] = by_key[key]
    return out


def _read_areas(text: str) -> list[Grid]:
    """Grids by code or name, set apart by 、or comma.

    Raises:
        ValueError: one of them is not known, or not clear.
    """
    parts = [part.strip() for part in BETWEEN.split(text) if part.strip()]
    if len(parts) > MANY_AREAS:
        words = _("At most %(n)s grids; name the grid above them instead.")
        raise ValueError(words % {"n": MANY_AREAS})
    found = []
    for part in parts:
        place = locate.place_by_code(part)
        if place is not None:
            found.append(Grid.objects.get(pk=place.grid_id))
            continue
        rows = list(Grid.objects.live().filter(name=part)[:2])
        if len(rows) != 1:
            words = _("“%(text)s” is no grid, or several; write the code.")
            raise ValueError(words % {"text": part})
        found += rows
    return found


def _show_areas(row: Resource) -> str:
    return "、".join(grid.name for grid in row.areas.all())


def _resources(viewer: Viewer) -> QuerySet[Resource]:
    rows: QuerySet[Resource] = Resource.objects.visible_to(viewer)
    return rows.select_related("department", "unit").prefetch_related("areas")


add(
    Register(
        key="departments",
        model=Department,
        label=gettext_lazy("department"),
        plural=gettext_lazy("Departments"),
        icon="bank",
        group=SUPPORT,
        about=gettext_lazy("Units that a whistle can call, in their official order."),
        columns=(
            Column(
                "name", pgettext_lazy("thing", "Name"), required=True, max_length=60
            ),
            Column("short_name", gettext_lazy("Short name"), max_length=20),
            Column(
                "name_en", gettext_lazy("English name"), in_list=False, max_length=80
            ),
            Column(
                "code",
                pgettext_lazy("of a unit", "Code"),
                required=True,
                in_list=False,
                max_length=40,
                note=gettext_lazy(
                    "Small letters, digits and underscores; stays for ever."
                ),
                example="civil_affairs",
            ),
            Column(
                "kind",
                gettext_lazy("Kind"),
                Kind.CHOICE,
                choices=Department.Kind.choices,
                required=True,
            ),
            Column("duty_phone", gettext_lazy("Duty phone"), max_length=20),
            Column("duties", gettext_lazy("What it answers for"), Kind.LONG_TEXT),
            Column(
                "order", gettext_lazy("Official order"), Kind.INTEGER, in_list=False
            ),
            Column("is_active", gettext_lazy("In use"), Kind.YES_NO, in_list=False),
        ),
        natural_key=("name",),
        find=_by_name(Department),
        save=save_department,
        visible=base.visible(Department),
        filters=DepartmentFilter,
        facets=("kind",),
        order=("order", "pk"),
        readers=STAFF,
        writers=frozenset({"district", "admin", "officer"}),
    ),
    Register(
        key="social-organisations",
        model=SupportUnit,
        label=gettext_lazy("support unit"),
        plural=gettext_lazy("Support units"),
        icon="house",
        group=SUPPORT,
        about=gettext_lazy(
            "Social organisations, enterprises, schools and other units that help."
        ),
        columns=(
            Column(
                "name", pgettext_lazy("thing", "Name"), required=True, max_length=80
            ),
            Column(
                "short_name", gettext_lazy("Short name"), in_list=False, max_length=20
            ),
            Column(
                "kind",
                gettext_lazy("Kind of unit"),
                Kind.DICTIONARY,
                dictionary=UNIT_KINDS,
                required=True,
            ),
            Column(
                "grid",
                gettext_lazy("Grid"),
                Kind.GRID,
                note=gettext_lazy(
                    "Where it has its address; empty: of the whole district."
                ),
            ),
            Column(
                "credit_code",
                gettext_lazy("Credit code"),
                Kind.CREDIT_CODE,
                in_list=False,
            ),
            Column("address", gettext_lazy("Address"), in_list=False, max_length=120),
            Column("helps_with", gettext_lazy("What it can help with"), Kind.LONG_TEXT),
            Column("contact_name", gettext_lazy("Contact"), max_length=40),
            Column("contact_phone", gettext_lazy("Work phone"), max_length=20),
        ),
        natural_key=("name",),
        find=_by_name(SupportUnit),
        save=save_unit,
        visible=base.visible(SupportUnit),
        filters=UnitFilter,
        facets=("grid", "kind"),
        readers=STAFF,
        writers=frozenset({"district", "township"}),
    ),
    Register(
        key="resources",
        model=Resource,
        label=gettext_lazy("resource"),
        plural=gettext_lazy("Resources"),
        icon="box-seam",
        group=SUPPORT,
        about=gettext_lazy(
            "What units offer to the grids: area, capacity, hours and who to call."
        ),
        columns=(
            Column(
                "name", gettext_lazy("What is offered"), required=True, max_length=80
            ),
            Column(
                "kind",
                gettext_lazy("Kind of resource"),
                Kind.DICTIONARY,
                dictionary=RESOURCE_KINDS,
                required=True,
            ),
            Column(
                "department",
                gettext_lazy("Department"),
                Kind.REFERENCE,
                target="departments",
                note=gettext_lazy("A department or a unit, one of them."),
            ),
            Column(
                "unit",
                gettext_lazy("Support unit"),
                Kind.REFERENCE,
                target="social-organisations",
            ),
            Column(
                "capacity",
                gettext_lazy("Capacity"),
                Kind.INTEGER,
                note=gettext_lazy("Empty: without limit."),
            ),
            Column("measure", gettext_lazy("Counted in"), max_length=20, example="座"),
            Column("in_use", gettext_lazy("In use"), Kind.INTEGER, read_only=True),
            Column(
                "areas",
                gettext_lazy("Service area"),
                parse=_read_areas,
                show=_show_areas,
                note=gettext_lazy("Names or codes of grids, set apart by 、"),
                in_list=False,
            ),
            Column(
                "is_whole_district",
                pgettext_lazy("resource", "Whole district"),
                Kind.YES_NO,
                in_list=False,
            ),
            Column("hours", gettext_lazy("Hours"), in_list=False, max_length=80),
            Column(
                "contact_name", gettext_lazy("Contact"), in_list=False, max_length=40
            ),
            Column(
                "contact_phone",
                gettext_lazy("Work phone"),
                in_list=False,
                max_length=20,
            ),
            Column(
                "conditions", gettext_lazy("Conditions"), Kind.LONG_TEXT, in_list=False
            ),
            Column("starts_on", gettext_lazy("From"), Kind.DATE, in_list=False),
            Column("until", gettext_lazy("To"), Kind.DATE, in_list=False),
            Column(
                "state",
                gettext_lazy("State"),
                Kind.CHOICE,
                choices=Resource.State.choices,
            ),
        ),
        natural_key=("department", "unit", "name"),
        find=_find_resource,
        save=save_resource,
        visible=_resources,
        filters=ResourceFilter,
        facets=("grid", "kind", "left", "state"),
        readers=STAFF,
        writers=frozenset({"district", "township", "officer"}),
    ),
)
