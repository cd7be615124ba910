"""Files of outlines: upload, preview with a verdict for each, one transaction."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from governance.core.days import DayField
from governance.core.errors import DomainError, Invalid, NotAllowed
from governance.core.models import User
from grids import geofiles, polygon_files, rights
from grids.actions.outlines import draw_all
from grids.geofiles import Feature
from grids.models import District, Grid, GridUpload
from grids.scoping import posts_of, scope_of
from grids.views.tree_polygons import CRS

LEVELS = (("", gettext_lazy("any level")), *Grid.Level.choices)
MOST_SHOWN = 300


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"))


class MatchForm(forms.Form):
    code_column = forms.ChoiceField(
        label=gettext_lazy("Column with the code"), required=False
    )
    name_column = forms.ChoiceField(
        label=gettext_lazy("Column with the name"), required=False
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"), choices=LEVELS, required=False
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("Coordinate system"), choices=CRS, required=False
    )
    on = DayField(
        label=gettext_lazy("In force from"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, required=False
    )

    def __init__(self, columns: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((name, name) for name in columns)]
        for name in ("code_column", "name_column"):
            field: Any = self.fields[name]
            field.choices = choices


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file of outlines."""
    user = writer(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = geofiles.read(file.read(geofiles.MAX_BYTES + 1))
        except Invalid as error:
            form.add_error("file", error.message)
        else:
            row = GridUpload.objects.create(
                district=home_of(user),
                kind="polygons",
                by=user,
                file_name=file.name[:200],
                payload=GridUpload.packed(_packed(found)),
                options={"crs_words": found.crs, "columns": found.columns},
            )
            return redirect("grid_polygons_preview", pk=row.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form}
    return render(request, "grids/tree/polygons_upload.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Each outline with its verdict; `go` writes those that are right."""
    user = writer(request)
    row = get_object_or_404(GridUpload, pk=pk, kind="polygons", by=user)
    features = [Feature(*parts) for parts in row.data]
    grids = _own_grids(user, row.district)
    form = _match_form(request, row, features, grids)
    sheet = polygon_files.judge(features, _choice(form), grids)
    if "go" in request.POST and form.is_valid():
        on, reason = form.cleaned_data["on"], form.cleaned_data["reason"]
        try:
            count = draw_all(sheet.rows, row, by=user, on=on, reason=reason)
        except DomainError as error:
            _refuse(form, error)
        else:
            messages.success(request, _("%(n)s outlines are written.") % {"n": count})
            return redirect("grids")
    context = {
        "upload": row,
        "form": form,
        "sheet": sheet,
        "rows": sheet.rows[:MOST_SHOWN],
        "more": max(0, len(sheet.rows) - MOST_SHOWN),
        "n_written": len(sheet.written),
    }
    status = 422 if form.errors else 200
    return render(request, "grids/tree/polygons_preview.html", context, status=status)


def writer(request: HttpRequest) -> User:
    """The person, if they may write any part of the tree.

    Raises:
        NotAllowed: they may not.
    """
    user = request.user
    if not isinstance(user, User) or not scope_of(user).has_role(*rights.WRITERS):
        raise NotAllowed(_("This page belongs to other posts than yours."))
    return user


def home_of(user: User) -> District:
    """The district whose grids the person writes."""
    return next(p.district for p in posts_of(user) if p.role in rights.WRITERS)


def _own_grids(user: User, district: District) -> list[Grid]:
    """The live grids that the person may draw, and those above and beside them."""
    grids = Grid.objects.live().filter(district=district).order_by("code")
    if not rights.of_district(user, district):
        towns = Grid.objects.filter(
            pk__in=[pk for pks in scope_of(user).grids.values() for pk in pks]
        )
        grids = grids.filter(tree_id__in=towns.values("tree_id"))
    return list(grids)


def _packed(found: geofiles.GeoFile) -> list[list[Any]]:
    return [[f.number, f.properties, f.geometry] for f in found.features]


def _match_form(
    request: HttpRequest,
    row: GridUpload,
    features: list[Feature],
    grids: list[Grid],
) -> MatchForm:
    columns = row.options["columns"]
    if request.method == "POST":
        return MatchForm(columns, request.POST)
    guessed = polygon_files.guess(columns, features, grids)
    today = timezone.localdate()
    return MatchForm(columns, initial={**vars(guessed), "on": today})


def _choice(form: MatchForm) -> polygon_files.Choice:
    data = form.cleaned_data if form.is_bound and form.is_valid() else form.initial
    names = ("code_column", "name_column", "level", "crs")
    given = {name: data.get(name) or "" for name in names}
    return polygon_files.Choice(**{**given, "crs": given["crs"] or "wgs84"})


def _refuse(form: MatchForm, error: DomainError) -> None:
    named = error.fields if isinstance(error, Invalid) else {}
    for name, sentences in named.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    if not named:
        form.add_error(None, error.message)
