"""Positions of records: turned to WGS84 at the edge, and looked at as a whole file.

A list whose positions are in another datum than it says shows it: most points then lie outside
the grid that their row names, or outside the district. `verdict()` says so, and which reading
would make them fit; nobody's data are shifted without being asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.core import coordinates
from governance.core.errors import Invalid
from grids import locate
from grids.models import Grid

ENOUGH_POINTS = 3
MOST = 0.5
BETTER_BY = 0.3
DATUMS = ("wgs84", "gcj02", "bd09")
SWAPPED = "swapped"
NAMES = {"wgs84": "WGS84 / CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}


@dataclass(frozen=True)
class Point:
    """Degrees as written, and the ids of the grid that the row names (None: it names none)."""

    lon: float
    lat: float
    grid_id: int | None = None


@dataclass(frozen=True)
class Verdict:
    """How many points lie where they should, read as stated and read in the way that fits best.

    `fits` is a datum, "swapped" for longitude and latitude in each other's column, or empty when
    no reading helps.
    """

    total: int
    inside: int
    fits: str = ""
    inside_then: int = 0

    @property
    def is_doubtful(self) -> bool:
        return self.total >= ENOUGH_POINTS and self.inside < self.total * MOST

    @property
    def words(self) -> str:
        """The doubt in one or two sentences."""
        told = _(
            "%(out)s of %(total)s positions lie outside their grid or the district."
        )
        text = told % {"out": self.total - self.inside, "total": self.total}
        if self.fits == SWAPPED:
            more = _("With longitude and latitude exchanged, %(n)s would lie inside.")
        elif self.fits:
            more = _("Read as %(datum)s, %(n)s would lie inside.")
        else:
            more = _("No other datum makes them fit.")
        words = {"datum": NAMES.get(self.fits, ""), "n": self.inside_then}
        return f"{text} {more % words}"


def verdict(points: Sequence[Point], crs: str, district_id: int | None) -> Verdict:
    """Look at the points of one file, read as `crs`."""
    known = [point for point in points if point.lon or point.lat]
    inside = _inside(known, crs, district_id)
    plain = Verdict(len(known), inside)
    if not plain.is_doubtful:
        return plain
    others = [name for name in (*DATUMS, SWAPPED) if name != crs]
    counts = {name: _inside(known, name, district_id) for name in others}
    best = max(others, key=lambda name: counts[name])
    if counts[best] - inside < len(known) * BETTER_BY:
        return plain
    return Verdict(len(known), inside, best, counts[best])


def _inside(points: Sequence[Point], crs: str, district_id: int | None) -> int:
    return sum(_fits(point, crs, district_id) for point in points)


def _fits(point: Point, crs: str, district_id: int | None) -> bool:
    lon, lat, datum = point.lon, point.lat, crs
    if crs == SWAPPED:
        lon, lat, datum = lat, lon, "wgs84"
    try:
        place = locate.locate(lon, lat, datum, district_id)
    except Invalid:
        return False
    return place is not None and (point.grid_id is None or point.grid_id in place.chain)


def settle(row: Any | None, values: dict[str, Any]) -> dict[str, Any]:
    """The values with the position in WGS84, and the grid found from it where none is named.

    `crs` is taken out. A position inside the named grid puts the record at the deepest grid there.

    Raises:
        Invalid: "lon", "lat", "crs": not degrees, or only one of the two.
    """
    rest = {k: v for k, v in values.items() if k not in {"lon", "lat", "crs"}}
    if not {"lon", "lat"} & values.keys():
        return rest
    lon = values.get("lon", getattr(row, "lon", None))
    lat = values.get("lat", getattr(row, "lat", None))
    if lon in (None, "") and lat in (None, ""):
        return {**rest, "lon": None, "lat": None}
    if lon in (None, "") or lat in (None, ""):
        missing = "lon" if lon in (None, "") else "lat"
        raise Invalid(fields={missing: [_("A position has longitude and latitude.")]})
    x, y = coordinates.to_wgs84(lon, lat, values.get("crs") or "wgs84")
    x, y = round(x, 7), round(y, 7)
    return {**rest, **_grid(row, rest, x, y), "lon": x, "lat": y}


def _grid(
    row: Any | None, values: dict[str, Any], lon: float, lat: float
) -> dict[str, Any]:
    """The grid to write, as {"grid": Grid}; nothing where the one that stands stays."""
    if row is not None and "grid" not in values:
        return {}
    place = locate.locate(lon, lat)
    if place is None:
        return {}
    named: Grid | None = values.get("grid")
    if named is not None and named.pk not in place.chain:
        return {}
    return {"grid": locate.named_grids([place.grid_id])[place.grid_id]}
