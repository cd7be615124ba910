"""Answers for the queue of a grid worker's phone (`static/js/drafts.js`)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from governance.core.errors import DomainError

View = Callable[..., HttpResponse]


def wants_json(request: HttpRequest) -> bool:
    """Whether the queue asks, and not a form."""
    return request.headers.get("Accept", "").startswith("application/json")


def key_of(request: HttpRequest) -> str:
    """The key that the phone made before its first try; empty from a plain form."""
    return request.headers.get("Idempotency-Key", "") or request.POST.get("key", "")


def for_queue(view: View) -> View:
    """Answer a phone's queue in JSON that repeats its key; never with a page or a redirect.

    A draft belongs to the account that made it: another one is told to sign in.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not wants_json(request):
            return view(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key", "")
        owner = request.POST.get("owner", "")
        if not request.user.is_authenticated or owner not in ("", str(request.user.pk)):
            return JsonResponse({"code": "sign_in", "key": key}, status=401)
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return JsonResponse({**error.as_dict(), "key": key}, status=error.status)

    return wrapped
