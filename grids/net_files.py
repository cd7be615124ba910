"""Lists of the work lines as files: their columns, their rows and outlines, what is wrong with them."""

import io
import zipfile
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _

from governance.core import sheets
from governance.core.errors import DomainError, Invalid
from grids import geofiles
from grids.actions import shapes
from grids.models import Grid

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


def read(file: IO[bytes]) -> tuple[list[Cells], list[dict[str, Any]]]:
    """Good rows and faults of a list: Excel, CSV, GeoJSON, or a Shapefile in a zip.

    Raises:
        Invalid: with field "file": not a list, or too long.
    """
    data = file.read(geofiles.MAX_BYTES + 1)
    file.seek(0)
    rows = (
        _features(data)[0]
        if _is_outlines(data)
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
        code = str(cells.get("code") or "")
        faults += [{**vars(error), "code": code} for error in wrong]
        seen.setdefault(str(cells.get("code", "")), number)
        if not wrong:
            good.append(cells)
    return good, faults


def _is_outlines(data: bytes) -> bool:
    """GeoJSON, or a zip with a Shapefile; Excel is a zip as well."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower().endswith(".shp") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _features(data: bytes) -> tuple[list[tuple[int, Cells]], str]:
    """(running number, cells with geometry) of every outline, and the file's system in words."""
    found = geofiles.read(data)
    names = {h: name for name, hs in COLUMNS.items() for h in (name, *hs)}
    rows = []
    for feature in found.features:
        cells: Cells = {
            names[k.lower()]: v
            for k, v in feature.properties.items()
            if k.lower() in names and v
        }
        if feature.geometry is not None:
            cells["geometry"] = feature.geometry
        elif feature.is_other:
            cells["geometry"] = {}
        rows.append((feature.number, cells))
    return rows, found.crs


def polygons_by_code(file: IO[bytes]) -> dict[str, Any]:
    """Polygons of a GeoJSON file or a zipped Shapefile by the own code in its properties.

    Raises:
        Invalid: field "polygons".
    """
    try:
        found, _crs = _features(file.read(geofiles.MAX_BYTES + 1))
    except Invalid as error:
        raise Invalid(error.message, fields={"polygons": [error.message]}) from error
    out = {c["code"]: c.get("geometry") for _n, c in found if c.get("code")}
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
    cells["level"] = _levels().get(level, level)
    if cells["level"] and cells["level"] not in Grid.Level.values:
        words["level"] = _("“%(part)s” is not understood.") % {"part": level}
    if cells.get("geometry") is None:
        cells.pop("geometry", None)
    else:
        words |= _bad_outline(cells["geometry"])
    return [sheets.RowError(number, column, each) for column, each in words.items()]


def _levels() -> dict[str, str]:
    """Levels by every word for them, those of our own exports too."""
    return LEVEL_WORDS | {str(label): code for code, label in Grid.Level.choices}


def _bad_outline(geometry: Any) -> dict[str, str]:
    try:
        shapes.bounds(geometry)
    except DomainError as error:
        fields = getattr(error, "fields", {})
        return {"geometry": " ".join(fields.get("geometry", [error.message]))}
    return {}
