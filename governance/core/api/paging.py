"""Keyset paging for the API: newest first by id, no totals, any depth at the same cost."""

from typing import Any

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from governance.core.errors import Invalid


def newest(rows: Any, count: int, before_id: int) -> list[Any]:
    """The newest rows; a queryset that knows a cheaper way (`newest`) is asked for it."""
    own = getattr(rows, "newest", None)
    if own is not None:
        return list(own(count, before_id))
    if before_id:
        rows = rows.filter(id__lt=before_id)
    return list(rows.order_by("-id")[:count])


class KeysetPagination(BasePagination):
    """`?before=<id>&limit=<1..200>`; the answer is {"results", "next"}."""

    page_size = 50
    max_page_size = 200

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        self.limit = self._number("limit", self.page_size, self.max_page_size)
        before = self._number("before", 0, 2**62)
        page = newest(queryset, self.limit + 1, before)
        self.has_more = len(page) > self.limit
        self.page = page[: self.limit]
        return self.page

    def _number(self, name: str, default: int, most: int) -> int:
        raw = self.request.query_params.get(name, "")
        if not raw:
            return default
        if not (raw.isascii() and raw.isdigit()) or not 1 <= int(raw) <= most:
            raise Invalid(fields={name: [f"1 … {most}"]})
        return int(raw)

    def get_paginated_response(self, data: Any) -> Response:
        following = None
        if self.has_more:
            following = replace_query_param(
                self.request.build_absolute_uri(), "before", self.page[-1].pk
            )
        return Response({"results": data, "next": following})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "format": "uri", "nullable": True},
            },
        }

    def get_schema_operation_parameters(self, _view: APIView) -> list[dict[str, Any]]:
        number = {"type": "integer", "minimum": 1}
        return [
            {"name": "before", "in": "query", "required": False, "schema": number},
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {**number, "maximum": self.max_page_size},
            },
        ]
