"""Registers of team posts and of who holds them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core.registers.spec import Column, Kind, Planned, Register, Viewer, add
from grids.actions.team_templates import save_slot
from grids.actions.teams import save_assignment
from grids.models import (
    Assignment,
    Grid,
    TeamSlot,
)
from grids.models.teams import POST_ROLES
from grids.registers import base
from grids.registers.filters import RecordFilter
from grids.registers.support import STAFF
from grids.scoping import posts_of
from grids.workflow import KEEPERS

TEAMS = gettext_lazy("Teams")


class SlotFilter(django_filters.FilterSet):
    """By level, area type and words."""

    q = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", label=gettext_lazy("Words")
    )
    level = django_filters.ChoiceFilter(
        field_name="template__level",
        choices=Grid.Level.choices,
        label=gettext_lazy("Level"),
    )

    class Meta:
        model = TeamSlot
        fields: ClassVar[list[str]] = []


class AssignmentFilter(RecordFilter):
    words_in = ("holder", "unit", "slot__name", "deputy")
    slot = django_filters.CharFilter(
        field_name="slot__code", label=pgettext_lazy("of a team", "Post")
    )


def _slots(viewer: Viewer) -> QuerySet[TeamSlot]:
    districts = {post.district_id for post in posts_of(viewer)}
    rows = TeamSlot.objects.active().select_related("template")
    return rows.filter(template__district_id__in=sorted(districts))


def _find_slot(rows: Sequence[Planned], viewer: Viewer) -> Mapping[int, Any]:
    """By level, area type and code, or name where no code is given."""
    by_key: dict[tuple[str, str, str], TeamSlot] = {}
    for slot in _slots(viewer):
        at = slot.template
        by_key[at.level, at.area_type, slot.name] = slot
    for slot in list(by_key.values()):
        by_key[slot.template.level, slot.template.area_type, slot.code] = slot
    out = {}
    for row in rows:
        values = row.values
        said = str(values.get("code") or values.get("name") or "")
        key = (str(values.get("level", "")), str(values.get("area_type") or ""), said)
        if key in by_key:
            out[row.number] = by_key[key]
    return out


def _assignments(viewer: Viewer) -> QuerySet[Assignment]:
    rows: QuerySet[Assignment] = Assignment.objects.visible_to(viewer)
    return rows.select_related("slot", "user")


def _find_assignment(rows: Sequence[Planned], viewer: Viewer) -> Mapping[int, Any]:
    """The present holder of that name in that post of that grid."""
    grids = {g.pk for row in rows if (g := row.values.get("grid")) is not None}
    held = Assignment.objects.visible_to(viewer).at_grids(grids)
    by_key: dict[tuple[Any, ...], Assignment] = {}
    for one in held.live().select_related("slot"):
        for word in (one.slot.code, one.slot.name):
            by_key[one.grid_id, word, one.holder] = one
    out = {}
    for row in rows:
        grid, name = row.values.get("grid"), row.values.get("holder", "")
        key = (getattr(grid, "pk", None), row.values.get("slot_name", ""), name)
        if key in by_key:
            out[row.number] = by_key[key]
    return out


def _level_words(row: TeamSlot) -> str:
    return str(row.template.get_level_display())


def _area_words(row: TeamSlot) -> str:
    return str(row.template.get_area_type_display())


def _choice(choices: Sequence[tuple[str, Any]]) -> Any:
    """Reads a code or a word of a choice; the word up to a bracket is enough."""

    def parse(text: str) -> str:
        for code, label in choices:
            words = str(label)
            if text in (code, words, re.split(r"[（(]", words)[0].strip()):
                return code
        words = _("Choose one of: %(words)s.")
        raise ValueError(words % {"words": "、".join(str(c[1]) for c in choices)})

    return parse


add(
    Register(
        key="team-slots",
        model=TeamSlot,
        label=gettext_lazy("team post"),
        plural=gettext_lazy("Team posts"),
        icon="list-check",
        group=TEAMS,
        about=gettext_lazy(
            "Which posts a grid of each level and area type needs. A proposal until edited."
        ),
        columns=(
            Column(
                "level",
                gettext_lazy("Level"),
                Kind.CHOICE,
                choices=Grid.Level.choices,
                required=True,
                parse=_choice(Grid.Level.choices),
                show=_level_words,
            ),
            Column(
                "area_type",
                gettext_lazy("Area type"),
                Kind.CHOICE,
                choices=Grid.AreaType.choices,
                parse=_choice(Grid.AreaType.choices),
                show=_area_words,
                note=gettext_lazy("Empty: every area type."),
            ),
            Column(
                "name", pgettext_lazy("of a team", "Post"), required=True, max_length=30
            ),
            Column(
                "name_en", gettext_lazy("English name"), in_list=False, max_length=60
            ),
            Column(
                "code", pgettext_lazy("of a unit", "Code"), in_list=False, max_length=30
            ),
            Column("required", gettext_lazy("How many"), Kind.INTEGER),
            Column("is_open", gettext_lazy("Open, any number"), Kind.YES_NO),
            Column(
                "held_by",
                gettext_lazy("Held by"),
                Kind.CHOICE,
                choices=TeamSlot.HeldBy.choices,
            ),
            Column(
                "post_role",
                gettext_lazy("Gives the post of"),
                Kind.CHOICE,
                choices=POST_ROLES,
            ),
            Column(
                "order", gettext_lazy("Place in the team"), Kind.INTEGER, in_list=False
            ),
        ),
        natural_key=("level", "area_type", "name"),
        find=_find_slot,
        save=save_slot,
        visible=_slots,
        filters=SlotFilter,
        facets=("level",),
        order=("template", "order", "pk"),
        readers=STAFF,
        writers=frozenset({"district", "admin"}),
        page=lambda row: reverse("team_template", args=[row.template_id]),
    ),
    Register(
        key="assignments",
        model=Assignment,
        label=gettext_lazy("assignment"),
        plural=gettext_lazy("Assignments"),
        icon="person-badge",
        group=TEAMS,
        about=gettext_lazy(
            "Who holds which post in the team of which grid, since when."
        ),
        is_personal=True,
        columns=(
            Column("grid", gettext_lazy("Grid"), Kind.GRID, required=True),
            Column(
                "slot_name",
                pgettext_lazy("of a team", "Post"),
                required=True,
                show=lambda row: row.slot.label,
                max_length=30,
                note=gettext_lazy("As in the team posts of this level: name or code."),
                example="网格员",
            ),
            Column("holder", gettext_lazy("Holder"), required=True, max_length=60),
            Column(
                "account",
                gettext_lazy("Account"),
                show=lambda row: row.user.username if row.user else "",
                note=gettext_lazy(
                    "User name; else found by name and the last four digits of the phone."
                ),
                in_list=False,
                max_length=150,
            ),
            Column("unit", gettext_lazy("Unit"), max_length=60),
            Column(
                "phone",
                gettext_lazy("Phone"),
                Kind.PHONE,
                is_sensitive=True,
                in_list=False,
            ),
            Column("deputy", gettext_lazy("Deputy"), max_length=60),
            Column(
                "starts_on",
                gettext_lazy("From"),
                Kind.DATE,
                aliases=(
                    "起",
                    "任职起",
                    "起始日期",
                    "开始日期",
                    "任职日期",
                    "到任日期",
                ),
            ),
            Column(
                "ended_on",
                gettext_lazy("To"),
                Kind.DATE,
                aliases=("止", "任职止", "截止日期", "结束日期", "离任日期"),
            ),
            Column("note", gettext_lazy("Note"), in_list=False, max_length=200),
        ),
        natural_key=("grid", "slot_name", "holder"),
        find=_find_assignment,
        save=save_assignment,
        visible=_assignments,
        filters=AssignmentFilter,
        facets=("grid",),
        readers=base.READ,
        writers=frozenset(KEEPERS),
    ),
)
