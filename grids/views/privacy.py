"""Showing what is masked, looking somebody up, and the pages of the auditor."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from governance.core import dictionaries
from governance.core.errors import Invalid, NotAllowed
from governance.core.models import User
from governance.core.registers import lists, show
from governance.core.registers.access import may_read, named, record_or_404
from governance.core.registers.spec import Register
from governance.core.views.health import client_address
from grids import audit
from grids.actions import access
from grids.registers.base import WRITE, covers
from grids.scoping import scope_of
from grids.views.sheet import workbook

AUDIT_ROWS = 100
SHEET_ROWS = 20_000


def viewer(request: HttpRequest) -> User:
    """The account behind a page that needs one."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required said so
    return request.user


def allow(request: HttpRequest, roles: frozenset[str]) -> User:
    """The account, if it holds one of these roles now.

    Raises:
        NotAllowed: it holds none.
    """
    user = viewer(request)
    if not scope_of(user).has_role(*roles):
        raise NotAllowed(_("This page belongs to other posts than yours."))
    return user


def sensitive(register: Register, row: Any) -> list[dict[str, str]]:
    """The masked columns that hold something, with their whole text."""
    columns = [column for column in register.columns if column.is_sensitive]
    pairs = [(column, show.text(column, row)) for column in columns]
    return [
        {"label": str(c.label), "name": c.name, "text": text}
        for c, text in pairs
        if text
    ]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def unmask_record(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Ask for a reason; then show the masked fields of one record for five minutes."""
    register, user = named(key), viewer(request)
    if not may_read(request, register):
        raise NotAllowed(_("This page belongs to other posts than yours."))
    row = record_or_404(register, user, pk)
    if not covers(user, row, WRITE):
        raise NotAllowed(_("Only those who work with this person may see it in full."))
    facts = sensitive(register, row)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        errors = _open(request, row, [fact["name"] for fact in facts])
        if not errors:
            return redirect(request.path)
    context = _unmask_page(register, row, facts, access.is_open(row, user))
    context |= {"errors": errors, "given": request.POST}
    status = 422 if errors else 200
    return render(request, "grids/persons/unmask.html", context, status=status)


def _open(request: HttpRequest, row: Any, names: list[str]) -> dict[str, list[str]]:
    """Open the record to the caller; the faults of the reason, if any."""
    try:
        access.unmask(
            row,
            by=viewer(request),
            reason=request.POST.get("reason", ""),
            words=request.POST.get("words", ""),
            fields=names,
            address=str(client_address(request)),
        )
    except Invalid as error:
        return error.fields
    return {}


def _unmask_page(
    register: Register, row: Any, facts: list[dict[str, str]], opened: Any
) -> dict[str, Any]:
    left = int((opened.until - timezone.now()).total_seconds()) if opened else 0
    return {
        "register": register,
        "row": row,
        "label": access.label_of(row),
        "back_url": lists.url_of(register, row),
        "facts": facts if opened else [],
        "names": [fact["label"] for fact in facts],
        "opened": opened,
        "left_seconds": max(left, 0) + 1,
        "reasons": dictionaries.items("unmask_reason"),
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def people_find(request: HttpRequest) -> HttpResponse:
    """Find somebody by a whole identity number or the end of a phone; each question is noted."""
    user = allow(request, WRITE)
    found, errors = None, {}
    if request.method == "POST":
        try:
            text, address = request.POST.get("q", ""), str(client_address(request))
            found = access.look_up(text, by=user, address=address)
        except Invalid as error:
            errors = error.fields
    context = {"found": found, "errors": errors}
    status = 422 if errors else 200
    return render(request, "grids/persons/find.html", context, status=status)


# --- the auditor ----------------------------------------------------------------------------


def _audit(request: HttpRequest, read: Any, title: str, *, files: bool) -> HttpResponse:
    user = allow(request, access.MAY_AUDIT)
    if request.GET.get("as") == "xlsx":
        cells = [line.cells() for line in read(user, request.GET, SHEET_ROWS)]
        return workbook(title, audit.heads(), cells, by=user)
    lines = read(user, request.GET, AUDIT_ROWS + 1)
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "title": title,
        "lines": lines[:AUDIT_ROWS],
        "next_before": lines[AUDIT_ROWS - 1].pk if len(lines) > AUDIT_ROWS else None,
        "given": request.GET,
        "query": query.urlencode(),
        "is_files": files,
    }
    return render(request, "grids/persons/audit.html", context)


@login_required
@require_safe
def audit_access(request: HttpRequest) -> HttpResponse:
    """Who looked at which personal data, when and why."""
    return _audit(request, audit.looks, _("Views of personal data"), files=False)


@login_required
@require_safe
def audit_exports(request: HttpRequest) -> HttpResponse:
    """Who took rows out as a file, how many, and why."""
    return _audit(request, audit.exports, _("Exports of personal data"), files=True)
