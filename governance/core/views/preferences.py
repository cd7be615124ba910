"""Theme and large type: two cookies, set by POST, no script needed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

YEAR_SECONDS = 31536000


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(
        target, {request.get_host()}, request.is_secure()
    )
    return redirect(target if safe else "/")


def _keep(response: HttpResponse, name: str, value: str) -> HttpResponse:
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        samesite="Lax",
        secure=settings.HTTPS_ONLY,
        httponly=True,
    )
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Set light or dark and go back."""
    wanted = "dark" if request.POST.get("theme") == "dark" else "light"
    return _keep(_back(request), "theme", wanted)


@require_POST
def elder(request: HttpRequest) -> HttpResponse:
    """Switch large type on or off and go back."""
    return _keep(
        _back(request), "elder", "1" if request.POST.get("elder") == "1" else "0"
    )
