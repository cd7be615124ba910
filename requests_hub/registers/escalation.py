"""The registers of the escalation policy: rungs by version, and who heads which unit."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import registers
from governance.core.models import User
from governance.core.registers import Column, Kind, Register
from grids.registers import base
from grids.registers.filters import RecordFilter
from requests_hub.actions.escalation_policy import KEEPERS, save_contact, save_rung
from requests_hub.models import EscalationContact, EscalationRung, Ladder

READERS = frozenset({"district", "township", "leader", "admin", "auditor"})
LOOP = gettext_lazy("Loop")
AGES = (
    ("coming", pgettext_lazy("version", "to come")),
    ("begun", gettext_lazy("begun")),
)


class RungFilter(RecordFilter):
    words_in = ("kind",)

    kind = django_filters.ChoiceFilter(
        choices=Ladder.Kind.choices, label=gettext_lazy("kind of call")
    )
    step = django_filters.ChoiceFilter(
        choices=Ladder.Step.choices, label=gettext_lazy("clock")
    )
    what = django_filters.ChoiceFilter(
        choices=Ladder.What.choices, label=pgettext_lazy("rung", "what")
    )
    age = django_filters.ChoiceFilter(
        choices=AGES, method="by_age", label=gettext_lazy("version")
    )

    def by_age(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        today = timezone.localdate()
        if value == "coming":
            return rows.filter(starts_on__gt=today)
        return rows.filter(starts_on__lte=today)


class ContactFilter(RecordFilter):
    words_in = ("user__name", "user__username", "department__name")

    role = django_filters.ChoiceFilter(
        choices=EscalationContact.Role.choices, label=gettext_lazy("as")
    )


def _account(text: str) -> User:
    """By account name, or by a name that only one person has."""
    found = list(User.objects.filter(username=text, is_active=True)[:1])
    found = found or list(User.objects.filter(name=text, is_active=True)[:2])
    if len(found) != 1:
        raise ValueError(_("There is no such account, or several have this name."))
    return found[0]


def _contacts(viewer: Any) -> QuerySet[Any]:
    rows = base.visible(EscalationContact)(viewer)
    return rows.select_related("department", "user")


RUNGS = Register(
    key="escalation-rungs",
    model=EscalationRung,
    label=gettext_lazy("escalation rung"),
    plural=gettext_lazy("escalation rungs"),
    columns=(
        Column(
            "kind",
            gettext_lazy("kind of call"),
            Kind.CHOICE,
            required=True,
            choices=Ladder.Kind.choices,
        ),
        Column(
            "step",
            gettext_lazy("clock"),
            Kind.CHOICE,
            required=True,
            choices=Ladder.Step.choices,
        ),
        Column(
            "starts_on",
            gettext_lazy("in force from"),
            Kind.DATE,
            required=True,
            note=gettext_lazy("Tomorrow or later; a version that has begun stays."),
        ),
        Column(
            "number", gettext_lazy("rung"), Kind.INTEGER, required=True, example="1"
        ),
        Column(
            "when",
            pgettext_lazy("rung", "when"),
            Kind.CHOICE,
            required=True,
            choices=Ladder.When.choices,
        ),
        Column(
            "offset",
            gettext_lazy("how long"),
            max_length=8,
            example="4h",
            note=gettext_lazy("3d, 4h or 30m in working time; empty at due."),
        ),
        Column(
            "who",
            pgettext_lazy("rung", "who"),
            Kind.CHOICE,
            required=True,
            choices=Ladder.Who.choices,
        ),
        Column(
            "what",
            pgettext_lazy("rung", "what"),
            Kind.CHOICE,
            required=True,
            choices=Ladder.What.choices,
        ),
        Column("every", gettext_lazy("repeat every"), max_length=8, example="1d"),
        Column("most", gettext_lazy("repeats at most"), Kind.INTEGER, example="2"),
    ),
    natural_key=("kind", "step", "starts_on", "number"),
    save=save_rung,
    visible=base.visible(EscalationRung),
    filters=RungFilter,
    facets=("kind", "step", "what", "age", "ended"),
    readers=READERS,
    writers=KEEPERS,
    icon="bar-chart-steps",
    group=LOOP,
    order=("kind", "step", "-starts_on", "number"),
    about=gettext_lazy(
        "Who is reminded, supervised and named when a deadline nears or passes."
    ),
)

CONTACTS = Register(
    key="escalation-contacts",
    model=EscalationContact,
    label=gettext_lazy("escalation contact"),
    plural=gettext_lazy("escalation contacts"),
    columns=(
        Column(
            "department",
            gettext_lazy("department"),
            Kind.REFERENCE,
            target="departments",
        ),
        Column(
            "grid",
            gettext_lazy("town or street"),
            Kind.GRID,
            note=gettext_lazy("Instead of a department, for its grid tasks."),
        ),
        Column(
            "user",
            gettext_lazy("account"),
            required=True,
            parse=_account,
            show=lambda row: row.user.username,
            example="leader",
        ),
        Column(
            "name",
            gettext_lazy("Name"),
            show=lambda row: row.user.name,
            read_only=True,
            in_file=False,
        ),
        Column(
            "role",
            gettext_lazy("as"),
            Kind.CHOICE,
            required=True,
            choices=EscalationContact.Role.choices,
        ),
    ),
    natural_key=("department", "grid", "user", "role"),
    save=save_contact,
    visible=_contacts,
    filters=ContactFilter,
    facets=("role", "ended"),
    readers=READERS,
    writers=KEEPERS,
    icon="person-lines-fill",
    group=LOOP,
    about=gettext_lazy(
        "Who heads a department or a town's desk, and which leader is in charge of it."
    ),
)

registers.add(RUNGS, CONTACTS)
