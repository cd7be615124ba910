"""The dispatch desk: triage, look beside the list, decide."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from requests_hub.models import Request
from requests_hub.panels import dispatch as panels
from requests_hub.panels.pane import pane
from requests_hub.queries import lists
from requests_hub.views.access import (
    DESK,
    is_for,
    request_or_404,
    signed_in,
    staff,
)
from requests_hub.views.bulk import Picked, picked, take_each, why_not


@staff(*DESK)
@require_safe
def dispatch(http: HttpRequest) -> HttpResponse:
    """The list of one tab by deadline, and the open item in the pane."""
    user = signed_in(http)
    view = http.GET.get("view", "accept")
    view = view if view in panels.TAB_WORDS else "accept"
    found = lists.filtered(user, http.GET).qs
    is_pane = is_for(http, "pane")
    counts = {} if is_pane else lists.desk_counts(found)
    rows = panels.listed(view, lists.desk_rows(found, view))
    page = lists.by_deadline(rows, http.GET, total=counts.get(view, 0))
    context: dict[str, Any] = {"view": view, "page": page, **_opened(http, page.rows)}
    if is_pane:
        return render(http, "requests_hub/dispatch/page.html#pane", context)
    context |= panels.desk_list(view, counts, page.rows, user, http.GET)
    part = "#rows" if is_for(http, "rows") else ""
    return render(http, f"requests_hub/dispatch/page.html{part}", context)


def _opened(http: HttpRequest, rows: list[Request]) -> dict[str, Any]:
    """The pane's context for `?open=<no>`; nothing when no row is open."""
    no = http.GET.get("open", "")
    if not no:
        return {}
    row = next((row for row in rows if row.no == no), None) or request_or_404(http, no)
    before, after = lists.neighbours(rows, no)
    shown = pane(row, signed_in(http), before=before, after=after)
    return {"pane": shown, "open_no": no}


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def bulk_accept(http: HttpRequest) -> HttpResponse:
    """Confirm first: how many will be accepted, which are left out and why; then do it."""
    user = signed_in(http)
    rows = picked(http, Request.objects.visible_to(user), "no")
    plan = Picked.plan(rows, lambda row: why_not(row, "accept", user))
    if http.method == "GET" or "confirmed" not in http.POST:
        return render(http, "requests_hub/bulk/confirm.html", _accept_words(plan))
    done = take_each(plan.ready, "accept", user)
    said = ngettext("%(n)s request accepted.", "%(n)s requests accepted.", done)
    messages.success(http, said % {"n": done})
    return redirect(f"/dispatch/?view={'dispatch' if done else 'accept'}")


def _accept_words(plan: Picked) -> dict[str, Any]:
    n = len(plan.ready)
    return {
        "plan": plan,
        "title": ngettext("Accept %(n)s request", "Accept %(n)s requests", n)
        % {"n": n},
        "effect": _("Each goes on to dispatch; its deadline runs on."),
        "field": "no",
        "back": "/dispatch/?view=accept",
    }
