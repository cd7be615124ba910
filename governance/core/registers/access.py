"""Who may open the pages of a register. Outside the scope is 404, inside but not allowed is 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from governance.core.errors import NotAllowed, NotHere
from governance.core.menu import standing_of
from governance.core.models import User
from governance.core.registers import spec
from governance.core.registers.spec import Register, Viewer

View = Callable[..., HttpResponseBase]


def of_register(*, writes: bool = False) -> Callable[[View], View]:
    """The view gets the register that `key` of the address names, if the caller's posts may."""

    def wrap(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(
            request: HttpRequest, key: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            register = named(key)
            if not (may_write if writes else may_read)(request, register):
                raise NotAllowed(_("This page belongs to other posts than yours."))
            return view(request, register, *args, **kwargs)

        return guarded

    return wrap


def named(key: str) -> Register:
    """The register of that key.

    Raises:
        NotHere: there is none.
    """
    register = spec.find(key)
    if register is None:
        raise NotHere(_("There is no such register."))
    return register


def may_read(request: HttpRequest, register: Register) -> bool:
    roles = standing_of(request).roles
    return bool(roles & (register.readers | register.writers))


def may_write(request: HttpRequest, register: Register) -> bool:
    return bool(standing_of(request).roles & register.writers)


def signed_in(request: HttpRequest) -> User:
    """The account behind a guarded page."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required said so
    return request.user


def record_or_404(register: Register, viewer: Viewer, pk: int) -> Any:
    """One record of the register, if the viewer may know of it.

    Raises:
        NotHere: there is none, or it lies outside the scope.
    """
    row = register.visible(viewer).filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such record in your area."))
    return row
