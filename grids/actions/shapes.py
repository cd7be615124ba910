"""Polygons of grids; called by `grids/actions/tree.py` under its lock."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from grids.models import Grid, GridShape

MOST_POINTS = 20_000


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


def _check_valid(geometry: Mapping[str, Any]) -> None:
    import shapely
    from shapely.geometry import shape

    try:
        valid = bool(shapely.is_valid(shape(dict(geometry))))
    except (TypeError, ValueError, shapely.errors.ShapelyError):
        valid = False
    if not valid:
        raise Invalid(fields={"geometry": [_("The outline crosses itself.")]})
