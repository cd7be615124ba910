"""Who holds which post in the team of a grid: assigning, ending, handing over.

A slot that gives a post (grid leader, worker, liaison) also begins and ends the account's `Post`,
which is what the holder may see and do.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import crypto, events
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.events import Actor
from governance.core.models import Event, User
from governance.core.registers.spec import Values
from grids import locate
from grids.actions import posts
from grids.models import Assignment, Grid, TeamSlot, TeamTemplate
from grids.registers import base
from grids.workflow import KEEPERS

UNDO_SECONDS = 60


@dataclass(frozen=True)
class Holder:
    """Who takes a post: an account, or a name with a unit and perhaps a phone."""

    user: User | None = None
    name: str = ""
    unit: str = ""
    phone: str = ""

    @property
    def shown(self) -> str:
        return self.name.strip() or (str(self.user) if self.user else "")

    @property
    def key(self) -> str:
        """The same for the same holder at every grid."""
        if self.user:
            return f"u{self.user.pk}"
        apart = self.phone or self.unit
        return crypto.keyed_hash(f"{self.shown}|{apart}", "team-holder")


def template_of(grid: Grid) -> TeamTemplate | None:
    """The template for a grid's level and area; the one for every area comes second."""
    rows = TeamTemplate.objects.filter(district_id=grid.district_id, level=grid.level)
    found = rows.filter(Q(area_type=grid.area_type) | Q(area_type=""))
    return found.order_by("-area_type").first()


def slot_at(grid: Grid, text: str) -> TeamSlot | None:
    """The post of the grid's template with this code or name."""
    template = template_of(grid)
    if template is None:
        return None
    slots = TeamSlot.objects.active().filter(template=template)
    return slots.filter(Q(code=text) | Q(name=text) | Q(name_en__iexact=text)).first()


def may_keep(by: Actor, grid: Grid) -> bool:
    """Whether this person keeps the team of this grid."""
    place = locate.place_of(grid)
    return base.covers(by, place, KEEPERS)


def account_of(name: str, phone_tail: str = "", username: str = "") -> User | None:
    """The one account that fits; by user name, else by name and end of phone.

    Raises:
        Invalid: field "account" or "holder": none, or several.
    """
    if username:
        found = User.objects.filter(username=username, is_active=True).first()
        if found is None:
            raise Invalid(fields={"account": [_("There is no such account.")]})
        return found
    if not (name and phone_tail):
        return None
    rows = User.objects.filter(name=name, phone_tail=phone_tail, is_active=True)[:2]
    if len(rows) > 1:
        words = _("Several accounts have this name and end of phone; name the account.")
        raise Invalid(fields={"holder": [words]})
    return rows[0] if rows else None


@transaction.atomic
def assign(
    grid: Grid,
    slot: TeamSlot,
    holder: Holder,
    *,
    by: Actor,
    starts_on: dt.date | None = None,
    deputy: str = "",
    note: str = "",
    source: str = "manual",
) -> Assignment:
    """Give a post of a grid's team to somebody; the same again gives the first answer.

    Raises:
        NotAllowed: the grid is not the writer's to staff.
        Invalid: the slot is not of this grid's team; no holder; an account is needed.
        Conflict: the post has all its people.
    """
    if not may_keep(by, grid):
        raise NotAllowed(_("The team of this grid is kept by others."))
    # One at a time for a grid, so that two clerks cannot fill one place twice.
    Grid.objects.select_for_update(of=("self",)).get(pk=grid.pk)
    _check(grid, slot, holder)
    day = starts_on or timezone.localdate()
    held = Assignment.objects.at_grid(grid).filter(slot__code=slot.code)
    held = held.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=day))
    for row in held:
        if row.holder_key == holder.key:
            return row
    if not slot.is_open and len(held) >= slot.required:
        raise Conflict(
            _("%(post)s is filled: end the present holder first, or hand over.")
            % {"post": slot.label}
        )
    row = base.write(
        None,
        Assignment,
        {
            **_place(grid),
            **_who(holder),
            "slot": slot,
            "deputy": deputy,
            "note": note,
            "starts_on": day,
        },
        by=by,
        source=source,
    )
    return begun(row, grid, by)


def begun(row: Assignment, grid: Grid, by: Actor) -> Assignment:
    """Give the account its post, and tell that an assignment just written begins."""
    begin_post(row, grid, by)
    events.record("assignment.begun", row, by, told(row, grid))
    return row


def _check(grid: Grid, slot: TeamSlot, holder: Holder) -> None:
    if grid.retired_on:
        raise Conflict(_("%(grid)s is retired.") % {"grid": grid.name})
    template = template_of(grid)
    if template is None or slot.template_id != template.pk or not slot.is_active:
        words = _("This post is not in the team of this grid.")
        raise Invalid(fields={"slot": [words]})
    if not holder.shown:
        raise Invalid(fields={"holder": [_("Name who holds the post.")]})


def _place(grid: Grid) -> Values:
    return dict(locate.place_of(grid).ids)


def _who(holder: Holder) -> Values:
    tail = holder.phone[-4:] if holder.phone else ""
    if not tail and holder.user:
        tail = holder.user.phone_tail
    return {
        "user": holder.user,
        "holder": holder.shown,
        "unit": holder.unit,
        "phone": holder.phone,
        "phone_tail": tail,
        "holder_key": holder.key,
    }


def begin_post(row: Assignment, grid: Grid, by: Actor) -> None:
    """Begin the account's post if the slot gives one.

    A post that would begin later is begun when that day has come (`begin_due_posts`).
    """
    role = row.slot.post_role
    if not role or row.user is None or row.starts_on > timezone.localdate():
        return
    post = posts.appoint(row.user, role, by=by, grid=grid, starts_on=row.starts_on)
    Assignment.objects.filter(pk=row.pk).update(post=post)
    row.post = post


def told(row: Assignment, grid: Grid) -> dict[str, object]:
    return {"grid": grid.code, "slot": row.slot.code, "from": row.starts_on.isoformat()}


@transaction.atomic
def end(
    row: Assignment,
    *,
    by: Actor,
    on: dt.date | None = None,
    note: str = "",
) -> Assignment:
    """Let a post end with a day (the last one in it; yesterday when left out).

    Raises:
        NotAllowed: not the writer's grid. NotHere: it is gone.
        Conflict: it is over already. Invalid: field "ended_on": before its first day.
    """
    row = _held(row)
    grid = grid_of(row)
    if not may_keep(by, grid):
        raise NotAllowed(_("The team of this grid is kept by others."))
    today = timezone.localdate()
    if row.ended_on and row.ended_on < today:
        raise Conflict(_("This post is over already."))
    last = on or max(today - dt.timedelta(days=1), row.starts_on)
    if last < row.starts_on:
        raise Invalid(fields={"ended_on": [_("A post ends after it began.")]})
    return close(row, grid, by=by, last=last, note=note)


def close(
    row: Assignment, grid: Grid, *, by: Actor, last: dt.date, note: str = ""
) -> Assignment:
    """Write the last day of a locked assignment of this grid, and end the post it gave."""
    values: Values = {"ended_on": last}
    if note:
        values["note"] = note
    row = base.write(row, Assignment, values, by=by)
    end_post(row, by, last)
    events.record(
        "assignment.ended", row, by, {**told(row, grid), "on": last.isoformat()}
    )
    return row


def _held(row: Assignment) -> Assignment:
    rows = Assignment.objects.select_for_update(of=("self",)).select_related(
        "slot", "user", "post"
    )
    found = rows.filter(pk=row.pk).first()
    if found is None:
        raise NotHere(_("This record is no longer there."))
    return found


def grid_of(row: Assignment) -> Grid:
    """The grid whose team it is."""
    grid: Grid = Grid.objects.get(pk=row.grid_id)
    return grid


def end_post(row: Assignment, by: Actor, last: dt.date) -> None:
    """End the account's post too, unless another assignment still stands behind it."""
    if row.post is None or (row.post.ends_on and row.post.ends_on <= last):
        return
    others = Assignment.objects.current().filter(post=row.post).exclude(pk=row.pk)
    if others.exists():
        return
    in_force = last >= row.post.starts_on
    posts.end(row.post, by=by, on=last if in_force else None)


@transaction.atomic
def hand_over(
    row: Assignment,
    holder: Holder,
    *,
    by: Actor,
    on: dt.date,
    deputy: str = "",
    note: str = "",
) -> Assignment:
    """The present holder's last day is the day before `on`; the new one begins on it.

    Raises:
        Invalid: field "on": not after the present holder's first day. What `end` and `assign`
        refuse.
    """
    if on <= row.starts_on:
        words = _("The new holder begins after %(day)s at the earliest.")
        raise Invalid(fields={"on": [words % {"day": row.starts_on.isoformat()}]})
    if holder.key == row.holder_key:
        raise Invalid(fields={"holder": [_("This is the present holder.")]})
    end(row, by=by, on=on - dt.timedelta(days=1))
    return assign(
        grid_of(row), row.slot, holder, by=by, starts_on=on, deputy=deputy, note=note
    )


@transaction.atomic
def undo(row: Assignment, *, by: User) -> None:
    """Take back what this person did to an assignment within the last minute.

    Raises:
        Conflict: nothing of theirs to take back, or somebody has taken the place meanwhile.
    """
    row = _held(row)
    last = Event.objects.filter(subject_id=row.pk).order_by("-id").first()
    age = timezone.now() - last.recorded_at if last else dt.timedelta.max
    if last is None or last.actor_id != by.pk or age.total_seconds() > UNDO_SECONDS:
        raise Conflict(_("It is too late to undo this."))
    if last.name == "assignment.begun":
        _unbegin(row, by)
    elif last.name == "assignment.ended":
        _unend(row, by)
    else:
        raise Conflict(_("It is too late to undo this."))


def _unbegin(row: Assignment, by: User) -> None:
    if row.post is not None:
        others = Assignment.objects.filter(post=row.post).exclude(pk=row.pk)
        if not others.exists() and not row.post.ends_on:
            posts.end(row.post, by=by)
    events.record("assignment.undone", row, by, {"slot": row.slot.code})
    row.delete()


def _unend(row: Assignment, by: User) -> None:
    grid = grid_of(row)
    held = Assignment.objects.at_grid(grid).filter(
        slot__code=row.slot.code, ended_on__isnull=True
    )
    if not row.slot.is_open and held.count() >= row.slot.required:
        raise Conflict(_("Somebody else has this post now."))
    row = base.write(row, Assignment, {"ended_on": None}, by=by)
    begin_post(row, grid, by)
    events.record("assignment.undone", row, by, {"slot": row.slot.code})


def begin_due_posts(*, by: Actor) -> int:
    """Begin the posts of assignments whose first day has come; running it again adds none."""
    rows = (
        Assignment.objects.current()
        .filter(post__isnull=True, user__isnull=False)
        .exclude(slot__post_role="")
        .select_related("slot", "user")
    )
    begun = 0
    for row in rows.with_grid():
        grid = grid_of(row)
        with transaction.atomic():
            begin_post(row, grid, by)
        begun += 1
    return begun


def save_assignment(
    row: Assignment | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Assignment:
    """Write an assignment from a form, the API or a sheet.

    `values`: grid (Grid), slot_name (code or name of a slot), holder, account (user name), phone,
    unit, deputy, starts_on, ended_on, note. Grid, post and holder of a given row stay: somebody
    else in the post is a hand-over.

    Raises:
        Invalid, Conflict, NotAllowed: see `assign` and `end`.
    """
    if row is not None:
        return _change(row, values, by=by, version=version, source=source)
    grid = values.get("grid")
    if not isinstance(grid, Grid):
        raise Invalid(fields={"grid": [_("Name the grid.")]})
    slot = slot_at(grid, str(values.get("slot_name", "")))
    if slot is None:
        raise Invalid(
            fields={"slot_name": [_("This post is not in the team of this grid.")]}
        )
    name, phone = str(values.get("holder") or ""), str(values.get("phone") or "")
    user = account_of(name, phone[-4:], str(values.get("account") or ""))
    holder = Holder(user, name, str(values.get("unit") or ""), phone)
    with transaction.atomic():
        made = assign(
            grid,
            slot,
            holder,
            by=by,
            starts_on=values.get("starts_on"),
            deputy=str(values.get("deputy") or ""),
            note=str(values.get("note") or ""),
            source=source,
        )
        if ended_on := values.get("ended_on"):
            made = end(made, by=by, on=ended_on)
    return made


STAYS = ("grid", "slot_name", "holder", "account", "starts_on")


def _change(
    row: Assignment, values: Values, *, by: Actor, version: int | None, source: str
) -> Assignment:
    if not may_keep(by, grid_of(row)):
        raise NotAllowed(_("The team of this grid is kept by others."))
    rest: dict[str, Any] = {k: v for k, v in values.items() if k not in STAYS}
    ended_on = rest.pop("ended_on", row.ended_on)
    if "phone" in rest:
        rest["phone_tail"] = (rest["phone"] or "")[-4:]
    with transaction.atomic():
        row = base.write(row, Assignment, rest, by=by, source=source, version=version)
        if ended_on and ended_on != row.ended_on:
            row = end(row, by=by, on=ended_on)
    return row
