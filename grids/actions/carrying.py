"""What hangs on a grid by name goes to its heir: team, joint committee, homes, service areas.

Records that merely lie in a grid are shifted by `grids.following`. These hang on the grid itself
and could clash with what the heir has, so each kind has its rule:

- Team: a post that the heir's team has free goes on there from that day; what is filled there, or
  not in its team, ends the day before. The old grid keeps the days until then.
- Joint committee: goes on where the heir is of the same level and has none; else it ends.
- Homes of Party members and service areas of resources name the heir instead.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q

from governance.core.events import Actor
from grids import following
from grids.actions import teams
from grids.models import (
    Assignment,
    Grid,
    JointCommittee,
    PartyMember,
    Resource,
    TeamSlot,
)
from grids.registers import base

TEAM = "grids.assignment"
COMMITTEE = "grids.jointcommittee"
Effect = dict[str, Any]


def hand_over(grid: Grid, heir: Grid, *, on: dt.date, by: Actor) -> list[Effect]:
    """Let what hangs on a grid that ends go on at its heir; called before records are shifted.

    Returns effects for the history: {"key", "to": grid id, None for what ends, "n"}.
    """
    PartyMember.objects.filter(home=grid).update(home=heir)
    widen_areas(grid, [heir])
    return [
        *_hand_team(grid, heir, on, by),
        *_hand_committee(grid, heir, on, by),
    ]


def widen_areas(grid: Grid, more: Sequence[Grid]) -> None:
    """Resources that serve a grid serve these as well: it is the same ground."""
    for resource in Resource.objects.filter(areas=grid):
        resource.areas.add(*more)


def effects(key: str, to: Grid, goes: int, ends: int) -> list[Effect]:
    """Those of one kind that are not zero."""
    rows = [{"key": key, "to": to.pk, "n": goes}, {"key": key, "to": None, "n": ends}]
    return [row for row in rows if row["n"]]


def _hand_team(grid: Grid, heir: Grid, on: dt.date, by: Actor) -> list[Effect]:
    """Those longest in a post come first."""
    slots = _slots(heir)
    there = list(_in_force(heir, on).values_list("slot__code", "holder_key"))
    held, known = Counter(code for code, _key in there), set(there)
    goes = ends = 0
    for row in _in_force(grid, on).select_for_update(of=("self",)):
        key = (row.slot.code, row.holder_key)
        slot = slots.get(row.slot.code)
        is_free = slot is not None and (slot.is_open or held[key[0]] < slot.required)
        if slot is None or not is_free or key in known:
            _end(row, grid, on, by)
            ends += 1
            continue
        _go_on(row, slot, grid, heir, on, by)
        held[key[0]] += 1
        known.add(key)
        goes += 1
    return effects(TEAM, heir, goes, ends)


def _slots(grid: Grid) -> dict[str, TeamSlot]:
    template = teams.template_of(grid)
    if template is None:
        return {}
    return {slot.code: slot for slot in template.slots.filter(is_active=True)}


def _in_force(grid: Grid, on: dt.date) -> Any:
    """Assignments at this very grid that are not over before that day."""
    rows = Assignment.objects.at_grid(grid).select_related("slot", "user", "post")
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on))
    return rows.order_by("starts_on", "pk")


def _end(row: Assignment, grid: Grid, on: dt.date, by: Actor) -> None:
    last = max(on - dt.timedelta(days=1), row.starts_on)
    teams.close(row, grid, by=by, last=last)


def _go_on(
    row: Assignment, slot: TeamSlot, grid: Grid, heir: Grid, on: dt.date, by: Actor
) -> None:
    """End it here and begin it there; one that has not begun before the day just moves."""
    place = {**following.place_of(heir.pk), "district_id": heir.district_id}
    if row.starts_on >= on:
        teams.end_post(row, by, on - dt.timedelta(days=1))
        row = base.write(row, Assignment, {**place, "slot": slot, "post": None}, by=by)
        teams.begin_post(row, heir, by)
        return
    kept = ("user", "holder", "unit", "phone", "phone_tail", "holder_key", "deputy")
    values = {name: getattr(row, name) for name in (*kept, "note", "ended_on")}
    _end(row, grid, on, by)
    values |= {**place, "slot": slot, "starts_on": on}
    teams.begun(base.write(None, Assignment, values, by=by), heir, by)


def _hand_committee(grid: Grid, heir: Grid, on: dt.date, by: Actor) -> list[Effect]:
    """Only those of the grid itself; a town's shift takes those of its villages along."""
    held = _committees(grid)
    if heir.level == grid.level and not _committees(heir):
        return []  # shifted and counted as any other record
    for row in held:
        base.end(row, by=by, on=on, event="committee")
    return effects(COMMITTEE, heir, 0, len(held))


def _committees(grid: Grid) -> list[JointCommittee]:
    rows: Iterable[JointCommittee] = JointCommittee.objects.live().filter(
        **{f"{grid.level}_id": grid.pk}
    )
    return [row for row in rows if row.grid_id == grid.pk]
