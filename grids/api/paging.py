"""Paging by code, for registers whose order is their code."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from governance.core.api.paging import KeysetPagination


class CodePagination(KeysetPagination):
    """`?after=<code>&limit=<1..200>`; the answer is {"results", "next"}."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        self.limit = self._number("limit", self.page_size, self.max_page_size)
        rows = queryset.order_by("code")
        after = request.query_params.get("after", "")
        if after:
            rows = rows.filter(code__gt=after[:40])
        page = list(rows[: self.limit + 1])
        self.has_more = len(page) > self.limit
        self.page = page[: self.limit]
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        following = None
        if self.has_more:
            url = self.request.build_absolute_uri()
            following = replace_query_param(url, "after", self.page[-1].code)
        return Response({"results": data, "next": following})

    def get_schema_operation_parameters(self, _view: APIView) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": self.max_page_size}
        return [
            {
                "name": "after",
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
            },
            {"name": "limit", "in": "query", "required": False, "schema": limit},
        ]
