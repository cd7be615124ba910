"""Grids for measuring: a forest of any size, micro grids of 20 vertices that tile."""

import math
import random
from collections.abc import Iterator

from grids.actions.bulk import GridRow, bulk_build
from grids.models import District, GridVersion

CODE = "445302"
WEST, SOUTH, STEP = 111.8, 22.6, 0.002
PARTS = 5  # pieces of an edge: 4 edges make 20 vertices


def build(towns: int, villages: int, smalls: int, micros: int) -> District:
    """A district of that many of each, under each other."""
    district, _ = District.objects.get_or_create(code=CODE, defaults={"name": "云城区"})
    GridVersion.objects.get_or_create(district=district)
    bulk_build(district, list(rows(towns, villages, smalls, micros)), by="benchmark")
    return district


def rows(towns: int, villages: int, smalls: int, micros: int) -> Iterator[GridRow]:
    """The same as rows to import. A town is a band of micro grids, so bands never overlap."""
    across = villages * smalls
    for t in range(towns):
        town = f"{CODE}{t + 1:03d}"
        yield GridRow(
            town,
            f"镇{t + 1}",
            "large",
            geometry=_box(0, t * micros, across, (t + 1) * micros),
        )
        for v in range(villages):
            village = f"{town}{v + 200:03d}"
            yield GridRow(village, f"村{v + 1}", "medium", town)
            for s in range(smalls):
                small = f"{village}{s + 1:02d}"
                yield GridRow(small, f"第{s + 1}网格", "small", village)
                for m in range(micros):
                    yield GridRow(
                        f"{small}{m + 1:03d}",
                        f"{m + 1:03d}",
                        "micro",
                        small,
                        geometry=cell(v * smalls + s, t * micros + m),
                    )


def cell(column: int, row: int) -> dict[str, object]:
    """The polygon at that place; neighbours share every vertex of an edge."""
    south = _edge((column, row), (column + 1, row))
    east = _edge((column + 1, row), (column + 1, row + 1))
    north = _edge((column, row + 1), (column + 1, row + 1))[::-1]
    west = _edge((column, row), (column, row + 1))[::-1]
    ring = [*south[:-1], *east[:-1], *north[:-1], *west[:-1]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def centre(column: int, row: int) -> tuple[float, float]:
    return WEST + (column + 0.5) * STEP, SOUTH + (row + 0.5) * STEP


def points(
    columns: int, rows: int, count: int, seed: int = 7
) -> list[tuple[float, float]]:
    """Points anywhere in the tiling, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 repeatable, not secret
    return [
        (
            WEST + draw.uniform(0.2, columns - 0.2) * STEP,
            SOUTH + draw.uniform(0.2, rows - 0.2) * STEP,
        )
        for _ in range(count)
    ]


def _edge(a: tuple[int, int], b: tuple[int, int]) -> list[tuple[float, float]]:
    """Vertices from a to b, waved by an amount that depends on the edge alone."""
    wave = 0.12 * math.sin(a[0] * 12.9898 + a[1] * 78.233 + b[0] * 37.719)
    is_across = a[1] == b[1]
    out = []
    for i in range(PARTS + 1):
        share = i / PARTS
        off = wave * math.sin(math.pi * share)
        x = a[0] + (share if is_across else off)
        y = a[1] + (off if is_across else share)
        out.append((round(WEST + x * STEP, 7), round(SOUTH + y * STEP, 7)))
    return out


def _box(west: int, south: int, east: int, north: int) -> dict[str, object]:
    w, s = WEST + west * STEP, SOUTH + south * STEP
    e, n = WEST + east * STEP, SOUTH + north * STEP
    ring = [[w, s], [e, s], [e, n], [w, n], [w, s]]
    return {
        "type": "Polygon",
        "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]],
    }
