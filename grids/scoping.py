"""What a person may see: the scope that every page, API, export and dashboard starts from.

Outside the scope an object is not there (404). Inside, what a role may do is the workflow's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.sql.where import WhereNode

from governance.core.models import User
from grids.models.posts import Post

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


def held_q(scope: Scope, roles: Iterable[str]) -> Q:
    """Rows at places where one of `roles` is held; departments are asked of tasks."""
    q, wanted = Q(pk__in=[]), set(roles)
    for role, where, pk in scope.held:
        if role in wanted and where != "department":
            q |= Q(**{f"{where}_id": pk})
    return q


class ScopeNode(WhereNode):
    """The scope inside a WHERE clause, so that paging finds it again behind later filters."""

    branches: tuple[Q, ...] = ()

    def clone(self) -> "ScopeNode":
        copy: ScopeNode = super().clone()  # type: ignore[assignment]
        copy.branches = self.branches
        return copy


class GridScopedQuerySet(models.QuerySet[M]):
    """A queryset of rows that carry `district_id` and the four ancestors.

    `of_other_tables` is what every row has that another table may name (see `scope_branches`),
    where an index of those rows alone is denser than the primary key.
    """

    of_other_tables: Q = Q()

    def visible_to(self, user: Viewer) -> Self:
        scope = scope_of(user)
        found = self.filter(self.scope_q(scope))
        children = found.query.where.children
        node = ScopeNode(children[-1:])
        node.branches = tuple(self.scope_branches(scope))
        children[-1] = node
        return found

    def scope_q(self, scope: Scope) -> Q:
        """The condition for this scope: any of its branches."""
        q = Q(pk__in=[])
        for branch in self.scope_branches(scope):
            q |= branch
        return q

    def scope_branches(self, scope: Scope) -> list[Q]:
        """One condition per area, each served by one index; subclasses add departments.

        A branch over another table is `Q(pk__in=<values of one column>)`, alone.
        """
        branches = [Q(district_id=pk) for pk in sorted(scope.districts)]
        for level, ids in scope.grids.items():
            branches += [Q(**{f"{level}_id": pk}) for pk in sorted(ids)]
        return branches

    def newest(self, count: int, before_id: int | None = None) -> list[M]:
        """The newest `count` rows with ids below `before_id`; one statement.

        An OR over areas makes PostgreSQL sort everything in them, and rows named by another
        table make it read all of those. So each branch of the scope is asked for its own newest
        ids through its own index, and only rows that can be on the page are read.
        """
        rows, branches = self._without_scope()
        if before_id:
            rows = rows.filter(pk__lt=before_id)
        if not branches or (len(branches) == 1 and _other_table(branches[0]) is None):
            narrowed = self.filter(pk__lt=before_id) if before_id else self
            return list(narrowed.order_by("-pk")[:count])
        is_bare = not self._without_scope()[0].query.where.children
        parts = [
            _keys_elsewhere(branch, count, before_id)
            if is_bare and _other_table(branch) is not None
            else rows.filter(branch).values(key=F("pk")).order_by("-key")[:count]
            for branch in branches
        ]
        keys = parts[0]
        if len(parts) > 1:
            keys = parts[0].union(*parts[1:]).order_by("-key")[:count]
        if all(_other_table(branch) is not None for branch in branches):
            rows = rows.filter(self.of_other_tables)
        return list(rows.filter(AmongKeys("pk", keys)).order_by("-pk")[:count])

    def up_to(self, most: int) -> int:
        """How many rows there are, counting no further than `most`; one statement.

        Rows that another table names, and no filter narrows, are counted in its index.
        """
        rows, branches = self._without_scope()
        is_bare = branches and not rows.query.where.children
        if not is_bare or any(_other_table(branch) is None for branch in branches):
            return int(self.order_by()[:most].count())
        keys, *more = (_keys_elsewhere(branch, most, None) for branch in branches)
        return min(int(keys.union(*more).count() if more else keys.count()), most)

    def _without_scope(self) -> tuple[Self, tuple[Q, ...]]:
        """The same rows unscoped, and the branches of the scope taken off."""
        rows = self.all()
        children = rows.query.where.children
        for node in children:
            if isinstance(node, ScopeNode):
                children.remove(node)
                return rows, node.branches
        return rows, ()


def _other_table(branch: Q) -> models.QuerySet[Any] | None:
    """The keys of a branch that another table names."""
    only = branch.children[0] if len(branch.children) == 1 else None
    if not isinstance(only, tuple) or only[0] != "pk__in":
        return None
    return only[1] if isinstance(only[1], models.QuerySet) else None


def _keys_elsewhere(branch: Q, count: int, before_id: int | None) -> Any:
    """The newest keys of such a branch, in the order of its own index."""
    named: Any = _other_table(branch)
    column = named._fields[0]
    if before_id:
        named = named.filter(**{f"{column}__lt": before_id})
    return named.values(key=F(column)).order_by("-key").distinct()[:count]


class AmongKeys(Func):
    """`id = ANY (ARRAY(…))`: the keys are found first, then looked up in the order of the index.

    `id IN (…)` would let the planner read either side whole.
    """

    output_field = models.BooleanField()
    template = "%(expressions)s)"
    arg_joiner = " = ANY ("

    def __init__(self, column: str, keys: Any) -> None:
        super().__init__(F(column), ArraySubquery(keys))


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page, newest first; `next_before` asks for the next one, None at the end."""

    rows: list[M]
    next_before: int | None


def page_of(
    queryset: GridScopedQuerySet[M],
    viewer: Viewer,
    limit: int = 50,
    before_id: int | None = None,
) -> Page[M]:
    """The newest `limit` rows that somebody sees, with ids below `before_id`."""
    found = queryset.visible_to(viewer).newest(limit + 1, before_id)
    rows = found[:limit]
    return Page(rows, rows[-1].pk if len(found) > limit else None)
