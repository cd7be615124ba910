"""Everything that waits for me, that I did, that I began."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from requests_hub.queries import todo as queries
from requests_hub.views.access import READING, is_for, signed_in, staff

BOXES = ("mine", "done", "started")
DUE = ("", "late", "today", "call")


@staff(*READING, "good_person")
@require_safe
def todo(http: HttpRequest) -> HttpResponse:
    """One box of the three, by deadline or latest first."""
    user = signed_in(http)
    box = http.GET.get("box", "mine")
    box = box if box in BOXES else "mine"
    due = http.GET.get("due", "")
    due = due if due in DUE else ""
    if box == "mine":
        page = queries.mine(user, http.GET, due=due)
    else:
        page = getattr(queries, box)(user, http.GET)
    context = {
        "box": box,
        "due": due,
        "page": page,
        "counts": queries.counts_of(user),
    }
    part = "#rows" if is_for(http, "rows") else ""
    return render(http, f"requests_hub/todo/page.html{part}", context)
