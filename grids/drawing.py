"""A small map as SVG paths, for pages that need no pan or zoom and no script."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grids.models import GridShape

WIDTH = 640
MARGIN = 6.0


@dataclass(frozen=True)
class Area:
    """One polygon on the picture; `label_x`, `label_y` is where its name fits."""

    code: str
    name: str
    path: str
    label_x: float
    label_y: float
    is_wide: bool


@dataclass(frozen=True)
class Picture:
    """A picture of `width` × `height` units."""

    width: int
    height: int
    areas: list[Area]
    is_schematic: bool
    west: float = 0.0
    north: float = 0.0
    across: float = 1.0
    down: float = 1.0

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """A WGS-84 position as units of the picture."""
        x = MARGIN + (lon - self.west) * self.across
        return round(x, 1), round(MARGIN + (self.north - lat) * self.down, 1)


def picture(shapes: Iterable[GridShape]) -> Picture | None:
    """Polygons (with their grids loaded) side by side; None when there is none."""
    rows = list(shapes)
    if not rows:
        return None
    west, east = min(r.min_lon for r in rows), max(r.max_lon for r in rows)
    south, north = min(r.min_lat for r in rows), max(r.max_lat for r in rows)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max(
        (east - west) * squeeze, (north - south) / 1.2, 1e-9
    )

    def at(lon: float, lat: float) -> tuple[float, float]:
        x = MARGIN + (lon - west) * squeeze * scale
        return round(x, 1), round(MARGIN + (north - lat) * scale, 1)

    areas = [_area(row, at) for row in rows]
    height = int((north - south) * scale + 2 * MARGIN) + 1
    width = int((east - west) * squeeze * scale + 2 * MARGIN) + 1
    is_schematic = any(r.is_schematic for r in rows)
    return Picture(
        width, height, areas, is_schematic, west, north, squeeze * scale, scale
    )


def _area(row: GridShape, at: Any) -> Area:
    import shapely

    polygons = row.geometry["coordinates"]
    if row.geometry["type"] == "Polygon":
        polygons = [polygons]
    path = "".join(_ring(ring, at) for polygon in polygons for ring in polygon)
    ring = max((polygon[0] for polygon in polygons), key=len)
    middle = shapely.Polygon(ring).representative_point()
    x, y = at(middle.x, middle.y)
    left, _top = at(row.min_lon, row.max_lat)
    right, _bottom = at(row.max_lon, row.min_lat)
    return Area(row.grid.code, row.grid.short, path, x, y, right - left > 44)


def _ring(ring: list[list[float]], at: Any) -> str:
    points = [at(lon, lat) for lon, lat in ring]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z"
