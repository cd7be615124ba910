"""Forms of teams: giving a post, handing over, ending, and the posts of a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.action_forms import ActionForm
from governance.core.days import DayField
from governance.core.models import User
from grids.actions.teams import Holder, account_of
from grids.models import Grid, TeamSlot
from grids.models.teams import POST_ROLES
from grids.team_candidates import Candidate


@dataclass(frozen=True)
class Offered:
    """A candidate with the value of its radio button."""

    value: str
    name: str
    why: Sequence[str]


class AssignForm(ActionForm):
    """Somebody suggested, or a name with unit, phone and account."""

    who = forms.CharField(required=False, max_length=80)
    holder = forms.CharField(label=_("Name"), required=False, max_length=60)
    unit = forms.CharField(label=_("Unit"), required=False, max_length=60)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=20,
        help_text=_("Stored encrypted; with the name it finds the account."),
    )
    account = forms.CharField(
        label=_("Account"),
        required=False,
        max_length=150,
        help_text=_("User name, if this person signs in."),
    )
    starts_on = DayField(label=_("From"))
    deputy = forms.CharField(label=_("Deputy"), required=False, max_length=60)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(
        self, candidates: Sequence[Candidate], data: Any = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"starts_on": timezone.localdate()})
        super().__init__(data, **kwargs)
        self.candidates = [
            Offered(f"u{c.user_id}" if c.user_id else f"n{c.name}", c.name, c.why)
            for c in candidates
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("who") and not (data.get("holder") or data.get("account")):
            self.add_error("holder", _("Name who holds the post."))
        return data

    def chosen(self) -> Holder:
        """Who was named.

        Raises:
            Invalid: no account, or several, of that name.
        """
        data = self.cleaned_data
        who = data["who"]
        if who in {offered.value for offered in self.candidates}:
            if who.startswith("u"):
                return Holder(User.objects.get(pk=int(who[1:])))
            return Holder(name=who[1:], unit=data["unit"], phone=data["phone"])
        user = account_of(data["holder"], data["phone"][-4:], data["account"])
        return Holder(user, data["holder"], data["unit"], data["phone"])


class EndForm(ActionForm):
    """The last day in a post."""

    on = DayField(label=_("Last day"), initial=timezone.localdate)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)


class TemplateForm(ActionForm):
    """A template for one level and area type."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=40)
    level = forms.ChoiceField(label=_("Level"), choices=Grid.Level.choices)
    area_type = forms.ChoiceField(
        label=_("Area type"),
        choices=[("", _("every area type")), *Grid.AreaType.choices],
        required=False,
    )
    starts_on = DayField(
        label=_("In force from"),
        help_text=_("A post nobody ever held counts as vacant since this day."),
    )


class SlotForm(ActionForm):
    """One post of a template."""

    name = forms.CharField(label=_("Post"), max_length=30)
    name_en = forms.CharField(label=_("Post (English)"), max_length=60, required=False)
    is_open = forms.BooleanField(
        label=_("Open: any number may hold it (the N)"), required=False
    )
    required = forms.IntegerField(
        label=_("How many"), min_value=0, max_value=50, initial=1
    )
    held_by = forms.ChoiceField(
        label=_("Held by"), choices=TeamSlot.HeldBy.choices, initial="person"
    )
    post_role = forms.ChoiceField(
        label=_("Gives the post of"),
        choices=[("", _("none")), *POST_ROLES],
        required=False,
        help_text=_("The account may then see and do what this role may."),
    )
    order = forms.IntegerField(
        label=_("Place in the team"), min_value=0, max_value=9999, required=False
    )

    def values(self) -> dict[str, Any]:
        """What the action takes; a place left empty stays as it is."""
        data = dict(self.cleaned_data)
        if data["order"] is None:
            data.pop("order")
        return data
