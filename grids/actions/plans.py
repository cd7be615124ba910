"""One door to every change of the tree: try it out, do it today, or plan it for a day to come.

`data` holds ids and words only, so that it can wait in a row until its day.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, DomainError, Invalid, NotHere
from governance.core.events import Actor
from governance.core.models import User
from grids import locate, rights
from grids.actions import history, tree, tree_details, tree_life
from grids.actions.tree_life import Part
from grids.models import District, Grid, GridChange, GridPlan

Data = Mapping[str, Any]
Extra = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """What a change would do: the history row it would write, and grids that get new codes."""

    kind: str
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    codes: list[tuple[str, str, str]] = field(default_factory=list)


def perform(
    kind: str, data: Data, *, by: Actor, on: dt.date | None = None, reason: str = ""
) -> GridChange:
    """Change the tree now; `kind` is one of `ChangeKind`.

    data, by kind:
        created: parent or district, name, code, area_type, short_name, is_dedicated
        renamed: grid, name, short_name
        edited: grid, area_type, short_name, is_dedicated, order, duty_phone
        recoded: grid, code
        moved: grid, to, code, work
        merged: grids, grid (the one that takes the others), name, work
        split: grid, parts [{name, code, children, geometry}], heir, ends, work
        retired: grid, heir_grid, work

    Raises:
        NotAllowed: not theirs to change. Otherwise as the action says.
    """
    if by_user := by if isinstance(by, User) else None:
        _refuse_others(kind, data, by_user)
    with tree.hold():
        last = GridChange.objects.aggregate(pk=Max("pk"))["pk"] or 0
        _DOERS[kind](data, {"by": by, "on": on, "reason": reason})
        found = GridChange.objects.filter(kind=kind, pk__gt=last).first()
        if found is None:
            raise Conflict(_("Nothing would change."))
        return found


def try_out(
    kind: str, data: Data, *, by: User, on: dt.date | None = None, reason: str = ""
) -> Trial:
    """What the change would do today, done for real and taken back.

    Raises:
        DomainError: as the change itself would.
    """
    today = timezone.localdate()
    day = None if on and on > today else on
    try:
        with transaction.atomic():
            codes = dict(Grid.objects.values_list("pk", "code"))
            change = perform(kind, data, by=by, on=day, reason=reason)
            renewed = [
                (codes[pk], code, name)
                for pk, code, name in Grid.objects.order_by("code").values_list(
                    "pk", "code", "name"
                )
                if pk in codes and codes[pk] != code
            ]
            transaction.set_rollback(True)
    finally:
        locate.forget_now()
    return Trial(kind, change.before, change.after, change.effects, renewed)


def decide(
    kind: str, data: Data, *, by: User, on: dt.date | None, reason: str
) -> GridChange | GridPlan:
    """Do it, or plan it where the day is still to come.

    Raises:
        Invalid: no reason, or a day more than a year ahead. Otherwise as the change itself.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Say why; it stays in the history.")]})
    today = timezone.localdate()
    if on is None or on <= today:
        return perform(kind, data, by=by, on=on, reason=reason)
    if (on - today).days > history.DAYS_AHEAD:
        raise Invalid(fields={"on": [_("At most a year ahead.")]})
    try_out(kind, data, by=by, reason=reason)
    return _plan(kind, data, by=by, on=on, reason=reason)


@transaction.atomic
def _plan(kind: str, data: Data, *, by: User, on: dt.date, reason: str) -> GridPlan:
    grid = _grid(data.get("grid") or data.get("parent"))
    plan = GridPlan.objects.create(
        district_id=grid.district_id,
        grid=grid,
        kind=kind,
        data=dict(data),
        on=on,
        reason=reason.strip(),
        by=by,
    )
    events.record(
        "grid.change_planned",
        grid,
        by,
        {"plan": plan.pk, "kind": kind, "on": on.isoformat()},
    )
    return plan


@transaction.atomic
def cancel(plan: GridPlan, *, by: User) -> GridPlan:
    """Take a plan back before its day.

    Raises:
        Conflict: it is not waiting any more.
    """
    plan = GridPlan.objects.select_for_update().select_related("grid").get(pk=plan.pk)
    rights.refuse_others(by, plan.grid, kind=plan.kind)
    if plan.state != GridPlan.State.WAITING:
        raise Conflict(
            _("This plan is %(state)s.") % {"state": plan.get_state_display()}
        )
    plan.state = GridPlan.State.CANCELLED
    plan.save(update_fields=["state"])
    events.record("grid.plan_cancelled", plan.grid, by, {"plan": plan.pk})
    return plan


def carry_out_due(today: dt.date | None = None) -> int:
    """Do what was planned for days that have come; how many plans are settled.

    Each in its own transaction. One that is not possible any more is marked so, with the reason.
    """
    today = today or timezone.localdate()
    due = GridPlan.objects.filter(state=GridPlan.State.WAITING, on__lte=today)
    ids = list(due.order_by("on", "pk").values_list("pk", flat=True))
    return sum(_carry_out(pk) for pk in ids)


def _carry_out(pk: int) -> bool:
    with transaction.atomic():
        plan = (
            GridPlan.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("by", "grid")
            .filter(pk=pk, state=GridPlan.State.WAITING)
            .first()
        )
        if plan is None:
            return False
        try:
            with transaction.atomic():
                plan.change = perform(
                    plan.kind, plan.data, by=plan.by, on=plan.on, reason=plan.reason
                )
            plan.state = GridPlan.State.DONE
        except DomainError as refusal:
            plan.state, plan.note = GridPlan.State.REFUSED, refusal.message[:300]
            events.record("grid.plan_refused", plan.grid, "system", {"plan": plan.pk})
        plan.save(update_fields=["state", "note", "change"])
        return True


def _grid(pk: Any) -> Grid:
    grid: Grid | None = Grid.objects.filter(pk=pk).first() if pk else None
    if grid is None:
        raise NotHere(_("This grid is not there any more."))
    return grid


def _refuse_others(kind: str, data: Data, user: User) -> None:
    """All grids that the change names must be the person's to change."""
    if kind == "created" and not data.get("parent"):
        district = District.objects.filter(pk=data.get("district", 0)).first()
        if district is None or not rights.of_district(user, district):
            raise rights.no(str(district or ""))
        return
    ids = [data.get(name) for name in ("grid", "parent", "to", "heir_grid")]
    ids += list(data.get("grids", ()))
    grids = [_grid(pk) for pk in ids if pk]
    rights.refuse_others(user, *grids, kind=kind)


def _create(data: Data, rest: Extra) -> None:
    parent = _grid(data["parent"]) if data.get("parent") else None
    district = None if parent else District.objects.get(pk=data["district"])
    given = {
        name: data[name]
        for name in ("name", "code", "area_type", "short_name", "is_dedicated")
        if name in data
    }
    tree.create_grid(parent=parent, district=district, **given, **rest)


def _rename(data: Data, rest: Extra) -> None:
    short_name = data.get("short_name", "")
    tree.rename_grid(
        _grid(data["grid"]), name=data["name"], short_name=short_name, **rest
    )


def _edit(data: Data, rest: Extra) -> None:
    tree_details.edit_grid(_grid(data["grid"]), values=data, **rest)


def _recode(data: Data, rest: Extra) -> None:
    grid = _grid(data["grid"])
    if grid.code == data["code"]:
        raise Invalid(fields={"code": [_("This is its code already.")]})
    tree.recode_grid(grid, code=data["code"], **rest)


def _move(data: Data, rest: Extra) -> None:
    grid, to = _grid(data["grid"]), _grid(data["to"])
    if grid.parent_id == to.pk:
        raise Invalid(fields={"to": [_("It hangs there already.")]})
    tree.move_grid(grid, to=to, code=data.get("code", ""), work=data["work"], **rest)


def _merge(data: Data, rest: Extra) -> None:
    tree_life.merge_grids(
        [_grid(pk) for pk in data["grids"]],
        into=_grid(data["grid"]),
        name=data.get("name", ""),
        work=data["work"],
        **rest,
    )


def _split(data: Data, rest: Extra) -> None:
    parts = [
        Part(
            part["name"],
            part.get("code", ""),
            tuple(part.get("children", ())),
            part.get("geometry"),
        )
        for part in data["parts"]
    ]
    tree_life.split_grid(
        _grid(data["grid"]),
        parts=parts,
        heir=data.get("heir", 0),
        ends=data.get("ends", False),
        work=data["work"],
        **rest,
    )


def _retire(data: Data, rest: Extra) -> None:
    grid = _grid(data["grid"])
    tree.refuse_retired(grid)
    heir = _grid(data["heir_grid"]) if data.get("heir_grid") else None
    tree_life.retire_grid(grid, heir=heir, work=data["work"], **rest)


_DOERS: dict[str, Callable[[Data, Extra], None]] = {
    "created": _create,
    "renamed": _rename,
    "edited": _edit,
    "recoded": _recode,
    "moved": _move,
    "merged": _merge,
    "split": _split,
    "retired": _retire,
}
