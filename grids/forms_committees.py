"""Forms of joint committees: members, what a meeting came to, needs, offers, decisions."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from governance.core.action_forms import ActionForm
from governance.core.days import DayField
from governance.core.models import User
from governance.core.workflow import Step
from grids import locate
from grids.models import CommitteeMember, Department, JointMeeting, Resource
from grids.models.resources import RESOURCE_KINDS
from grids.resources import resources_for


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("not said")), *dictionaries.choices(RESOURCE_KINDS)]


def _account(username: str) -> User | None:
    """The account of that user name; "" for none.

    Raises:
        ValidationError: there is none.
    """
    if not username:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise forms.ValidationError(_("There is no such account."))
    return user


class MemberForm(ActionForm):
    """Somebody joins a committee."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=40)
    kind = forms.ChoiceField(
        label=_("Kind of member"),
        choices=CommitteeMember.Kind.choices,
        initial=CommitteeMember.Kind.PART_TIME,
    )
    unit = forms.CharField(
        label=_("Unit"),
        max_length=60,
        required=False,
        help_text=_("A part-time member stands for a unit in the area."),
    )
    duty = forms.CharField(label=_("Office"), max_length=40, required=False)
    user = forms.CharField(label=_("Account"), max_length=150, required=False)
    starts_on = DayField(label=_("From"), initial=timezone.localdate)

    def clean_user(self) -> User | None:
        return _account(self.cleaned_data["user"])


class LeaveForm(ActionForm):
    """The last day on a committee."""

    on = DayField(label=_("Last day"), initial=timezone.localdate)


class RecordForm(ActionForm):
    """What a meeting came to: who was there, and the minutes."""

    attended = forms.ModelMultipleChoiceField(
        CommitteeMember.objects.none(),
        label=_("Present"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    guests = forms.CharField(label=_("Also present"), max_length=200, required=False)
    minutes = forms.CharField(
        label=_("Minutes of the meeting"),
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
    )

    def __init__(self, meeting: JointMeeting, data: Any = None) -> None:
        initial = {
            "attended": meeting.attended.all(),
            "guests": meeting.guests,
            "minutes": meeting.minutes,
        }
        super().__init__(data, initial=initial)
        field: Any = self.fields["attended"]
        field.queryset = meeting.committee.members.all()

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return {**data, "attended": list(data["attended"])}


class NeedForm(ActionForm):
    """A need put before a meeting."""

    what = forms.CharField(label=_("Need"), max_length=120)
    put_by = forms.CharField(label=_("Put by"), max_length=60)
    kind = forms.ChoiceField(
        label=_("Kind of resource"), choices=_kinds, required=False
    )
    amount = forms.IntegerField(
        label=_("How much"), required=False, min_value=1, max_value=1_000_000
    )


class OfferForm(ActionForm):
    """Something offered: from the directory, or in a unit's own words."""

    resource = forms.ModelChoiceField(
        Resource.objects.none(),
        label=_("From the directory"),
        required=False,
        empty_label=_("not from the directory"),
    )
    what = forms.CharField(label=_("Offer"), max_length=120, required=False)
    offered_by = forms.CharField(label=_("Offered by"), max_length=60, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of resource"), choices=_kinds, required=False
    )
    amount = forms.IntegerField(
        label=_("How much"), required=False, min_value=1, max_value=1_000_000
    )

    def __init__(self, meeting: JointMeeting, data: Any = None) -> None:
        super().__init__(data)
        place = locate.place_of(meeting.grid_id or 0)
        near = [found.resource.pk for found in resources_for(place, most=200)]
        rows = Resource.objects.filter(pk__in=near).select_related("department", "unit")
        field: Any = self.fields["resource"]
        field.queryset = rows.order_by("name")
        field.label_from_instance = lambda row: f"{row.name} ({row.provider.short})"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("resource") and not (data.get("what") or self.errors):
            self.add_error("what", _("Choose from the directory, or write the offer."))
        return data


class DecisionForm(ActionForm):
    """What was decided: who does what by when."""

    what = forms.CharField(label=_("Decision"), max_length=200)
    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("Department"),
        required=False,
        empty_label=_("no department"),
    )
    owner_unit = forms.CharField(
        label=_("Or another unit"), max_length=60, required=False
    )
    owner_name = forms.CharField(label=_("Person"), max_length=40, required=False)
    owner = forms.CharField(
        label=_("Account"),
        max_length=150,
        required=False,
        help_text=_("User name; this person is reminded and may report it done."),
    )
    due_on = DayField(label=_("Due"))

    def __init__(self, meeting: JointMeeting, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field: Any = self.fields["department"]
        field.queryset = Department.objects.active().filter(
            district_id=meeting.district_id
        )

    def clean_owner(self) -> User | None:
        return _account(self.cleaned_data["owner"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("department") and not data.get("owner_unit"):
            self.add_error("owner_unit", _("Name who does it."))
        return data


class StepForm(ActionForm):
    """The note of one step of a decision."""

    def __init__(self, step: Step, data: Any = None) -> None:
        super().__init__(data)
        for spec in step.fields:
            self.fields[spec.name] = forms.CharField(
                label=str(spec.label),
                required=spec.required,
                max_length=200,
                widget=forms.Textarea(attrs={"rows": 4}),
            )


class FileForm(ActionForm):
    """One file beside the minutes."""

    file = forms.FileField(label=_("File"))
