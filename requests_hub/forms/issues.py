"""Forms about hot issues."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.core.action_forms import ActionForm
from governance.core.models import User
from grids.models import Department
from requests_hub.actions.issues import LONGEST_TITLE
from requests_hub.models import HotIssue, Request

HALF_A_YEAR = timedelta(days=183)


class RenameForm(ActionForm):
    title = forms.CharField(label=_("Name of the issue"), max_length=LONGEST_TITLE)


class TopicForm(ActionForm):
    """The month as its first day; no month takes the choice back."""

    month = forms.ChoiceField(label=_("Month"), required=False)
    department = forms.ModelChoiceField(
        label=_("Leading department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=_("none"),
    )

    def __init__(self, *args: Any, district_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Department.objects.active().filter(district_id=district_id)
        self.fields["department"].queryset = rows  # type: ignore[attr-defined]
        first = timezone.localdate().replace(day=1)
        months = [_shifted(first, n) for n in range(-1, 4)]
        self.fields["month"].choices = [  # type: ignore[attr-defined]
            ("", _("not a topic of the month")),
            *((f"{month:%Y-%m-%d}", f"{month:%Y-%m}") for month in months),
        ]

    def clean_month(self) -> date | None:
        text = self.cleaned_data["month"]
        return date.fromisoformat(text) if text else None


def _shifted(month: date, by: int) -> date:
    at = month.year * 12 + month.month - 1 + by
    return date(at // 12, at % 12 + 1, 1)


class PutInForm(ActionForm):
    """A request by its number."""

    no = forms.CharField(label=_("Number of the request"), max_length=24)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_no(self) -> Request:
        no = self.cleaned_data["no"].strip().upper()
        row = Request.objects.visible_to(self.user).filter(no=no).first()
        if row is None:
            raise forms.ValidationError(
                _("There is no request with this number in your area.")
            )
        return row


class IssueField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Issues by title and size."""

    def label_from_instance(self, obj: HotIssue) -> str:
        return f"{obj.title} ({obj.size})"


class JoinForm(ActionForm):
    """The issue that is taken up: one that was asked within half a year of this one's last."""

    other = IssueField(
        label=_("Issue that is the same"), queryset=HotIssue.objects.none()
    )

    def __init__(self, issue: HotIssue, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = HotIssue.objects.visible_to(user).filter(
            district_id=issue.district_id,
            merged_into=None,
            size__gt=0,
            last_at__gte=issue.last_at - HALF_A_YEAR,
        )
        rows = rows.exclude(pk=issue.pk).order_by("-last_at")
        self.fields["other"].queryset = rows  # type: ignore[attr-defined]
