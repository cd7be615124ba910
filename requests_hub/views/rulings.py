"""What the district rules on, and what it has ruled."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from requests_hub.paging import PAGE_SIZE, newest_first
from requests_hub.panels import rulings as panels
from requests_hub.queries import rulings as queries
from requests_hub.views.access import signed_in, staff

LOOKING = ("township", "district", "leader", "auditor")


@staff(*LOOKING)
@require_safe
def rulings(http: HttpRequest) -> HttpResponse:
    """Calls returned until the district must rule, and the rulings of before."""
    user = signed_in(http)
    box = http.GET.get("box", "open")
    context: dict[str, Any] = {"box": box if box in queries.BOXES else "open"}
    if context["box"] == "ruled":
        context["page"] = newest_first(queries.ruled(user), http.GET)
    else:
        rows = list(queries.to_rule(user)[: PAGE_SIZE + 1])
        context["disputes"] = panels.disputes(rows[:PAGE_SIZE], user)
        context["more"] = len(rows) > PAGE_SIZE
    return render(http, "requests_hub/whistles/rulings.html", context)
