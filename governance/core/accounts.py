"""Sign-in: no sign-up, attempts told, lock-out in plain words, first passwords replaced."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.core.actions import accounts
from governance.core.errors import NotAllowed
from governance.core.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note how many tries are left before the account locks from this address."""
        known = {"username": credentials.get("username", "")}
        limit = get_failure_limit(request, known)
        failures = AxesProxyHandler.get_failures(request, known)
        request.attempts_left = max(limit - failures, 0)  # type: ignore[attr-defined]

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """The library's sentence; after a wrong password also what is left."""
        left = getattr(self.request, "attempts_left", None)
        if code != "username_password_mismatch" or left is None:
            told: ValidationError = super().validation_error(code, *args)
            return told
        sentence = ngettext(
            "The account or the password is wrong. %(n)s attempt left, then the account is "
            "locked for %(minutes)s minutes.",
            "The account or the password is wrong. %(n)s attempts left, then the account is "
            "locked for %(minutes)s minutes.",
            left,
        )
        words = {"n": left, "minutes": lock_minutes()}
        return ValidationError(sentence % words, code=code)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Back to the sign-in page, with the reason."""
        messages.error(request, _("This account is closed. Ask your administrator."))
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        """Store the new password; whoever had to change it has done so."""
        accounts.set_password(user, password, by=user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.LOGIN_REDIRECT_URL)


def lock_minutes() -> int:
    """How long an account stays locked after too many failures."""
    hours: float = settings.AXES_COOLOFF_TIME
    return round(hours * 60)


def locked_out(
    request: HttpRequest,
    *_args: object,
    **_kwargs: object,
) -> HttpResponse:
    """The page after too many failures."""
    minutes = lock_minutes()
    sentence = _("Too many wrong passwords. Try again in %(n)s minutes.")
    sentence %= {"n": minutes}
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "too_many", "message": sentence}, status=429)
    context = {"message": sentence, "minutes": minutes}
    return render(request, "account/locked.html", context, status=429)


class FirstPasswordMiddleware:
    """Who was given a password changes it before anything else."""

    OPEN = (
        "account_change_password",
        "account_logout",
        "account_login",
        "set_language",
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, *_args: object, **_kwargs: object
    ) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not user.must_change_password:
            return None
        match = request.resolver_match
        if match is not None and match.url_name in self.OPEN:
            return None
        sentence = _("Choose a password of your own first.")
        if request.path.startswith("/api/"):
            refusal = NotAllowed(sentence)
            return JsonResponse(refusal.as_dict(), status=refusal.status)
        messages.info(request, sentence)
        return redirect(reverse("account_change_password"))
