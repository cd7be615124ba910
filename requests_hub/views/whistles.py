"""Whistles: departments by stage, late report-ins first, and one whistle."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.core.errors import NotHere
from requests_hub.paging import UNKNOWN, newest_first
from requests_hub.panels import whistles as panels
from requests_hub.panels.turns import tasks_with_clocks
from requests_hub.queries import numbers, scores
from requests_hub.queries import whistles as queries
from requests_hub.views.access import READING, is_for, signed_in, staff


@staff(*READING)
@require_safe
def board(http: HttpRequest) -> HttpResponse:
    """Departments × stage, whose report-in is late, and the latest whistles."""
    user = signed_in(http)
    page = newest_first(queries.visible(user), http.GET, total=UNKNOWN)
    part = "#rows" if is_for(http, "rows") else ""
    context = {"page": page, "rows": panels.rows(page.rows)}
    if not part:
        board_rows = numbers.whistle_board(user)
        context["board"] = panels.board(board_rows)
        context["stages"] = panels.stages()
        context["scores"] = scores.by_department(user)
        late = numbers.late_report_ins(user) if any(r.late for r in board_rows) else ()
        context["late"] = tasks_with_clocks(late, user)
    return render(http, f"requests_hub/whistles/board.html{part}", context)


@staff(*READING)
@require_safe
def whistle(http: HttpRequest, pk: int) -> HttpResponse:
    """One whistle: who was called, how far each is, what closes it."""
    user = signed_in(http)
    row = queries.visible(user).filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such whistle in your area."))
    context = panels.whistle(row, user)
    return render(http, "requests_hub/whistles/detail.html", context)
