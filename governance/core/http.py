"""What every page shares: refusals, idle time-out, the shell around it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_structlog.middlewares import RequestMiddleware
from structlog.contextvars import bind_contextvars
from whitenoise.storage import CompressedManifestStaticFilesStorage

from governance.core import menu
from governance.core.errors import DomainError
from governance.core.views.health import client_address

GetResponse = Callable[[HttpRequest], HttpResponse]


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed; a name the manifest lacks is served as it is."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        """The hashed name; before `collectstatic` has run, the plain one."""
        try:
            stored: str = super().stored_name(name)
        except ValueError:
            return name
        return stored


class LogMiddleware(RequestMiddleware):
    """Puts the same address into the log that limits go by, not any that a header claims."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        bind_contextvars(ip=str(client_address(request)))


class IdleTimeoutMiddleware:
    """Signs out who has not acted for `SESSION_IDLE_SECONDS`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and "_auth_user_id" in request.session:
            now = timezone.now().timestamp()
            last = request.session.get("seen_at", now)
            if now - last > settings.SESSION_IDLE_SECONDS:
                logout(request)
                messages.info(request, _("Signed out after a pause. Drafts are kept."))
            elif "X-Refresh" in request.headers:
                pass  # a clock that refreshes itself is nobody acting
            elif now - last > 60 or "seen_at" not in request.session:
                request.session["seen_at"] = now
        return self.get_response(request)


class AddressMiddleware:
    """Refuses an address with a NUL, which no text column can be asked for.

    A view that answers for itself says so by an attribute `reads_any_address`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> None:
        has_nul = "\0" in request.path or "%00" in request.META.get("QUERY_STRING", "")
        if has_nul and not getattr(view, "reads_any_address", False):
            raise BadRequest("NUL in an address")


class DomainErrorMiddleware:
    """Turns a refused action into a sentence on a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, error: Exception
    ) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if request.path.startswith("/api/"):
            return JsonResponse(error.as_dict(), status=error.status)
        back = request.META.get("HTTP_REFERER", "")
        safe = url_has_allowed_host_and_scheme(
            back, {request.get_host()}, request.is_secure()
        )
        if request.method == "POST" and safe and error.status in (400, 409, 429):
            messages.error(request, error.message)
            return redirect(back)
        page = {403: "errors/403.html", 404: "errors/404.html"}.get(
            error.status, "errors/refused.html"
        )
        context = {"message": error.message, "back": back if safe else ""}
        return render(request, page, context, status=error.status)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame around every page; the costly parts are read when shown."""
    theme = request.COOKIES.get("theme", "light")
    frame: dict[str, Any] = {
        "theme": theme if theme in ("light", "dark") else "light",
        "is_elder": request.COOKIES.get("elder") == "1",
        "menu": [],
        "tabs": [],
        "now": timezone.localtime(),
        "has_search": SimpleLazyObject(lambda: menu.answers("/search/")),
        "has_notices": SimpleLazyObject(lambda: menu.answers("/notices/")),
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        frame.update(_frame_of(request))
    return {
        "shell": frame,
        "settings": {"DEMO": settings.DEMO, "MAP_TILE_URL": settings.MAP_TILE_URL},
    }


def _frame_of(request: HttpRequest) -> dict[str, Any]:
    """Menu, tabs, place and unread notices, each read once and only if a template asks."""
    standing = SimpleLazyObject(lambda: menu.standing_of(request))
    lists = SimpleLazyObject(lambda: menu.menu_for(request, standing.roles))
    bar = SimpleLazyObject(lambda: menu.bar_of(*lists))
    return {
        "menu": SimpleLazyObject(lambda: lists[0]),
        "tabs": SimpleLazyObject(lambda: bar[0]),
        "has_more": SimpleLazyObject(lambda: bar[1]),
        "standing": standing,
        "notices": SimpleLazyObject(lambda: _unread(request)),
    }


def _unread(request: HttpRequest) -> int:
    # Imported late: this module is loaded with the settings, before the models are.
    from governance.core.models import Notice

    return Notice.objects.filter(user_id=request.user.pk or 0).unread().count()
