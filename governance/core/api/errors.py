"""One shape for every refusal of the API: {"code", "message", …}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from governance.core.errors import DomainError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: domain errors keep their code, DRF's get one."""
    if isinstance(error, DomainError):
        return Response(error.as_dict(), status=error.status)
    # Django's own words for these two are English and name our classes.
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        response.data = {
            "code": "invalid",
            "message": str(exceptions.ValidationError.default_detail),
            "fields": fields,
        }
    elif isinstance(error, exceptions.APIException):
        response.data = {
            "code": error.get_codes()
            if isinstance(error.get_codes(), str)
            else "refused",
            "message": str(error.detail),
        }
    return response
