"""Confirmed mappings of the lines' nets follow their grid; the lines' codes stay as they were.

Merged: a line grid is from now on (part of) the grid that took the old one over. Split: where both
have outlines, the shares say which of the new grids it is; without them one that was the whole grid
is all of the new ones. Only what nobody can know goes to the review desk: which part of a split
grid a line grid without an outline was, and what a grid between two levels leaves behind.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from governance.core import events
from governance.core.events import Actor
from grids import following
from grids.actions import nets
from grids.actions.carrying import effects
from grids.actions.net_settling import settle
from grids.following import MAPPINGS
from grids.matching import kind_of
from grids.models import Grid, LineGrid, LineMapping
from grids.registers.base import PLACE_FIELDS

Kind, State = LineMapping.Kind, LineMapping.State
LEAST_SHARE = 0.1  # of the line grid, or of the new grid
OUTER = ("exact", "contains")  # the whole grid is the line's


def count_at(grid: Grid) -> int:
    """Confirmed mappings of live line grids to this very grid."""
    return int(_held(grid).count())


def merge(
    others: Sequence[Grid], into: Grid, *, because: str, by: Actor
) -> list[dict[str, Any]]:
    """What the others' line grids were confirmed to be is `into` now; it has grown already."""
    into = _fresh(into)[0]
    ids = {grid.pk for grid in (*others, into)}
    held = [m for grid in (*others, into) for m in _locked(grid)]
    by_row: dict[int, list[LineMapping]] = {}
    for mapping in held:
        by_row.setdefault(mapping.line_grid_id, []).append(mapping)
    carried = 0
    with nets.history_by(by):
        for mine in by_row.values():
            row = mine[0].line_grid
            is_whole = {m.grid_id for m in mine if m.kind in OUTER} == ids
            kind = _merged_kind(row, mine, is_whole)
            best = next((m for m in mine if m.grid_id == into.pk), mine[0])
            moved = [m for m in mine if m.grid_id != into.pk]
            _hold(row, into, best, kind, because)
            _end(moved)
            carried += len(moved)
            if moved:
                _place(row, because, by)
        settle([mine[0].line_grid for mine in by_row.values()])
    return effects(MAPPINGS, into, carried, 0)


def retire(grid: Grid, heir: Grid, *, because: str, by: Actor) -> list[dict[str, Any]]:
    """To an heir of the level, as merged; to one above, a part of that."""
    if heir.level == grid.level:
        return merge([grid], heir, because=because, by=by)
    heir, carried, rows = _fresh(heir)[0], 0, []
    with nets.history_by(by):
        for mapping in _locked(grid):
            row = mapping.line_grid
            others = _confirmed(row).exclude(pk=mapping.pk)
            if inside := _inside(others, heir):
                # Beside a grid that lies in the heir it cannot be the heir too.
                LineMapping.objects.filter(pk__in=inside).update(recheck=because)
            else:
                kind = Kind.OVERLAPS if others.exists() else Kind.PART
                _hold(row, heir, mapping, kind, because)
            _end([mapping])
            _place(row, because, by)
            rows.append(row)
            carried += 1
        settle(rows)
    return effects(MAPPINGS, heir, carried, 0)


def split(
    grid: Grid, new: Sequence[Grid], taker: Grid, *, ends: bool, because: str, by: Actor
) -> list[dict[str, Any]]:
    """Each goes to the parts it covers; without an outline, see the module."""
    left = _fresh(*new) if ends else _fresh(grid, *new)
    found: dict[int, int] = {}
    rows = []
    with nets.history_by(by):
        for mapping in _locked(grid):
            row = mapping.line_grid
            parts = _parts(mapping, left, taker)
            for part, kind in parts:
                doubt = because if kind is None else ""
                _hold(row, part, mapping, kind or mapping.kind, because, doubt)
                if part.pk != grid.pk:
                    found[part.pk] = found.get(part.pk, 0) + 1
            if grid.pk not in {part.pk for part, _kind in parts}:
                _end([mapping])
            _place(row, because, by)
            rows.append(row)
        settle(rows)
    return [{"key": MAPPINGS, "to": pk, "n": n} for pk, n in found.items()]


def _fresh(*grids: Grid) -> list[Grid]:
    """The grids with their outlines as they are now."""
    found = Grid.objects.select_related("shape").in_bulk([grid.pk for grid in grids])
    return [found[grid.pk] for grid in grids]


def _held(grid: Grid) -> Any:
    rows = LineMapping.objects.confirmed().filter(grid=grid)
    return rows.filter(line_grid__ended_on__isnull=True)


def _locked(grid: Grid) -> list[LineMapping]:
    rows = _held(grid).select_for_update(of=("self",)).order_by("pk")
    return list(rows.select_related("line_grid"))


def _confirmed(row: LineGrid) -> Any:
    return LineMapping.objects.confirmed().filter(line_grid=row)


def _inside(mappings: Any, grid: Grid) -> list[int]:
    """Those of the mappings whose grid lies in this one, or is it."""
    return list(
        mappings.filter(**{f"{grid.level}_id": grid.pk}).values_list("pk", flat=True)
    )


def _merged_kind(row: LineGrid, mine: Sequence[LineMapping], is_whole: bool) -> str:
    """By rule; outlines say it better where both are drawn."""
    has_more = _confirmed(row).exclude(pk__in=[m.pk for m in mine]).exists()
    if is_whole:
        return Kind.CONTAINS if has_more else Kind.EXACT
    return Kind.OVERLAPS if has_more else Kind.PART


def _parts(
    mapping: LineMapping, left: Sequence[Grid], taker: Grid
) -> list[tuple[Grid, str | None]]:
    """The grids left that a line grid is, and how; None: nobody can know."""
    shares = [(part, *nets.measure(mapping.line_grid, part)) for part in left]
    if all(of_line is not None for _part, of_line, _of_grid in shares):
        found = [
            (part, kind_of(of_line, of_grid))
            for part, of_line, of_grid in shares
            if max(of_line or 0, of_grid or 0) >= LEAST_SHARE
        ]
        return list(found) or [(taker, None)]
    if mapping.kind in OUTER:
        return [(part, Kind.CONTAINS) for part in left]
    return [(taker, None)]


def _hold(
    row: LineGrid,
    grid: Grid,
    was: LineMapping,
    kind: str,
    because: str,
    doubt: str = "",
) -> None:
    """Confirm a grid for a line grid as `was` was: who decided it and when stay."""
    mapping = LineMapping.objects.filter(line_grid=row, grid=grid).first()
    mapping = mapping or LineMapping(line_grid=row, grid=grid, found_at=timezone.now())
    of_line, of_grid = nets.measure(row, grid)
    mapping.kind = kind_of(of_line, of_grid) if of_line is not None else kind
    mapping.share_of_line, mapping.share_of_grid = of_line, of_grid
    if mapping.pk != was.pk:
        from_code = was.grid.code
        mapping.reasons = [{"code": "carried", "from": from_code, "event": because}]
    for name in ("line", "own_code", "own_name", "method", "score", "note"):
        setattr(mapping, name, getattr(was, name))
    for name in ("decided_by", "decided_label", "decided_at"):
        setattr(mapping, name, getattr(was, name))
    mapping.state, mapping.recheck = State.CONFIRMED, doubt
    for name, value in _ids(grid).items():
        setattr(mapping, name, value)
    mapping.save()


def _ids(grid: Grid) -> dict[str, Any]:
    return {**following.place_of(grid.pk), "district_id": grid.district_id}


def _end(mappings: Iterable[LineMapping]) -> None:
    for mapping in mappings:
        mapping.state, mapping.recheck = State.ENDED, ""
        mapping.save(update_fields=["state", "recheck"])


def _place(row: LineGrid, because: str, by: Actor) -> None:
    """The line grid lies where all of its grids do; it is matched again, and its event told."""
    held = list(_confirmed(row).values_list("grid__code", *PLACE_FIELDS))
    ids = {
        name: held[0][n] if len({m[n] for m in held}) == 1 else None
        for n, name in enumerate(PLACE_FIELDS, 1)
    }
    LineGrid.objects.filter(pk=row.pk).update(needs_match=True)
    row.refresh_from_db()
    nets.put(row, ids)
    codes = sorted(m[0] for m in held)
    events.record("linegrid.carried", row, by, {"because": because, "grids": codes})
