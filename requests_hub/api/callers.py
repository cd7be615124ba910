"""Who calls the API, and which request or task they mean."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request as HttpCall

from governance.core.errors import Invalid, NotHere
from governance.core.models import User
from grids.scoping import scope_of
from requests_hub import codes
from requests_hub.actions.actors import Reporter
from requests_hub.models import Request, Task, Whistle
from requests_hub.turns import for_list

CODE_HEADER = "X-Follow-Code"
PRIVATE_ROLES = {"resident", "good_person"}


def account_of(call: HttpCall) -> User | None:
    """The signed-in account, or None."""
    return call.user if isinstance(call.user, User) else None


def is_staff(user: User | None) -> bool:
    """Whether the account has a post besides being a resident or a good person."""
    return user is not None and bool(scope_of(user).roles - PRIVATE_ROLES)


def body_of(call: HttpCall) -> dict[str, Any]:
    """The body as a mapping.

    Raises:
        Invalid: it is a list or a bare value.
    """
    if not isinstance(call.data, dict):
        raise Invalid(_("An object with named fields is expected."))
    return call.data


def code_of(call: HttpCall) -> str:
    """The follow-up code given in the header or, in a step, in the body."""
    body = call.data if isinstance(call.data, dict) else {}
    return str(call.headers.get(CODE_HEADER) or body.get("code") or "")


def by_key(rows: QuerySet[Request], key: str) -> QuerySet[Request]:
    """Requests with this id (digits) or this number (YC…)."""
    if key.isascii() and key.isdigit() and len(key) < 19:
        return rows.filter(pk=int(key))
    return rows.filter(no=key.upper())


def find_request(call: HttpCall, key: str) -> tuple[Request, User | Reporter]:
    """The request, if the caller may know of it, and as whom they act on it.

    Raises:
        NotAuthenticated: neither an account nor a follow-up code.
        NotHere: not there, out of scope, or the code opens another one.
    """
    user, code = account_of(call), code_of(call)
    if code:
        rows = Request.objects.filter(follow_code=codes.read(code))
    elif user is None:
        raise NotAuthenticated
    else:
        rows = Request.objects.visible_to(user)
    request = by_key(for_list(rows), key).first()
    if request is None:
        raise NotHere(_("There is no such request."))
    return request, Reporter(request.pk) if code or user is None else user


def find_whistle(user: Any, pk: int) -> Whistle:
    """The whistle, if its request lies in the caller's scope.

    Raises:
        NotHere: not there, or out of scope.
    """
    rows = Whistle.objects.visible_to(user).select_related("request", "blown_by")
    whistle = rows.filter(pk=pk).first()
    if whistle is None:
        raise NotHere(_("There is no such whistle."))
    return whistle


def find_task(user: Any, pk: int) -> Task:
    """The task, if it lies in the caller's scope.

    Raises:
        NotHere: not there, or out of scope.
    """
    related = ("department", "holder", "whistle", "request", "grid", "district")
    places = ("large", "medium", "small", "micro")
    rows = Task.objects.visible_to(user).select_related(*related, *places)
    task = rows.filter(pk=pk).first()
    if task is None:
        raise NotHere(_("There is no such task."))
    return task
