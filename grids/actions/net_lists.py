"""A line's list handed in anew: compared with what is known, then taken over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.bulk import update_many
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.ids import reserve_ids
from governance.core.models import User
from grids import locate
from grids import polygons as polygons_of_ours
from grids.actions import shapes
from grids.actions.lines import Whole, check_line, own_town
from grids.actions.net_matching import ask_matching
from grids.actions.net_settling import settle
from grids.actions.nets import end_missing
from grids.models import District, Grid, GridShape, LineGrid, LineList, LineShape
from grids.net_files import FIELDS, Cells, read
from grids.registers.base import DESK, covers


@dataclass
class Difference:
    """What a list would change. `changed` pairs a row with {column: (before, after)}."""

    new: list[Cells] = field(default_factory=list)
    changed: list[tuple[LineGrid, Cells, dict[str, tuple[str, str]]]] = field(
        default_factory=list
    )
    same: int = 0
    gone: list[LineGrid] = field(default_factory=list)
    back: list[LineGrid] = field(default_factory=list)


@transaction.atomic
def hand_in(
    district: District,
    line: str,
    file: IO[bytes],
    *,
    by: User,
    file_name: str = "",
    polygons: Mapping[str, Any] | None = None,
) -> LineList:
    """Read a list (Excel, CSV, or outlines with code and name) and stage it; nothing is written.

    `polygons` maps own codes to GeoJSON polygons for a list without any. A township's desk hands
    in the list of its town. Faulty rows are kept beside the good ones. Where most points of its
    outlines leave the area, the datum is doubted (`convert`).

    Raises:
        Invalid: no such line, or not a list. NotAllowed: not a desk.
    """
    check_line(line)
    town = own_town(by)
    if not covers(by, locate.place_of(town) if town else Whole(district), DESK):
        raise NotAllowed(_("The desk of the town or the district keeps these lists."))
    cells, faults = read(file)
    for row in cells:
        if polygons and row["code"] in polygons:
            row["geometry"] = polygons[row["code"]]
    if not cells and not faults:
        words = _("The file has no rows.")
        raise Invalid(words, fields={"file": [words]})
    rows = {
        "cells": cells,
        "faults": faults,
        "has_polygons": any("geometry" in row for row in cells),
        "doubt": _doubt(district, town, cells),
    }
    found = LineList.objects.create(
        district=district,
        line=line,
        large=town,
        file_name=file_name[:200],
        rows=rows,
        by=by,
    )
    told = {"line": line, "n": len(cells), "faults": len(faults)}
    events.record("linelist.handed_in", found, by, told)
    return found


def _doubt(
    district: District, town: Grid | None, cells: Iterable[Cells]
) -> list[dict[str, str]]:
    """[{"words", "crs"}]: what is odd about where the outlines lie; crs would make them fit."""
    outlines = [row["geometry"] for row in cells if row.get("geometry")]
    areas = polygons_of_ours.district_area(district.pk)
    drawn = GridShape.objects.filter(grid=town).first() if town else None
    if drawn is not None:
        areas = [polygons_of_ours.sound(drawn.geometry)]
    found = polygons_of_ours.datum_doubt(outlines, areas)
    return [{"words": fault.words, "crs": fault.choose} for fault in found]


@transaction.atomic
def convert(staged: LineList, crs: str, *, by: User) -> LineList:
    """Read the outlines of a staged list as `crs` ("gcj02" or "bd09"), once.

    Raises:
        Conflict: it was dealt with already, or converted before. Invalid: no such datum.
    """
    held = LineList.objects.select_for_update(of=("self",)).get(pk=staged.pk)
    if held.state != LineList.State.STAGED or held.rows.get("crs"):
        raise Conflict(_("This list has been converted or dealt with already."))
    if crs not in polygons_of_ours.DATUMS:
        raise Invalid(fields={"crs": [_("There is no such coordinate system.")]})
    cells = held.rows["cells"]
    for row in cells:
        if row.get("geometry"):
            row["geometry"] = polygons_of_ours.to_wgs84(row["geometry"], crs)
    held.rows["doubt"] = _doubt(held.district, held.large, cells)
    held.rows["crs"] = crs
    held.save(update_fields=["rows"])
    events.record("linelist.converted", held, by, {"line": held.line, "crs": crs})
    return held


def compare(staged: LineList) -> Difference:
    """The list against what is known now; two statements."""
    rows = LineGrid.objects.live().filter(district=staged.district_id, line=staged.line)
    if staged.large_id:
        rows = rows.filter(large_id=staged.large_id)
    has_polygons = bool(staged.rows.get("has_polygons"))
    known = {row.code: row for row in rows.order_by("code").select_related("shape")}
    faulty = {fault.get("code", "") for fault in staged.rows.get("faults", [])}
    found = difference(staged.rows.get("cells", []), known, has_polygons=has_polygons)
    # A row that could not be read is in the list all the same: its grid is not gone.
    found.gone = [row for row in found.gone if row.code not in faulty]
    return found


def difference(
    cells: Iterable[Cells], known: Mapping[str, LineGrid], *, has_polygons: bool
) -> Difference:
    """New, changed, same and gone rows; a list without polygons says nothing of polygons."""
    out, seen = Difference(), set()
    for row in cells:
        seen.add(row["code"])
        old = known.get(row["code"])
        if old is None:
            out.new.append(row)
            continue
        if old.missing_since:
            out.back.append(old)
        changes = _changes(old, row, has_polygons=has_polygons)
        if changes:
            out.changed.append((old, row, changes))
        else:
            out.same += 1
    out.gone = [old for code, old in known.items() if code not in seen]
    return out


def _changes(
    old: LineGrid, row: Cells, *, has_polygons: bool
) -> dict[str, tuple[str, str]]:
    """By column: before and after, as text; an empty cell changes nothing."""
    found = {
        name: (str(getattr(old, name)), str(row[name]))
        for name in FIELDS
        if row.get(name) and str(getattr(old, name)) != str(row[name])
    }
    if has_polygons and row.get("geometry") is not None:
        before = getattr(old, "shape", None)
        if before is None or before.geometry != row["geometry"]:
            found["geometry"] = (_("drawn") if before else "", _("drawn anew"))
    return found


@transaction.atomic
def take_over(staged: LineList, *, by: User, end_gone: bool = False) -> dict[str, int]:
    """Write a staged list: new and changed rows, and have the candidates looked for.

    Rows that the list no longer has are ended with `end_gone`; otherwise they go to the review
    desk as gone. Returns how many are new, changed, gone (and waiting) and ended. Confirmed mappings stay. Taking it over twice changes nothing the second time.

    Raises:
        Conflict: dropped. NotAllowed: not a desk of the place.
    """
    held = LineList.objects.select_for_update().get(pk=staged.pk)
    place = locate.place_of(held.large_id) if held.large_id else Whole(held.district)
    if not covers(by, place, DESK):
        raise NotAllowed(_("The desk of the town or the district keeps these lists."))
    if held.state == LineList.State.DROPPED:
        raise Conflict(_("This list was dropped."))
    if held.state == LineList.State.APPLIED:
        return {"new": 0, "changed": 0, "gone": 0, "ended": 0}
    found = compare(held)
    with pghistory.context(user=by.pk, source=f"list:{held.pk}"):
        _add(held, found.new)
        _change(held, found.changed)
        _back(found.back)
        _miss(found.gone)
    ended = end_missing(found.gone, by=by) if end_gone else 0
    held.state, held.applied_at = LineList.State.APPLIED, timezone.now()
    held.save(update_fields=["state", "applied_at"])
    counts = {
        "new": len(found.new),
        "changed": len(found.changed),
        "gone": len(found.gone) - ended,
        "ended": ended,
    }
    events.record("linelist.taken_over", held, by, {"line": held.line, **counts})
    settle([*found.gone, *found.back])
    ask_matching(held.district, held.line, by=by)
    return counts


@transaction.atomic
def drop(staged: LineList, *, by: User) -> LineList:
    """Put a staged list aside; nothing was written. Repeating it changes nothing.

    Raises:
        Conflict: it was taken over already.
    """
    held = LineList.objects.select_for_update().get(pk=staged.pk)
    if held.state == LineList.State.APPLIED:
        raise Conflict(_("This list has been taken over already."))
    if held.state != LineList.State.DROPPED:
        held.state = LineList.State.DROPPED
        held.save(update_fields=["state"])
        events.record("linelist.dropped", held, by, {"line": held.line})
    return held


def _add(held: LineList, rows: list[Cells]) -> None:
    place = (
        locate.place_of(held.large_id).ids
        if held.large_id
        else {"district_id": held.district_id}
    )
    at = timezone.now()
    told = {"source": f"list:{held.pk}", "at": at.isoformat(timespec="seconds")}
    made = [
        LineGrid(
            pk=pk,
            line=held.line,
            batch=f"list:{held.pk}",
            provenance={n: told for n in FIELDS if row.get(n)},
            **{n: row.get(n) or "" for n in FIELDS},
            **place,
        )
        for pk, row in zip(reserve_ids(len(rows)), rows, strict=True)
    ]
    LineGrid.objects.bulk_create(made, 500)
    _draw((new.pk, row.get("geometry")) for new, row in zip(made, rows, strict=True))


def _change(held: LineList, changed: list[Any]) -> None:
    at = timezone.now()
    told = {"source": f"list:{held.pk}", "at": at.isoformat(timespec="seconds")}
    for old, _row, changes in changed:
        for name, (_before, after) in changes.items():
            if name != "geometry":
                setattr(old, name, after)
            old.provenance = {**old.provenance, name: told}
        old.version, old.updated_at, old.needs_match = old.version + 1, at, True
        old.batch = f"list:{held.pk}"
    columns = [*FIELDS, "provenance", "version", "updated_at", "needs_match", "batch"]
    update_many([old for old, _r, _c in changed], columns)
    _draw((old.pk, row.get("geometry")) for old, row, c in changed if "geometry" in c)


def _draw(pairs: Iterable[tuple[int, Any]]) -> None:
    made = [
        LineShape(line_grid_id=pk, geometry=geometry, **shapes.bounds(geometry))
        for pk, geometry in pairs
        if geometry is not None
    ]
    columns = ["geometry", "min_lon", "min_lat", "max_lon", "max_lat"]
    LineShape.objects.bulk_create(
        made,
        500,
        update_conflicts=True,
        unique_fields=["line_grid"],
        update_fields=columns,
    )


def _miss(gone: list[LineGrid]) -> None:
    today = timezone.localdate()
    fresh = [row for row in gone if row.missing_since is None]
    for row in fresh:
        row.missing_since = today
    update_many(fresh, ["missing_since"])


def _back(rows: list[LineGrid]) -> None:
    for row in rows:
        row.missing_since = None
    update_many(rows, ["missing_since"])
