"""Registers of joint committees and their meetings."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core.registers.spec import Column, Kind, Planned, Register, Viewer, add
from grids.actions.committees import save_committee, save_meeting
from grids.models import (
    JointCommittee,
    JointMeeting,
)
from grids.registers import base
from grids.registers.filters import RecordFilter
from grids.registers.support import BETWEEN, STAFF, SUPPORT
from grids.workflow import KEEPERS


class CommitteeFilter(RecordFilter):
    words_in = ("name", "chair")
    kind = django_filters.ChoiceFilter(
        choices=JointCommittee.Kind.choices, label=gettext_lazy("Kind")
    )


class MeetingFilter(RecordFilter):
    words_in = ("committee__name", "first_topic", "venue", "minutes")
    since = django_filters.DateFilter(
        field_name="held_on", lookup_expr="gte", label=gettext_lazy("From")
    )
    until = django_filters.DateFilter(
        field_name="held_on", lookup_expr="lte", label=gettext_lazy("To")
    )


def _find_committee(rows: Sequence[Planned], viewer: Viewer) -> Mapping[int, Any]:
    """By the grid where it is given, else by the name."""
    found = list(JointCommittee.objects.visible_to(viewer).live())
    by_grid = {row.grid_id: row for row in found}
    by_name = {row.name: row for row in found}
    out = {}
    for row in rows:
        grid = row.values.get("grid")
        hit = by_grid.get(grid.pk) if grid else by_name.get(row.values.get("name", ""))
        if hit is not None:
            out[row.number] = hit
    return out


def _names(text: str) -> list[str]:
    return [part.strip() for part in BETWEEN.split(text) if part.strip()]


def _items(text: str) -> list[str]:
    return [line.strip() for line in re.split(r"[\n;；]+", text) if line.strip()]


def _meetings(viewer: Viewer) -> QuerySet[JointMeeting]:
    rows: QuerySet[JointMeeting] = JointMeeting.objects.visible_to(viewer)
    return rows.select_related("committee").prefetch_related("attended")


add(
    Register(
        key="committees",
        model=JointCommittee,
        label=gettext_lazy("joint committee"),
        plural=gettext_lazy("Joint committees"),
        icon="people",
        group=SUPPORT,
        columns=(
            Column(
                "name", pgettext_lazy("thing", "Name"), required=True, max_length=60
            ),
            Column(
                "grid",
                gettext_lazy("Grid"),
                Kind.GRID,
                required=True,
                note=gettext_lazy("A street, a village or a community."),
            ),
            Column("founded_on", gettext_lazy("Founded on"), Kind.DATE),
            Column("chair", gettext_lazy("Chair"), max_length=40),
            Column("note", gettext_lazy("Note"), Kind.LONG_TEXT, in_list=False),
        ),
        natural_key=("name",),
        find=_find_committee,
        save=save_committee,
        visible=base.visible(JointCommittee),
        filters=CommitteeFilter,
        facets=("grid", "kind"),
        readers=STAFF,
        writers=frozenset(KEEPERS),
        page=lambda row: reverse("committee", args=[row.pk]),
    ),
    Register(
        key="meetings",
        model=JointMeeting,
        label=gettext_lazy("joint meeting"),
        plural=gettext_lazy("Joint meetings"),
        icon="calendar3",
        group=SUPPORT,
        columns=(
            Column(
                "committee",
                gettext_lazy("Committee"),
                Kind.REFERENCE,
                target="committees",
                required=True,
            ),
            Column("held_on", gettext_lazy("Date"), Kind.DATE, required=True),
            Column("venue", gettext_lazy("Venue"), max_length=80),
            Column(
                "first_topic",
                gettext_lazy("First topic (study)"),
                required=True,
                max_length=120,
            ),
            Column(
                "agenda",
                gettext_lazy("Agenda"),
                Kind.LONG_TEXT,
                parse=_items,
                show=lambda row: "\n".join(row.agenda),
                note=gettext_lazy("One item a line, after the first topic."),
                in_list=False,
            ),
            Column(
                "attended",
                gettext_lazy("Present"),
                parse=_names,
                show=lambda row: "、".join(m.name for m in row.attended.all()),
                note=gettext_lazy("Names of members, set apart by 、"),
                in_list=False,
            ),
            Column(
                "guests", gettext_lazy("Also present"), in_list=False, max_length=200
            ),
            Column(
                "minutes",
                gettext_lazy("Minutes of the meeting"),
                Kind.LONG_TEXT,
                in_list=False,
            ),
        ),
        natural_key=("committee", "held_on"),
        save=save_meeting,
        visible=_meetings,
        filters=MeetingFilter,
        facets=("grid",),
        order=("-held_on", "-pk"),
        readers=STAFF,
        writers=frozenset(KEEPERS),
        page=lambda row: reverse("meeting", args=[row.pk]),
    ),
)
