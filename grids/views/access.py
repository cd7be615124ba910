"""Who may open a page: by the posts held now, whatever the app."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from governance.core.errors import NotAllowed
from governance.core.registers.access import signed_in
from grids.scoping import scope_of

__all__ = ["is_for", "signed_in", "staff"]
View = Callable[..., HttpResponse]


def staff(*roles: str) -> Callable[[View], View]:
    """For people who hold one of `roles` somewhere now; anybody else is told no."""

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(http: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not scope_of(http.user).has_role(*roles):
                raise NotAllowed(_("This page belongs to other posts than yours."))
            return view(http, *args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return wrap


def is_for(http: HttpRequest, target: str) -> bool:
    """Whether a script asks for the part of the page that goes into `#target`."""
    htmx = getattr(http, "htmx", None)
    return htmx is not None and bool(htmx) and htmx.target == target
