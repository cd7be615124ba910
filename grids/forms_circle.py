"""Forms of the 15-minute circle."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core import dictionaries
from grids.models.sites import KINDS

DATUMS = [("wgs84", "WGS84 / CGCS2000"), ("gcj02", "GCJ-02"), ("bd09", "BD-09")]
MOST_BYTES = 30 * 1024 * 1024


class RuleForm(forms.Form):
    """How walking time is reckoned; the limits are the action's."""

    minutes = forms.IntegerField(
        label=_("Minutes"), help_text=_("How long somebody walks at most.")
    )
    speed_m_per_min = forms.FloatField(
        label=_("Walking speed (metres a minute)"),
        help_text=_("70 for adults, about 50 for older people."),
    )
    detour = forms.FloatField(
        label=_("Detour factor"),
        help_text=_(
            "How much longer paths are than the straight line; 1.2 to 1.4 in towns."
        ),
    )
    snap_m = forms.IntegerField(
        label=_("Farthest from a path (metres)"),
        help_text=_(
            "A point farther than this from every path keeps to the straight line."
        ),
    )
    suggestions = forms.IntegerField(
        label=_("Sites to propose"), help_text=_("How many next sites a run proposes.")
    )


class NetworkForm(forms.Form):
    """A walking network as GeoJSON lines."""

    name = forms.CharField(
        label=pgettext_lazy("thing", "Name"), max_length=80, required=False
    )
    crs = forms.ChoiceField(label=_("Datum"), choices=DATUMS)
    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_("LineString or MultiLineString; 30 MB at most."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 30 MB."))
        return file


class PlanForm(forms.Form):
    """A planned site at a proposed place."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = dictionaries.choices(KINDS)  # type: ignore[attr-defined]
