"""GeoJSON of what lies inside one grid, ready to send: built once per version, gzipped."""

import gzip
import json
from functools import lru_cache
from typing import Any

from grids import locate
from grids.models import District, Grid, GridShape


def tag(code: str) -> str:
    """The ETag of a grid's GeoJSON."""
    return f'"g{locate.version()}-{code}"'


def zipped(code: str) -> bytes | None:
    """The gzipped FeatureCollection of the children of a grid (a district's towns, by its code).

    A grid without drawn children gives itself. None where no grid has the code.
    """
    return _zipped(code, locate.version())


@lru_cache(maxsize=256)
def _zipped(code: str, _version: str) -> bytes | None:
    found = _collection(code)
    if found is None:
        return None
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 6, mtime=0)


def _collection(code: str) -> dict[str, Any] | None:
    shapes = GridShape.objects.filter(grid__retired_on__isnull=True)
    grid = Grid.objects.live().filter(code=code).first()
    if grid is not None:
        inside = shapes.filter(grid__parent=grid)
        own = shapes.filter(grid=grid)
    elif district := District.objects.filter(code=code).first():
        inside = shapes.filter(grid__district=district, grid__level="large")
        own = shapes.none()
    else:
        return None
    rows = list(inside.select_related("grid").order_by("grid__code"))
    outline = own.first()
    features = [_feature(shape) for shape in rows or ([outline] if outline else [])]
    return {
        "type": "FeatureCollection",
        "code": code,
        "is_schematic": any(f["properties"]["is_schematic"] for f in features),
        "bbox": _bbox(rows or ([outline] if outline else [])),
        "outline": outline.geometry if outline else None,
        "features": features,
    }


def _feature(shape: GridShape) -> dict[str, Any]:
    grid = shape.grid
    return {
        "type": "Feature",
        "id": grid.pk,
        "properties": {
            "code": grid.code,
            "name": grid.name,
            "short_name": grid.short,
            "level": grid.level,
            "area_type": grid.area_type,
            "is_schematic": shape.is_schematic,
        },
        "geometry": shape.geometry,
    }


def _bbox(shapes: list[GridShape]) -> list[float] | None:
    if not shapes:
        return None
    return [
        min(s.min_lon for s in shapes),
        min(s.min_lat for s in shapes),
        max(s.max_lon for s in shapes),
        max(s.max_lat for s in shapes),
    ]
