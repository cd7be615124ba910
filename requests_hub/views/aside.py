"""What waits for a decision, the problem library, and asking residents how it went."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from governance.core import dictionaries
from governance.core.errors import DomainError
from governance.core.views.health import client_address
from grids.scoping import scope_of
from requests_hub.actions import base, privacy
from requests_hub.actions.revisits import handled_by
from requests_hub.forms.revisits import RevisitForm
from requests_hub.paging import PAGE_SIZE
from requests_hub.queries import aside
from requests_hub.views.access import DESK, request_or_404, signed_in, staff

DECIDERS = ("district", "leader")
LOOKING = ("township", "district", "leader", "auditor")


@staff(*LOOKING)
@require_safe
def proposals(http: HttpRequest) -> HttpResponse:
    """Holds and exclusions: those to decide, and those decided."""
    user = signed_in(http)
    box = http.GET.get("box", "asked")
    context = {
        "box": box if box in aside.BOXES else "asked",
        "kind": http.GET.get("kind", ""),
        "page": aside.proposal_page(user, http.GET),
        "may_decide": scope_of(user).has_role(*DECIDERS),
    }
    return render(http, "requests_hub/aside/proposals.html", context)


@staff(*LOOKING)
@require_safe
def problems(http: HttpRequest) -> HttpResponse:
    """The problem library: what is on hold, why, since when, until when."""
    user = signed_in(http)
    counts = aside.held_by_reason(user)
    reasons = [
        (item.code, item.label, counts.get(item.code, 0))
        for item in dictionaries.items("hold_reason", active=False)
        if counts.get(item.code)
    ]
    context: dict[str, Any] = {
        "rows": aside.held(user, http.GET)[: PAGE_SIZE * 4],
        "reasons": reasons,
        "total": sum(counts.values()),
        "reason": http.GET.get("reason", ""),
        "due": http.GET.get("due", ""),
        "today": timezone.localdate(),
    }
    return render(http, "requests_hub/aside/problems.html", context)


@staff(*DESK)
@require_safe
def queue(http: HttpRequest) -> HttpResponse:
    """Whom to ask next how it went: never called first, then the longest ago."""
    rows = aside.to_revisit(signed_in(http))
    context = {"rows": rows[:PAGE_SIZE], "more": rows.count() > PAGE_SIZE}
    return render(http, "requests_hub/aside/revisits.html", context)


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def revisit(http: HttpRequest, no: str) -> HttpResponse:
    """One call: the number with a trace, then four answers, or not reached."""
    row, user = request_or_404(http, no), signed_in(http)
    base.permit(row, "revisit", user)
    named = handled_by(row)
    form = RevisitForm(http.POST if http.method == "POST" else None, departments=named)
    is_shown = http.method == "POST" and "show" in http.POST
    if is_shown:
        form = RevisitForm(departments=named)
        address = str(client_address(http))
        privacy.unmask(row, by=user, reason="contact", address=address)
    elif http.method == "POST" and form.is_valid():
        try:
            form.take(row, user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(http, form.said)
            return redirect("revisits")
    context = {"row": row, "form": form, "is_shown": is_shown}
    context |= {"tries": aside.revisits_of(row), "left": aside.attempts_left(row)}
    status = 422 if form.is_bound else 200
    return render(http, "requests_hub/aside/revisit.html", context, status=status)
