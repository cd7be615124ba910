"""The department's desk: report in, claim, handle, reply."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from requests_hub.models import Task
from requests_hub.panels import department as panels
from requests_hub.queries import desk as queries
from requests_hub.views.access import is_for, signed_in, staff
from requests_hub.views.bulk import Picked, picked, take_each, why_not


@staff("officer")
@require_safe
def desk(http: HttpRequest) -> HttpResponse:
    """The calls of one's department, by stage, with both clocks."""
    user = signed_in(http)
    tab = http.GET.get("tab", "")
    counts = queries.counts(user)
    if tab not in queries.TABS:
        tab = next((name for name in queries.TABS if counts[name]), "report-in")
    page = queries.rows(user, tab, http.GET, total=counts[tab])
    context = panels.desk(user, tab, counts, page)
    part = "#rows" if is_for(http, "rows") else ""
    return render(http, f"requests_hub/department/page.html{part}", context)


@staff("officer")
@require_http_methods(["GET", "POST"])
def bulk_report_in(http: HttpRequest) -> HttpResponse:
    """Confirm first: how many will be reported in, which are left out and why; then do it."""
    user = signed_in(http)
    tasks = Task.objects.visible_to(user).select_related("request")
    rows = picked(http, tasks, "pk")
    plan = Picked.plan(rows, lambda row: why_not(row, "report_in", user))
    if http.method == "GET" or "confirmed" not in http.POST:
        return render(http, "requests_hub/bulk/confirm.html", _words(plan))
    done = take_each(plan.ready, "report_in", user)
    said = ngettext("Reported in for %(n)s call.", "Reported in for %(n)s calls.", done)
    messages.success(http, said % {"n": done})
    return redirect("/desk/?tab=claim")


def _words(plan: Picked) -> dict[str, Any]:
    n = len(plan.ready)
    return {
        "plan": plan,
        "title": ngettext("Report in for %(n)s call", "Report in for %(n)s calls", n)
        % {"n": n},
        "effect": _("The time for handling begins; next you claim each."),
        "field": "pk",
        "back": "/desk/?tab=report-in",
    }
