"""The methods of the standard, and the updates extension."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.core import attachments
from governance.core.errors import NotHere
from grids import locate
from grids.models import District
from requests_hub.actions import open311 as actions
from requests_hub.models import Open311Report
from requests_hub.open311 import lists, params, services, shapes
from requests_hub.open311.description import LONGEST_TEXT as LONGEST
from requests_hub.open311.description import description
from requests_hub.open311.formats import Answer, Faults, answers
from requests_hub.open311.params import param

FILE_NAMES = ("media", "photo1", "photo2", "photo3", "photo4", "photo5", "photo6")
STATUSES = {"open", "closed"}


@answers("GET")
def discovery(request: HttpRequest) -> Answer:
    """What this endpoint offers."""
    here = request.build_absolute_uri(reverse("open311_root"))
    district = District.objects.filter(code=settings.DISTRICT_CODE).first()
    if district is None:
        raise Faults((404, _("There is no district here yet.")))
    return Answer(shapes.discovery(district, here.rstrip("/")), "discovery")


def openapi(request: HttpRequest) -> JsonResponse:
    """The endpoint's description for programs."""
    here = request.build_absolute_uri(reverse("open311_root"))
    return JsonResponse(description(here.rstrip("/")))


@answers("GET")
def service_list(request: HttpRequest) -> Answer:
    """Every service."""
    found = services.offered(params.district_of(request))
    return Answer([each.row() for each in found.values()], "services", "service")


@answers("GET")
def service_definition(request: HttpRequest, code: str) -> Answer:
    """What one service asks."""
    found = services.service(params.district_of(request), code)
    return Answer(found.definition(), "service_definition")


@answers("GET", "POST")
def requests(request: HttpRequest) -> Answer:
    """Requests by filter, or a new one."""
    if request.method == "POST":
        return _posted(request)
    district, client = params.district_of(request), params.known_client(request)
    first, count = params.page(request)
    rows: Any = lists.public(district)
    ids = params.listed(request, "service_request_id")
    if ids:
        rows = rows.filter(no__in=ids[: params.MOST]).order_by("-id")
    else:
        start, end = params.window(request)
        rows = lists.narrowed(
            rows,
            start=start,
            end=end,
            codes=params.listed(request, "service_code"),
            statuses=_statuses(request),
        )
    found = list(rows[first : first + count])
    own = lists.own_of(client, found)
    body = [shapes.shown(row, own.get(row.pk)) for row in found]
    return Answer(body, "service_requests", "request")


def _statuses(request: HttpRequest) -> list[str]:
    found = [status.lower() for status in params.listed(request, "status")]
    if not STATUSES.issuperset(found):
        raise Faults((400, _("status is open or closed.")))
    return found


@answers("GET")
def request_detail(request: HttpRequest, no: str) -> Answer:
    """One request, as a list of one."""
    row = lists.public(params.district_of(request)).filter(no=no).first()
    if row is None:
        raise Faults((404, _("There is no service_request_id “%s”.") % no[:40]))
    own = lists.own_of(params.known_client(request), [row])
    body = [shapes.shown(row, own.get(row.pk))]
    return Answer(body, "service_requests", "request")


@answers("GET")
def token(request: HttpRequest, token: str) -> Answer:
    """The number behind a token; empty while there is none yet."""
    district = params.district_of(request)
    rows = Open311Report.objects.select_related("request")
    found = rows.filter(token=token, request__district=district).first()
    if found is None or found.kind == "blackbox":
        raise Faults((404, _("There is no such token.")))
    body = {"service_request_id": shapes.number_of(found), "token": found.token}
    return Answer([body], "service_requests", "request")


# --- A new request ------------------------------------------------------------------------


def _posted(request: HttpRequest) -> Answer:
    client = params.client_of(request, "may_report")
    if params.district_of(request).pk != client.district_id:
        raise Faults((403, _("This api_key is not for this jurisdiction_id.")))
    code = param(request, "service_code")
    if not code:
        raise Faults((400, _("service_code is needed.")))
    service = services.service(client.district, code)
    inputs, sent = _inputs(request), _sent(request)
    given = services.checked(service, params.attributes(request))
    done = actions.report(
        client,
        kind=service.kind,
        category=service.item,
        inputs={**inputs, "body": _with_answers(inputs["body"], service, given)},
        answers=given,
        sent=sent,
        is_private=service.is_private,
        idempotency_key=request.headers.get("Idempotency-Key", "").strip(),
    )
    body = [shapes.receipt(done.report)]
    status = 200 if done.is_repeat else 201
    return Answer(body, "service_requests", "request", status)


def _inputs(request: HttpRequest) -> dict[str, Any]:
    """What goes into the request itself.

    Raises:
        Faults: 400.
    """
    description = param(request, "description")
    if len(description) > LONGEST:
        raise Faults((400, _("description has at most %s characters.") % LONGEST))
    name = "".join(param(request, part) for part in ("last_name", "first_name"))
    return {
        "body": description,
        **_place(request),
        "reporter_name": name[:60],
        "reporter_phone": param(request, "phone"),
        "occurred_at": params.moment(request, "requested_datetime"),
        "files": _files(request),
    }


def _place(request: HttpRequest) -> dict[str, Any]:
    """One of the three forms of a location."""
    lat = params.coordinate(param(request, "lat"), "lat", 90)
    lon = params.coordinate(param(request, "long"), "long", 180)
    address, code = param(request, "address_string"), param(request, "address_id")
    if (lat is None) != (lon is None):
        raise Faults((400, _("lat and long come together.")))
    grid = locate.place_by_code(code) if code.isascii() else None
    if code and grid is None:
        raise Faults((400, _("There is no address_id “%s”.") % code[:40]))
    if lat is None and not address and grid is None:
        words = _("A location is needed: lat and long, address_string or address_id.")
        raise Faults((400, words))
    return {
        "lat": lat,
        "lon": lon,
        "address": address[:200],
        "grid": grid.grid_id if grid else None,
    }


def _sent(request: HttpRequest) -> dict[str, str]:
    """What is kept beside the request.

    Raises:
        Faults: 400.
    """
    email = param(request, "email")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            words = _("email is no e-mail address.")
            raise Faults((400, words)) from None
    device = param(request, "device_id") or param(request, "deviceid")
    return {
        "email": email,
        "device_id": device[:200],
        "account_id": param(request, "account_id")[:64],
        "media_url": " ".join(request.POST.getlist("media_url"))[:1000],
    }


def _files(request: HttpRequest) -> list[Any]:
    """Pictures that came along, checked and stored; an address of one is never fetched."""
    names = [n for n in request.FILES if n in FILE_NAMES or n.startswith("file_")]
    sent = [file for name in names for file in request.FILES.getlist(name)]
    if len(sent) > attachments.MAX_FILES:
        words = _("At most %(n)s files at a time.") % {"n": attachments.MAX_FILES}
        raise Faults((400, words))
    return [attachments.store(file, by=None, purpose="before") for file in sent]


def _with_answers(
    body: str, service: services.Service, given: dict[str, list[str]]
) -> str:
    """The description with the answers below it, in the words of the questions."""
    lines = []
    for question in service.questions:
        texts = given.get(question.code)
        if texts:
            words = dict(question.values)
            told = "、".join(words.get(text, text) for text in texts)
            lines.append(f"{question.words}：{told}")
    return "\n".join([body, *lines]).strip() or service.name


# --- Updates ------------------------------------------------------------------------------


@answers("GET", "POST")
def updates(request: HttpRequest) -> Answer:
    """What happened to requests in a span of time, or something new from a program."""
    if request.method == "POST":
        return _update_posted(request)
    client = params.client_of(request, "may_update", counts=False)
    if params.district_of(request).pk != client.district_id:
        raise Faults((403, _("This api_key is not for this jurisdiction_id.")))
    if bool(param(request, "start_date")) != bool(param(request, "end_date")):
        raise Faults((400, _("start_date and end_date come together.")))
    start, end = params.window(request)
    found = lists.updates(client.district, start, end)
    body = [shapes.update(event, row, words) for event, row, words in found]
    return Answer(body, "service_request_updates", "request_update")


def _update_posted(request: HttpRequest) -> Answer:
    client = params.client_of(request, "may_update")
    needed = ("service_request_id", "update_id", "status", "updated_datetime")
    missing = [name for name in needed if not param(request, name)]
    if missing:
        words = _("%s is needed.")
        raise Faults(*((400, words % name) for name in missing))
    at = params.moment(request, "updated_datetime")
    assert at is not None  # noqa: S101 - it is not missing
    try:
        row, is_repeat = actions.take_update(
            client,
            param(request, "service_request_id"),
            number=param(request, "update_id")[:80],
            status=param(request, "status").upper().replace(" ", "_")[:40],
            words=param(request, "description")[:LONGEST],
            updated_at=at,
            files=_files(request),
        )
    except NotHere as error:
        raise Faults((404, error.message)) from error
    body = [{"update_id": row.number}]
    status = 200 if is_repeat else 201
    return Answer(body, "service_request_updates", "request_update", status)


@answers("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
def nothing(_request: HttpRequest, rest: str = "") -> Answer:
    """Any other address below the endpoint."""
    raise Faults((404, _("There is no such address in GeoReport v2.")))
