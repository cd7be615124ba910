"""Registers for programs: what there is, its records, and writing one through the same action."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.core.api.paging import KeysetPagination
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.registers import lists, panels, show, spec
from governance.core.registers.access import may_read, may_write, named, record_or_404
from governance.core.registers.forms import offered_choices
from governance.core.registers.reading import Reader, missing
from governance.core.registers.spec import Column, Kind, Planned, Register, Values

SOURCE = "api"
CODED = {Kind.CHOICE, Kind.DICTIONARY, Kind.MANY, Kind.YES_NO, Kind.INTEGER}
OWN = ("before", "limit", "format")
KEY = OpenApiParameter(
    "key", str, OpenApiParameter.PATH, description="Key of the register."
)
RECORD = {
    200: OpenApiTypes.OBJECT,
    403: OpenApiResponse(description="The posts of the caller do not read it."),
    404: OpenApiResponse(description="No such register or record."),
}
WRITING = {
    400: OpenApiResponse(description="`fields` has the faults by column."),
    409: OpenApiResponse(
        description="Changed since: `fields` has theirs and yours, `version` the new one."
    ),
}


def as_dict(register: Register, row: Any) -> dict[str, Any]:
    """One record: codes of lists, everything else as text, sensitive values masked."""
    out: dict[str, Any] = {"id": row.pk, "version": getattr(row, "version", None)}
    for column in register.columns:
        out[column.name] = _value(column, row)
    return out


def _value(column: Column, row: Any) -> Any:
    if column.kind in CODED and not column.is_sensitive and column.show is None:
        return getattr(row, column.name, None)
    return show.safe(column, row)


def about(register: Register, request: Request) -> dict[str, Any]:
    """What a program must know of a register before it reads or writes it."""
    return {
        "key": register.key,
        "label": str(register.label),
        "plural": str(register.plural),
        "may_write": may_write(request, register),
        "natural_key": list(register.natural_key),
        "filters": sorted(register.filters.get_filters()),
        "columns": [_column(column) for column in register.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    offered = offered_choices(column) or []
    return {
        "name": column.name,
        "label": str(column.label),
        "kind": column.kind.value,
        "required": column.required,
        "read_only": column.read_only,
        "sensitive": column.is_sensitive,
        "max_length": column.max_length,
        "note": str(column.note),
        "choices": [{"code": str(c), "label": str(words)} for c, words in offered],
    }


def _open(request: Request, key: str, *, writes: bool = False) -> Register:
    """The register, if the caller's posts may.

    Raises:
        NotHere: there is none. NotAllowed: it belongs to other posts.
    """
    register = named(key)
    if not (may_write if writes else may_read)(request, register):
        raise NotAllowed(_("This page belongs to other posts than yours."))
    return register


class Registers(APIView):
    @extend_schema(
        operation_id="registers_list",
        summary="The registers that the caller may read, with their columns",
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        found = [r for r in spec.every() if may_read(request, r)]
        return Response({"results": [about(r, request) for r in found], "next": None})


class Records(APIView):
    """Records of one register, newest first."""

    @extend_schema(
        operation_id="registry_list",
        summary="Records of a register, filtered as its list is",
        parameters=[
            KEY,
            OpenApiParameter("q", str, description="Words."),
            OpenApiParameter("grid", str, description="Code of a grid of any level."),
            OpenApiParameter("before", int, description="Older than this id."),
            OpenApiParameter("limit", int, description="1 to 200; 50 when left out."),
        ],
        responses=RECORD,
    )
    def get(self, request: Request, key: str) -> Response:
        register = _open(request, key)
        asked = request.query_params
        rows = lists.narrowed(register, request.user, asked)
        pages = KeysetPagination()
        page = pages.paginate_queryset(lists.joined(rows, register.columns), request)
        return pages.get_paginated_response([as_dict(register, row) for row in page])

    @extend_schema(
        summary="Write down a record",
        parameters=[KEY],
        request=OpenApiTypes.OBJECT,
        responses={201: OpenApiTypes.OBJECT, **WRITING},
    )
    def post(self, request: Request, key: str) -> Response:
        register = _open(request, key, writes=True)
        values = read(register, request, row=None)
        row = register.save(None, values, by=request.user, source=SOURCE)
        return Response(as_dict(register, row), status=201)


class OneRecord(APIView):
    @extend_schema(
        operation_id="registry_record",
        summary="One record",
        parameters=[KEY],
        responses=RECORD,
    )
    def get(self, request: Request, key: str, pk: int) -> Response:
        register = _open(request, key)
        row = record_or_404(register, request.user, pk)
        return Response(as_dict(register, row))

    @extend_schema(
        summary="Change a record; `version` is the one that was read",
        parameters=[KEY],
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT, **WRITING},
    )
    def patch(self, request: Request, key: str, pk: int) -> Response:
        register = _open(request, key, writes=True)
        row = record_or_404(register, request.user, pk)
        version = (_given(request) or {}).get("version")
        if not isinstance(version, int):
            raise Invalid(fields={"version": [_("Send the version you have read.")]})
        values = read(register, request, row=row)
        try:
            saved = register.save(
                row, values, by=request.user, version=version, source=SOURCE
            )
        except Conflict as error:
            # what the writer sent is theirs; what is there is shown masked, as everywhere
            error.extra.setdefault("current", as_dict(register, row))
            raise
        return Response(as_dict(register, saved))


def _given(request: Request) -> Mapping[str, Any] | None:
    """What was sent, None when it is no object."""
    sent: Any = request.data
    return sent if isinstance(sent, dict | QueryDict) else None


def read(register: Register, request: Request, row: Any) -> Values:
    """The values of a JSON object, read as the cells of a file are.

    Raises:
        Invalid: `fields` by column; unknown or computed columns are faults too.
    """
    sent = _given(request)
    if sent is None:
        raise Invalid(_("Send an object of columns."))
    typed = {column.name for column in register.typed_columns}
    given = {n: v for n, v in sent.items() if n not in ("id", "version")}
    faults = {
        n: [_("There is no such column to write.")] for n in given if n not in typed
    }
    cells = {name: _text(value) for name, value in given.items() if name in typed}
    reader = Reader(register, request.user)
    values, problems = reader.row(cells, keeps_empty=True)
    planned = Planned(1, cells, values, target=row, problems=problems)
    for problem in [*problems, *missing(register, planned)]:
        faults.setdefault(problem.column, []).append(problem.words)
    if faults:
        raise Invalid(fields=faults)
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return "" if value is None else str(value)


panels.tell_source(SOURCE, lambda _rest: str(gettext_lazy("a program")))
