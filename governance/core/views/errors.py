"""Refusals that no view made: pages in the product's look, {code, message} for programs."""

import uuid

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

log = structlog.get_logger(__name__)

# The codes are those of the API's own refusals (`core.errors`).
FOR_PROGRAMS = {
    400: ("invalid", gettext_lazy("This request could not be read")),
    403: ("not_allowed", gettext_lazy("Your role may not see or do this")),
    404: ("not_found", gettext_lazy("There is nothing at this address")),
}


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        code, words = FOR_PROGRAMS[status]
        return JsonResponse({"code": code, "message": words}, status=status)
    return render(request, f"errors/{status}.html", status=status)


def bad_request(
    request: HttpRequest, exception: Exception | None = None
) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault; its number is in the log as `failure_id`."""
    failure_id = uuid.uuid4().hex[:10]
    # Bound, so that Django's own line with the traceback, which follows, carries it too.
    structlog.contextvars.bind_contextvars(failure_id=failure_id)
    log.error("failure", path=request.path)
    if request.path.startswith("/api/"):
        words = _("Something went wrong here; it has been logged")
        told = {"code": "failure", "message": words, "failure_id": failure_id}
        return JsonResponse(told, status=500)
    html = render_to_string("errors/500.html", {"failure_id": failure_id})
    return HttpResponse(html, status=500)
