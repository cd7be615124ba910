"""Polygons of grids; called by `grids/actions/tree.py` under its lock."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from grids.models import Grid, GridShape

MOST_POINTS = 20_000
SLIVER = 1e-10  # square degrees, about a square metre


def positions(geometry: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """Every (longitude, latitude) of a GeoJSON Polygon or MultiPolygon."""
    rings: Iterable[Any] = geometry["coordinates"]
    if geometry["type"] == "MultiPolygon":
        rings = (ring for polygon in rings for ring in polygon)
    for ring in rings:
        for lon, lat in ring:
            yield float(lon), float(lat)


def bounds(geometry: Mapping[str, Any]) -> dict[str, float]:
    """min_lon, min_lat, max_lon, max_lat in degrees.

    Raises:
        Invalid: not a polygon, too many points, or not degrees of this world.
    """
    try:
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            raise ValueError(geometry["type"])
        points = list(positions(geometry))
        lons, lats = [p[0] for p in points], [p[1] for p in points]
        box = {
            "min_lon": min(lons),
            "min_lat": min(lats),
            "max_lon": max(lons),
            "max_lat": max(lats),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            fields={"geometry": [_("A GeoJSON polygon is needed.")]}
        ) from error
    in_world = box["min_lon"] >= -180 and box["max_lon"] <= 180
    in_world = in_world and box["min_lat"] >= -90 and box["max_lat"] <= 90
    if not in_world or len(points) > MOST_POINTS:
        raise Invalid(fields={"geometry": [_("Longitude and latitude in degrees.")]})
    return box


def write(grid: Grid, geometry: Mapping[str, Any], *, is_schematic: bool) -> GridShape:
    """Check a polygon and store it with its bounds."""
    box = bounds(geometry)
    _check_valid(geometry)
    shape, _made = GridShape.objects.update_or_create(
        grid=grid,
        defaults={"geometry": dict(geometry), "is_schematic": is_schematic, **box},
    )
    return shape


def clear(grid: Grid) -> None:
    """Take a grid's polygon away."""
    GridShape.objects.filter(grid=grid).delete()


def join(grid: Grid, others: Iterable[Grid]) -> None:
    """Give a grid the area of others too, where all of them are drawn."""
    from shapely import make_valid, union_all
    from shapely.geometry import shape

    ids = {grid.pk, *(other.pk for other in others)}
    rows = list(GridShape.objects.filter(grid_id__in=ids))
    if len(rows) == len(ids):
        whole = union_all(
            [make_valid(shape(row.geometry)) for row in rows], grid_size=1e-7
        )
        _write_polygons(grid, whole, any(row.is_schematic for row in rows))


def cut(grid: Grid, parts: Iterable[Grid]) -> None:
    """Take the areas of drawn parts off a grid's; nothing where it is not drawn itself."""
    from shapely import make_valid, union_all
    from shapely.geometry import shape

    own = GridShape.objects.filter(grid=grid).first()
    taken = list(GridShape.objects.filter(grid__in=[part.pk for part in parts]))
    if own is None or not taken:
        return
    rest = make_valid(shape(own.geometry)).difference(
        union_all([make_valid(shape(row.geometry)) for row in taken])
    )
    _write_polygons(grid, rest, own.is_schematic)


def outline_of(grids: Iterable[Grid]) -> dict[str, Any] | None:
    """The area of several grids as one GeoJSON geometry; None unless all are drawn."""
    from shapely import make_valid, union_all
    from shapely.geometry import shape

    ids = {grid.pk for grid in grids}
    rows = list(GridShape.objects.filter(grid_id__in=ids))
    if not ids or len(rows) != len(ids):
        return None
    return polygons(
        union_all([make_valid(shape(row.geometry)) for row in rows], grid_size=1e-7)
    )


def polygons(area: Any) -> dict[str, Any] | None:
    """The polygons of a shapely geometry as GeoJSON, slivers below a square metre left out."""
    from shapely.geometry import MultiPolygon, mapping

    parts = [
        part
        for part in getattr(area, "geoms", [area])
        if part.geom_type == "Polygon" and part.area > SLIVER
    ]
    if not parts:
        return None
    found: dict[str, Any] = mapping(
        parts[0] if len(parts) == 1 else MultiPolygon(parts)
    )
    return found


def _write_polygons(grid: Grid, area: Any, is_schematic: bool) -> None:
    geometry = polygons(area)
    if geometry is None:
        raise Invalid(fields={"geometry": [_("Nothing would be left of its area.")]})
    write(grid, geometry, is_schematic=is_schematic)


def _check_valid(geometry: Mapping[str, Any]) -> None:
    import shapely
    from shapely.geometry import shape

    try:
        valid = bool(shapely.is_valid(shape(dict(geometry))))
    except (TypeError, ValueError, shapely.errors.ShapelyError):
        valid = False
    if not valid:
        raise Invalid(fields={"geometry": [_("The outline crosses itself.")]})
