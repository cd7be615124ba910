"""The outline of one grid: drawn on the map or pasted, checked, saved."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from shapely.geometry import shape

from governance.core.days import DayField
from governance.core.errors import DomainError, Invalid
from grids import pages, polygons, rights
from grids.actions import tree
from grids.models import Grid, GridShape

CRS = (
    ("wgs84", gettext_lazy("CGCS2000 / WGS 84 (Tianditu, GPS)")),
    ("gcj02", gettext_lazy("GCJ-02 (Gaode, Tencent)")),
    ("bd09", gettext_lazy("BD-09 (Baidu)")),
)


class PolygonForm(forms.Form):
    geometry = forms.CharField(
        label=gettext_lazy("Outline as GeoJSON"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "What is drawn stands here too. Paste a Polygon or MultiPolygon, longitude first."
        ),
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("Coordinate system of the text"),
        choices=CRS,
        initial="wgs84",
        required=False,
    )
    on = DayField(
        label=gettext_lazy("In force from"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False
    )

    def clean_geometry(self) -> dict[str, Any] | None:
        text = str(self.cleaned_data.get("geometry") or "").strip()
        if not text:
            return None
        try:
            found = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(_("A GeoJSON polygon is needed.")) from error
        if isinstance(found, dict) and found.get("type") == "FeatureCollection":
            found = (found.get("features") or [{}])[0]
        if isinstance(found, dict) and found.get("type") == "Feature":
            found = found.get("geometry")
        if not isinstance(found, dict):
            raise forms.ValidationError(_("A GeoJSON polygon is needed."))
        return found

    def outline(self) -> dict[str, Any] | None:
        """The outline in WGS 84; None when it is to be taken away.

        Raises:
            Invalid: with field "geometry".
        """
        given = self.cleaned_data["geometry"]
        crs = self.cleaned_data.get("crs") or "wgs84"
        return polygons.to_wgs84(given, crs) if given else None


@login_required
@require_http_methods(["GET", "POST"])
def polygon(request: HttpRequest, code: str) -> HttpResponse:
    """See and change the outline of a grid."""
    grid = _grid(request, code)
    own = GridShape.objects.filter(grid=grid).first()
    start = {"on": timezone.localdate(), "crs": "wgs84"}
    if own:
        start["geometry"] = json.dumps(own.geometry, separators=(",", ":"))
    form = PolygonForm(request.POST or None, initial=start)
    faults: list[polygons.Fault] = []
    if request.method == "POST" and form.is_valid():
        faults = _save(request, grid, form)
        if form.is_valid() and not any(fault.blocks for fault in faults):
            messages.success(request, _("The outline is saved."))
            return redirect("grid", code=grid.code)
    context = {
        "grid": grid,
        "chain": pages.chain(grid),
        "form": form,
        "faults": faults,
        "fault_shapes": [fault.as_json for fault in faults],
        "scene": scene(grid),
        "own": own,
    }
    status = 422 if form.is_bound else 200
    return render(request, "grids/tree/polygon.html", context, status=status)


@login_required
@require_POST
def polygon_check(request: HttpRequest, code: str) -> JsonResponse:
    """What is to say about an outline before it is saved: {faults, area, blocks}."""
    grid = _grid(request, code)
    form = PolygonForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(e) for errors in form.errors.values() for e in errors)
        fault = polygons.Fault("shape", words)
        return JsonResponse({"faults": [fault.as_json], "blocks": True})
    try:
        outline = form.outline()
    except Invalid as error:
        words = " ".join(w for ws in error.fields.values() for w in ws)
        fault = polygons.Fault("shape", words or error.message)
        return JsonResponse({"faults": [fault.as_json], "blocks": True})
    if outline is None:
        return JsonResponse({"faults": [], "blocks": False, "area": ""})
    faults = polygons.check(outline, polygons.around(grid))
    blocks = any(fault.blocks for fault in faults)
    answer: dict[str, Any] = {"faults": [f.as_json for f in faults], "blocks": blocks}
    answer["outline"] = outline
    if not any(fault.code == "shape" for fault in faults):
        size = polygons.square_metres(shape(outline))
        answer["area"] = polygons.in_words(size)
    return JsonResponse(answer)


def scene(grid: Grid) -> dict[str, Any]:
    """Parent and siblings as GeoJSON, for the map under the outline."""
    near = GridShape.objects.filter(grid__retired_on__isnull=True).exclude(grid=grid)
    near = near.select_related("grid")
    if grid.parent_id:
        kin = near.filter(grid__parent=grid.parent_id)
        parent = near.filter(grid=grid.parent_id).first()
    else:
        kin = near.filter(grid__parent=None, grid__district=grid.district_id)
        parent = None
    return {
        "parent": parent.geometry if parent else None,
        "siblings": [
            {"name": row.grid.short, "geometry": row.geometry}
            for row in kin.order_by("grid__code")
        ],
    }


def _save(request: HttpRequest, grid: Grid, form: PolygonForm) -> list[polygons.Fault]:
    """Save the outline unless something blocks it; what there is to say.

    A refusal goes to the form, which is not valid any more.
    """
    try:
        return _drawn(request, grid, form)
    except DomainError as error:
        _refuse(form, error)
        return []


def _drawn(request: HttpRequest, grid: Grid, form: PolygonForm) -> list[polygons.Fault]:
    outline = form.outline()
    if not form.cleaned_data["reason"].strip():
        raise Invalid(fields={"reason": [_("Say why; it stays in the history.")]})
    faults = polygons.check(outline, polygons.around(grid)) if outline else []
    if not any(fault.blocks for fault in faults):
        tree.draw_grid(
            grid,
            geometry=outline,
            by=request.user,
            on=form.cleaned_data["on"],
            reason=form.cleaned_data["reason"],
        )
    return faults


def _refuse(form: PolygonForm, error: DomainError) -> None:
    named = error.fields if isinstance(error, Invalid) else {}
    for name, sentences in named.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    if not named:
        form.add_error(None, error.message)


def _grid(request: HttpRequest, code: str) -> Grid:
    grids = Grid.objects.select_related("parent", "district")
    grid: Grid = get_object_or_404(grids, code=code)
    rights.refuse_others(request.user, grid)
    return grid
