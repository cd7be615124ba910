"""Where a point lies, and which ancestors a grid has: answered from memory.

One snapshot of the forest per process, keyed by the numbers of `GridVersion`, which are asked for
at most once in `CHECK_SECONDS`; so the intake path costs one small statement at most, mostly none.
shapely and numpy are imported at the first point, not at the start of the process.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from governance.core import coordinates
from grids.models import District, Grid, GridShape, GridVersion

CHECK_SECONDS = 3.0
NAMES_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """A grid with its ancestors, as ids; a level below the grid's own is None."""

    grid_id: int
    code: str
    level: str
    name: str
    district_id: int
    large_id: int | None = None
    medium_id: int | None = None
    small_id: int | None = None
    micro_id: int | None = None
    short_name: str = ""

    @property
    def ids(self) -> dict[str, int | None]:
        """The five place columns of a hot row."""
        return {
            "district_id": self.district_id,
            "large_id": self.large_id,
            "medium_id": self.medium_id,
            "small_id": self.small_id,
            "micro_id": self.micro_id,
        }

    @property
    def chain(self) -> list[int]:
        """Ids from the town down to the grid itself."""
        ids = (self.large_id, self.medium_id, self.small_id, self.micro_id)
        return [pk for pk in ids if pk is not None]


class _Snapshot:
    """The forest at one version. The polygon index is built when first asked for."""

    def __init__(self, version: tuple[tuple[int, int], ...]) -> None:
        self.version = version
        self.places = _read_places()
        self.by_code = {place.code: place for place in self.places.values()}
        self._index: _Index | None = None
        self.districts: dict[int, District] = District.objects.in_bulk()
        self._lock = threading.Lock()

    @property
    def index(self) -> "_Index":
        if self._index is None:
            with self._lock:
                if self._index is None:
                    self._index = _Index(self.places)
        return self._index


def _read_places() -> dict[int, Place]:
    rows = Grid.objects.order_by("depth").values_list(
        "id", "code", "level", "name", "short_name", "district_id", "parent_id"
    )
    places: dict[int, Place] = {}
    for pk, code, level, name, short_name, district_id, parent_id in rows:
        above = places[parent_id].ids if parent_id else {}
        ids = {**above, "district_id": district_id, f"{level}_id": pk}
        places[pk] = Place(
            grid_id=pk, code=code, level=level, name=name, short_name=short_name, **ids
        )
    return places


class _Index:
    """Polygons of live grids: the lowest ones in one set of tiles, those above in another."""

    def __init__(self, places: dict[int, Place]) -> None:
        import shapely

        rows = _read_polygons()
        found = [places[pk] for pk, _text in rows]
        shapes = shapely.from_geojson([text for _pk, text in rows])
        shapely.prepare(shapes)
        pairs = list(zip(found, shapes, strict=True))
        split = {above for place in found for above in place.chain[:-1]}
        self._low = _Tiles([pair for pair in pairs if pair[0].grid_id not in split])
        self._high = _Tiles([pair for pair in pairs if pair[0].grid_id in split])
        self.bounds = _bounds_by_district(pairs)

    def find(self, lon: float, lat: float, district_id: int | None) -> Place | None:
        """The deepest grid that covers the point; on a shared edge the lowest code."""
        found = self._low.find(lon, lat, district_id)
        return found or self._high.find(lon, lat, district_id)


class _Tiles:
    """Which polygons touch each square of a raster half as wide as a polygon.

    A look-up reads one square and asks one or two polygons. shapely's STRtree answers the same
    question in three times the time, most of it spent on making its arguments.
    """

    MOST_ACROSS = 400

    def __init__(self, pairs: list[tuple[Place, Any]]) -> None:
        import shapely

        pairs.sort(key=lambda pair: (-len(pair[0].code), pair[0].code))
        self._cells = [(place, shape, *shape.bounds) for place, shape in pairs]
        self._covers = shapely.intersects_xy
        self._size = self._side()
        self._tiles: dict[tuple[int, int], list[int]] = {}
        for i, (_place, _shape, west, south, east, north) in enumerate(self._cells):
            for column in range(self._nth(west), self._nth(east) + 1):
                for row in range(self._nth(south), self._nth(north) + 1):
                    self._tiles.setdefault((column, row), []).append(i)

    def _side(self) -> float:
        """Width of a square in degrees."""
        if not self._cells:
            return 1.0
        widths = sorted(max(c[4] - c[2], c[5] - c[3]) for c in self._cells)
        across = max(c[4] for c in self._cells) - min(c[2] for c in self._cells)
        return float(max(widths[len(widths) // 2] / 2, across / self.MOST_ACROSS, 1e-6))

    def _nth(self, degrees: float) -> int:
        return int((degrees + 360.0) / self._size)

    def find(self, lon: float, lat: float, district_id: int | None) -> Place | None:
        for i in self._tiles.get((self._nth(lon), self._nth(lat)), ()):
            place, shape, west, south, east, north = self._cells[i]
            if not (west <= lon <= east and south <= lat <= north):
                continue
            if district_id is not None and district_id != place.district_id:
                continue
            if self._covers(shape, lon, lat):
                return place
        return None


def _bounds_by_district(
    pairs: list[tuple[Place, Any]],
) -> dict[int | None, tuple[float, float, float, float]]:
    """West, south, east, north of each district's towns, and of all under None."""
    out: dict[int | None, tuple[float, float, float, float]] = {}
    for place, shape in pairs:
        if place.level != "large":
            continue
        w, s, e, n = shape.bounds
        for key in (place.district_id, None):
            west, south, east, north = out.get(key, (w, s, e, n))
            out[key] = (min(w, west), min(s, south), max(e, east), max(n, north))
    return out


def _read_polygons() -> list[tuple[int, str]]:
    """(grid id, GeoJSON text) of live grids; text, because GEOS parses it faster."""
    sql = f"""
        SELECT s.grid_id, s.geometry::text FROM {GridShape._meta.db_table} s
          JOIN {Grid._meta.db_table} g ON g.id = s.grid_id WHERE g.retired_on IS NULL
    """  # noqa: S608, SLF001 - table names only
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


_snapshot: _Snapshot | None = None
_checked_at = 0.0
_loading = threading.Lock()


def forget() -> None:
    """Drop what this process knows, now and again once the transaction is committed."""
    forget_now()
    if connection.in_atomic_block:
        transaction.on_commit(forget_now)


def forget_now() -> None:
    """Drop what this process knows."""
    global _snapshot, _checked_at
    _snapshot, _checked_at = None, 0.0


def _current(patience: float = 0.0) -> _Snapshot:
    """The snapshot, compared with the database after CHECK_SECONDS, or `patience` if longer."""
    global _snapshot, _checked_at
    known = _snapshot
    if known is not None and time.monotonic() - _checked_at < max(
        patience, CHECK_SECONDS
    ):
        return known
    with _loading:
        version = tuple(
            GridVersion.objects.order_by("pk").values_list("district_id", "number")
        )
        if _snapshot is None or _snapshot.version != version:
            _snapshot = _Snapshot(version)
        _checked_at = time.monotonic()
        return _snapshot


def version() -> str:
    """A short text that changes with every structural or polygon change (for ETags)."""
    return "-".join(f"{pk}.{number}" for pk, number in _current().version) or "0"


def place_of(grid: Grid | int) -> Place:
    """The ancestors of a grid.

    Raises:
        KeyError: no such grid.
    """
    pk = grid if isinstance(grid, int) else grid.pk
    places = _current().places
    if pk not in places:
        forget_now()
        places = _current().places
    return places[pk]


def places_of(ids: Iterable[int]) -> list[Place]:
    """The places of several grids, in the order asked; unknown ids are left out."""
    places = _current().places
    return [places[pk] for pk in ids if pk in places]


def named_places(ids: Iterable[int]) -> dict[int, Place]:
    """Places with code and names, from memory; a new name shows within a minute."""
    wanted = set(ids)
    places = _current(NAMES_SECONDS).places
    if not wanted <= places.keys():
        places = _current().places
    return {pk: places[pk] for pk in wanted & places.keys()}


def named_grids(ids: Iterable[int]) -> dict[int, Grid]:
    """The same as grids with code, level and names; whatever else is read when it is asked for."""
    return {pk: _named_grid(place) for pk, place in named_places(ids).items()}


def named_districts(ids: Iterable[int]) -> dict[int, District]:
    """Districts with their names, from memory; read anew when the grids were changed."""
    known = _current(NAMES_SECONDS).districts
    return {pk: known[pk] for pk in set(ids) & known.keys()}


def district_by_code(code: str) -> District:
    """A district from memory; one without grids is asked of the database.

    Raises:
        District.DoesNotExist: no such district.
    """
    for district in _current().districts.values():
        if district.code == code:
            return district
    return District.objects.get(code=code)


def _named_grid(place: Place) -> Grid:
    known = {
        "id": place.grid_id,
        "district_id": place.district_id,
        "code": place.code,
        "name": place.name,
        "short_name": place.short_name,
        "level": place.level,
    }
    # from_db takes values in the order of the model's columns
    columns = [f.attname for f in Grid._meta.concrete_fields if f.attname in known]  # noqa: SLF001
    grid: Grid = Grid.from_db("default", columns, [known[name] for name in columns])
    return grid


def place_by_code(code: str) -> Place | None:
    return _current().by_code.get(code)


def locate(
    lon: float, lat: float, crs: str = "wgs84", district: District | int | None = None
) -> Place | None:
    """The deepest live grid at a point, or None outside all of them.

    Args:
        lon: degrees east in `crs`.
        lat: degrees north in `crs`.
        crs: "wgs84" (also CGCS2000), "gcj02" or "bd09".
        district: only grids of this district.

    Raises:
        Invalid: not degrees, or an unknown `crs` (`fields`).
    """
    lon, lat = coordinates.to_wgs84(lon, lat, crs)
    district_id = district.pk if isinstance(district, District) else district
    return _current().index.find(lon, lat, district_id)


def is_far_outside(
    lon: float, lat: float, district_id: int | None = None, margin_degrees: float = 0.02
) -> bool:
    """Whether a WGS-84 point lies outside the district's bounds by more than the margin.

    False where no polygon is known: then nothing can be said.
    """
    bounds = _current().index.bounds.get(district_id)
    if bounds is None:
        return False
    west, south, east, north = bounds
    return not (
        west - margin_degrees <= lon <= east + margin_degrees
        and south - margin_degrees <= lat <= north + margin_degrees
    )
