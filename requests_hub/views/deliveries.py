"""Follow-ups of events that were set aside: read, run again, left for good with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from governance.core.actions import deliveries as actions
from governance.core.errors import Conflict, Invalid, NotHere
from governance.core.models import Delivery
from grids.scoping import scope_of
from requests_hub.actions import clients
from requests_hub.panels import boxes
from requests_hub.queries import deliveries
from requests_hub.views.access import signed_in, staff

KEEPERS = tuple(sorted(clients.KEEPERS))
READERS = (*KEEPERS, "auditor")
PAGE = 50
BOXES = ("set_aside", "failed", "closed")


def _may_keep(request: HttpRequest) -> bool:
    return scope_of(signed_in(request)).has_role(*KEEPERS)


@staff(*READERS)
@require_safe
def delivery_list(request: HttpRequest) -> HttpResponse:
    """What was set aside, newest first; other tabs: still being tried, left for good."""
    user, state = signed_in(request), request.GET.get("state", "")
    rows = deliveries.troubled(user)
    rows = rows.filter(state=state if state in BOXES else BOXES[0])
    found = list(boxes.narrowed(rows, request).order_by("-id")[: PAGE + 1])
    choices = Delivery.State.choices
    context = {
        "rows": deliveries.lines(found[:PAGE], user),
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "views": boxes.tabs(request, "state", BOXES, choices, first=BOXES[0]),
        "may_run": found and state in ("", BOXES[0]) and _may_keep(request),
    }
    return render(request, "requests_hub/outside/deliveries.html", context)


def _row(request: HttpRequest, pk: int) -> Delivery:
    row = deliveries.troubled(signed_in(request)).filter(pk=pk).first()
    if row is None:
        raise NotHere(_("This is not set aside; perhaps it is done by now."))
    return row


@staff(*READERS)
@require_safe
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: what, for whom, how often, why not, and what people did about it."""
    return _page(request, _row(request, pk))


def _page(request: HttpRequest, row: Delivery, **more: Any) -> HttpResponse:
    context = {
        "line": deliveries.lines([row], signed_in(request))[0],
        "technical": row.last_error.partition("\n")[0][:300],
        "story": deliveries.story(row),
        "may_keep": _may_keep(request),
        "given": request.POST,
        **more,
    }
    status = 422 if more.get("errors") else 200
    return render(request, "requests_hub/outside/delivery.html", context, status=status)


@staff(*KEEPERS)
@require_POST
def delivery_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Run one again."""
    row = _row(request, pk)
    _run(request, Delivery.objects.filter(pk=row.pk))
    return redirect("deliveries")


@staff(*KEEPERS)
@require_POST
def deliveries_again(request: HttpRequest) -> HttpResponse:
    """Run all again that are set aside."""
    mine = deliveries.troubled(signed_in(request))
    rows = mine.filter(state=Delivery.State.SET_ASIDE).values("pk")
    _run(request, Delivery.objects.filter(pk__in=rows))
    return redirect("deliveries")


def _run(request: HttpRequest, rows: Any) -> None:
    count = actions.run_again(rows, by=signed_in(request))
    said = ngettext(
        "%(count)d delivery will be tried again.",
        "%(count)d deliveries will be tried again.",
        count,
    )
    messages.success(request, said % {"count": count})


@staff(*KEEPERS)
@require_POST
def delivery_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave it undone for good; the reason is kept."""
    row = _row(request, pk)
    try:
        reason = request.POST.get("reason", "")
        actions.close(row, by=signed_in(request), reason=reason)
    except Invalid as error:
        return _page(request, row, errors=error.fields)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("delivery", row.pk)
    messages.success(request, _("It stays undone; the reason is on record."))
    return redirect("deliveries")
