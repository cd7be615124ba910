"""A file of outlines against the grids: which is whose, what is wrong with it, what is new."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids import polygons
from grids.actions.codes import CODE_DIGITS
from grids.geofiles import Feature
from grids.models import Grid, GridShape
from grids.polygons import Around, Fault

LEVELS = ("large", "medium", "small", "micro")
NEW, REPLACES, SAME, UNKNOWN, TWICE, WRONG = (
    "new",
    "replaces",
    "same",
    "unknown",
    "twice",
    "wrong",
)


@dataclass
class Choice:
    """How features are matched: by which columns, at which level ("" is any), in which datum."""

    code_column: str = ""
    name_column: str = ""
    level: str = ""
    crs: str = "wgs84"


@dataclass
class Verdict:
    """What becomes of one feature. `grid` is the one it was matched to."""

    number: int
    label: str
    verdict: str
    grid: Grid | None = None
    faults: list[Fault] = field(default_factory=list)
    geometry: dict[str, Any] | None = None

    @property
    def will_be_written(self) -> bool:
        return self.verdict in (NEW, REPLACES)


@dataclass
class Sheet:
    """All verdicts of a file, the doubt about its datum, and the gaps it would leave."""

    rows: list[Verdict]
    doubt: list[Fault] = field(default_factory=list)
    gaps: list[Fault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(row.verdict for row in self.rows))

    @property
    def written(self) -> list[Verdict]:
        return [row for row in self.rows if row.will_be_written]


def guess(
    columns: Sequence[str], rows: Sequence[Feature], grids: Sequence[Grid]
) -> Choice:
    """The columns whose values fit most codes and names."""
    codes = {grid.code for grid in grids}
    names = {grid.name for grid in grids}

    def best(known: set[str], length: int) -> str:
        fits = {
            column: sum(row.properties.get(column, "") in known for row in rows)
            for column in columns
        }
        top = max(columns, key=lambda column: fits[column], default="")
        return top if top and fits[top] * 10 >= length else ""

    return Choice(best(codes, len(rows)), best(names, len(rows)))


def judge(rows: Sequence[Feature], choice: Choice, grids: Sequence[Grid]) -> Sheet:
    """Match and check every feature; `grids` are the live ones that the person may draw.

    Outlines are compared with those that will be there after the file, its own included.
    """
    found = [_match(row, choice, grids) for row in rows]
    _mark_twice(found)
    drawn = _drawn(grids)
    for row in found:
        if row.grid is not None and row.verdict not in (TWICE, WRONG):
            was = drawn.get(row.grid.pk)
            row.verdict = REPLACES if was else NEW
            if was and was[2] == row.geometry:
                row.verdict = SAME
    after = dict(drawn)
    for row in found:
        if row.will_be_written and row.grid and row.geometry:
            after[row.grid.pk] = (polygons.sound(row.geometry), False, row.geometry)
    _check_all(found, grids, after)
    sheet = Sheet(found, _doubt(found, after))
    sheet.gaps = _gaps(found, grids, after)
    return sheet


Drawn = dict[int, tuple[BaseGeometry, bool, Mapping[str, Any]]]


def _match(row: Feature, choice: Choice, grids: Sequence[Grid]) -> Verdict:
    code = row.properties.get(choice.code_column, "") if choice.code_column else ""
    name = row.properties.get(choice.name_column, "") if choice.name_column else ""
    verdict = Verdict(row.number, code or name or str(row.number), UNKNOWN)
    if row.geometry is None:
        verdict.verdict = WRONG
        verdict.faults = [Fault("shape", _("It is not a polygon."))]
        return verdict
    verdict.geometry = polygons.to_wgs84(row.geometry, choice.crs)
    level = [g for g in grids if not choice.level or g.level == choice.level]
    fitting = [g for g in level if code and g.code == code]
    if not fitting and name and len(code) not in CODE_DIGITS.values():
        fitting = [g for g in level if name in (g.name, g.short_name)]
    if len(fitting) > 1:
        words = _("%(n)s grids have this name; give codes.") % {"n": len(fitting)}
        verdict.faults = [Fault("name", words)]
    elif fitting:
        verdict.grid, verdict.verdict = fitting[0], NEW
    else:
        verdict.faults = [
            Fault("unknown", _("No grid of yours has this code or name."))
        ]
    return verdict


def _mark_twice(rows: Sequence[Verdict]) -> None:
    times = Counter(row.grid.pk for row in rows if row.grid)
    for row in rows:
        if row.grid and times[row.grid.pk] > 1:
            row.verdict = TWICE
            words = _("%(grid)s is in the file more than once.")
            row.faults.append(Fault("twice", words % {"grid": row.grid.name}))


def _drawn(grids: Sequence[Grid]) -> Drawn:
    """What is drawn now of the grids in question, their parents and their siblings."""
    districts = {grid.district_id for grid in grids}
    rows = GridShape.objects.filter(
        grid__district__in=districts, grid__retired_on__isnull=True
    )
    return {
        row.grid_id: (polygons.sound(row.geometry), row.is_schematic, row.geometry)
        for row in rows
    }


def _check_all(rows: Sequence[Verdict], grids: Sequence[Grid], after: Drawn) -> None:
    kin: dict[int | None, list[Grid]] = defaultdict(list)
    named = {grid.pk: grid for grid in grids}
    for grid in grids:
        kin[grid.parent_id].append(grid)
    for row in rows:
        if not row.will_be_written or row.grid is None or row.geometry is None:
            continue
        near = _near(row.grid, kin, named, after)
        row.faults += polygons.check(row.geometry, near)
        row.faults = [f for f in row.faults if f.code not in ("gap", "datum")]
        if any(fault.blocks for fault in row.faults):
            row.verdict = WRONG


def _near(
    grid: Grid,
    kin: Mapping[int | None, list[Grid]],
    named: Mapping[int, Grid],
    after: Drawn,
) -> Around:
    near = Around()
    up = after.get(grid.parent_id or 0)
    if up and grid.parent_id:
        name = named[grid.parent_id].name if grid.parent_id in named else ""
        near.parent = (name, up[0], up[1])
    box = shapely.box(*after[grid.pk][0].bounds)
    for other in kin[grid.parent_id]:
        drawn = after.get(other.pk)
        if other.pk != grid.pk and drawn and drawn[0].intersects(box):
            near.siblings.append((other.name, drawn[0], drawn[1]))
    return near


def _doubt(rows: Sequence[Verdict], after: Drawn) -> list[Fault]:
    """The datum of the whole file, against the parents of what it draws."""
    homes = {
        row.grid.parent_id
        for row in rows
        if row.grid and row.grid.parent_id and row.grid.parent_id in after
    }
    ours = {row.grid.pk for row in rows if row.grid}
    areas = [after[pk][0] for pk in homes - ours]
    districts = {row.grid.district_id for row in rows if row.grid}
    if not areas and len(districts) == 1:
        areas = polygons.district_area(districts.pop())
    outlines = [row.geometry for row in rows if row.geometry]
    return polygons.datum_doubt(outlines, areas)


def _gaps(rows: Sequence[Verdict], grids: Sequence[Grid], after: Drawn) -> list[Fault]:
    named = {grid.pk: grid for grid in grids}
    touched = {row.grid.parent_id for row in rows if row.grid and row.will_be_written}
    found = []
    for pk in sorted(pk for pk in touched if pk in after and pk in named):
        parts = [
            after[grid.pk][0]
            for grid in grids
            if grid.parent_id == pk and grid.pk in after
        ]
        found += polygons.gap_fault(named[pk].name, after[pk][0], parts)
    return found
