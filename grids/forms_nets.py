"""Forms of the work lines: their settings, and a list handed in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.core.errors import Invalid
from governance.core.models import User
from grids import net_files
from grids.actions import net_lists
from grids.models import Department, District, Grid, LineList, WorkLine


class _Refusable(forms.Form):
    """A form whose action may refuse it."""

    def take(self, error: Invalid) -> None:
        """Put what the action said beside its fields, the rest on top."""
        for name, sentences in error.fields.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)
        if not error.fields:
            self.add_error(None, error.message)


class LineForm(_Refusable):
    """Settings of one line."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    lead_department = forms.ModelChoiceField(
        label=_("Lead department"), queryset=Department.objects.none(), required=False
    )
    level = forms.ChoiceField(
        label=_("Level its grids fit"),
        choices=Grid.Level.choices,
        help_text=_("Coverage is reckoned at this level."),
    )
    sure_from = forms.IntegerField(
        label=_("Clear from score"),
        min_value=50,
        max_value=100,
        help_text=_("From 50 to 100. Lower ones are looked at one by one."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any, *, setting: WorkLine, district: District) -> None:
        super().__init__(
            data,
            initial={
                "seen": setting.version,
                "lead_department": setting.lead_department_id,
                "level": setting.level,
                "sure_from": round(100 * setting.sure_from),
                "note": setting.note,
            },
        )
        field: Any = self.fields["lead_department"]
        field.queryset = Department.objects.active().filter(district=district)

    @property
    def values(self) -> dict[str, Any]:
        """For the action; the score as a share."""
        given = dict(self.cleaned_data)
        given.pop("seen")
        return {**given, "sure_from": given["sure_from"] / 100}

    @property
    def version(self) -> int | None:
        """What the writer saw; None for a line that nobody had set up."""
        seen: int | None = self.cleaned_data.get("seen")
        return seen or None


class HandInForm(_Refusable):
    """A list of a line, with polygons if it has any."""

    file = forms.FileField(
        label=_("List handed in"),
        help_text=_(
            "Excel, CSV, or outlines (GeoJSON, zipped Shapefile) with code and name; 20 MB at most."
        ),
    )
    polygons = forms.FileField(
        label=_("Outlines"),
        required=False,
        help_text=_(
            "GeoJSON or a zipped Shapefile with the line's code in its fields; may be left out."
        ),
    )

    def hand_in(self, district: District, line: str, *, by: User) -> LineList:
        """Stage the list.

        Raises:
            Invalid: one of the files cannot be read.
        """
        file, drawn = self.cleaned_data["file"], self.cleaned_data.get("polygons")
        polygons = net_files.polygons_by_code(drawn) if drawn else None
        return net_lists.hand_in(
            district, line, file, by=by, file_name=file.name, polygons=polygons
        )
