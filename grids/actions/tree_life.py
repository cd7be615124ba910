"""Splitting, merging and retiring grids: what lies in them follows by a stated rule.

Open records always follow. Posts move to the heir where their role fits its level, else they end;
what hangs on the grid itself has rules of its own (`carrying`, `carrying_nets`, `carrying_party`).
Open requests and tasks follow when `work` is "move"; with "stay" they keep the ancestors they
have. What is over keeps its ancestors, so totals of the past do not move.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid
from governance.core.events import Actor
from grids.actions import (
    carrying,
    carrying_nets,
    carrying_party,
    codes,
    history,
    numbering,
    posts,
    shapes,
    tree,
)
from grids.following import MAPPINGS, Shift, apply_to_records, counts_in, label_of
from grids.models import Grid, GridChange, Post

POSTS = "grids.post"


@dataclass(frozen=True)
class Part:
    """A new grid of a split; small and micro grids number themselves when `code` is empty.

    `children` are ids of grids below the old one that go to it; without `geometry` it takes
    their area, where all of them are drawn.
    """

    name: str
    code: str = ""
    children: tuple[int, ...] = ()
    geometry: Mapping[str, Any] | None = None


@tree.structural
def merge_grids(
    grids: Sequence[Grid],
    *,
    into: Grid,
    by: Actor,
    name: str = "",
    work: str = "move",
    on: dt.date | None = None,
    reason: str = "",
) -> GridChange:
    """Let `into` take over other grids of its level, with all below them; they are retired.

    Grids below keep their last digits where these are free.

    Raises:
        Invalid: not of one level, or nothing to merge.
        Conflict: one is retired or in another district.
    """
    others = [grid for grid in grids if grid.pk != into.pk]
    if not others:
        raise Invalid(
            fields={"grids": [_("Choose the grids that are merged into it.")]}
        )
    into, *others = tree.locked(into, *others)
    _check_same(into, others)
    on = history.day(on, [into, *others])
    before = [history.side(grid) for grid in (into, *others)]
    shifts = [Shift(into.level, grid.pk, into.pk) for grid in others]
    effects = _hand_on(others, into, on=on, by=by)
    effects += tree.effects_of(shifts, work)
    trees = {grid.tree_id for grid in (into, *others)}
    for grid in others:
        _hand_children(grid, into)
    shapes.join(into, others)
    if name.strip() and name.strip() != into.name:
        codes.check_name(name)
        into.name, into.short_name = name.strip(), ""
        into.save(update_fields=["name", "short_name"])
    for grid in others:
        _end(grid, heir=into, on=on)
    numbering.renumber(trees)
    _shift(shifts)
    effects += carrying_nets.merge(others, into, because="grid.merged", by=by)
    tree.touch(into.district_id)
    after = tree.fresh(into)
    change = tree.write_history(
        "merged", before, [after], on=on, reason=reason, by=by, effects=effects
    )
    _tell("grid.merged", after, by, change, shifts, work)
    return change


@tree.structural
def split_grid(
    grid: Grid,
    *,
    parts: Sequence[Part],
    by: Actor,
    heir: int = 0,
    ends: bool = False,
    work: str = "move",
    on: dt.date | None = None,
    reason: str = "",
) -> GridChange:
    """Make new grids beside `grid` out of what it has.

    What lies in a grid below goes with that grid; else a position inside a part's polygon
    decides; the rest goes to the heir: `heir` 0 is the old grid, n the n-th part. With `ends` the
    old grid is retired, so the heir is a part, which also gets the children that nobody got.

    Raises:
        Invalid: no part, a child twice, the heir cannot be; and as for `create_grid`.
        Conflict: the grid is retired.
    """
    grid = tree.locked(grid)
    tree.refuse_retired(grid)
    children = _check_parts(grid, parts, heir, ends)
    on, before = history.day(on, [grid]), [history.side(grid)]
    new = [_make(grid, part, children, by) for part in parts]
    taker = new[heir - 1] if heir else grid
    given = {pk for part in parts for pk in part.children}
    rest = [pk for pk in children if pk not in given]
    for at, part in zip(new, parts, strict=True):
        mine = list(part.children) + (rest if ends and at is taker else [])
        _hand_children(grid, at, [children[pk] for pk in mine])
    if not ends:
        shapes.cut(grid, new)
    shifts = _split_shifts(grid, parts, new, taker, rest if ends else [])
    effects = _hand_on([grid] if ends else [], taker, on=on, by=by)
    effects += tree.effects_of(shifts, work)
    if ends:
        _end(grid, heir=taker, on=on)
    numbering.renumber({grid.tree_id, *(part.tree_id for part in new)})
    _shift(shifts)
    carrying.widen_areas(grid, new)
    effects += carrying_nets.split(
        grid, new, taker, ends=ends, because="grid.split", by=by
    )
    tree.touch(grid.district_id)
    left = [] if ends else [tree.fresh(grid)]
    after = [*left, *(tree.fresh(part) for part in new)]
    change = tree.write_history(
        "split", before, after, on=on, reason=reason, by=by, effects=effects
    )
    _tell("grid.split", tree.fresh(grid), by, change, shifts, work)
    return change


@tree.structural
def retire_grid(
    grid: Grid,
    *,
    by: Actor,
    heir: Grid | None = None,
    work: str = "move",
    on: dt.date | None = None,
    reason: str = "",
) -> Grid:
    """Take a grid out of use from a day on; what happened in it stays.

    What is open goes to `heir`, a grid of the same level or one above it; without an heir there
    must be nothing.

    Raises:
        Invalid: this grid cannot be the heir.
        Conflict: it has live grids below, or something is left and no heir is named.
    """
    grid = tree.locked(grid)
    if grid.retired_on:
        return grid
    if below := Grid.objects.live().filter(parent_id=grid.pk).count():
        words = _(
            "%(n)s grids below it are in use. Merge it into another grid, which takes them "
            "along, or move or retire them first."
        )
        raise Conflict(words % {"n": below})
    effects: list[dict[str, Any]] = []
    if heir is not None:
        heir = tree.locked(heir)
        _check_heir(grid, heir)
    else:
        _refuse_leftovers(grid)
    on, before = history.day(on, [grid]), history.side(grid)
    shifts = [Shift(grid.level, grid.pk, heir.pk)] if heir else []
    if heir is not None:
        effects = _hand_on([grid], heir, on=on, by=by)
        effects += tree.effects_of(shifts, work)
    _end(grid, heir=heir, on=on)
    _shift(shifts)
    if heir is not None:
        effects += carrying_nets.retire(grid, heir, because="grid.retired", by=by)
    tree.touch(grid.district_id)
    after = [grid, heir] if heir else [grid]
    change = tree.write_history(
        "retired", [before], after, on=on, reason=reason, by=by, effects=effects
    )
    _tell("grid.retired", grid, by, change, shifts, work)
    return grid


def _check_same(into: Grid, others: Sequence[Grid]) -> None:
    tree.refuse_retired(into, *others)
    for grid in others:
        if grid.level != into.level:
            words = _("Only grids of one level are merged.")
            raise Invalid(fields={"grids": [words]})
        if grid.district_id != into.district_id:
            raise Conflict(_("%(grid)s cannot take this grid.") % {"grid": into.name})


def _check_parts(
    grid: Grid, parts: Sequence[Part], heir: int, ends: bool
) -> dict[int, Grid]:
    """The live children of the grid by id, when the parts can be made of it."""
    if not parts:
        raise Invalid(fields={"parts": [_("Name at least one new grid.")]})
    if not 0 <= heir <= len(parts) or (ends and heir == 0):
        words = _("Choose a new grid that takes the rest.")
        raise Invalid(fields={"heir": [words]})
    children = {g.pk: g for g in Grid.objects.live().filter(parent_id=grid.pk)}
    given = [pk for part in parts for pk in part.children]
    if len(given) != len(set(given)) or not set(given) <= set(children):
        words = _("Each grid below goes to one new grid at most.")
        raise Invalid(fields={"parts": [words]})
    return children


def _check_heir(grid: Grid, heir: Grid) -> None:
    tree.refuse_retired(heir)
    is_above = heir.pk in {g.pk for g in grid.get_ancestors()}
    is_like = heir.level == grid.level and heir.pk != grid.pk
    if heir.district_id != grid.district_id or not (is_above or is_like):
        words = _("The heir is a grid of the same level, or one above it.")
        raise Invalid(fields={"heir": [words]})


def _refuse_leftovers(grid: Grid) -> None:
    """Without an heir nothing may be left.

    Raises:
        Conflict: something is open in the grid; says what and how much.
    """
    if Post.objects.current().filter(grid_id=grid.pk).exists():
        raise Conflict(_("End the posts at this grid first, or name an heir."))
    found = counts_in(grid)
    if mapped := carrying_nets.count_at(grid):
        found[MAPPINGS] = mapped
    if found:
        what = _(", ").join(f"{label_of(key)} {n}" for key, n in found.items())
        raise Conflict(
            _("Something is left in this grid, so it needs an heir: %(what)s.")
            % {"what": what}
        )


def _make(grid: Grid, part: Part, children: Mapping[int, Grid], by: Actor) -> Grid:
    """A new grid beside the old one; its history is that of the split."""
    area = part.geometry or shapes.outline_of(children[pk] for pk in part.children)
    new = tree.add_node(
        name=part.name,
        parent=grid.parent,
        district_id=grid.district_id,
        level=grid.level,
        code=part.code,
        above=grid.parent.code if grid.parent else grid.district.code,
        area_type=grid.area_type,
        is_dedicated=grid.is_dedicated,
    )
    if area is not None:
        shapes.write(new, area, is_schematic=False)
    events.record("grid.created", new, by, {"code": new.code, "level": new.level})
    return new


def _hand_children(
    grid: Grid, to: Grid, children: Sequence[Grid] | None = None
) -> None:
    """Hang live children of one grid below another one of its level."""
    if children is None:
        live = Grid.objects.live().filter(parent_id=grid.pk)
        children = list(live.order_by("code"))
    for child in children:
        tree.put_below(child, parent=to, code=codes.kept_code(child, to))


def _split_shifts(
    grid: Grid,
    parts: Sequence[Part],
    new: Sequence[Grid],
    taker: Grid,
    rest: Sequence[int],
) -> list[Shift]:
    shifts = [
        Shift(grid.level, grid.pk, at.pk, children=tuple(part.children))
        for at, part in zip(new, parts, strict=True)
        if part.children
    ]
    if rest:
        shifts.append(Shift(grid.level, grid.pk, taker.pk, children=tuple(rest)))
    spots = tuple(part.pk for part in new)
    return [*shifts, Shift(grid.level, grid.pk, taker.pk, spots=spots)]


def _hand_on(
    grids: Sequence[Grid], heir: Grid, *, on: dt.date, by: Actor
) -> list[dict[str, Any]]:
    """What hangs on grids that end goes to the heir, teams before the posts they gave."""
    effects = []
    for grid in grids:
        effects += carrying.hand_over(grid, heir, on=on, by=by)
        effects += _hand_posts(grid, heir, on=on, by=by)
    return effects


def _shift(shifts: Sequence[Shift]) -> None:
    carrying_party.follow(shifts)
    apply_to_records(shifts)


def _hand_posts(
    grid: Grid, to: Grid, *, on: dt.date, by: Actor
) -> list[dict[str, Any]]:
    """Let current posts go on at the heir where the role fits its level; the others end."""
    moved = ended = 0
    for post in Post.objects.current().filter(grid=grid).select_related("user"):
        fits = not posts.faults(post.role, to, None, to.district)
        last = on - dt.timedelta(days=1)
        posts.end(post, by=by, on=last if last >= post.starts_on else None)
        if fits:
            start = max(on, post.starts_on)
            posts.appoint(post.user, post.role, by=by, grid=to, starts_on=start)
        moved, ended = moved + fits, ended + (not fits)
    rows = [
        {"key": POSTS, "to": to.pk, "n": moved},
        {"key": POSTS, "to": None, "n": ended},
    ]
    return [row for row in rows if row["n"]]


def _end(grid: Grid, *, heir: Grid | None, on: dt.date) -> None:
    grid.retired_on, grid.heir = on, heir
    grid.save(update_fields=["retired_on", "heir"])


def _tell(
    name: str,
    grid: Grid,
    by: Actor,
    change: GridChange,
    shifts: Sequence[Shift],
    work: str,
) -> None:
    data = {
        "on": change.on.isoformat(),
        "change": change.pk,
        "work": work,
        "shifts": [shift.as_json for shift in shifts],
    }
    events.record(name, grid, by, data)
