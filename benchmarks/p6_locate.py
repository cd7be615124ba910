"""P6: finding the grid of a point, against one `contains_xy` on a polygon already known."""

import itertools
import time

from benchmarks import database, forest
from benchmarks.harness import Bar, interleaved, repeated, say

# Towns of 461 grids each; those of the demo have 425 on average.
SIZES = {"10k": (25, 20, 2, 10), "100k": (250, 20, 2, 10)}


def grids(kind: str) -> None:
    """Make the bench database with that forest when it is missing (needs to be `on` it)."""
    if database.note(f"towns_{kind}") == "complete":
        return
    say(f"Building a forest of {kind} micro grids …")
    forest.build(*SIZES[kind])
    database.note(f"towns_{kind}", "complete")


def measure() -> list[Bar]:
    import shapely

    from grids import locate

    known = {}
    for kind, (towns, villages, smalls, micros) in SIZES.items():
        with database.on(f"towns_{kind}"):
            grids(kind)
            locate.forget_now()
            assert locate.locate(*forest.centre(3, 3)) is not None
            spots = forest.points(villages * smalls, towns * micros, 2000)
            known[kind] = (locate._snapshot, itertools.cycle(spots))
    shape = shapely.from_geojson(_text(forest.cell(3, 3)))
    shapely.prepare(shape)
    lon, lat = forest.centre(3, 3)
    calls = {
        "contains": repeated(lambda: shapely.contains_xy(shape, lon, lat), 20),
        **{
            kind: repeated(lambda spots=spots: locate.locate(*next(spots)), 20)
            for kind, (_, spots) in known.items()
        },
    }

    def use(name: str) -> None:
        if name in known:
            locate._snapshot, locate._checked_at = known[name][0], time.monotonic()

    took = interleaved(calls, before=use)
    locate.forget_now()
    details = {f"{name}_us": round(s / 20 * 1e6, 2) for name, s in took.items()}
    return [
        Bar("P6", "locate at 100,000 cells / one contains_xy",
            took["100k"] / took["contains"], 5, details=details),
        Bar("P6", "locate: 100,000 cells / 10,000 cells",
            took["100k"] / took["10k"], 2, details=details),
    ]  # fmt: skip


def _text(geometry: dict[str, object]) -> str:
    import json

    return json.dumps(geometry)
