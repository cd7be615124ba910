"""Who may open a staff page. Outside the scope is 404, inside but not allowed is 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from governance.core.errors import NotAllowed, NotHere
from governance.core.models import User
from grids.scoping import scope_of
from requests_hub.models import Request, Task
from requests_hub.queries.lists import joined

View = Callable[..., HttpResponse]
DESK = ("township", "district")
ON_GRID = ("grid_leader", "grid_worker", "liaison")
WORKING = (*DESK, *ON_GRID, "officer")
READING = (*WORKING, "leader", "admin", "auditor")


def staff(*roles: str) -> Callable[[View], View]:
    """For people who hold one of `roles` somewhere now; anybody else is told no."""

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(http: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not scope_of(http.user).has_role(*roles):
                raise NotAllowed(_("This page belongs to other posts than yours."))
            return view(http, *args, **kwargs)

        return guarded

    return wrap


def signed_in(http: HttpRequest) -> User:
    """The account behind a page that `staff` guards."""
    assert isinstance(http.user, User)  # noqa: S101 - login_required said so
    return http.user


def is_for(http: HttpRequest, target: str) -> bool:
    """Whether a script asks for the part of the page that goes into `#target`."""
    htmx = getattr(http, "htmx", None)
    return htmx is not None and bool(htmx) and htmx.target == target


def request_or_404(http: HttpRequest, no: str) -> Request:
    """The request of that number, if the caller may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    rows = joined(Request.objects.visible_to(http.user))
    row: Request | None = rows.filter(no=no).first()
    if row is None:
        raise NotHere(_("There is no request with this number in your area."))
    return row


def task_or_404(http: HttpRequest, pk: int) -> Task:
    """The task of that id, if the caller may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    rows = joined(Task.objects.visible_to(http.user), "request__")
    rows = rows.select_related("department", "holder", "whistle")
    row: Task | None = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such task in your area."))
    return row
