"""Error pages in the product's look."""

import uuid

import structlog
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

log = structlog.get_logger(__name__)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": f"http_{status}", "message": ""}, status=status)
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
        return JsonResponse(
            {"code": "failure", "message": "", "failure_id": failure_id}, status=500
        )
    html = render_to_string("errors/500.html", {"failure_id": failure_id})
    return HttpResponse(html, status=500)
