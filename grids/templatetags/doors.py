"""Whether a link leads somewhere for the viewer; a link that would be refused is not shown."""

from functools import cache

from django import template
from django.http import HttpRequest
from django.urls import resolve, reverse

from governance.core.registers import access, find
from grids.scoping import scope_of

register = template.Library()


@cache
def _roles_of(name: str) -> tuple[str, ...]:
    """The posts that the page of this name was guarded for with `staff`."""
    return tuple(getattr(resolve(reverse(name)).func, "roles", ()))


@register.filter
def may_open(request: HttpRequest, name: str) -> bool:
    """Whether the viewer holds a post for the page of this name (one without parameters)."""
    roles = _roles_of(name)
    return not roles or bool(scope_of(request.user).has_role(*roles))


@register.filter
def may_list(request: HttpRequest, key: str) -> bool:
    """Whether the viewer may open the list of the register of this key."""
    found = find(key)
    return found is not None and access.may_read(request, found)
