"""The forms of reminders, supervision and the policy."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.core.action_forms import ActionForm
from governance.core.days import DayField
from governance.core.workflow import Step
from requests_hub import deadlines
from requests_hub.actions.escalation_policy import first_day
from requests_hub.forms.fields import AmountField, moment
from requests_hub.models import Ladder

ANSWER_PRESETS = ("4h", "1d", "2d", "3d")


def _by_rule() -> str:
    """The time to answer that the rules give, with the moment it ends."""
    limit = deadlines.limit("supervision_answer")
    return gettext("By the rules: %(limit)s, until %(date)s") % {
        "limit": deadlines.words(str(limit)),
        "date": moment(limit.after(timezone.now())),
    }


class RemindForm(ActionForm):
    words = forms.CharField(
        label=_("Words to go with it"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )


class SuperviseForm(ActionForm):
    words = forms.CharField(
        label=_("What the unit is to state"),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        # made with the form: its choices say on which day each of them ends
        words = _("Answer within")
        self.fields["within"] = AmountField(
            ANSWER_PRESETS, label=words, required=False, by_rule=_by_rule()
        )


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3})
    )


class VersionForm(ActionForm):
    kind = forms.ChoiceField(choices=Ladder.Kind.choices, widget=forms.HiddenInput)
    step = forms.ChoiceField(choices=Ladder.Step.choices, widget=forms.HiddenInput)
    starts_on = DayField(label=_("In force from"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        day = first_day().isoformat()
        self.fields["starts_on"].widget.attrs["min"] = day
        self.fields["starts_on"].initial = day


class StepForm(ActionForm):
    """One step of a supervision, its inputs out of the workflow's table."""

    def __init__(self, step: Step, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for spec in step.fields:
            field: forms.Field
            if spec.kind == "amount":
                field = AmountField(
                    ANSWER_PRESETS, required=spec.required, by_rule=_by_rule()
                )
            else:
                rows = 5 if spec.name == "answer" else 3
                field = forms.CharField(
                    max_length=2000, widget=forms.Textarea({"rows": rows})
                )
            field.label, field.required = str(spec.label), spec.required
            self.fields[spec.name] = field
