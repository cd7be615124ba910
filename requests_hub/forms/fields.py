"""Inputs that steps need and Django lacks: working time, a picked department, several files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core import worktime
from governance.core.errors import Invalid
from governance.core.workflow import Text
from grids.models import Department
from requests_hub.deadlines import Limit, words

OTHER = "other"
HANDLING_PRESETS = ("1d", "3d", "5d", "7d", "10d", "15d")
BY_RULE = gettext_lazy("By the rules of this kind")
REPORT_IN_PRESETS = ("30m", "1h", "2h", "4h", "1d")


def moment(at: datetime) -> str:
    """A deadline as a choice says it, e.g. "11月26日 17:30"."""
    local = timezone.localtime(at)
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {date_format(local, 'H:i')}"


class UsualTimes(forms.Select):
    """The usual times; each can carry what it says once the clock runs round the clock."""

    def __init__(self, *args: Any, clock: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clock = clock

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.clock:
            option["attrs"]["data-clock"] = self.clock[value]
        return option


class AmountWidget(forms.MultiWidget):
    """A list of usual times with their real dates, and a box for any other."""

    template_name = "requests_hub/widgets/amount.html"

    def __init__(
        self,
        choices: Sequence[tuple[str, str]] = (),
        clock: Mapping[str, str] | None = None,
    ) -> None:
        usual = {"class": "form-select"}
        super().__init__(
            {
                "usual": UsualTimes(choices=choices, attrs=usual, clock=clock or {}),
                "other": forms.TextInput(
                    attrs={
                        "class": "form-control",
                        "autocomplete": "off",
                        "maxlength": "8",
                    }
                ),
            }
        )

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        wrong = " is-invalid" if "is-invalid" in (attrs or {}).get("class", "") else ""
        usual, other = context["widget"]["subwidgets"]
        usual["attrs"]["class"] = f"form-select{wrong}"
        other["attrs"]["class"] = f"form-control{wrong}"
        other["attrs"]["placeholder"] = _("3d, 4h, 30m")
        other["attrs"]["aria-label"] = _("Another time")
        return context

    def decompress(self, value: str | None) -> list[str]:
        usual: Any = self.widgets[0]
        known = [code for code, _label in usual.choices]
        if not value or value in known:
            return [value or "", ""]
        return [OTHER, value]


class AmountField(forms.MultiValueField):
    """Working time such as "3d"; each usual choice says the date it would end on.

    Dates are reckoned from `start` when the form is made, so what is sent is what was read;
    round the clock where the limit is `is_calendar`, else in working time. Where another
    input decides which of the two it is (`either`), each choice carries both.
    """

    widget = AmountWidget

    def __init__(
        self,
        presets: Sequence[str],
        *,
        start: datetime | None = None,
        is_calendar: bool = False,
        either: bool = False,
        by_rule: Text = BY_RULE,
        **kwargs: Any,
    ) -> None:
        start = start or timezone.now()
        choices = [("", str(by_rule))] if not kwargs.get("required", True) else []
        choices += [(text, _preset_label(text, start, is_calendar)) for text in presets]
        choices.append((OTHER, _("Another time")))
        clock = {t: _preset_label(t, start, True) for t in presets} if either else {}
        fields = (
            forms.ChoiceField(choices=choices, required=False),
            forms.CharField(required=False, max_length=8),
        )
        super().__init__(
            fields=fields,
            widget=AmountWidget(choices, clock),
            require_all_fields=False,
            **kwargs,
        )

    def compress(self, data_list: list[Any]) -> str:
        usual, other = (data_list or ["", ""])[:2]
        text = (other or "").strip() if usual == OTHER or not usual else usual
        if usual == OTHER and not text:
            raise forms.ValidationError(_("Write a time such as 3d, 4h or 30m."))
        if not text:
            return ""
        try:
            return str(worktime.Amount.parse(text))
        except Invalid as error:
            raise forms.ValidationError(error.message) from error


def _preset_label(text: str, start: datetime, is_calendar: bool) -> str:
    limit = Limit(worktime.Amount.parse(text), is_calendar)
    return _("%(amount)s, until %(date)s") % {
        "amount": words(str(limit)),
        "date": moment(limit.after(start)),
    }


class FilesInput(forms.ClearableFileInput):
    """A file input for several pictures; opens the camera on a phone."""

    allow_multiple_selected = True
    template_name = "requests_hub/widgets/files.html"


class FilesField(forms.FileField):
    """Several uploads as a list; what they are is checked by content when they are stored."""

    widget = FilesInput

    def __init__(self, *, most: int = 6, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [file for file in given if file]
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], "required")
        if len(files) > self.most:
            raise forms.ValidationError(
                _("At most %(most)s at a time, these are %(now)s.")
                % {"most": self.most, "now": len(files)}
            )
        return [super(FilesField, self).clean(file, initial) for file in files]


class DepartmentPicker(forms.Widget):
    """One row per department: a round box for the lead, a tick for assisting, and a search.

    Value: {"lead": id or "", "assist": [ids]}; the two inputs are named after the step's
    fields, so the same form reads them with scripts and without.
    """

    template_name = "requests_hub/widgets/departments.html"

    def __init__(self, departments: Sequence[Department] = ()) -> None:
        super().__init__()
        self.departments = departments

    def value_from_datadict(
        self, data: Any, _files: Mapping[str, Any], _name: str
    ) -> dict[str, Any]:
        many = (
            data.getlist("assist")
            if hasattr(data, "getlist")
            else data.get("assist", [])
        )
        return {"lead": data.get("lead", ""), "assist": list(many)}

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_search"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = value or {"lead": "", "assist": []}
        given = context["widget"]["attrs"]
        context["widget"]["invalid"] = given.get("aria-invalid", "")
        context["widget"]["described"] = given.get("aria-describedby", "")
        context["widget"]["rows"] = [
            {
                "department": row,
                "is_lead": str(row.pk) == str(chosen["lead"]),
                "is_assist": str(row.pk) in {str(pk) for pk in chosen["assist"]},
            }
            for row in self.departments
        ]
        return context


class DepartmentsField(forms.Field):
    """One lead department and any number that assist, as {"lead": pk, "assist": [pk]}."""

    default_error_messages = {
        "no_lead": gettext_lazy("Choose the department that leads."),
        "unknown": gettext_lazy("This department cannot be called here."),
    }

    def __init__(self, departments: Sequence[Department], **kwargs: Any) -> None:
        self.known = {str(row.pk): row for row in departments}
        super().__init__(widget=DepartmentPicker(departments), **kwargs)

    def clean(self, value: Any) -> dict[str, Any]:
        lead, assist = str(value["lead"]), [str(pk) for pk in value["assist"]]
        if not lead:
            raise forms.ValidationError(self.error_messages["no_lead"], "no_lead")
        if lead not in self.known or any(pk not in self.known for pk in assist):
            raise forms.ValidationError(self.error_messages["unknown"], "unknown")
        return {"lead": int(lead), "assist": [int(pk) for pk in assist if pk != lead]}
