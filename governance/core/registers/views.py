"""Pages of every register: list, form, record, print."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from governance.core.errors import Invalid
from governance.core.menu import standing_of
from governance.core.registers import lists, panels, places, show
from governance.core.registers.access import (
    may_write,
    of_register,
    record_or_404,
    signed_in,
)
from governance.core.registers.forms import RecordForm
from governance.core.registers.plan import has_field
from governance.core.registers.records import page_of_record
from governance.core.registers.spec import Register

PRINT_MOST = 1000
GRIDS_OFFERED = 50


@of_register()
@require_safe
def registry(request: HttpRequest, register: Register) -> HttpResponse:
    """What one may see of a register, under the filters of the query string."""
    found = lists.listing(register, signed_in(request), request.GET)
    roles = standing_of(request).roles
    context: dict[str, Any] = {
        "register": register,
        "listing": found,
        "q": request.GET.get("q", ""),
        "query": request.GET.urlencode(),
        "may_write": may_write(request, register),
        "links": panels.links(register.key, None, roles),
        "has_ended": has_field(register.model, "ended_on"),
        "shown": [column.name for column in found.columns],
        "kept_params": [
            pair
            for pair in request.GET.items()
            if pair[0] not in ("q", "cols", *lists.PAGING)
        ],
    }
    return render(request, "core/registers/list.html", context)


@of_register(writes=True)
@require_safe
def registry_grids(request: HttpRequest, register: Register) -> HttpResponse:
    """The grids that fit what is being typed into a form, as options."""
    del register
    words = str(next(iter(request.GET.values()), "")).strip()[:60]
    offered = places.known().offered(signed_in(request))
    fits = [g for g in offered if words in g[1] or g[0].startswith(words or "-")]
    context = {"grids": fits[:GRIDS_OFFERED]}
    return render(request, "core/registers/grids_offered.html", context)


@of_register(writes=True)
@require_http_methods(["GET", "POST"])
def registry_new(request: HttpRequest, register: Register) -> HttpResponse:
    """Write down one record."""
    user = signed_in(request)
    data = request.POST if request.method == "POST" else None
    form = RecordForm(register, user, data=data)
    form.offer({**register.usual, **request.GET.dict()})
    if (
        not _is_preview(request)
        and form.is_valid()
        and (row := form.save(user)) is not None
    ):
        messages.success(
            request, _("%(what)s written down.") % {"what": register.label}
        )
        return redirect(lists.url_of(register, row))
    return _form(request, register, form)


@of_register(writes=True)
@require_http_methods(["GET", "POST"])
def registry_edit(request: HttpRequest, register: Register, pk: int) -> HttpResponse:
    """Change one record; somebody else's change since then is shown beside one's own."""
    user = signed_in(request)
    row = record_or_404(register, user, pk)
    data = request.POST if request.method == "POST" else None
    form = RecordForm(register, user, row, data)
    if not _is_preview(request) and form.is_valid() and (saved := form.save(user)):
        messages.success(request, _("%(what)s changed.") % {"what": register.label})
        return redirect(lists.url_of(register, saved))
    return _form(request, register, form)


def _is_preview(request: HttpRequest) -> bool:
    """Whether the form was sent to see what it would mean, not to be saved."""
    return request.method == "POST" and "preview" in request.POST


def _previewed(request: HttpRequest, form: RecordForm) -> dict[str, Any]:
    """What the form would mean; nothing where it was not asked or cannot be read."""
    preview = panels.preview_of(form.register.key)
    if preview is None or not _is_preview(request) or not form.is_valid():
        return {}
    try:
        shown = preview.context(signed_in(request), form)
    except Invalid as error:
        form.refuse(error)
        return {}
    return {**shown, "template": preview.template}


def _form(request: HttpRequest, register: Register, form: RecordForm) -> HttpResponse:
    row = form.row
    previewed = _previewed(request, form)
    context = {
        "register": register,
        "form": form,
        "row": row,
        "title": show.heading(register, row) if row is not None else "",
        "back_url": lists.url_of(register, row) if row is not None else "",
        "may_preview": panels.preview_of(register.key) is not None,
        "previewed": previewed,
    }
    refused = form.is_bound and not previewed
    status = 409 if form.conflict else 422 if refused else 200
    return render(request, "core/registers/form.html", context, status=status)


@of_register()
@require_safe
def registry_record(request: HttpRequest, register: Register, pk: int) -> HttpResponse:
    """One record with its sources and history."""
    row = record_or_404(register, signed_in(request), pk)
    context = page_of_record(request, register, row)
    return render(request, "core/registers/record.html", context)


@of_register()
@require_safe
def registry_print(request: HttpRequest, register: Register) -> HttpResponse:
    """The list on paper, A4, masked, at most 1,000 rows."""
    user = signed_in(request)
    columns = lists.shown_columns(register, request.GET)
    found = lists.joined(lists.narrowed(register, user, request.GET), columns)
    rows = list(found.order_by(*register.order)[: PRINT_MOST + 1])
    context = {
        "register": register,
        "columns": columns,
        "rows": [lists.row_of(register, row, columns) for row in rows[:PRINT_MOST]],
        "is_cut": len(rows) > PRINT_MOST,
        "most": PRINT_MOST,
        "chips": [c for c in lists.chips(register, user, request.GET) if c["value"]],
        "printed_at": timezone.now(),
        "printed_by": user,
        "query": request.GET.urlencode(),
    }
    return render(request, "core/registers/print.html", context)
