"""Is the process up, can it serve, and its figures for the monitoring."""

import ipaddress

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    JsonResponse,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from governance.core import health

NOBODY = ipaddress.ip_address(0)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503; `parts` names each with a word about it."""
    parts = health.parts()
    is_ready = all(is_ok for is_ok, _ in parts.values())
    body = {
        "status": "ready" if is_ready else "not ready",
        "parts": {
            name: {"ok": ok, "detail": word} for name, (ok, word) in parts.items()
        },
    }
    return JsonResponse(body, status=200 if is_ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for the addresses and networks in `METRICS_ALLOWED` only."""
    address = client_address(request)
    networks = [ipaddress.ip_network(n, strict=False) for n in settings.METRICS_ALLOWED]
    if not any(address in network for network in networks):
        return HttpResponseForbidden("not for this address", content_type="text/plain")
    response: HttpResponse = ExportToDjangoView(request)
    return response


def client_address(
    request: HttpRequest,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The peer's address, or the one that the outermost of `PROXY_COUNT` proxies saw."""
    text = request.META.get("REMOTE_ADDR") or ""
    header = request.headers.get("X-Forwarded-For", "")
    seen = [part.strip() for part in header.split(",") if part.strip()]
    if settings.PROXY_COUNT and len(seen) >= settings.PROXY_COUNT:
        text = seen[-settings.PROXY_COUNT]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return NOBODY
