"""Keys of programs, secrets of subscriptions, and what was sent."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotHere
from governance.core.registers.access import named, record_or_404
from governance.core.views.health import client_address
from grids.actions import access
from requests_hub import gateways
from requests_hub.actions import clients, privacy, sendings, subscriptions
from requests_hub.models import ApiClient, Sending, Subscription
from requests_hub.panels import boxes
from requests_hub.queries.sendings import masked as masked_sendings
from requests_hub.views.access import signed_in, staff

KEEPERS = tuple(sorted(clients.KEEPERS))
READERS = (*KEEPERS, "auditor")
PAGE = 50
BOXES = ("", "waiting", "given_up", "sent")


def _client(request: HttpRequest, pk: int) -> ApiClient:
    row: ApiClient = record_or_404(named("api-clients"), signed_in(request), pk)
    return row


@staff(*KEEPERS)
@require_POST
@never_cache
def key_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh key, shown this once."""
    client = _client(request, pk)
    _key, text = clients.issue_key(client, by=signed_in(request))
    return _once(request, "api-clients", client, _("The new key"), text)


@staff(*KEEPERS)
@require_POST
def key_end(request: HttpRequest, pk: int, key: int) -> HttpResponse:
    """End a key at once."""
    client = _client(request, pk)
    clients.end_key(client, key, by=signed_in(request))
    messages.success(request, _("The key has ended."))
    return redirect("registry_record", "api-clients", client.pk)


@staff(*KEEPERS)
@require_POST
@never_cache
def secret_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh secret of a subscription, shown this once."""
    found = record_or_404(named("subscriptions"), signed_in(request), pk)
    row: Subscription = found
    text = subscriptions.renew_secret(row, by=signed_in(request))
    return _once(request, "subscriptions", row, _("The new secret"), text)


@staff(*KEEPERS)
@require_POST
def subscription_ping(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the receiver once to try it; the page of that call tells how it went."""
    row: Subscription = record_or_404(named("subscriptions"), signed_in(request), pk)
    try:
        call = subscriptions.ping(row, by=signed_in(request))
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("registry_record", "subscriptions", row.pk)
    messages.success(
        request, _("A test call is on its way; this page tells how it went.")
    )
    return redirect("sending", call.pk)


def _once(
    request: HttpRequest, key: str, row: Any, title: str, secret: str
) -> HttpResponse:
    hints = {
        "api-clients": _("Sent as api_key in the form, or in the header X-API-Key."),
        "subscriptions": _(
            "The receiver checks webhook-signature with it, by Standard Webhooks."
        ),
    }
    context = {
        "register": named(key),
        "row": row,
        "title": title,
        "secret": secret,
        "hint": hints[key],
    }
    return render(request, "requests_hub/outside/secret.html", context)


# --- What was sent ------------------------------------------------------------------------


@staff(*READERS)
@require_safe
def sending_list(request: HttpRequest) -> HttpResponse:
    """Messages out, newest first, by state and channel."""
    rows = _narrowed(request)
    found = list(rows.order_by("-id")[: PAGE + 1])
    masked = masked_sendings(found, signed_in(request))
    for row in found:
        row.shown_to = gateways.shown(row.channel, row.address)
    context = {
        "masked": masked,
        "rows": found[:PAGE],
        "next_before": found[PAGE - 1].pk if len(found) > PAGE else None,
        "views": boxes.tabs(request, "state", BOXES, Sending.State.choices),
        "chips": boxes.chips(request, "channel", _("Channel"), Sending.Channel.choices),
    }
    return render(request, "requests_hub/outside/sendings.html", context)


def _narrowed(request: HttpRequest) -> Any:
    """The rows that the address asks for."""
    rows: Any = Sending.objects.visible_to(request.user).select_related("request")
    rows = boxes.narrowed(rows, request, state=BOXES, channel=Sending.Channel.values)
    if boxes.is_id(request.GET.get("subscription", "")):
        rows = rows.filter(subscription_id=int(request.GET["subscription"]))
    return rows


def _sending(request: HttpRequest, pk: int) -> Sending:
    rows = Sending.objects.visible_to(request.user).select_related("request")
    row: Sending | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such message for you."))
    return row


@staff(*READERS)
@never_cache
@require_safe
def sending(request: HttpRequest, pk: int) -> HttpResponse:
    """One message with what is sent and how its tries went."""
    return _sending_page(request, _sending(request, pk))


def _sending_page(request: HttpRequest, row: Sending, **more: Any) -> HttpResponse:
    """Its text is masked where it tells of a private request, until a reason is given."""
    is_payload = row.channel in ("webhook", "hotline")
    tries = [{**each, "at": parse_datetime(each["at"])} for each in row.tries[::-1]]
    user = signed_in(request)
    is_private = bool(masked_sendings([row], user))
    opened = access.is_open(row, user) if is_private else None
    context = {
        "row": row,
        "is_private": is_private,
        "is_masked": is_private and opened is None,
        "opened": opened,
        "reasons": dictionaries.items("unmask_reason"),
        "given": request.POST,
        "shown_to": gateways.shown(row.channel, row.address),
        "is_payload": is_payload,
        "body": _pretty(row.body) if is_payload else row.body,
        "tries": tries,
        "may_resend": clients.may_keep(request.user, row),
        **more,
    }
    status = 422 if more.get("errors") else 200
    return render(request, "requests_hub/outside/sending.html", context, status=status)


@staff(*READERS)
@never_cache
@require_POST
def sending_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the masked text for five minutes; the reason is kept."""
    row, given = _sending(request, pk), request.POST
    try:
        privacy.open_sending(
            row,
            by=signed_in(request),
            reason=given.get("reason", ""),
            words=given.get("words", ""),
            address=str(client_address(request)),
        )
    except Invalid as error:
        return _sending_page(request, row, errors=error.fields)
    return redirect("sending", row.pk)


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


@staff(*KEEPERS)
@require_POST
def sending_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it once more, or now."""
    row = _sending(request, pk)
    sendings.resend(row, by=signed_in(request))
    messages.success(request, _("It is on its way again."))
    return redirect("sending", row.pk)
