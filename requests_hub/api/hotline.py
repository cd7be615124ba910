"""The hotline's door: messages in, by rows that each answer for themselves; updates out."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request as HttpCall
from rest_framework.response import Response

from governance.core.api.schema import problems
from governance.core.errors import DomainError, Invalid
from grids import locate
from requests_hub import hotline
from requests_hub.actions import clients
from requests_hub.actions.hotline_messages import receive
from requests_hub.models import ApiClient, HotlineMessage, Sending

MOST = 200
# What the actions call otherwise than this door does.
THEIRS = {
    "number": "id",
    "their_state": "state",
    "reporter_name": "name",
    "reporter_phone": "phone",
    "occurred_at": "time",
    "their_reply": "reply",
    "their_replied_at": "reply_time",
}
KEY = OpenApiParameter("X-API-Key", str, OpenApiParameter.HEADER, required=True)
AFTER = OpenApiParameter("after", int, description="The last cursor that was read.")


class MessageIn(serializers.Serializer[Any]):
    """One message; `id` is the hotline's own number and `state` its own word.

    One whose state says that it is answered goes in as history, closed with `reply` at
    `reply_time`; both must be there then, and `time`.
    """

    id = serializers.CharField(max_length=80)
    state = serializers.CharField(max_length=40, required=False, allow_blank=True)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    body = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    time = serializers.CharField(max_length=40, required=False, allow_blank=True)
    reply = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    reply_time = serializers.CharField(max_length=40, required=False, allow_blank=True)
    name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    category = serializers.CharField(max_length=60, required=False, allow_blank=True)
    grid = serializers.CharField(max_length=17, required=False, allow_blank=True)
    lon = serializers.FloatField(required=False, allow_null=True)
    lat = serializers.FloatField(required=False, allow_null=True)


class MessagesIn(serializers.Serializer[Any]):
    """At most 200 messages."""

    messages = serializers.ListField(child=serializers.DictField(), max_length=MOST)


class ResultOut(serializers.Serializer[Any]):
    """What became of one message."""

    id = serializers.CharField()
    result = serializers.ChoiceField(choices=("added", "changed", "repeated", "error"))
    no = serializers.CharField()
    fields_ = serializers.DictField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Under its real name, which a class attribute may not have."""
        found = super().get_fields()
        found["fields"] = found.pop("fields_")
        return found


class ResultsOut(serializers.Serializer[Any]):
    results = ResultOut(many=True)


class UpdateOut(serializers.Serializer[Any]):
    """One update for the hotline."""

    cursor = serializers.IntegerField()
    id = serializers.CharField()
    state = serializers.CharField()
    reply = serializers.CharField()
    no = serializers.CharField()
    at = serializers.CharField()


class UpdatesOut(serializers.Serializer[Any]):
    results = UpdateOut(many=True)


def _client(call: HttpCall, *, counts: bool = True) -> ApiClient:
    return clients.admitted(clients.key_in(call.headers), "may_hotline", counts=counts)


@extend_schema(
    operation_id="hotline_messages",
    parameters=[KEY],
    request=inline_serializer("HotlineMessages", {"messages": MessageIn(many=True)}),
    responses={200: ResultsOut, **problems(429)},
)
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def messages(call: HttpCall) -> Response:
    """Take messages in; a row with a fault is told so and does not stop the others."""
    client = _client(call)
    form = MessagesIn(data=call.data)
    if not form.is_valid():
        words = _("At most %(n)s messages in a list are expected.") % {"n": MOST}
        raise Invalid(fields={"messages": [words]})
    rows = form.validated_data["messages"]
    return Response({"results": [_taken(client, row) for row in rows]})


def _taken(client: ApiClient, row: dict[str, Any]) -> dict[str, Any]:
    number = str(row.get("id", ""))[:80]
    form = MessageIn(data=row)
    if not form.is_valid():
        fields = {name: [str(e) for e in found] for name, found in form.errors.items()}
        return {"id": number, "result": "error", "no": "", "fields": fields}
    before = HotlineMessage.objects.filter(
        district_id=client.district_id, number=form.validated_data["id"]
    ).first()
    try:
        with transaction.atomic():
            saved = receive(None, _values(client, form.validated_data), by=client.name)
    except DomainError as error:
        said: Any = error.extra.get("fields") or {"": [error.message]}
        told = {THEIRS.get(name, name): words for name, words in said.items()}
        return {"id": number, "result": "error", "no": "", "fields": told}
    is_same = before is not None and before.version == saved.version
    is_same = is_same and not saved.has_more
    result = "added" if before is None else "repeated" if is_same else "changed"
    return {"id": number, "result": result, "no": saved.request.no}


def _values(client: ApiClient, given: dict[str, Any]) -> dict[str, Any]:
    """As the register has them."""
    code = given.get("grid", "")
    place = locate.place_by_code(code) if code else None
    if code and place is None:
        raise Invalid(fields={"grid": [_("There is no such grid.")]})
    return {
        "district_id": client.district_id,
        "number": given["id"],
        "their_state": given.get("state", ""),
        "occurred_at": _moment(given, "time"),
        "their_reply": given.get("reply", ""),
        "their_replied_at": _moment(given, "reply_time"),
        "reporter_name": given.get("name", ""),
        "reporter_phone": given.get("phone", ""),
        "grid": place.grid_id if place else None,
        **{n: given.get(n) for n in ("title", "body", "address", "category")},
        "lon": given.get("lon"),
        "lat": given.get("lat"),
    }


def _moment(given: dict[str, Any], name: str) -> datetime | None:
    text = given.get(name, "")
    found = hotline.read_moment(text) if text else None
    if text and found is None:
        raise Invalid(fields={name: [_("The time is not like 2019/2/28 11:25:05.")]})
    return found


@extend_schema(
    operation_id="hotline_updates",
    parameters=[KEY, AFTER],
    responses={200: UpdatesOut},
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
def updates(call: HttpCall) -> Response:
    """States and replies for the hotline, oldest first, after a cursor."""
    client = _client(call, counts=False)
    after = call.query_params.get("after") or "0"
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Invalid(fields={"after": [_("A number is expected.")]})
    rows = Sending.objects.filter(
        district_id=client.district_id,
        channel=Sending.Channel.HOTLINE,
        pk__gt=int(after),
    ).order_by("id")[:MOST]
    return Response({"results": [{"cursor": r.pk, **json.loads(r.body)} for r in rows]})
