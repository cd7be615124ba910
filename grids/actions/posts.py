"""Who is posted where: appointing and ending."""

import datetime as dt

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid
from governance.core.events import Actor
from governance.core.models import User
from grids.models import Department, District, Grid, Post
from grids.scoping import ON_GRID, forget_scope

PERHAPS_ON_GRID = {"good_person", "resident"}
LEVELS = {
    "township": {"large"},
    "grid_leader": {"large", "medium", "small"},
    "grid_worker": {"medium", "small", "micro"},
    "liaison": {"small", "micro"},
}


@transaction.atomic
def appoint(
    user: User,
    role: str,
    *,
    by: Actor,
    district: District | None = None,
    grid: Grid | None = None,
    department: Department | None = None,
    section: str = "",
    starts_on: dt.date | None = None,
) -> Post:
    """Post somebody and put them into the role's group; asked twice it answers the first.

    Raises:
        Invalid: the place does not fit the role (`fields`).
    """
    where = grid or department
    found = where.district if where else district
    wrong = faults(role, grid, department, found)
    if wrong or found is None:
        raise Invalid(fields=wrong)
    same = Post.objects.current().filter(
        user=user, role=role, grid=grid, department=department, district=found
    )
    if post := same.first():
        return post
    post = Post.objects.create(
        user=user,
        role=role,
        district=found,
        grid=grid,
        department=department,
        section=section,
        starts_on=starts_on or timezone.localdate(),
    )
    group, _made = Group.objects.get_or_create(name=role)
    user.groups.add(group)
    if role == Post.Role.ADMIN and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    forget_scope(user)
    events.record("post.begun", post, by, _data(post))
    return post


@transaction.atomic
def end(post: Post, *, by: Actor, on: dt.date | None = None) -> Post:
    """Let a post end with a day (yesterday when left out, so it is over now).

    Raises:
        Conflict: it is over already.
        Invalid: the day lies before its first.
    """
    post = Post.objects.select_for_update().get(pk=post.pk)
    today = timezone.localdate()
    if post.ends_on and post.ends_on < today:
        raise Conflict(_("This post is over already."))
    last = on or today - dt.timedelta(days=1)
    if on and last < post.starts_on:
        raise Invalid(fields={"ends_on": [_("A post ends after it began.")]})
    if last < post.starts_on:
        # Begun today and ended today: it never was in force.
        events.record("post.ended", post, by, {**_data(post), "never_in_force": True})
        _leave_group(post)
        post.delete()
        return post
    post.ends_on = last
    post.save(update_fields=["ends_on"])
    _leave_group(post)
    events.record("post.ended", post, by, {**_data(post), "on": last.isoformat()})
    return post


def _leave_group(post: Post) -> None:
    """Leave the role's group, unless another current post has the role."""
    others = Post.objects.current().filter(user=post.user, role=post.role)
    if not others.exclude(pk=post.pk).exists():
        post.user.groups.remove(*Group.objects.filter(name=post.role))


def _data(post: Post) -> dict[str, object]:
    return {
        "user": post.user_id,
        "role": post.role,
        "grid": post.grid_id,
        "department": post.department_id,
    }


def faults(
    role: str,
    grid: Grid | None,
    department: Department | None,
    district: District | None,
) -> dict[str, list[str]]:
    """Why this place does not fit this role, by field; empty when it does."""
    return {
        name: [sentence]
        for name, sentence in (
            ("role", "" if role in Post.Role.values else _("There is no such role.")),
            ("department", _department_fault(role, department)),
            ("grid", _grid_fault(role, grid)),
            ("district", "" if district else _("A post needs a district.")),
        )
        if sentence
    }


def _department_fault(role: str, department: Department | None) -> str:
    if role == Post.Role.OFFICER and department is None:
        return _("An officer needs a department.")
    if role != Post.Role.OFFICER and department is not None:
        return _("Only officers are posted in a department.")
    return ""


def _grid_fault(role: str, grid: Grid | None) -> str:
    if grid is None:
        return _("This role is posted at a grid.") if role in ON_GRID else ""
    if role not in ON_GRID | PERHAPS_ON_GRID:
        return _("This role is not posted at a grid.")
    if grid.level not in LEVELS.get(role, {grid.level}):
        return _("This role is not posted at this level.")
    return _("%(grid)s is retired.") % {"grid": grid.name} if grid.retired_on else ""
