"""The list of requests, one request, its sheet of paper, and writing one down for a caller."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import DomainError, Invalid
from governance.core.views.health import client_address
from requests_hub.actions import privacy
from requests_hub.chips import chips, clear_all
from requests_hub.forms import OnBehalfForm
from requests_hub.forms.intake import write_down
from requests_hub.models import Request
from requests_hub.paging import capped_count, newest_first
from requests_hub.panels import detail as panels
from requests_hub.panels import figure, proposal, resources
from requests_hub.panels.paper import sheet
from requests_hub.panels.strip import may_register
from requests_hub.panels.turns import rows_with_turn
from requests_hub.queries import lists
from requests_hub.turns import for_list
from requests_hub.views.access import (
    DESK,
    READING,
    is_for,
    request_or_404,
    signed_in,
    staff,
)

CHIPS = ("grid", "state", "due", "category", "channel", "urgency", "department")


@staff(*READING)
@require_safe
def request_list(http: HttpRequest) -> HttpResponse:
    """What one may see, under the filter of the query string, newest first."""
    user = signed_in(http)
    narrowed = lists.filtered(user, http.GET)
    found, shown = narrowed.qs, figure.shown(narrowed)
    total = shown.requests if shown else capped_count(found)
    page = newest_first(for_list(found), http.GET, total=total)
    context: dict[str, Any] = {"page": page, "q": http.GET.get("q", "")}
    context |= {"rows": rows_with_turn(page.rows, user), "figure": shown}
    context["may_register"] = may_register(user)
    context["kept_params"] = [
        p for p in http.GET.items() if p[0] not in ("q", "before")
    ]
    context["chips"] = [*figure.chips(http.GET), *chips(user, http.GET, CHIPS)]
    context["clear_query"] = clear_all(http.GET, (*CHIPS, *figure.OF_LISTS))
    part = "#rows" if is_for(http, "rows") else ""
    return render(http, f"requests_hub/requests/list.html{part}", context)


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def new(http: HttpRequest) -> HttpResponse:
    """Write a request down for somebody who called or came in."""
    user = signed_in(http)
    if http.method == "POST":
        form = OnBehalfForm(user, http.POST, http.FILES)
        if form.is_valid():
            try:
                row = write_down(form, user)
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(http, _("Written down as %(no)s.") % {"no": row.no})
                return redirect("request", no=row.no)
    else:
        form = OnBehalfForm(user, initial={"key": uuid.uuid4().hex})
    status = 422 if form.is_bound else 200
    context = {"form": form}
    return render(http, "requests_hub/requests/new.html", context, status=status)


@staff(*READING)
@require_safe
def detail(http: HttpRequest, no: str) -> HttpResponse:
    """Everything about one request on one page; `part=resources` alone what could help."""
    row = request_or_404(http, no)
    if http.GET.get("part") == "resources":
        found = resources.for_request(row, signed_in(http))
        context = {"row": row, "resources": found, "crumbs": panels.crumbs(row)}
        return render(http, "requests_hub/parts/resources.html", context)
    if http.GET.get("part") == "routing":
        context = {"routing": proposal.shown(proposal.newest(row))}
        return render(http, "requests_hub/parts/routing_panel.html", context)
    return _detail(http, row, {})


def _detail(
    http: HttpRequest, row: Request, extra: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = panels.detail(
        row, signed_in(http), shown_lines=http.GET.get("show", "all")
    )
    page = "requests_hub/requests/detail.html"
    return render(http, page, context | extra, status=status)


@staff(*READING)
@require_POST
def unmask(http: HttpRequest, no: str) -> HttpResponse:
    """Show name and phone on the page that answers, and only there; the reason is kept."""
    row, user = request_or_404(http, no), signed_in(http)
    given = http.POST
    try:
        privacy.unmask(
            row,
            by=user,
            reason=given.get("reason", ""),
            words=given.get("words", ""),
            address=str(client_address(http)),
        )
    except Invalid as error:
        return _detail(http, row, {"unmask_errors": error.fields, "given": given}, 422)
    response = _detail(http, row, {"is_unmasked": True})
    response["Cache-Control"] = "no-store"
    return response


@staff(*READING)
@require_safe
def paper(http: HttpRequest, no: str) -> HttpResponse:
    """The processing sheet, A4, black and white, names and phones masked."""
    row = request_or_404(http, no)
    address = http.build_absolute_uri(f"/requests/{row.no}/")
    context = sheet(row, signed_in(http), address)
    return render(http, "requests_hub/requests/print.html", context)
