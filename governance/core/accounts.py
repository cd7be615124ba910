"""Sign-in: no sign-up, lock-out in plain words."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class ClosedSignupAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def locked_out(
    request: HttpRequest,
    _credentials: dict[str, str],
    *_args: object,
    **_kwargs: object,
) -> HttpResponse:
    """The page after too many failures."""
    return render(request, "account/locked.html", status=429)
