"""Deciding which integrated grids a line's grid corresponds to, and taking a decision back."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.bulk import update_many
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.events import Actor
from governance.core.models import Event, User
from grids import locate
from grids.actions.net_settling import settle
from grids.matching import kind_of
from grids.models import Grid, LineGrid, LineMapping, LineShape
from grids.models.places import LEVELS
from grids.registers.base import DESK, PLACE_FIELDS, covers
from grids.workflow import LINE_GRID

UNDO_SECONDS = 60  # the button is there for ten; a slow line may need longer
MOST_AT_ONCE = 5000
State = LineMapping.State


@transaction.atomic
def confirm(
    line_grid: LineGrid,
    grids: Iterable[Grid],
    *,
    by: Actor,
    note: str = "",
    version: int | None = None,
) -> tuple[LineGrid, Event | None]:
    """Say that a line grid is these integrated grids; several share it between them.

    Those it was mapped to before and is no longer are kept as ended. Saying the same again
    changes nothing, unless it waited for that. The event can be undone.

    Raises:
        Invalid: none, a retired one, or one inside another.
        Conflict: somebody else decided meanwhile.
        IllegalStep: it is kept as only of its line.
        NotAllowed: not a desk of the places concerned.
    """
    row = _locked(line_grid, version)
    LINE_GRID.take(row.decision, "map")
    chosen = sorted(set(grids), key=lambda grid: grid.code)
    _check(row, chosen, by)
    known = {m.grid_id: m for m in row.mappings.select_for_update()}
    held = {pk for pk, m in known.items() if m.state == State.CONFIRMED}
    is_waiting = any(m.recheck for m in known.values()) or row.desk != "confirmed"
    if held == {grid.pk for grid in chosen} and not is_waiting:
        return row, None
    before = _memory(row, known.values())
    doubled = _claimed(row, chosen)
    with history_by(by):
        for grid in chosen:
            mapping = known.get(grid.pk) or _manual(row, grid)
            _decide(mapping, State.CONFIRMED, by, note)
            if grid.pk in doubled and mapping.kind == LineMapping.Kind.EXACT:
                mapping.kind = LineMapping.Kind.PART
            mapping.own_code, mapping.own_name = row.code, row.name
            mapping.save()
        for pk in held - {grid.pk for grid in chosen}:
            _decide(known[pk], State.ENDED, by, note)
            known[pk].save()
        _share_between(row, doubled)
        put(row, _common_place(chosen))
    codes = [grid.code for grid in chosen]
    return row, _told(row, "linegrid.mapped", by, before, {"grids": codes})


@transaction.atomic
def reject(
    line_grid: LineGrid,
    mappings: Iterable[LineMapping] | None = None,
    *,
    by: Actor,
    note: str = "",
    version: int | None = None,
) -> tuple[LineGrid, Event | None]:
    """Say that these integrated grids are not meant (without `mappings`: none of the proposed).

    They are not proposed again; a confirmed one ends.

    Raises:
        Invalid: nothing to reject. Conflict: somebody else decided meanwhile.
        NotAllowed: not a desk of the place.
    """
    row = _locked(line_grid, version)
    _permit(row, by)
    open_states = (State.PROPOSED, State.CONFIRMED)
    known = list(row.mappings.select_for_update().filter(state__in=open_states))
    wanted = None if mappings is None else {m.pk for m in mappings}
    chosen = [m for m in known if wanted is None or m.pk in wanted]
    if not chosen:
        raise Invalid(_("There is nothing proposed to reject."))
    before = _memory(row, known)
    with history_by(by):
        for mapping in chosen:
            is_held = mapping.state == State.CONFIRMED
            _decide(mapping, State.ENDED if is_held else State.REJECTED, by, note)
            mapping.save()
        put(row, {})
    return row, _told(row, "linegrid.unmapped", by, before, {"n": len(chosen)})


@transaction.atomic
def keep_own(
    line_grid: LineGrid, *, by: Actor, reason: str, version: int | None = None
) -> tuple[LineGrid, Event | None]:
    """Say that the line alone has such a grid: no integrated one is meant, and none is missing.

    It stays so when a newer list comes in; the event can be undone. Saying the same again
    changes nothing.

    Raises:
        Invalid: field "reason". Conflict: it is mapped, or somebody else decided meanwhile.
        NotAllowed: not a desk of the place.
    """
    row = _locked(line_grid, version)
    _permit(row, by)
    text = " ".join(reason.split())[:200]
    if not text:
        words = _("Say why the line alone has this grid.")
        raise Invalid(words, fields={"reason": [words]})
    if row.mappings.confirmed().exists():
        raise Conflict(_("This grid is mapped: take the mapping back first."))
    state = LINE_GRID.take(row.decision, "keep_own").target
    if (row.decision, row.own_reason) == (state, text):
        return row, None
    before = _memory(row, row.mappings.all())
    own = {"reason": text, "by": str(by or "")[:80], "at": timezone.now().isoformat()}
    _put_own(row, own, by)
    return row, _told(row, "linegrid.kept_own", by, before, {"reason": text})


@transaction.atomic
def take_back_own(
    line_grid: LineGrid, *, by: Actor, version: int | None = None
) -> tuple[LineGrid, Event | None]:
    """Open a grid again that was kept as only of its line; its candidates are there as before.

    Raises:
        IllegalStep: it is not kept so. Conflict: somebody else decided meanwhile.
        NotAllowed: not a desk of the place.
    """
    row = _locked(line_grid, version)
    _permit(row, by)
    LINE_GRID.take(row.decision, "take_back")
    before = _memory(row, row.mappings.all())
    _put_own(row, None, by)
    return row, _told(row, "linegrid.own_taken_back", by, before, {})


def _put_own(row: LineGrid, own: dict[str, str] | None, by: Actor) -> None:
    """Write whether a grid is only of its line: {"reason", "by", "at"} or None."""
    row.decision = "own" if own else "open"
    row.own_reason = own["reason"] if own else ""
    row.own_label = own["by"] if own else ""
    row.own_at = dt.datetime.fromisoformat(own["at"]) if own else None
    with history_by(by):
        row.save(update_fields=["decision", "own_reason", "own_label", "own_at"])
        put(row, {})


@transaction.atomic
def confirm_clear(rows: Iterable[LineGrid], *, by: Actor) -> int:
    """Confirm the best candidate of every clear row among `rows`; returns how many.

    Rows that are not clear, or outside the writer's places, are left out.
    """
    ids = [row.pk for row in rows][:MOST_AT_ONCE]
    held = LineGrid.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    clear = {r.pk: r for r in held.filter(desk="clear", ended_on__isnull=True)}
    proposed = LineMapping.objects.select_for_update(of=("self",)).filter(
        line_grid_id__in=clear, state=State.PROPOSED, grid__retired_on__isnull=True
    )
    best: dict[int, LineMapping] = {}
    for mapping in proposed.order_by("-score", "-share_of_line", "pk"):
        best.setdefault(mapping.line_grid_id, mapping)
    done = [m for m in best.values() if covers(by, m, DESK)]
    for mapping in done:
        row = clear[mapping.line_grid_id]
        _decide(mapping, State.CONFIRMED, by, "")
        mapping.own_code, mapping.own_name = row.code, row.name
        _place(row, mapping.place_ids)
        row.version += 1
    decided = [clear[m.line_grid_id] for m in done]
    with history_by(by):
        update_many(done, [*DECISION, "own_code", "own_name"])
        update_many(decided, [*PLACE_FIELDS, "version"])
        settle(decided)
    told = {"n": 1, "in_bulk": len(done)}
    events.record_many([events.Fact("linegrid.mapped", r, by, told) for r in decided])
    return len(done)


@transaction.atomic
def undo(event: Event, *, by: User) -> LineGrid:
    """Take back a decision just made, by the one who made it, if nothing happened since.

    Raises:
        NotHere: no such decision of theirs. Conflict: too late, or somebody decided since.
    """
    memory = event.data.get("before")
    if event.actor_id != by.pk or memory is None:
        raise NotHere(_("There is nothing to undo."))
    row = _locked(LineGrid.objects.get(pk=event.subject_id), None)
    age = timezone.now() - event.occurred_at
    if age > dt.timedelta(seconds=UNDO_SECONDS) or row.version != event.data["version"]:
        raise Conflict(_("It is too late to undo this: decide anew instead."))
    was = {m["id"]: m for m in memory["mappings"]}
    with history_by(by):
        for mapping in row.mappings.select_for_update():
            if mapping.pk not in was:
                mapping.delete()
                continue
            _restore(mapping, was[mapping.pk])
        put(row, memory["place"])
    if memory.get("own") != _own_of(row):
        _put_own(row, memory.get("own"), by)
    events.record("linegrid.mapping_undone", row, by, {"event": event.pk})
    settle([row])
    return row


@transaction.atomic
def end_missing(rows: Iterable[LineGrid], *, by: Actor) -> int:
    """End line grids that the newest list no longer has; their mappings end with them."""
    ids = [row.pk for row in rows]
    held = LineGrid.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    gone = [
        r
        for r in held.filter(ended_on__isnull=True, missing_since__isnull=False)
        if covers(by, r, DESK)
    ]
    today = timezone.localdate()
    with history_by(by):
        for row in gone:
            row.ended_on, row.version = today, row.version + 1
        update_many(gone, ["ended_on", "version"])
        mappings = LineMapping.objects.filter(line_grid__in=gone)
        touched = set(mappings.values_list("grid_id", flat=True))
        mappings.confirmed().update(state=State.ENDED, recheck="")
        mappings.filter(state=State.PROPOSED).update(state=State.REJECTED)
        _settle_at(touched, {row.line for row in gone})
    for row in gone:
        events.record("linegrid.ended", row, by, {"on": today.isoformat()})
    return len(gone)


DECISION = (
    "state",
    "decided_by",
    "decided_label",
    "decided_at",
    "recheck",
    "note",
    "kind",
)


def _locked(line_grid: LineGrid, version: int | None) -> LineGrid:
    held = LineGrid.objects.select_for_update(of=("self",))
    row = held.filter(pk=line_grid.pk, ended_on__isnull=True).first()
    if row is None:
        raise NotHere(_("This grid of the line is no longer there."))
    if version is not None and version != row.version:
        raise Conflict(_("Somebody else decided this one meanwhile. Look again."))
    return row


def _permit(row: Any, by: Actor) -> None:
    if not covers(by, row, DESK):
        raise NotAllowed(_("The desk of the town or the district decides this."))


def _check(row: LineGrid, grids: Sequence[Grid], by: Actor) -> None:
    """Whether this person may map this row to these grids, and the grids may stand together."""
    _permit(row if row.large_id or not grids else locate.place_of(grids[0]), by)
    if not grids:
        words = _("Choose at least one integrated grid.")
        raise Invalid(words, fields={"grids": [words]})
    chains = {grid.pk: locate.place_of(grid) for grid in grids}
    for grid in grids:
        _permit(chains[grid.pk], by)
        if grid.retired_on or grid.district_id != row.district_id:
            words = _("%(grid)s is retired.") % {"grid": grid.name}
            raise Invalid(words, fields={"grids": [words]})
        if any(grid.pk in chains[o.pk].chain[:-1] for o in grids):
            words = _("%(grid)s contains another of those chosen.")
            raise Invalid(
                words % {"grid": grid.name},
                fields={"grids": [words % {"grid": grid.name}]},
            )


def _decide(mapping: LineMapping, state: str, by: Actor, note: str) -> None:
    mapping.state, mapping.note, mapping.recheck = state, note[:200], ""
    mapping.decided_by = by if isinstance(by, User) else None
    mapping.decided_label = str(by or "")[:80]
    mapping.decided_at = timezone.now()


def _manual(row: LineGrid, grid: Grid) -> LineMapping:
    """A mapping that nothing proposed, with its shares where both have polygons."""
    of_line, of_grid = measure(row, grid)
    return LineMapping(
        line_grid=row,
        grid=grid,
        line=row.line,
        method=LineMapping.Method.MANUAL,
        kind=kind_of(of_line, of_grid),
        share_of_line=of_line,
        share_of_grid=of_grid,
        **locate.place_of(grid).ids,
    )


def measure(row: LineGrid, grid: Grid) -> tuple[float | None, float | None]:
    """The common area as shares of the line's grid and of the integrated one."""
    from shapely.geometry import shape

    drawn = LineShape.objects.filter(line_grid=row).first()
    other = getattr(grid, "shape", None)
    if drawn is None or other is None:
        return None, None
    one, two = shape(drawn.geometry), shape(other.geometry)
    common = one.intersection(two).area
    return round(common / one.area, 4), round(common / two.area, 4)


def _claimed(row: LineGrid, grids: Sequence[Grid]) -> set[int]:
    """Those of the grids that another grid of the same line is confirmed to be, whole."""
    others = LineMapping.objects.confirmed().filter(line=row.line, grid__in=grids)
    others = others.exclude(line_grid=row).filter(line_grid__ended_on__isnull=True)
    return set(others.values_list("grid_id", flat=True))


def _share_between(row: LineGrid, doubled: set[int]) -> None:
    """Two grids of a line that are one integrated grid are each a part of it."""
    others = LineMapping.objects.confirmed().filter(line=row.line, grid_id__in=doubled)
    others.exclude(line_grid=row).filter(kind=LineMapping.Kind.EXACT).update(
        kind=LineMapping.Kind.PART
    )


def _common_place(grids: Sequence[Grid]) -> dict[str, int | None]:
    """The lowest place that all of the grids lie in, as place columns."""
    places = [locate.place_of(grid).ids for grid in grids]
    return {
        name: places[0][name] if len({p[name] for p in places}) == 1 else None
        for name in PLACE_FIELDS
    }


def _place(row: LineGrid, ids: dict[str, Any]) -> None:
    for name, value in ids.items():
        setattr(row, name, value)


def put(row: LineGrid, ids: dict[str, Any]) -> None:
    _place(row, ids)
    row.version += 1
    row.updated_at = timezone.now()
    row.save(update_fields=["version", "updated_at", "district", *LEVELS])


def _own_of(row: LineGrid) -> dict[str, str] | None:
    if row.decision != "own" or row.own_at is None:
        return None
    at = row.own_at.isoformat()
    return {"reason": row.own_reason, "by": row.own_label, "at": at}


def _memory(row: LineGrid, mappings: Iterable[LineMapping]) -> dict[str, Any]:
    """What undo needs; ids only, so that the event log names nobody twice."""
    return {
        "place": row.place_ids,
        "own": _own_of(row),
        "mappings": [
            {
                "id": m.pk,
                "state": m.state,
                "kind": m.kind,
                "by": m.decided_by_id,
                "at": m.decided_at.isoformat() if m.decided_at else None,
                "recheck": m.recheck,
                "note": m.note,
            }
            for m in mappings
        ],
    }


def _restore(mapping: LineMapping, was: dict[str, Any]) -> None:
    who = User.objects.filter(pk=was["by"]).first() if was["by"] else None
    mapping.state, mapping.kind, mapping.note = was["state"], was["kind"], was["note"]
    mapping.recheck, mapping.decided_by = was["recheck"], who
    mapping.decided_label = str(who or "")
    mapping.decided_at = dt.datetime.fromisoformat(was["at"]) if was["at"] else None
    mapping.save()


def _told(
    row: LineGrid, name: str, by: Actor, before: dict[str, Any], data: dict[str, Any]
) -> Event:
    told = {**data, "before": before, "version": row.version}
    event = events.record(name, row, by, told)
    settle([row])
    return event


def _settle_at(grids: set[int], lines: set[str]) -> None:
    """Judge anew whoever else named these grids."""
    others = LineGrid.objects.live().filter(line__in=lines, mappings__grid_id__in=grids)
    settle(list(others.distinct()))


def history_by(by: Actor) -> Any:
    return pghistory.context(user=by.pk if isinstance(by, User) else None)
