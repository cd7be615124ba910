"""Is the process up, can it serve, and its figures for the monitoring."""

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import Any

import redis
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from governance.core import embedded, engine

Part = tuple[bool, str]
_known_migrated = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503; `parts` names each with a word about it."""
    checks: dict[str, Callable[[], Part]] = {
        "database": _database,
        "migrations": _migrations,
        "redis": _redis,
        **{
            name: partial(_engine, partial(engine.check_process, name))
            for name in engine.PROCESSES
        },
        "outbox": partial(_engine, engine.check_outbox),
    }
    parts: dict[str, dict[str, Any]] = {}
    for name, check in checks.items():
        try:
            is_ok, detail = check()
        except (DatabaseError, redis.RedisError, OSError) as error:
            is_ok, detail = False, type(error).__name__
        parts[name] = {"ok": is_ok, "detail": detail}
    is_ready = all(part["ok"] for part in parts.values())
    body = {"status": "ready" if is_ready else "not ready", "parts": parts}
    return JsonResponse(body, status=200 if is_ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus figures, for the addresses in `METRICS_ALLOWED` (networks allowed) only."""
    address = ipaddress.ip_address(client_address(request))
    if not any(
        address in ipaddress.ip_network(text, strict=False)
        for text in settings.METRICS_ALLOWED
    ):
        raise PermissionDenied
    response: HttpResponse = ExportToDjangoView(request)
    return response


def client_address(request: HttpRequest) -> str:
    """The peer's address, or with `PROXY_COUNT` proxies the one the outermost of them saw."""
    seen = [
        p.strip()
        for p in request.headers.get("X-Forwarded-For", "").split(",")
        if p.strip()
    ]
    if settings.PROXY_COUNT and len(seen) >= settings.PROXY_COUNT:
        candidate = seen[-settings.PROXY_COUNT]
    else:
        candidate = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104 matches nothing
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 not an address to bind to, only one that is never allowed


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, "answers"


def _migrations() -> Part:
    """Whether all migrations are applied; once true it stays true for this process."""
    global _known_migrated
    if not _known_migrated:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return False, f"{missing} not applied"
        _known_migrated = True
    return True, "applied"


def _redis() -> Part:
    client = redis.Redis.from_url(
        embedded.cache_url(settings.REDIS_URL),
        socket_timeout=1,
        socket_connect_timeout=1,
    )
    try:
        client.ping()
    finally:
        client.close()
    return True, "answers"


def _engine(look: Callable[[], engine.Check]) -> Part:
    check = look()
    return check.ok, check.words
