"""Pages of the imports: the list, the upload, one import in its four steps."""

import tempfile
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import DomainError, Invalid, NotAllowed, NotHere
from governance.core.menu import standing_of
from governance.core.models import ImportRun, User
from governance.core.registers import import_pages, imports, spec, staging, workbook
from governance.core.registers.access import named, of_register, signed_in
from governance.core.registers.file_views import attached, stamped
from governance.core.registers.spec import Register

MOST_LISTED = 50


@login_required
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """The imports one may see, and the registers one may import into."""
    user, roles = signed_in(request), standing_of(request).roles
    registers = import_pages.by_group([r for r in spec.every() if r.writers & roles])
    if not registers and not roles & imports.SEE_ALL:
        raise NotAllowed(_("This page belongs to other posts than yours."))
    runs = imports.visible_to(user, roles).select_related("by")
    if request.GET.get("box") != "all":
        runs = runs.filter(by=user)
    found = [
        {"run": run, "register": spec.find(run.register)}
        for run in runs.order_by("-pk")[:MOST_LISTED]
    ]
    context = {
        "registers": registers,
        "found": found,
        "is_all": request.GET.get("box") == "all",
        "sees_all": bool(roles & imports.SEE_ALL),
    }
    return render(request, "core/registers/imports.html", context)


@of_register(writes=True)
@require_http_methods(["GET", "POST"])
def import_new(request: HttpRequest, register: Register) -> HttpResponse:
    """Bring a file."""
    errors: list[str] = []
    if request.method == "POST":
        given = request.FILES.get("file")
        try:
            if given is None or given.file is None:
                raise Invalid(_("Choose a file."))
            run = imports.upload(
                register, given.file, given.name or "", by=signed_in(request)
            )
        except Invalid as error:
            errors = error.fields.get("file", []) or [error.message]
        else:
            return redirect("import_run", pk=run.pk)
    context = {
        "register": register,
        "errors": errors,
        "steps": import_pages.steps(None),
    }
    status = 422 if errors else 200
    return render(request, "core/registers/import_new.html", context, status=status)


def _run_or_404(request: HttpRequest, pk: int) -> tuple[ImportRun, Register]:
    """An import that the caller may see, with its register.

    Raises:
        NotHere: there is none.
    """
    user, roles = signed_in(request), standing_of(request).roles
    runs = imports.visible_to(user, roles).select_related("by")
    run = runs.filter(pk=pk).first()
    if run is None:
        raise NotHere(_("There is no such import."))
    return run, named(run.register)


@login_required
@require_safe
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: choosing, being checked, what it would do, being imported, its result."""
    run, register = _run_or_404(request, pk)
    if request.headers.get("HX-Target") == "import-progress":
        if not run.is_active:
            return HttpResponse(headers={"HX-Refresh": "true"})
        context = {"run": run, "progress": import_pages.progress(run)}
        return render(request, "core/registers/import_progress.html", context)
    return _page(request, run, register)


def _page(
    request: HttpRequest, run: ImportRun, register: Register, status: int = 200
) -> HttpResponse:
    is_staged = run.state not in ("uploaded", "choosing", "failed", "cancelled")
    tab = import_pages.current_tab(run, request.GET)
    context: dict[str, Any] = {
        "run": run,
        "register": register,
        "steps": import_pages.steps(run),
        "is_mine": run.by_id == request.user.pk,
        "tab": tab,
    }
    if run.is_active:
        context["progress"] = import_pages.progress(run)
    elif run.state == "choosing":
        context |= import_pages.choices(run, register)
    elif is_staged and run.purged_at is None:
        context |= import_pages.rows_of(run, register, tab, request.GET)
        context["figures"] = import_pages.figures(run)
        context["tabs"] = import_pages.tabs(run, tab)
        context["will_write"] = import_pages.will_write(run)
        context["left_out"] = import_pages.left_out(run)
        context["extra"] = import_pages.unknown_headings(register, run)
        context["same_file"] = imports.same_file(run)
    return render(request, "core/registers/import_run.html", context, status=status)


@login_required
@require_POST
def import_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step of an import; what refuses it is said on its page."""
    run, register = _run_or_404(request, pk)
    do = STEPS.get(step)
    if do is None:
        raise NotHere(_("There is no such step."))
    try:
        do(request, register, run.pk, signed_in(request))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        said = error.fields.values() if isinstance(error, Invalid) else ()
        words = [text for sentences in said for text in sentences] or [error.message]
        messages.error(request, " ".join(words))
    back = request.POST.get("back", "")
    return redirect(imports_url(run.pk) + (back if back.startswith("?") else ""))


def imports_url(pk: int) -> str:
    return f"/imports/{pk}/"


Step = Callable[[HttpRequest, Register, int, User], Any]


def _choose(request: HttpRequest, register: Register, pk: int, user: User) -> None:
    columns = {
        name.removeprefix("column-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("column-")
    }
    sheet = request.POST.get("sheet", "")
    imports.choose(register, pk, by=user, sheet=sheet, columns=columns)


def _accept(request: HttpRequest, _register: Register, pk: int, user: User) -> None:
    given = request.POST.getlist("row")
    numbers = [int(n) for n in given if n.isascii() and n.isdigit()] if given else None
    accepted = request.POST.get("answer") != "no"
    imports.accept(pk, by=user, numbers=numbers, is_accepted=accepted)


STEPS: dict[str, Step] = {
    "choose": _choose,
    "accept": _accept,
    "fix": lambda request, _r, pk, user: imports.fix(
        pk,
        by=user,
        column=request.POST.get("column", ""),
        key=request.POST.get("key", ""),
    ),
    "start": lambda request, _r, pk, user: imports.start(
        pk, by=user, mode="skip" if request.POST.get("skip") else "whole"
    ),
    "stop": lambda _q, _r, pk, user: imports.stop(pk, by=user),
    "undo": lambda _q, _r, pk, user: imports.undo(pk, by=user),
    "cancel": lambda _q, _r, pk, user: imports.cancel(pk, by=user),
}


@login_required
@require_safe
def import_errors(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that were not imported as an Excel file, to correct and bring again."""
    run, register = _run_or_404(request, pk)
    if run.by_id != request.user.pk:
        raise NotAllowed(_("Only the one who brought the file may do this."))
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    workbook.write_errors(register, staging.bad_rows(run), file)
    file.seek(0)
    return attached(file, stamped(f"{register.plural}-{_('faults')}"))
