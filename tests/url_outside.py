"""Addresses for programs outside: Open311, keys, subscriptions, messages."""

from typing import Any

from tests.url_kinds import GONE, IN, NO, OUT, Url, nothing

KEEPERS = {"anonymous": OUT, "district": GONE, "admin": GONE}
JSON = {"fmt": "json"}


def _as_json(**more: str) -> Any:
    return lambda _world: {**JSON, **more}


def _number(world: Any) -> dict[str, Any]:
    return {**JSON, "no": world.row.no}


OUTSIDE_URLS = (
    Url("open311_root", GONE),
    Url("open311_openapi", IN),
    Url("open311_nothing", GONE, lambda _w: {"rest": "x"}),
    Url("open311_discovery", IN, _as_json()),
    Url("open311_services", IN, _as_json()),
    Url("open311_service", GONE, _as_json(code="nothing")),
    Url("open311_requests", IN, _as_json()),
    Url("open311_request", IN, _number),
    Url("open311_token", GONE, _as_json(token="nothing")),
    Url("open311_updates", NO, _as_json()),
    Url("api_hotline_messages", NO, is_post=True),
    Url("api_hotline_updates", NO),
    Url("inbound_email", NO, is_post=True),
    Url("inbound_sms", NO, is_post=True),
    Url("api_key_new", NO, nothing, is_post=True, answers=KEEPERS),
    Url(
        "api_key_end", NO, lambda _w: {"pk": 1, "key": 1}, is_post=True, answers=KEEPERS
    ),
    Url("subscription_secret", NO, nothing, is_post=True, answers=KEEPERS),
    Url("subscription_ping", NO, nothing, is_post=True, answers=KEEPERS),
    Url(
        "sendings",
        NO,
        answers={"anonymous": OUT, "district": IN, "admin": IN, "auditor": IN},
        page=True,
    ),
    Url("sending", NO, nothing, answers={**KEEPERS, "auditor": GONE}),
    Url(
        "sending_open", NO, nothing, is_post=True, answers={**KEEPERS, "auditor": GONE}
    ),
    Url(
        "incoming",
        NO,
        answers={"anonymous": OUT, "district": IN, "admin": IN, "auditor": IN},
        page=True,
    ),
    Url("incoming_message", NO, nothing, answers={**KEEPERS, "auditor": GONE}),
    Url("incoming_again", NO, nothing, is_post=True, answers=KEEPERS),
    Url(
        "deliveries",
        NO,
        answers={"anonymous": OUT, "district": IN, "admin": IN, "auditor": IN},
        page=True,
    ),
    Url(
        "deliveries_again",
        NO,
        is_post=True,
        answers={"anonymous": OUT, "district": OUT, "admin": OUT},
    ),
    Url("delivery", NO, nothing, answers={**KEEPERS, "auditor": GONE}),
    Url("delivery_again", NO, nothing, is_post=True, answers=KEEPERS),
    Url("delivery_close", NO, nothing, is_post=True, answers=KEEPERS),
    Url("sending_again", NO, nothing, is_post=True, answers=KEEPERS),
)
