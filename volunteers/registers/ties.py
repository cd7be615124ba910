"""The register of ties 亲缘、人缘; for those who dispatch."""

import django_filters
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import masking, registers
from governance.core.models import User
from governance.core.registers import Column, Kind, Register
from grids.registers import base
from grids.registers.filters import RecordFilter
from volunteers.actions.ties import save_tie
from volunteers.models import Tie
from volunteers.models.ties import DISPATCHERS


class TieFilters(RecordFilter):
    words_in = ("household__number", "account__name", "note")

    kind = django_filters.ChoiceFilter(choices=Tie.Kind.choices, label=_("Kind"))


def _account(text: str) -> User:
    """An account by its user name, or by its name where only one has it."""
    found = list(User.objects.filter(username=text)[:1]) or list(
        User.objects.filter(name=text, is_active=True)[:2]
    )
    if len(found) != 1:
        raise ValueError(
            _now("No account, or several, are called “%(name)s”.") % {"name": text}
        )
    return found[0]


registers.add(
    Register(
        key="ties",
        model=Tie,
        label=pgettext_lazy("between people", "Tie"),
        plural=pgettext_lazy("between people", "Ties"),
        icon="intersect",
        group=_("Good people"),
        about=_(
            "Who is kin to or knows which household. Only those who dispatch see it."
        ),
        columns=(
            Column(
                "household",
                _("Household"),
                Kind.REFERENCE,
                required=True,
                target="households",
                example="H0001",
            ),
            Column(
                "account",
                _("Good person (account)"),
                parse=_account,
                show=lambda row: row.account.username if row.account else "",
                note=_("User name; or leave it out and name a person."),
                example="good_person",
            ),
            Column(
                "person",
                _("Good person (register)"),
                Kind.REFERENCE,
                target="people",
                show=lambda row: (
                    masking.mask_name(row.person.name) if row.person else ""
                ),
                in_list=False,
            ),
            Column(
                "kind",
                _("Kind"),
                Kind.CHOICE,
                required=True,
                choices=Tie.Kind.choices,
            ),
            Column(
                "strength",
                pgettext_lazy("tie", "Strength"),
                Kind.CHOICE,
                choices=Tie.Strength.choices,
            ),
            Column("note", _("Note"), max_length=120),
        ),
        natural_key=("household", "account", "kind"),
        save=save_tie,
        visible=base.visible(Tie),
        filters=TieFilters,
        facets=("grid", "kind"),
        readers=DISPATCHERS,
        writers=DISPATCHERS,
        is_personal=True,
    )
)
