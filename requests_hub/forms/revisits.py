"""The four answers of a revisit."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core.action_forms import ActionForm
from governance.core.models import User
from grids.models import Department
from requests_hub.actions import revisits
from requests_hub.models import Request, Revisit

SOLVED, PLEASED, ALIKE = "solved_of_", "satisfied_of_", ""
YES_NO = (("1", gettext_lazy("Yes")), ("0", gettext_lazy("No")))
REACHED = (
    ("1", gettext_lazy("Reached")),
    ("0", gettext_lazy("Not reached")),
)


class RevisitForm(ActionForm):
    """Reached or not; then solved, satisfied, in words. `take` writes it down."""

    way = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            choice for choice in Revisit.Way.choices if choice[0] != Revisit.Way.SELF
        ],
        widget=forms.RadioSelect,
        initial=Revisit.Way.PHONE,
    )
    contacted = forms.ChoiceField(
        label=gettext_lazy("Was the resident reached?"),
        choices=REACHED,
        widget=forms.RadioSelect,
    )
    is_solved = forms.ChoiceField(
        label=gettext_lazy("Is it solved?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        required=False,
    )
    satisfaction = forms.ChoiceField(
        label=gettext_lazy("Is the resident satisfied?"),
        choices=Revisit.Satisfaction.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    words = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(
        self, *args: Any, departments: Sequence[Department] = (), **kwargs: Any
    ) -> None:
        """With several departments, each may be answered for apart."""
        super().__init__(*args, **kwargs)
        self.departments = list(departments) if len(departments) > 1 else []
        for each in self.departments:
            self.fields[f"{SOLVED}{each.pk}"] = forms.ChoiceField(
                label=_("%(department)s: is it solved?") % {"department": each.short},
                choices=((ALIKE, _("as above")), *YES_NO),
                required=False,
            )
            self.fields[f"{PLEASED}{each.pk}"] = forms.ChoiceField(
                label=_("%(department)s: satisfied?") % {"department": each.short},
                choices=((ALIKE, _("as above")), *Revisit.Satisfaction.choices),
                required=False,
            )

    @property
    def apart(self) -> list[tuple[Department, Any, Any]]:
        """Each department with its two fields, for the page."""
        return [
            (each, self[f"{SOLVED}{each.pk}"], self[f"{PLEASED}{each.pk}"])
            for each in self.departments
        ]

    def _of(self) -> dict[int, revisits.Answers]:
        """What was said of single departments; the whole stands for what was not said."""
        data, found = self.cleaned_data, {}
        for each in self.departments:
            solved, pleased = data[f"{SOLVED}{each.pk}"], data[f"{PLEASED}{each.pk}"]
            if solved or pleased:
                found[each.pk] = revisits.Answers(
                    (solved or data["is_solved"]) == "1",
                    pleased or data["satisfaction"],
                )
        return found

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("contacted") == "1":
            for name in ("is_solved", "satisfaction"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("This is needed when somebody was reached."))
        return data

    def take(self, row: Request, by: User) -> None:
        """Write the attempt down.

        Raises:
            DomainError: what the action refuses.
        """
        data = self.cleaned_data
        if data["contacted"] == "0":
            revisits.missed(row, by=by, words=data["words"], way=data["way"])
            return
        revisits.revisit(
            row,
            by=by,
            is_solved=data["is_solved"] == "1",
            satisfaction=data["satisfaction"],
            words=data["words"],
            way=data["way"],
            of=self._of(),
        )

    @property
    def said(self) -> str:
        """What is now true."""
        if self.cleaned_data["contacted"] == "0":
            return _("Kept that nobody was reached.")
        return _("The answers are kept.")
