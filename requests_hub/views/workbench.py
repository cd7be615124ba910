"""The page a working day begins on."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.core.models import User
from requests_hub.paging import cut
from requests_hub.panels import workbench as panels
from requests_hub.queries import todo
from requests_hub.views.access import READING, is_for, signed_in, staff

PREVIEW_ROWS, AHEAD = 9, 50


@staff(*READING)
@require_safe
def workbench(http: HttpRequest) -> HttpResponse:
    """Five figures, what waits for me, today on the axis, my area."""
    user = signed_in(http)
    box = http.GET.get("box", "mine")
    box = box if box in ("mine", "done", "started") else "mine"
    waiting = todo.mine(user, QueryDict(), size=AHEAD)
    page = cut(waiting, PREVIEW_ROWS) if box == "mine" else _box(user, box, http)
    context = {"box": box, "page": page, "counts": todo.counts_of(user)}
    if is_for(http, "box"):
        return render(http, "requests_hub/workbench/page.html#box", context)
    context |= panels.bench(user, waiting.rows)
    return render(http, "requests_hub/workbench/page.html", context)


def _box(user: User, box: str, http: HttpRequest) -> Any:
    if box == "done":
        return todo.done(user, http.GET, size=PREVIEW_ROWS)
    return todo.started(user, http.GET, size=PREVIEW_ROWS)
