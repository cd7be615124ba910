"""Messages that came in by letter and text message, what became of each, and once more."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from governance.core.errors import NotHere
from requests_hub import gateways
from requests_hub.actions import clients, incoming
from requests_hub.models import Incoming, Sending
from requests_hub.panels import boxes
from requests_hub.views.access import signed_in, staff

KEEPERS = tuple(sorted(clients.KEEPERS))
READERS = (*KEEPERS, "auditor")
PAGE = 50
CHANNELS = [c for c in Sending.Channel.choices if c[0] in ("email", "sms")]
BOXES = ("", "refused", "left", "added", "request")


@staff(*READERS)
@require_safe
def incoming_list(request: HttpRequest) -> HttpResponse:
    """Messages in, newest first, by what became of them and channel."""
    rows: Any = Incoming.objects.visible_to(request.user).select_related("request")
    channels = [code for code, _label in CHANNELS]
    rows = boxes.narrowed(rows, request, outcome=BOXES, channel=channels)
    found = list(rows.order_by("-id")[: PAGE + 1])
    for row in found:
        row.shown_from = gateways.shown(row.channel, row.address)
    context = {
        "rows": found[:PAGE],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "views": boxes.tabs(request, "outcome", BOXES, Incoming.Outcome.choices),
        "chips": boxes.chips(request, "channel", _("Channel"), CHANNELS),
    }
    return render(request, "requests_hub/outside/incoming.html", context)


def _row(request: HttpRequest, pk: int) -> Incoming:
    rows = Incoming.objects.visible_to(request.user).select_related("request")
    row: Incoming | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such message for you."))
    return row


@staff(*READERS)
@require_safe
def incoming_message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message with its text and what became of it."""
    row = _row(request, pk)
    context = {
        "row": row,
        "shown_from": gateways.shown(row.channel, row.address),
        "may_take": row.request is None
        and bool(row.title)
        and clients.may_keep(request.user, row),
    }
    return render(request, "requests_hub/outside/incoming_message.html", context)


@staff(*KEEPERS)
@require_POST
def incoming_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take in what was refused or left alone."""
    row = incoming.take_again(_row(request, pk), by=signed_in(request))
    no = row.request.no if row.request else ""
    messages.success(request, _("It is in now, as %(no)s.") % {"no": no})
    return redirect("incoming_message", row.pk)
