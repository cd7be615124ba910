"""A whole tree from Excel: template, export, upload, preview, done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from governance.core.days import DayField
from governance.core.errors import DomainError, Invalid, NotAllowed, NotHere
from grids import rights, tree_file
from grids.actions import tree_uploads
from grids.models import Grid, GridUpload, Post
from grids.scoping import posts_of, scope_of
from grids.views.tree_files import home_of, writer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TreeForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File"))
    retire_missing = forms.BooleanField(
        label=gettext_lazy("Retire grids of these towns that the file does not name"),
        required=False,
    )


class ConfirmForm(forms.Form):
    on = DayField(
        label=gettext_lazy("In force from"),
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file."""
    user = writer(request)
    form = TreeForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = tree_uploads.receive(
                file.read(tree_file.MAX_BYTES + 1),
                file.name,
                district=home_of(user),
                by=user,
                retire_missing=form.cleaned_data["retire_missing"],
            )
        except Invalid as error:
            form.add_error("file", error.message)
        else:
            return redirect("grid_import_run", pk=row.pk)
    status = 422 if form.is_bound else 200
    context = {"form": form, "steps": _steps("upload")}
    return render(request, "grids/tree/import.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would change; then what it changed."""
    user = writer(request)
    row = get_object_or_404(GridUpload, pk=pk, kind="tree", by=user)
    form = ConfirmForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        on, reason = form.cleaned_data["on"], form.cleaned_data["reason"]
        try:
            row = tree_uploads.confirm(row, by=user, on=on, reason=reason)
        except DomainError as error:
            _refuse(form, error)
        else:
            if row.done_at:
                messages.success(request, _("The tree is as the file says."))
            return redirect("grid_import_run", pk=row.pk)
    state = row.result.get("state")
    context = {
        "upload": row,
        "state": state,
        "result": row.result,
        "form": form,
        "steps": _steps({"reading": "check", "ready": "check"}.get(state, state)),
        "is_waiting": state in ("reading", "working"),
        "more": max(0, row.result.get("total", 0) - tree_uploads.MOST_SHOWN),
    }
    status = 422 if form.errors else 200
    return render(request, "grids/tree/import_run.html", context, status=status)


@login_required
@require_safe
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The faulty rows of a file with what is wrong, to correct and choose again."""
    user = writer(request)
    row = get_object_or_404(GridUpload, pk=pk, kind="tree", by=user)
    if row.result.get("state") not in (tree_uploads.READY, tree_uploads.DONE):
        raise NotHere(_("There are no faulty rows."))
    return _file(tree_file.error_workbook(tree_uploads.faulty(row)), "grids-errors")


@login_required
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with notes and drop-downs."""
    writer(request)
    example = {
        "code": "445302001009",
        "name": "星岩社区",
        "level": "中",
        "parent": "445302001",
        "area_type": "社区",
    }
    return _file(tree_file.workbook([example], with_notes=True), "grids-template")


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The live tree with the columns of the import; a town's staff get their own town."""
    scope = scope_of(request.user)
    if not scope.has_role(*rights.READERS):
        raise NotAllowed(_("This page belongs to other posts than yours."))
    post = next(p for p in posts_of(request.user) if p.role in rights.READERS)
    grids = Grid.objects.live().filter(district=post.district).order_by("code")
    towns = scope.grids.get("large", frozenset())
    if towns and not scope.districts:
        roots = Grid.objects.filter(pk__in=towns)
        grids = grids.filter(tree_id__in=roots.values("tree_id"))
    rows = tree_file.export_rows(grids.select_related("parent"), _leaders(grids))
    return _file(tree_file.workbook(rows), "grids")


def _leaders(grids: Any) -> dict[int, str]:
    """The account that leads each grid, by grid id."""
    posts = Post.objects.current().filter(grid__in=grids.order_by().values("pk"))
    posts = posts.filter(role__in={"grid_leader", "liaison"})
    return dict(posts.order_by("-pk").values_list("grid_id", "user__username"))


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=XLSX)
    day = timezone.localdate().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="{name}-{day}.xlsx"'
    return answer


def _steps(now: str | None) -> list[dict[str, Any]]:
    order = ("upload", "check", "working", "done")
    labels = (
        _("Upload"),
        pgettext("import", "Check"),
        pgettext("import", "Import"),
        pgettext("import", "Result"),
    )
    at = order.index(now) if now in order else 1
    return [
        {
            "label": label,
            "state": "done" if n < at else "now" if n == at else "later",
        }
        for n, label in enumerate(labels)
    ]


def _refuse(form: forms.Form, error: DomainError) -> None:
    named = error.fields if isinstance(error, Invalid) else {}
    for name, sentences in named.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
    if not named:
        form.add_error(None, error.message)
