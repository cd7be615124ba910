"""Made-up outlines for a district without surveyed ones: cells that tile without a gap.

No outline of the towns and villages of this district is published under a clear licence, so the
demo draws some; every map that shows them says 示意图，非行政界线.

How: towns are cells of a power diagram whose areas follow their number of villages; villages,
small and micro grids are relaxed Voronoi cells inside them. All edges are then noded together, so
that neighbours share every vertex; a smooth warp bends them; a parent is the union of its children.
Everything is computed in kilometres around the district's centre and written in degrees.
"""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Point, Polygon

CENTRE = (112.073, 22.902)
KM_PER_LAT = 110.9
KM_PER_LON = 111.32 * math.cos(math.radians(CENTRE[1]))
RADII_KM = (15.6, 13.6)
NODE_KM = 0.002
LONGEST_EDGE_KM = 0.5
# Where the towns lie from the centre, in km east and north.
TOWN_SEEDS = {
    "445302001": (-3.2, 3.2),
    "445302002": (-9.5, 5.5),
    "445302003": (1.5, 9.0),
    "445302004": (-8.0, -3.5),
    "445302102": (10.0, 5.5),
    "445302103": (7.0, -1.5),
    "445302105": (2.0, -9.0),
    "445302106": (-4.5, -9.5),
}
ORDINALS = "一二三四五六七八九十"


@dataclass(slots=True)
class Cell:
    """A grid to draw, with the cells below it. `polygon` is in km until `outlines` is called."""

    code: str
    name: str
    level: str
    area_type: str
    polygon: Polygon | None = None
    below: list["Cell"] = field(default_factory=list)

    def leaves(self) -> list["Cell"]:
        if not self.below:
            return [self]
        return [leaf for cell in self.below for leaf in cell.leaves()]


def draw(towns: Sequence[Cell], seed: int) -> dict[str, dict[str, Any]]:
    """Fill towns (with their villages) with small and micro cells; GeoJSON outlines by code."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    _place_towns(towns, chance)
    for town in towns:
        _place_villages(town, chance)
        for village in town.below:
            _split_village(village, chance)
    return outlines(towns, chance)


def _blob(chance: random.Random) -> Polygon:
    """The district: a smooth closed curve around the centre."""
    waves = [
        (k, chance.uniform(0.02, 0.09) / k**0.5, chance.uniform(0, math.tau))
        for k in (2, 3, 5, 7)
    ]
    ring = []
    for step in range(180):
        angle = math.tau * step / 180
        swell = 0.95 + sum(a * math.sin(k * angle + p) for k, a, p in waves)
        swell = min(swell, 1.0)
        ring.append(
            (
                RADII_KM[0] * swell * math.cos(angle),
                RADII_KM[1] * swell * math.sin(angle),
            )
        )
    return Polygon(ring)


def _place_towns(towns: Sequence[Cell], chance: random.Random) -> None:
    """Cells of a power diagram: areas follow the number of villages."""
    blob = _blob(chance)
    sites = []
    for town in towns:
        angle = chance.uniform(0, math.tau)
        far = (RADII_KM[0] * 0.6 * math.cos(angle), RADII_KM[1] * 0.6 * math.sin(angle))
        sites.append(TOWN_SEEDS.get(town.code, far))
    wanted = np.array([max(1, len(town.below)) for town in towns], dtype=float)
    wanted *= blob.area / wanted.sum()
    weights = np.zeros(len(sites))
    for _round in range(150):
        cells = _power_cells(blob, sites, weights)
        areas = np.array([cell.area for cell in cells])
        if np.abs(areas / wanted - 1).max() < 0.03:
            break
        weights += 0.25 * (wanted - areas) / math.sqrt(len(sites))
    for town, cell in zip(towns, cells, strict=True):
        town.polygon = cell


def _power_cells(
    blob: Polygon, sites: Sequence[tuple[float, float]], weights: Any
) -> list[Polygon]:
    """The part of `blob` that is nearest to each site, distances squared less weights."""
    cells = []
    for i, (x, y) in enumerate(sites):
        cell: Any = blob
        for j, (u, v) in enumerate(sites):
            if i != j:
                cell = cell.intersection(
                    _half_plane(x, y, u, v, weights[i] - weights[j])
                )
        cells.append(_largest(cell))
    return cells


def _half_plane(x: float, y: float, u: float, v: float, gain: float) -> Polygon:
    """Points p with |p-(x,y)|² - gain ≤ |p-(u,v)|², as a large rectangle."""
    dx, dy = u - x, v - y
    length = math.hypot(dx, dy)
    dx, dy = dx / length, dy / length
    cut = length / 2 + gain / (2 * length)
    cx, cy, far = x + dx * cut, y + dy * cut, 200.0
    return Polygon(
        [
            (cx - dy * far, cy + dx * far),
            (cx + dy * far, cy - dx * far),
            (cx + dy * far - dx * far, cy - dx * far - dy * far),
            (cx - dy * far - dx * far, cy + dx * far - dy * far),
        ]
    )


def _largest(shape: Any) -> Polygon:
    if isinstance(shape, Polygon):
        return shape
    return max((p for p in shape.geoms if isinstance(p, Polygon)), key=lambda p: p.area)


def _partition(whole: Polygon, count: int, chance: random.Random) -> list[Polygon]:
    """`count` relaxed Voronoi cells that fill `whole`, each in one piece where that can be."""
    if count <= 1:
        return [whole]
    best: list[Any] = []
    for _attempt in range(8):
        best = _relaxed(whole, count, chance)
        if len(best) == count and all(isinstance(cell, Polygon) for cell in best):
            return best
    return best


def _relaxed(whole: Polygon, count: int, chance: random.Random) -> list[Any]:
    points = _scatter(whole, count, chance)
    cells: list[Any] = []
    for turn in range(6):
        diagram = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=whole)
        cells = [cell.intersection(whole) for cell in diagram.geoms]
        cells = [cell for cell in cells if cell.area > 0]
        # Not fully relaxed: even cells would look like a honeycomb.
        if turn < 4 + chance.randrange(2):
            points = [(at.x, at.y) for at in map(_inside, cells)]
    return cells


def _inside(cell: Any) -> Point:
    middle = cell.centroid
    return middle if cell.contains(middle) else cell.representative_point()


def _scatter(
    whole: Polygon, count: int, chance: random.Random
) -> list[tuple[float, float]]:
    west, south, east, north = whole.bounds
    found: list[tuple[float, float]] = []
    shapely.prepare(whole)
    while len(found) < count:
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        if shapely.contains_xy(whole, x, y):
            found.append((x, y))
    return found


def _place_villages(town: Cell, chance: random.Random) -> None:
    """Communities near the town's middle, villages around, by direction."""
    assert town.polygon is not None  # noqa: S101 - set by _place_towns
    cells = _partition(town.polygon, len(town.below), chance)
    middle = town.polygon.centroid
    cells.sort(key=lambda cell: cell.centroid.distance(middle))
    communities = [v for v in town.below if v.area_type == "community"]
    villages = [v for v in town.below if v.area_type != "community"]
    around = sorted(
        cells[len(communities) :],
        key=lambda c: math.atan2(c.centroid.y - middle.y, c.centroid.x - middle.x),
    )
    for village, cell in zip(
        communities + villages, cells[: len(communities)] + around, strict=True
    ):
        village.polygon = cell


def _split_village(village: Cell, chance: random.Random) -> None:
    """About three small grids of about eight micro grids, numbered west to east, north to south."""
    assert village.polygon is not None  # noqa: S101 - set by _place_villages
    count = chance.choice((2, 3, 3, 3, 4))
    for n, cell in enumerate(
        _in_reading_order(_partition(village.polygon, count, chance)), 1
    ):
        area = village.area_type
        if chance.random() < 0.06:
            area = "industrial"
        small = Cell(
            f"{village.code}{n:02d}", f"第{ORDINALS[n - 1]}网格", "small", area, cell
        )
        village.below.append(small)
        micros = _partition(cell, chance.choice((6, 7, 8, 8, 9, 9)), chance)
        small.below = [
            Cell(f"{small.code}{m:03d}", f"{m:02d}", "micro", area, micro)
            for m, micro in enumerate(_in_reading_order(micros), 1)
        ]


def _in_reading_order(cells: list[Polygon]) -> list[Polygon]:
    """West to east, north to south, as grid codes are numbered (DB6101/T 3185)."""
    return sorted(
        cells, key=lambda c: (round(c.centroid.x - c.centroid.y, 3), c.centroid.x)
    )


def outlines(towns: Sequence[Cell], chance: random.Random) -> dict[str, dict[str, Any]]:
    """Node, bend and write every cell; parents are unions of their children."""
    leaves = [leaf for town in towns for leaf in town.leaves()]
    pieces = _node([leaf.polygon for leaf in leaves if leaf.polygon is not None])
    bend = _Bend(chance)
    shapes: dict[str, Any] = {}
    for leaf, faces in zip(leaves, pieces, strict=True):
        bent = [shapely.transform(face, bend.degrees) for face in faces]
        shapes[leaf.code] = bent[0] if len(bent) == 1 else MultiPolygon(bent)
    for town in towns:
        _unite(town, shapes)
    return {code: _geojson(shape) for code, shape in shapes.items()}


def _node(polygons: Sequence[Any]) -> list[list[Polygon]]:
    """The faces of the common line work, by the polygon that each lies in."""
    lines = shapely.unary_union(shapely.boundary(polygons), grid_size=NODE_KM)
    lines = shapely.segmentize(lines, LONGEST_EDGE_KM)
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))
    tree = shapely.STRtree(polygons)
    out: list[list[Polygon]] = [[] for _polygon in polygons]
    for face in faces:
        middle = face.representative_point()
        owners = tree.query(middle, predicate="within")
        owner = min(owners) if len(owners) else tree.nearest(middle)
        out[int(owner)].append(face)
    return [_merged(part) for part in out]


def _merged(faces: list[Polygon]) -> list[Polygon]:
    if len(faces) <= 1:
        return faces
    return list(shapely.get_parts(shapely.coverage_union_all(faces)))


def _unite(cell: Cell, shapes: dict[str, Any]) -> Any:
    if cell.code not in shapes:
        parts = [_unite(child, shapes) for child in cell.below]
        shapes[cell.code] = shapely.coverage_union_all(parts)
    return shapes[cell.code]


class _Bend:
    """A smooth displacement, the same for every vertex at a place, without folds."""

    def __init__(self, chance: random.Random) -> None:
        self.waves = [
            (km, math.tau / length, *(chance.uniform(0, math.tau) for _n in range(3)))
            for km, length in ((0.30, 7.0), (0.12, 2.9), (0.04, 1.1))
        ]

    def degrees(self, points: Any) -> Any:
        """Kilometres to degrees, bent; n × 2 in, n × 2 out, six decimals."""
        x, y = points[:, 0].copy(), points[:, 1].copy()
        dx, dy = np.zeros(len(x)), np.zeros(len(y))
        for km, k, turn, p, q in self.waves:
            c, s = math.cos(turn), math.sin(turn)
            dx += km * np.sin(k * (c * x + s * y) + p)
            dy += km * np.sin(k * (c * y - s * x) + q)
        lon = CENTRE[0] + (x + dx) / KM_PER_LON
        lat = CENTRE[1] + (y + dy) / KM_PER_LAT
        return np.round(np.column_stack([lon, lat]), 6)


def _geojson(shape: Any) -> dict[str, Any]:
    def ring(line: Any) -> list[list[float]]:
        return [[round(x, 6), round(y, 6)] for x, y in line.coords]

    polygons: list[Polygon] = list(shapely.get_parts(shape))
    rings = [[ring(p.exterior), *map(ring, p.interiors)] for p in polygons]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def cells_of(grids: Sequence[Mapping[str, Any]]) -> list[Cell]:
    """Towns with their villages from rows of code, name, level and area_type."""
    towns: dict[str, Cell] = {}
    for row in sorted(grids, key=lambda r: (len(r["code"]), r["code"])):
        cell = Cell(row["code"], row["name"], row["level"], row["area_type"])
        if row["level"] == "large":
            towns[cell.code] = cell
        elif row["level"] == "medium" and cell.code[:9] in towns:
            towns[cell.code[:9]].below.append(cell)
    return list(towns.values())
