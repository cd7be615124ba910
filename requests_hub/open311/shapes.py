"""Requests and updates as Open311 shows them."""

from typing import Any

from governance.core import dictionaries
from governance.core.models import Event
from grids.models import District
from requests_hub.models import Open311Report, Request
from requests_hub.open311.formats import moment
from requests_hub.open311.public_words import scrubbed
from requests_hub.open311.services import name_of
from requests_hub.turns import place_name
from requests_hub.workflow import REQUEST

GRAIN = 3  # decimals of a public position: about a hundred metres
EXTENDED = {
    "submitted": "open",
    "accepted": "investigating",
    "verify": "investigating",
    "rejected": "not_councils_responsibility",
    "dispatched": "action_scheduled",
    "signed": "action_scheduled",
    "handling": "in_progress",
    "whistled": "internal_referral",
    "held": "planned",
    "reworked": "in_progress",
    "reopened": "open",
    "replied": "in_progress",
    "checking": "in_progress",
    "closed": "fixed",
    "revisited": "fixed",
    "withdrawn": "cancelled",
    "merged": "duplicate",
}


def number_of(report: Open311Report) -> str:
    """The request's number, as far as the kind of its service tells it by now."""
    if report.kind == "blackbox":
        return ""
    if report.kind == "batch" and report.request.state == "submitted":
        return ""
    return report.request.no


def receipt(report: Open311Report) -> dict[str, Any]:
    """The answer to a report: a number or a token, never both; a black box gives neither."""
    number = number_of(report) if report.kind == "realtime" else ""
    body: dict[str, Any] = {}
    if number:
        body["service_request_id"] = number
    elif report.kind == "batch":
        body["token"] = report.token
    return {**body, "service_notice": "", "account_id": report.account_id}


def status_of(request: Request) -> str:
    return "open" if REQUEST[request.state].is_open else "closed"


def extended(request: Request) -> str:
    """The finer status of the updates extension."""
    if request.state == "closed" and request.is_solved is False:
        return "no_further_action"
    return EXTENDED.get(request.state, status_of(request))


def shown(request: Request, own: Open311Report | None = None) -> dict[str, Any]:
    """One request. `own` is the report of the program that asks: it reads the exact place."""
    is_over = not REQUEST[request.state].is_open
    lat, lon = request.lat, request.lon
    if own is None and lat is not None and lon is not None:
        lat, lon = round(lat, GRAIN), round(lon, GRAIN)
    category = dictionaries.by_id(request.category_id)
    return {
        "service_request_id": request.no,
        "status": status_of(request),
        "status_notes": scrubbed(request.reply) if is_over else "",
        "service_name": name_of(category),
        "service_code": category.code if category else "",
        "description": request.body if own else scrubbed(request.body or request.title),
        "agency_responsible": _agency(request),
        "service_notice": "",
        "requested_datetime": moment(request.submitted_at),
        "updated_datetime": moment(request.stage_at),
        "expected_datetime": moment(request.due_at),
        "address": request.address if own else place_name(request),
        "address_id": _place_code(request),
        "zipcode": "",
        "lat": lat,
        "long": lon,
        "media_url": own.media_url if own else "",
    }


def _agency(request: Request) -> str:
    if request.lead_department is not None:
        return request.lead_department.short
    return request.large.name if request.large else ""


def _place_code(request: Request) -> str:
    grid = request.small or request.medium or request.large
    return grid.code if grid else ""


def update(event: Event, request: Request, words: str) -> dict[str, Any]:
    """One thing that happened, for the updates extension."""
    to = str(event.data.get("to", request.state))
    state = to if to in EXTENDED else request.state
    status = extended(request) if state == request.state else EXTENDED[state]
    return {
        "update_id": str(event.pk),
        "service_request_id": request.no,
        "status": status.upper(),
        "updated_datetime": moment(event.occurred_at),
        "description": scrubbed(words),
        "media_url": "",
    }


def discovery(district: District, base: str) -> dict[str, Any]:
    """Where the endpoint is, and in which formats."""
    changed = "2026-11-23T00:00:00+08:00"
    return {
        "changeset": changed,
        "contact": district.name,
        "key_service": f"{district.name}: api_key",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": base,
                "changeset": changed,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
