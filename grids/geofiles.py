"""Outlines that people upload: GeoJSON, or a Shapefile in a zip; always given back in WGS 84.

A Shapefile's .prj may be any system that PROJ knows, the Gauss-Krüger zones of CGCS2000 among
them; without one, eastings that begin with a zone number are recognised. The .dbf is UTF-8 or
GB18030.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import Invalid

MAX_BYTES = 30 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MOST_FEATURES = 20_000
ZONES = range(25, 46)  # 3-degree zones of CGCS2000: EPSG 4513 is zone 25
EPSG_OF_ZONE_25 = 4513
POLYGONS = ("Polygon", "MultiPolygon")


@dataclass
class Feature:
    """One outline: its number in the file, what the file says of it, WGS-84 GeoJSON or None.

    `is_other`: there is something, but no polygon.
    """

    number: int
    properties: dict[str, str]
    geometry: dict[str, Any] | None
    is_other: bool = False


@dataclass
class GeoFile:
    """What was read; `crs` says in which system the file was."""

    features: list[Feature]
    crs: str = "WGS 84"
    columns: list[str] = field(default_factory=list)


def read(data: bytes) -> GeoFile:
    """The outlines of a file.

    Raises:
        Invalid: with field "file".
    """
    if len(data) > MAX_BYTES:
        raise _refused(_("The file is too large: 30 MB at most."))
    found = _shapefile(data) if data.startswith(b"PK\x03\x04") else _geojson(data)
    if not found.features:
        raise _refused(_("The file has no outlines."))
    if len(found.features) > MOST_FEATURES:
        raise _refused(_("The file has too many outlines: 20,000 at most."))
    names: dict[str, None] = {}
    for feature in found.features:
        names |= dict.fromkeys(feature.properties)
    found.columns = list(names)
    return found


def flat(geometry: Mapping[str, Any], turn: Any = None) -> dict[str, Any]:
    """The same polygons with two numbers a position, each turned by `turn(lon, lat)`."""

    def position(point: Any) -> list[float]:
        x, y = float(point[0]), float(point[1])
        x, y = turn(x, y) if turn else (x, y)
        return [round(x, 8), round(y, 8)]

    def rings(polygon: Any) -> list[list[list[float]]]:
        return [[position(point) for point in ring] for ring in polygon]

    if geometry["type"] == "Polygon":
        return {"type": "Polygon", "coordinates": rings(geometry["coordinates"])}
    return {
        "type": "MultiPolygon",
        "coordinates": [rings(polygon) for polygon in geometry["coordinates"]],
    }


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"file": [sentence]})


def _geojson(data: bytes) -> GeoFile:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            found = json.loads(data.decode(encoding))
            break
        except (UnicodeDecodeError, ValueError, RecursionError):
            continue
    else:
        raise _refused(_("The file is neither GeoJSON nor a zip with a Shapefile."))
    if not isinstance(found, dict):
        raise _refused(_("The file is neither GeoJSON nor a zip with a Shapefile."))
    turn, words = _turner(_crs_of(found))
    features = [
        _feature(n, _texts(props), geometry, turn)
        for n, (props, geometry) in enumerate(_members(found), start=1)
    ]
    return GeoFile(features, words)


def _members(found: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    if found.get("type") == "FeatureCollection":
        for row in found.get("features") or []:
            if isinstance(row, dict):
                yield row.get("properties"), row.get("geometry")
    elif found.get("type") == "Feature":
        yield found.get("properties"), found.get("geometry")
    elif found.get("type") in POLYGONS:
        yield {}, found


def _crs_of(found: Mapping[str, Any]) -> str:
    """The name in the old "crs" member of GeoJSON, which desktop programs still write."""
    crs = found.get("crs")
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    return str(name)


def _feature(n: int, texts: dict[str, str], geometry: Any, turn: Any) -> Feature:
    polygon = _polygon(geometry, turn)
    return Feature(n, texts, polygon, is_other=bool(geometry) and polygon is None)


def _polygon(geometry: Any, turn: Any) -> dict[str, Any] | None:
    try:
        if geometry["type"] in POLYGONS:
            return flat(geometry, turn)
    except (KeyError, TypeError, ValueError, IndexError):
        pass
    return None


def _texts(properties: Any) -> dict[str, str]:
    if not isinstance(properties, dict):
        return {}
    return {str(name): _text(value) for name, value in properties.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _shapefile(data: bytes) -> GeoFile:
    import shapefile

    parts = _unzip(data)
    reader = shapefile.Reader(
        shp=io.BytesIO(parts[".shp"]),
        dbf=io.BytesIO(parts[".dbf"]) if ".dbf" in parts else None,
        encoding="latin1",
    )
    try:
        shapes = [shape.__geo_interface__ for shape in reader.shapes()]
        rows = [row.as_dict() for row in reader.records()] if ".dbf" in parts else []
    except (shapefile.ShapefileException, ValueError, IndexError, OSError) as error:
        raise _refused(_("The Shapefile is damaged and cannot be read.")) from error
    prj = parts.get(".prj", b"").decode("utf-8", "replace")
    turn, words = _turner(prj) if prj.strip() else _guess(shapes)
    decode = _decoder(rows, parts.get(".cpg", b""))
    features = []
    for n, geometry in enumerate(shapes, start=1):
        row = rows[n - 1] if n <= len(rows) else {}
        texts = {decode(str(k)): decode(_text(v)) for k, v in row.items()}
        features.append(_feature(n, texts, geometry, turn))
    return GeoFile(features, words)


def _unzip(data: bytes) -> dict[str, bytes]:
    """The parts of the one Shapefile in the zip, by ending."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in files) > MAX_UNPACKED:
                raise _refused(_("The file unpacks to more than is sensible."))
            shapes = [f for f in files if f.filename.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise _refused(_("The zip must hold exactly one Shapefile (.shp)."))
            stem = str(PurePosixPath(shapes[0].filename).with_suffix("")).lower()
            return {
                PurePosixPath(f.filename).suffix.lower(): archive.read(f)
                for f in files
                if str(PurePosixPath(f.filename).with_suffix("")).lower() == stem
            }
    except (zipfile.BadZipFile, RuntimeError, OSError, NotImplementedError) as error:
        raise _refused(_("The zip is damaged and cannot be read.")) from error


def _decoder(rows: list[dict[str, Any]], cpg: bytes) -> Any:
    """Turns what was read byte by byte into text: by the .cpg, else UTF-8, else GB18030."""
    named = cpg.decode("ascii", "ignore").strip().lower()
    texts = [v for row in rows for v in row.values() if isinstance(v, str)]
    raw = "\n".join(texts).encode("latin1", "replace")
    order = ["utf-8", "gb18030"]
    if "936" in named or "gb" in named:
        order = ["gb18030"]
    encoding = "gb18030"
    for name in order:
        try:
            raw.decode(name)
        except UnicodeDecodeError:
            continue
        encoding = name
        break
    return lambda text: text.encode("latin1", "replace").decode(encoding, "replace")


def _turner(system: str) -> tuple[Any, str]:
    """(turns a position into WGS 84 or None, the system in words)."""
    if not system or "CRS84" in system:
        return None, "WGS 84"
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError, ProjError

    try:
        crs = CRS.from_user_input(system)
        if crs.is_geographic and crs.to_epsg() in (4326, 4490):
            return None, crs.name
        turn = Transformer.from_crs(crs, 4490, always_xy=True).transform
    except (CRSError, ProjError) as error:
        words = _("The coordinate system of the file is not known: %(crs)s")
        raise _refused(words % {"crs": system[:80]}) from error
    return turn, crs.name


def _guess(shapes: list[Any]) -> tuple[Any, str]:
    """A file without .prj: degrees, or eastings that begin with the number of a zone."""
    first = next((s for s in shapes if s and s.get("type") in POLYGONS), None)
    if first is None:
        return None, "WGS 84"
    ring = first["coordinates"][0]
    x, y = (ring if first["type"] == "Polygon" else ring[0])[0][:2]
    if abs(x) <= 180 and abs(y) <= 90:
        return None, _("degrees, no .prj in the file")
    zone = int(x // 1_000_000)
    if zone not in ZONES:
        raise _refused(
            _(
                "The zip has no .prj and its numbers are not degrees. Export it with one."
            )
        )
    turn, words = _turner(f"EPSG:{EPSG_OF_ZONE_25 + zone - 25}")
    return turn, _("%(crs)s, told from the zone number") % {"crs": words}
