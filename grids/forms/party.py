"""What people fill in on the pages of the Party tree and of agreements."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.action_forms import ActionForm
from governance.core.days import DayField
from grids.models import AgreementReview, PartyOrganisation


class TransferForm(ActionForm):
    """Which members go to which body."""

    members: Any = forms.ModelMultipleChoiceField(
        queryset=None,
        label=_("Party members"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    organisation: Any = forms.ModelChoiceField(
        queryset=None, empty_label=_("Choose"), label=_("To which body")
    )
    on = DayField(label=_("On which day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(
        self, body: PartyOrganisation, bodies: Any, *args: Any, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {}).setdefault("on", timezone.localdate())
        super().__init__(*args, **kwargs)
        rows = body.members.filter(ended_on__isnull=True).order_by("name", "pk")
        self.fields["members"].queryset = rows  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = bodies.exclude(pk=body.pk)  # type: ignore[attr-defined]


class EndForm(ActionForm):
    """Why something ends, and on which day."""

    reason = forms.CharField(label=_("Reason"), max_length=200)
    on = DayField(label=_("On which day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("on", timezone.localdate())
        super().__init__(*args, **kwargs)


class LeaveForm(EndForm):
    left_for = forms.CharField(label=_("Left for"), max_length=80, required=False)
    field_order = ("reason", "left_for", "on")


class MergeForm(EndForm):
    """Into which body of the same tier."""

    into: Any = forms.ModelChoiceField(
        queryset=None, empty_label=_("Choose"), label=_("Into which body")
    )
    field_order = ("into", "reason", "on")

    def __init__(self, bodies: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = bodies  # type: ignore[attr-defined]


class RenewForm(ActionForm):
    term_from = DayField(label=_("New term from"))
    term_to = DayField(label=_("New term to"))
    carries_open = forms.BooleanField(
        label=_("Carry the open items over"), required=False, initial=True
    )


class ReviewForm(ActionForm):
    """One year of an agreement."""

    year = forms.TypedChoiceField(label=_("Year"), coerce=int)
    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=AgreementReview.Verdict.choices,
        widget=forms.RadioSelect,
    )
    score = forms.IntegerField(
        label=_("Score (0 to 100)"), min_value=0, max_value=100, required=False
    )
    note = forms.CharField(
        label=_("What was done, what was not"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, years: list[int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(y, str(y)) for y in years]  # type: ignore[attr-defined]


class FinishForm(ActionForm):
    """That an item is done, with a word and one file as evidence."""

    aliases = {"photos": "file"}

    on = DayField(label=_("Done on"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    file = forms.FileField(
        label=_("Evidence"),
        required=False,
        help_text=_("A picture or a PDF."),
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("on", timezone.localdate())
        super().__init__(*args, **kwargs)


class DropForm(ActionForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)
