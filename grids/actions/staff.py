"""Staff: an account and its post from one row, and first passwords on paper."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.actions import accounts
from governance.core.errors import Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from grids.actions import posts
from grids.models import District, Grid, Post
from grids.scoping import scope_of

GRID_ROLES = frozenset({"grid_leader", "grid_worker", "liaison"})
MAY_GIVE = {
    "admin": frozenset(Post.Role.values),
    "district": frozenset(Post.Role.values) - {"admin", "auditor"},
    "township": GRID_ROLES,
}
# No letters or digits that look alike on paper.
LETTERS = "abcdefghjkmnpqrstuvwxyz"
CAPITALS = "ABCDEFGHJKMNPQRSTUVWXYZ"
DIGITS = "23456789"


@transaction.atomic
def create_district(
    code: str, name: str, *, username: str, by: Actor
) -> tuple[District, str]:
    """A new district and the first account of its dispatch centre; gives its first password.

    Raises:
        Invalid: the code or the account is taken or malformed (`fields`).
    """
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        raise Invalid(
            fields={"code": [_("A district has six digits, as in GB/T 2260.")]}
        )
    if District.objects.filter(code=code).exists():
        raise Invalid(fields={"code": [_("This district is there already.")]})
    district = District.objects.create(code=code, name=name)
    password = first_account(
        district,
        Post.Role.DISTRICT,
        username=username,
        name=_("District dispatch"),
        by=by,
    )
    return district, password


@transaction.atomic
def first_account(
    district: District, role: str, *, username: str, name: str, by: Actor
) -> str:
    """An account that a new district begins with, such as its administrator's; its first password.

    Raises:
        Invalid: the account is taken or malformed (`fields`).
    """
    password = first_password()
    user = accounts.create(username, password, by=by, name=name)
    posts.appoint(user, role, by=by, district=district)
    return password


@transaction.atomic
def save_staff(
    row: Post | None,
    values: Mapping[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Post:
    """Make or change a post; an unknown account is made, without a password yet.

    `values`: username, name, title, role, grid, department, section, starts_on, ends_on.

    Raises:
        Invalid: the place does not fit the role, the post exists, the account is malformed.
        NotAllowed: the writer may not give this role, or not at this place.
    """
    role = values.get("role") or (row.role if row else "")
    grid = values.get("grid", row.grid if row else None)
    department = values.get("department", row.department if row else None)
    _may_give(by, role, grid)
    if row is not None:
        _may_give(by, row.role, row.grid)
    user = row.user if row else _account(values, by)
    _describe(user, values, by)
    is_moved = row is not None and (row.role, row.grid, row.department) != (
        role,
        grid,
        department,
    )
    if row is not None and is_moved and row in Post.objects.current():
        posts.end(row, by=by)
    if row is None or is_moved:
        row = posts.appoint(
            user,
            role,
            by=by,
            district=_district(by),
            grid=grid,
            department=department,
            section=values.get("section") or "",
            starts_on=values.get("starts_on"),
        )
    return _dates(row, values, by)


@transaction.atomic
def give_first_passwords(users: Iterable[User], *, by: User) -> list[tuple[User, str]]:
    """New first passwords for accounts that nobody has signed in to; each is told once.

    Raises:
        NotAllowed: one of them has been used, or is beyond the writer's reach.
    """
    told = []
    for user in users:
        if user.last_login is not None:
            raise NotAllowed(_("%(name)s has signed in already.") % {"name": user})
        for post in Post.objects.current().filter(user=user):
            _may_give(by, post.role, post.grid)
        password = first_password()
        accounts.set_password(user, password, by=by)
        told.append((user, password))
    return told


@transaction.atomic
def remove_staff(post: Post, *, by: Actor) -> None:
    """Take back a post that an import made: it ends, and an account never used is closed."""
    user = post.user
    if post in Post.objects.current():
        posts.end(post, by=by)
    others = Post.objects.current().filter(user=user).exists()
    if user.last_login is None and not others:
        user.is_active = False
        user.save(update_fields=["is_active"])
        accounts.record_change(user, ["is_active"], by=by)


def newcomers(by: User) -> list[User]:
    """Accounts within the writer's reach that nobody has signed in to, with their posts."""
    scope = scope_of(by)
    posts_here = Post.objects.current().filter(role__in=may_give(by))
    if not scope.districts:
        towns = Grid.objects.filter(pk__in=scope.grids.get("large", ()))
        below = Q(pk__in=[])
        for code in towns.values_list("code", flat=True):
            below |= Q(grid__code__startswith=code)
        posts_here = posts_here.filter(below)
    else:
        posts_here = posts_here.filter(district_id__in=scope.districts)
    fresh = User.objects.filter(last_login__isnull=True, is_active=True, is_demo=False)
    shown = posts_here.select_related("grid", "department", "district")
    return list(
        fresh.filter(pk__in=posts_here.values("user"))
        .prefetch_related(Prefetch("posts", queryset=shown, to_attr="posts_here"))
        .order_by("username")
    )


def first_password() -> str:
    """Twelve characters in three groups: capitals, small letters and digits, none alike."""
    groups = (CAPITALS, LETTERS, DIGITS)
    return "-".join("".join(secrets.choice(g) for _n in range(4)) for g in groups)


def may_give(by: Actor) -> frozenset[str]:
    """The roles that somebody may give; a command may give all."""
    if not isinstance(by, User):
        return frozenset(Post.Role.values)
    held = scope_of(by).roles
    return frozenset().union(*(MAY_GIVE[role] for role in held if role in MAY_GIVE))


def _may_give(by: Actor, role: str, grid: Grid | None) -> None:
    if role not in may_give(by):
        label = dict(Post.Role.choices).get(role, role)
        raise NotAllowed(_("You may not give the role %(role)s.") % {"role": label})
    if not isinstance(by, User) or grid is None:
        return
    scope = scope_of(by)
    if grid.district_id in scope.districts:
        return
    towns = scope.grids.get("large", frozenset())
    codes = Grid.objects.filter(pk__in=towns).values_list("code", flat=True)
    if not grid.code.startswith(tuple(codes) or ("-",)):
        raise NotAllowed(_("%(grid)s is not in your area.") % {"grid": grid.name})


def _district(by: Actor) -> District:
    own = Post.objects.current().filter(user=by) if isinstance(by, User) else None
    post = own.first() if own is not None else None
    return post.district if post else District.objects.get()


def _account(values: Mapping[str, Any], by: Actor) -> User:
    username = str(values.get("username") or "").strip()
    if not username:
        raise Invalid(fields={"username": [_("An account name is needed.")]})
    user = User.objects.filter(username=username).first()
    if user is None:
        password = secrets.token_urlsafe(24) + "-Aa1"
        user = accounts.create(username, password, by=by, name=values.get("name") or "")
    if not user.is_active and user.last_login is not None:
        raise Invalid(fields={"username": [_("This account is closed.")]})
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user


def _describe(user: User, values: Mapping[str, Any], by: Actor) -> None:
    """Name, title and phone tail, where they were given and differ."""
    fields = [
        name
        for name in ("name", "title", "phone_tail")
        if values.get(name) and getattr(user, name) != values[name]
    ]
    for name in fields:
        setattr(user, name, values[name])
    if fields:
        user.save(update_fields=fields)
        accounts.record_change(user, fields, by=by)


def _dates(post: Post, values: Mapping[str, Any], by: Actor) -> Post:
    """First and last day, where they were given."""
    changed = []
    for name in ("starts_on", "section"):
        if values.get(name) and getattr(post, name) != values[name]:
            setattr(post, name, values[name])
            changed.append(name)
    if changed:
        post.save(update_fields=changed)
    last = values.get("ends_on")
    if last and post.ends_on != last:
        if last < post.starts_on:
            raise Invalid(fields={"ends_on": [_("A post ends after it began.")]})
        post.ends_on = last
        post.save(update_fields=["ends_on"])
        changed.append("ends_on")
    if changed:
        events.record("post.changed", post, by, {"fields": changed})
    return post
