"""Requests: submit, list, look at, take a step."""

from datetime import date
from typing import Any, Final

import django_filters
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request as HttpCall
from rest_framework.response import Response

from governance.core import dictionaries, ratelimit
from governance.core.api.paging import KeysetPagination
from governance.core.api.parsers import FormParser, JSONParser, MultiPartParser
from governance.core.api.schema import page_of, problems
from governance.core.errors import Invalid
from governance.core.models import DictionaryItem, User
from governance.core.views.health import client_address
from grids import locate
from grids.models import District
from grids.scoping import scope_of
from requests_hub.actions import intake, steps
from requests_hub.actions.actors import Reporter
from requests_hub.api import callers, files, serializers, shapes
from requests_hub.categories import CATEGORIES
from requests_hub.filters import RequestFilter
from requests_hub.models import Request
from requests_hub.turns import for_list
from requests_hub.workflow import DESK, GRID

PARSERS: Final = [JSONParser, MultiPartParser, FormParser]
KEY = OpenApiParameter("key", str, "path", description="The id, or the number (YC…).")
STEP = OpenApiParameter("step", str, "path", description="A step of the workflow.")
CODE = OpenApiParameter(
    callers.CODE_HEADER, str, "header", description="Instead of an account: the code."
)
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    "header",
    description="The same key and body give the first answer again; another body gives 409.",
)
EITHER: Final = PolymorphicProxySerializer(
    component_name="RequestAsKnown",
    serializers=[serializers.RequestDetail, serializers.PublicRequestDetail],
    resource_type_field_name=None,
)

PAGING: Final = [
    OpenApiParameter("before", {"type": "integer", "minimum": 1}),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}),
]


def query(filter_class: Any) -> list[OpenApiParameter]:
    """The parameters of a list, for its documentation: those of its filter."""
    return [
        OpenApiParameter(name, _kind(part), enum=_one_of(part))
        for name, part in filter_class.base_filters.items()
    ]


def _kind(part: Any) -> type:
    if isinstance(part, django_filters.BooleanFilter):
        return bool
    if isinstance(part, django_filters.NumberFilter):
        return int
    return date if isinstance(part, django_filters.DateFilter) else str


def _one_of(part: Any) -> list[str] | None:
    """The choices; a comma-separated list of them is text to a program."""
    if isinstance(part, django_filters.BaseInFilter):
        return None
    return [code for code, _label in part.extra.get("choices", ())] or None


@extend_schema(
    methods=["POST"],
    operation_id="requests_submit",
    description="Anybody may submit with the public fields; an account with a post with all.",
    parameters=[IDEMPOTENCY],
    request=serializers.StaffRequestIn,
    responses={
        201: serializers.ReceiptOut,
        200: serializers.ReceiptOut,
        **problems(409, 429),
    },
)
@extend_schema(
    methods=["GET"],
    operation_id="requests_list",
    parameters=[
        *query(RequestFilter),
        *PAGING,
    ],
    responses={200: page_of("Requests", serializers.RequestRow)},
)
@api_view(["GET", "POST"])
@permission_classes([AllowAny])
@parser_classes(PARSERS)
def requests(call: HttpCall) -> Response:
    """List the requests in one's scope, or submit one."""
    if call.method == "POST":
        return _submit(call)
    user = callers.account_of(call)
    if user is None:
        raise NotAuthenticated
    rows = for_list(Request.objects.visible_to(user))
    return paged(call, rows, RequestFilter, lambda row: shapes.row(row, user))


def paged(call: HttpCall, rows: Any, filter_class: Any, shape: Any) -> Response:
    """One page of the filtered rows, newest first.

    Raises:
        Invalid: naming each filter that is wrong.
    """
    found = filter_class(call.query_params, rows, user=call.user)
    if not found.is_valid():
        wrong = {k: [str(e) for e in v] for k, v in found.errors.items()}
        raise Invalid(fields=wrong)
    pages = KeysetPagination()
    page = pages.paginate_queryset(found.qs, call)
    return pages.get_paginated_response([shape(row) for row in page])


def _submit(call: HttpCall) -> Response:
    user = callers.account_of(call)
    is_staff = callers.is_staff(user)
    form = serializers.StaffRequestIn if is_staff else serializers.PublicRequestIn
    fields = serializers.read(callers.body_of(call), form)
    _limit(call, user, fields)
    named = files.refs(fields.pop("files", []))
    sent = files.sent_along(call, user)
    done = intake.submit_request(
        district=_district(user),
        by=user,
        channel=fields.pop("channel", "") or _channel(user),
        category=_category(fields.pop("category", "")),
        grid=_grid(fields.pop("grid", "")),
        idempotency_key=call.headers.get("Idempotency-Key", ""),
        files=[*named, *sent],
        **fields,
    )
    return Response(shapes.receipt(done.request), status=200 if done.is_repeat else 201)


def _limit(call: HttpCall, user: User | None, fields: dict[str, Any]) -> None:
    """Count a submission of somebody without a post, by address and by telephone."""
    if callers.is_staff(user):
        return
    ratelimit.hit(
        "intake",
        str(client_address(call._request)),  # noqa: SLF001 - DRF's own way to the Django request
        settings.INTAKE_LIMIT_PER_ADDRESS,
    )
    phone = intake.read_phone(fields.get("reporter_phone", ""))
    if phone:
        ratelimit.hit("intake-phone", phone, settings.INTAKE_LIMIT_PER_PHONE)


def _district(user: User | None) -> District:
    """The district of the account's post; the product's own otherwise."""
    district_ids = scope_of(user).districts if user else frozenset()
    if district_ids:
        return District.objects.get(pk=min(district_ids))
    return locate.district_by_code(settings.DISTRICT_CODE)


def _channel(user: User | None) -> str:
    scope = scope_of(user) if user else None
    if scope and scope.has_role(*GRID):
        return Request.Channel.FIELD
    if scope and scope.has_role(*DESK):
        return Request.Channel.STAFF
    return Request.Channel.PUBLIC


def _category(code: str) -> DictionaryItem | None:
    """An entry of the tree, also by the code of a tile of the public page."""
    if not code:
        return None
    tile = dictionaries.item("public_category", code)
    found = dictionaries.item(
        CATEGORIES, str(tile.data.get("category", "")) if tile else code
    )
    if found is None or not found.is_active:
        raise Invalid(fields={"category": [_("There is no such category.")]})
    return found


def _grid(code: str) -> int | None:
    if not code:
        return None
    place = locate.place_by_code(code)
    if place is None:
        raise Invalid(fields={"grid": [_("There is no such grid.")]})
    return place.grid_id


def _detail(request: Request, actor: User | Reporter) -> Response:
    """The request as this caller reads it: staff in full, a resident in plain words."""
    if isinstance(actor, Reporter) or not callers.is_staff(actor):
        return Response(shapes.public_detail(request))
    return Response(shapes.detail(request, actor))


@extend_schema(
    operation_id="requests_read",
    parameters=[KEY, CODE],
    responses={200: EITHER},
    description="With the follow-up code instead of an account the answer is a "
    "PublicRequestDetail: plain words, no officer.",
)
@api_view(["GET"])
@permission_classes([AllowAny])
def request_detail(call: HttpCall, key: str) -> Response:
    """One request with its tasks, its events and the steps the caller may take."""
    return _detail(*callers.find_request(call, key))


@extend_schema(
    operation_id="requests_step",
    parameters=[KEY, STEP, CODE],
    description="The body has the step's fields, as `steps` of the request names them.",
    request=OpenApiTypes.OBJECT,
    responses={200: EITHER, **problems(409)},
)
@api_view(["POST"])
@permission_classes([AllowAny])
@parser_classes(PARSERS)
def request_step(call: HttpCall, key: str, step: str) -> Response:
    """Take one step on a request."""
    request, actor = callers.find_request(call, key)
    take(call, request, step, actor)
    rows = for_list(Request.objects.filter(pk=request.pk))
    return _detail(rows.get(), actor)


def take(call: HttpCall, subject: Any, step: str, actor: User | Reporter) -> Any:
    """Take a step from the body of a call; the legal state is asked before the fields.

    Raises:
        Invalid: a field that the step does not have, or a wrong one.
    """
    found = steps.ask(subject, step, actor)
    names = steps.field_names(found)
    body = callers.body_of(call)
    data = {
        name: body.getlist(name)
        if name in ("files", "tasks", "assist") and isinstance(body, QueryDict)
        else body[name]
        for name in body
        if name not in ("code", "photos") and name not in call.FILES
    }
    unknown = sorted(set(data) - names)
    if unknown:
        words = _("This field is not accepted here.")
        raise Invalid(fields={name: [words] for name in unknown})
    raw = data.pop("files", []) if "files" in names else []
    named = files.refs(raw if isinstance(raw, list) else [raw])
    user = actor if isinstance(actor, User) else None
    sent = files.sent_along(call, user, "during") if "files" in names else []
    return steps.take(subject, step, by=actor, data=data, files=[*named, *sent])
