"""The description of the API: what every operation may refuse, said once."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, inline_serializer
from rest_framework import serializers

ERRORS: dict[str, str] = {
    "400": "What was sent cannot be read, or `fields` says what is wrong with it.",
    "401": "No account, or a wrong token.",
    "403": "Not for the posts of the caller.",
    "404": "Not there, or not for the caller to know of.",
    "415": "Not a content type that is read here.",
}
WITH_BODY = {"415"}


class ErrorOut(serializers.Serializer[Any]):
    """Every refusal. `fields` with code "invalid"; `state` and `legal` with "illegal_step"."""

    code = serializers.CharField()
    message = serializers.CharField(allow_blank=True)
    fields_ = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )
    state = serializers.CharField(required=False)
    legal = serializers.ListField(child=serializers.CharField(), required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With "fields", which a class attribute may not be called."""
        fields = super().get_fields()
        fields["fields"] = fields.pop("fields_")
        return fields


class Described(AutoSchema):
    """drf-spectacular's reading of a view, with the refusals that every view shares."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, words in ERRORS.items():
            is_wanted = code not in WITH_BODY or self._takes_body()
            if is_wanted and "content" not in bodies.get(code, {}):
                told = bodies.get(code, {}).get("description") or words
                answer = OpenApiResponse(ErrorOut, description=told)
                bodies[code] = self._get_response_for_code(answer, code)  # type: ignore[no-untyped-call]
        return dict(sorted(bodies.items()))

    def _takes_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH")


def problems(*codes: int) -> dict[int, Any]:
    """Refusals beyond those of every operation, for its documentation."""
    return {code: OpenApiResponse(ErrorOut) for code in codes}


def page_of(name: str, row: Any) -> Any:
    """One page of rows as a list answers it: {"results", "next"}."""
    fields: Mapping[str, Any] = {
        "results": row(many=True) if isinstance(row, type) else row,
        "next": serializers.URLField(
            allow_null=True, help_text="Where the next page is; null on the last."
        ),
    }
    return inline_serializer(f"{name}Page", dict(fields))
