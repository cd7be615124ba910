"""A line's list handed in anew: compared with what is known, then taken over."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events, sheets
from governance.core.errors import Conflict, DomainError, Invalid, NotAllowed
from governance.core.ids import reserve_ids
from governance.core.models import User
from grids import locate
from grids.actions import shapes
from grids.actions.lines import Whole, check_line, own_town
from grids.actions.net_matching import ask_matching
from grids.actions.net_settling import settle
from grids.actions.nets import end_missing
from grids.models import District, Grid, LineGrid, LineList, LineShape
from grids.registers.base import DESK, covers

COLUMNS = {
    "code": ("own code", "编码", "网格编码", "网格编号", "本线编码", "代码"),
    "name": ("own name", "名称", "网格名称", "本线名称"),
    "parent_code": ("code above", "上级编码", "上级代码"),
    "parent_name": ("name above", "上级名称", "上级", "所属社区", "所属村", "村社区"),
    "level": ("层级", "网格层级", "网格级别"),
    "leader_name": ("leader", "网格长", "负责人", "网格长姓名"),
}
FIELDS = tuple(COLUMNS)
LIMITS = {
    "code": 40,
    "name": 80,
    "parent_code": 40,
    "parent_name": 80,
    "leader_name": 40,
}
MOST_ROWS = 50_000
LEVEL_WORDS = {
    "大网格": "large",
    "中网格": "medium",
    "小网格": "small",
    "微网格": "micro",
    "大": "large",
    "中": "medium",
    "小": "small",
    "微": "micro",
}
Cells = dict[str, Any]


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
    """Read a list (Excel, CSV, or GeoJSON with code and name) and stage it; nothing is written.

    `polygons` maps own codes to GeoJSON polygons for a list without any. A township's desk hands
    in the list of its town. Faulty rows are kept beside the good ones.

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


def compare(staged: LineList) -> Difference:
    """The list against what is known now; two statements."""
    rows = LineGrid.objects.live().filter(district=staged.district_id, line=staged.line)
    if staged.large_id:
        rows = rows.filter(large_id=staged.large_id)
    has_polygons = bool(staged.rows.get("has_polygons"))
    known = {row.code: row for row in rows.order_by("code").select_related("shape")}
    return difference(staged.rows.get("cells", []), known, has_polygons=has_polygons)


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
    LineGrid.objects.bulk_update([old for old, _r, _c in changed], columns, 500)
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
    LineGrid.objects.bulk_update(fresh, ["missing_since"], 500)


def _back(rows: list[LineGrid]) -> None:
    for row in rows:
        row.missing_since = None
    LineGrid.objects.bulk_update(rows, ["missing_since"], 500)


def read(file: IO[bytes]) -> tuple[list[Cells], list[dict[str, Any]]]:
    """Good rows and faults of an Excel, CSV or GeoJSON list.

    Raises:
        Invalid: with field "file": not a list, or too long.
    """
    head = file.read(200).lstrip(b"\xef\xbb\xbf \t\r\n")
    file.seek(0)
    rows = (
        _features(file)
        if head.startswith(b"{")
        else [
            (row.number, dict(row.cells))
            for row in sheets.read(file, COLUMNS, required=("code", "name"))
        ]
    )
    if len(rows) > MOST_ROWS:
        words = _("At most %(n)s rows in one list.") % {"n": MOST_ROWS}
        raise Invalid(words, fields={"file": [words]})
    seen: dict[str, int] = {}
    good: list[Cells] = []
    faults: list[dict[str, Any]] = []
    for number, cells in rows:
        wrong = _faults(cells, number, seen)
        faults += [vars(error) for error in wrong]
        seen.setdefault(str(cells.get("code", "")), number)
        if not wrong:
            good.append(cells)
    return good, faults


def _features(file: IO[bytes]) -> list[tuple[int, Cells]]:
    """(running number, cells with geometry) of a GeoJSON FeatureCollection."""
    try:
        data = json.loads(file.read(sheets.MAX_BYTES).decode("utf-8-sig"))
        features = data["features"]
        names = {h: name for name, hs in COLUMNS.items() for h in (name, *hs)}
        return [
            (
                n,
                {
                    names[k.lower()]: str(v).strip()
                    for k, v in (feature.get("properties") or {}).items()
                    if k.lower() in names and v is not None
                }
                | {"geometry": feature.get("geometry")},
            )
            for n, feature in enumerate(features, 1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        words = _("This is not a GeoJSON FeatureCollection.")
        raise Invalid(words, fields={"file": [words]}) from error


def polygons_by_code(file: IO[bytes]) -> dict[str, Any]:
    """Polygons of a GeoJSON file by the own code in its properties.

    Raises:
        Invalid: field "polygons".
    """
    try:
        found = _features(file)
    except Invalid as error:
        raise Invalid(error.message, fields={"polygons": [error.message]}) from error
    out = {c["code"]: c["geometry"] for _n, c in found if c.get("code")}
    if not out:
        words = _("No polygon in this file has a code of the line.")
        raise Invalid(words, fields={"polygons": [words]})
    return out


def _faults(
    cells: Cells, number: int, seen: Mapping[str, int]
) -> list[sheets.RowError]:
    """What is wrong with one row; its level is brought to a code."""
    words: dict[str, str] = {}
    for name in ("code", "name"):
        if not cells.get(name):
            words[name] = _("must not be empty")
    if cells.get("code") in seen:
        words["code"] = _("already in row %(row)s") % {"row": seen[cells["code"]]}
    for name, limit in LIMITS.items():
        if len(cells.get(name) or "") > limit:
            words[name] = _("longer than %(n)s characters") % {"n": limit}
    level = cells.get("level") or ""
    cells["level"] = LEVEL_WORDS.get(level, level)
    if cells["level"] and cells["level"] not in Grid.Level.values:
        words["level"] = _("“%(part)s” is not understood.") % {"part": level}
    if cells.get("geometry") is None:
        cells.pop("geometry", None)
    else:
        words |= _bad_outline(cells["geometry"])
    return [sheets.RowError(number, column, each) for column, each in words.items()]


def _bad_outline(geometry: Any) -> dict[str, str]:
    try:
        shapes.bounds(geometry)
    except DomainError as error:
        fields = getattr(error, "fields", {})
        return {"geometry": " ".join(fields.get("geometry", [error.message]))}
    return {}
