"""Files of a register: the template, the export and its progress."""

import tempfile
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from governance.core.errors import Invalid, NotHere
from governance.core.menu import standing_of
from governance.core.models import RegisterExport
from governance.core.registers import exports, lists, sealed, workbook
from governance.core.registers.access import of_register, signed_in
from governance.core.registers.spec import Register

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attached(file: Any, name: str) -> FileResponse:
    """An Excel file to be saved, never kept by a cache."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
    response["Cache-Control"] = "no-store"
    return response


def stamped(name: Any) -> str:
    return f"{name}-{timezone.localtime():%Y%m%d-%H%M}.xlsx"


@of_register(writes=True)
@require_safe
def registry_template(request: HttpRequest, register: Register) -> HttpResponseBase:
    """The empty Excel file to fill in."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    workbook.template(register, signed_in(request), file)
    file.seek(0)
    return attached(file, f"{register.plural}-{_('template')}.xlsx")


@of_register()
@require_http_methods(["GET", "POST"])
def registry_export(request: HttpRequest, register: Register) -> HttpResponseBase:
    """Say what would leave; a POST takes it out: at once, or by a worker when it is much."""
    user, roles = signed_in(request), standing_of(request).roles
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        asked: dict[str, Any] = {
            "query": request.POST.get("query", ""),
            "is_whole": request.POST.get("values") == "whole",
            "reason": request.POST.get("reason", ""),
        }
        try:
            export = exports.ask(register, by=user, roles=roles, **asked)
        except Invalid as error:
            errors = error.fields
        else:
            if exports.is_small(export):
                return attached(exports.write_now(export), stamped(register.plural))
            return redirect(exports.page_of(export))
    return _ask_page(request, register, errors)


def _ask_page(
    request: HttpRequest, register: Register, errors: dict[str, list[str]]
) -> HttpResponse:
    user, roles = signed_in(request), standing_of(request).roles
    query = request.POST.get("query", "") or request.GET.urlencode()
    params = request.GET.copy()
    context = {
        "register": register,
        "query": query,
        "total": lists.narrowed(register, user, params).order_by().count(),
        "chips": [c for c in lists.chips(register, user, params) if c["value"]],
        "q": params.get("q", ""),
        "has_sensitive": exports.has_sensitive(register),
        "may_take_whole": exports.may_take_whole(register, roles),
        "at_once": exports.AT_ONCE,
        "errors": errors,
        "given": request.POST,
    }
    status = 422 if errors else 200
    return render(request, "core/registers/export.html", context, status=status)


def _own_export(request: HttpRequest, register: Register, pk: int) -> RegisterExport:
    own = RegisterExport.objects.filter(by=signed_in(request), register=register.key)
    export = own.filter(pk=pk).first()
    if export is None:
        raise NotHere(_("There is no such export of yours."))
    return export


@of_register()
@require_safe
def registry_export_run(
    request: HttpRequest, register: Register, pk: int
) -> HttpResponse:
    """How far a large export is, and the way to its file."""
    export = _own_export(request, register, pk)
    total = max(export.total, 1)
    context = {
        "register": register,
        "export": export,
        "percent": min(99, export.written * 100 // total),
        "is_active": export.state in ("waiting", "writing"),
    }
    part = "#state" if request.headers.get("HX-Target") == "export-state" else ""
    return render(request, f"core/registers/export_run.html{part}", context)


@of_register()
@require_safe
def registry_export_file(
    request: HttpRequest, register: Register, pk: int
) -> HttpResponseBase:
    """The file of a large export, for the one who asked, for a day."""
    export = _own_export(request, register, pk)
    if not export.path:
        raise NotHere(_("The file is gone after 24 hours. Export again."))
    return attached(sealed.unpacked(export.path), stamped(register.plural))
