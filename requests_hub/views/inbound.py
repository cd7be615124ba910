"""Doors for programs that bring messages: a posted MIME message, a provider's text message."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from governance.core.errors import DomainError, Invalid
from requests_hub.actions import clients, intake
from requests_hub.actions.incoming import Message, receive
from requests_hub.gateways.letters import letter_message
from requests_hub.gateways.mime import number_of, read
from requests_hub.models import ApiClient, Incoming


def _client(request: HttpRequest) -> ApiClient:
    key = clients.key_in(request.headers)
    return clients.admitted(key, "may_message")


def _answer(row: Incoming) -> JsonResponse:
    no = row.request.no if row.request else ""
    return JsonResponse({"id": row.number, "outcome": row.outcome, "no": no})


@csrf_exempt
@require_POST
def email(request: HttpRequest) -> JsonResponse:
    """A whole MIME message as the body."""
    try:
        client = _client(request)
        letter = read(request.body)
        return _answer(receive(letter_message(letter), district=client.district))
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)


@csrf_exempt
@require_POST
def sms(request: HttpRequest) -> JsonResponse:
    """A text message as JSON or form; SMS_IN_FIELDS says how the provider names its fields."""
    try:
        client = _client(request)
        given = _fields(request)
        phone = intake.read_phone(given["from"])
        if not given["id"] or not phone:
            raise Invalid(_("A message needs a number and a sender."))
        message = Message(
            channel="sms",
            number=number_of(given["id"]),
            sender=phone,
            body=given["text"][:5000],
        )
        return _answer(receive(message, district=client.district))
    except DomainError as error:
        return JsonResponse(error.as_dict(), status=error.status)


def _fields(request: HttpRequest) -> dict[str, str]:
    """id, from and text, under whatever names.

    Raises:
        Invalid: the body is neither a form nor an object.
    """
    body: Any = request.POST
    if request.content_type == "application/json":
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
    if not hasattr(body, "get"):
        raise Invalid(_("An object with named fields is expected."))
    names = {"id": "id", "from": "from", "text": "text", **settings.SMS_IN_FIELDS}
    return {own: str(body.get(name) or "") for own, name in names.items()}
