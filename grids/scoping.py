"""What a person may see: the scope that every page, API, export and dashboard starts from.

Outside the scope an object is not there (404). Inside, what a role may do is the workflow's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

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


def posts_of(user: Viewer) -> tuple[Post, ...]:
    """Somebody's current posts with their places; read once per user object, in one statement."""
    if not isinstance(user, User) or not user.is_active:
        return ()
    cached = user.__dict__.get("_posts")
    if cached is None:
        posts = Post.objects.current().filter(user=user).order_by("pk")
        cached = tuple(posts.select_related("grid", "department", "district"))
        user.__dict__["_posts"] = cached
    return cached


def scope_of(user: Viewer) -> Scope:
    """The scope of a signed-in person; computed once per user object."""
    if not isinstance(user, User) or not user.is_active:
        return Scope()
    cached = user.__dict__.get("_scope")
    if cached is None:
        cached = _scope(posts_of(user), user.pk)
        user.__dict__["_scope"] = cached
    return cached


def forget_scope(user: User) -> None:
    """Read posts again at the next question; called when a post begins or ends."""
    user.__dict__.pop("_posts", None)
    user.__dict__.pop("_scope", None)


def _scope(posts: Iterable[Post], user_id: int) -> Scope:
    districts: set[int] = set()
    grids: dict[str, set[int]] = {}
    departments: set[int] = set()
    held: list[tuple[str, str, int]] = []
    for post in posts:
        if post.role in WHOLE_DISTRICT:
            districts.add(post.district_id)
        elif post.role in ON_GRID and post.grid:
            grids.setdefault(post.grid.level, set()).add(post.grid.pk)
        elif post.department_id:
            departments.add(post.department_id)
        held.append((post.role, *_where(post)))
    return Scope(
        districts=frozenset(districts),
        grids={level: frozenset(ids) for level, ids in grids.items()},
        departments=frozenset(departments),
        roles=frozenset(role for role, _place, _pk in held),
        held=tuple(held),
        user_id=user_id,
    )


def _where(post: Post) -> tuple[str, int]:
    """The column of a hot row, and its value, that this post covers."""
    if post.grid:
        return post.grid.level, post.grid.pk
    if post.department_id:
        return "department", post.department_id
    return "district", post.district_id


class GridScopedQuerySet(models.QuerySet[M]):
    """A queryset of rows that carry `district_id` and the four ancestors."""

    def visible_to(self, user: Viewer) -> Self:
        return self.filter(self.scope_q(scope_of(user)))

    def scope_q(self, scope: Scope) -> Q:
        """The condition for this scope: any of its branches."""
        q = Q(pk__in=[])
        for branch in self.scope_branches(scope):
            q |= branch
        return q

    def scope_branches(self, scope: Scope) -> list[Q]:
        """One condition per area, each served by one index; subclasses add departments."""
        branches = [Q(district_id=pk) for pk in sorted(scope.districts)]
        for level, ids in scope.grids.items():
            branches += [Q(**{f"{level}_id": pk}) for pk in sorted(ids)]
        return branches


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page, newest first; `next_before` asks for the next one, None at the end."""

    rows: list[M]
    next_before: int | None


def page_of(
    queryset: GridScopedQuerySet[M],
    scope: Scope,
    limit: int = 50,
    before_id: int | None = None,
) -> Page[M]:
    """The newest `limit` rows of a scope with ids below `before_id`.

    An OR over areas makes PostgreSQL sort everything in them; so each area is asked for its own
    newest ids through its own index, and the short lists are merged.
    """
    if before_id:
        queryset = queryset.filter(pk__lt=before_id)
    newest = queryset.order_by("-pk")
    branches = queryset.scope_branches(scope)
    if not branches:
        return Page([], None)
    if len(branches) == 1:
        found = list(newest.filter(branches[0])[: limit + 1])
    else:
        ids = _newest_ids(newest, branches, limit + 1)
        found = list(newest.filter(pk__in=ids)) if ids else []
    rows = found[:limit]
    return Page(rows, rows[-1].pk if len(found) > limit else None)


def _newest_ids(
    newest: models.QuerySet[M], branches: Sequence[Q], count: int
) -> list[int]:
    bare = newest.select_related(None).prefetch_related(None).order_by("-pk")
    parts = [
        bare.filter(branch).values_list("pk", flat=True)[:count] for branch in branches
    ]
    merged = parts[0].union(*parts[1:])
    return list(merged.order_by("-pk")[:count])
