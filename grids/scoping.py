"""What a person may see: the scope that every page, API, export and dashboard starts from.

Outside the scope an object is not there (404). Inside, what a role may do is the workflow's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from governance.core.models import User
from grids.models import Post

M = TypeVar("M", bound=models.Model)
Viewer = User | AnonymousUser

WHOLE_DISTRICT = {"district", "leader", "admin", "auditor"}
ON_GRID = {"township", "grid_leader", "grid_worker", "liaison"}


@dataclass(frozen=True)
class Scope:
    """Districts seen whole, grids by level, departments, and the roles held where.

    `grids` maps a level to the ids of the grids posted at; `held` lists (role, level or
    "department" or "district", id).
    """

    districts: frozenset[int] = frozenset()
    grids: dict[str, frozenset[int]] = field(default_factory=dict)
    departments: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    held: tuple[tuple[str, str, int], ...] = ()
    user_id: int | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.districts or self.grids or self.departments)

    def has_role(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))

    def holds(self, roles: Iterable[str], row: Any) -> bool:
        """Whether one of `roles` is held at a place that covers `row`.

        `row` has district_id, large_id, medium_id, small_id, micro_id and, where departments
        matter, department_id.
        """
        wanted = set(roles)
        for role, where, pk in self.held:
            if role not in wanted:
                continue
            if getattr(row, f"{where}_id", None) == pk:
                return True
        return False


def scope_of(user: Viewer) -> Scope:
    """The scope of a signed-in person; read once per user object, in one statement."""
    if not isinstance(user, User) or not user.is_active:
        return Scope()
    cached = user.__dict__.get("_scope")
    if cached is None:
        cached = _load(user)
        user.__dict__["_scope"] = cached
    return cached


def _load(user: User) -> Scope:
    districts: set[int] = set()
    grids: dict[str, set[int]] = {}
    departments: set[int] = set()
    held: list[tuple[str, str, int]] = []
    posts = Post.objects.current().filter(user=user).select_related("grid")
    for post in posts:
        if post.role in WHOLE_DISTRICT:
            districts.add(post.district_id)
            held.append((post.role, "district", post.district_id))
        elif post.role in ON_GRID and post.grid:
            grids.setdefault(post.grid.level, set()).add(post.grid.pk)
            held.append((post.role, post.grid.level, post.grid.pk))
        elif post.department_id:
            departments.add(post.department_id)
            held.append((post.role, "department", post.department_id))
        else:
            held.append((post.role, "district", post.district_id))
    return Scope(
        districts=frozenset(districts),
        grids={level: frozenset(ids) for level, ids in grids.items()},
        departments=frozenset(departments),
        roles=frozenset(role for role, _where, _pk in held),
        held=tuple(held),
        user_id=user.pk,
    )


class GridScopedQuerySet(models.QuerySet[M]):
    """A queryset of rows that carry `district_id` and the four ancestors."""

    def visible_to(self, user: Viewer) -> "GridScopedQuerySet[M]":
        return self.filter(self.scope_q(scope_of(user)))

    def scope_q(self, scope: Scope) -> Q:
        """The condition for this scope; subclasses add departments and ownership."""
        q = Q(pk__in=[])
        if scope.districts:
            q |= Q(district_id__in=scope.districts)
        for level, ids in scope.grids.items():
            q |= Q(**{f"{level}_id__in": ids})
        return q
