"""One run of the circle: from what was read to what the page shows. Knows no database.

A target is something that is near a site or not: a cell's centre, which stands for the
households that have no position of their own, or a household's own position.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grids.circle import cover, network, walking
from grids.circle.inputs import Cell, Home, Inputs, by_cell
from grids.circle.walking import Points
from grids.models import Site
from grids.models.places import LEVELS

Tell = Callable[[str, int, int], None]
Spot = tuple[tuple[float, float], Site | None, Cell | None]
FAR_MINUTES = 90  # beyond this the nearest site on paths is not looked for
STEP = 50


@dataclass
class Found:
    """What is known of every target, and of every cell by its grid's id.

    `missed` are households out of reach; `unplaced` counts those that hang at no lowest grid and
    have no position, so that nothing can be said of them.
    """

    minutes: Any
    nearest: Any
    by_network: Any
    covered: Any
    rows: dict[int, "Row"] = field(default_factory=dict)
    suggestions: list[dict[str, Any]] = field(default_factory=list)
    missed: list[int] = field(default_factory=list)
    unplaced: int = 0


@dataclass
class Row:
    """The sums of one grid."""

    micros: int = 0
    micros_covered: int = 0
    households: int = 0
    households_covered: int = 0
    minutes: float | None = None
    site_id: int | None = None
    by_network: bool = False
    point: tuple[float, float] | None = None


class Reach:
    """Which targets lie within the time of a source: on paths where both meet one."""

    def __init__(self, inputs: Inputs, targets: Points) -> None:
        self.pace = inputs.pace
        self.snap_m = float(inputs.rule["snap_m"])
        self.targets = targets
        self.belts = walking.Belts(targets)
        self.net = network.build(inputs.lines) if inputs.lines else None
        feet = network.snap(self.net, targets, self.snap_m) if self.net else []
        self.feet = dict(enumerate(feet))
        self.on_paths = np.array(
            [bool(foot) for foot in feet] or [False] * len(targets)
        )

    def of(self, source: tuple[float, float]) -> Any:
        """Indices of the targets within the limit, ascending."""
        near = self._straight(source)
        foot = self._foot(source)
        if foot is None:
            return near
        off = near[~self.on_paths[near]]
        on = self._metres(source, foot, self.pace.reach_on_paths_m)
        return np.union1d(off, np.array(sorted(on), dtype=int)).astype(int)

    def _straight(self, source: tuple[float, float]) -> Any:
        return self.belts.within(source, self.pace.reach_m)

    def _foot(self, source: tuple[float, float]) -> network.Foot | None:
        if self.net is None:
            return None
        return network.snap(self.net, walking.points([source]), self.snap_m)[0]

    def _metres(
        self, source: tuple[float, float], foot: network.Foot, limit_m: float
    ) -> dict[int, float]:
        """Metres on paths to the snapped targets within the limit."""
        if self.net is None:
            return {}
        around = self.belts.within(source, limit_m)
        asked = [(int(n), self.feet[int(n)]) for n in around if self.on_paths[n]]
        return network.distances(self.net, foot, asked, limit_m)  # type: ignore[arg-type]

    def minutes_from(self, sources: list[tuple[float, float]]) -> tuple[Any, Any, Any]:
        """For each target: minutes to the nearest source, which one, whether on paths.

        A target is reckoned on paths from those sources that meet one too, and straight from the
        others; the quicker of both counts.
        """
        feet = [self._foot(source) for source in sources]
        off = [n for n, foot in enumerate(feet) if foot is None]
        best, which = self._nearest(sources, list(range(len(sources))))
        straight_best, straight_which = self._nearest(sources, off)
        best[self.on_paths] = straight_best[self.on_paths]
        which[self.on_paths] = straight_which[self.on_paths]
        used = np.zeros(len(self.targets), dtype=bool)
        for n, foot in enumerate(feet):
            if foot is None:
                continue
            limit = FAR_MINUTES * self.pace.speed_m_per_min
            for target, away in self._metres(sources[n], foot, limit).items():
                minutes = away / self.pace.speed_m_per_min
                if minutes < best[target]:
                    best[target], which[target], used[target] = minutes, n, True
        return best, which, used

    def _nearest(
        self, sources: list[tuple[float, float]], chosen: list[int]
    ) -> tuple[Any, Any]:
        points = walking.points([sources[n] for n in chosen])
        metres, index = walking.nearest(points, self.targets)
        names = np.array([*chosen, -1], dtype=int)
        return self.pace.minutes_for(metres), names[index]


def reckon(inputs: Inputs, tell: Tell = lambda _step, _done, _total: None) -> Found:
    """Coverage of every grid, and the next sites. The same inputs give the same answer."""
    tell("read", 0, 0)
    placed = [cell for cell in inputs.cells if cell.point]
    own = [home for home in inputs.homes if home.point]
    targets = walking.points([c.point for c in placed] + [h.point for h in own])
    reach = Reach(inputs, targets)
    sites = [site.point for site in inputs.sites if site.point]
    tell("cover", 0, 0)
    minutes, which, used = reach.minutes_from(sites)
    # a limit met to the millimetre is met
    covered = minutes <= inputs.rule["minutes"] + 1e-9
    found = Found(minutes, which, used, covered)
    _sum_up(inputs, placed, own, found)
    _propose(inputs, placed, own, reach, found, tell)
    return found


def _sum_up(inputs: Inputs, placed: list[Cell], own: list[Home], found: Found) -> None:
    index = {cell.place.grid_id: n for n, cell in enumerate(placed)}
    spot = {home.pk: len(placed) + n for n, home in enumerate(own)}
    for cell in inputs.cells:
        n = index.get(cell.place.grid_id)
        is_covered = n is not None and bool(found.covered[n])
        for row in _rows(found, cell.place.chain):
            row.micros += 1
            row.micros_covered += is_covered
        _tell_cell(inputs, cell, n, found)
    chains = {cell.place.grid_id: cell.place.chain for cell in inputs.cells}
    for home in inputs.homes:
        n = spot.get(home.pk, index.get(home.grid_id or 0))
        if n is None:
            found.unplaced += 1
            continue
        is_covered = bool(found.covered[n])
        if not is_covered:
            found.missed.append(home.pk)
        for row in _rows(found, chains.get(home.grid_id or 0, [])):
            row.households += 1
            row.households_covered += is_covered


def _rows(found: Found, chain: list[int]) -> Iterator[Row]:
    for pk in chain:
        yield found.rows.setdefault(pk, Row())


def _tell_cell(inputs: Inputs, cell: Cell, n: int | None, found: Found) -> None:
    row = found.rows[cell.place.grid_id]
    row.point = cell.point
    if n is None or found.nearest[n] < 0:
        return
    row.minutes = round(float(found.minutes[n]), 2)
    row.site_id = inputs.sites[int(found.nearest[n])].pk
    row.by_network = bool(found.by_network[n])


# --- The next sites -----------------------------------------------------------------------


def _propose(
    inputs: Inputs,
    placed: list[Cell],
    own: list[Home],
    reach: Reach,
    found: Found,
    tell: Tell,
) -> None:
    """Greedy choice among the centres of cells and the planned sites."""
    spots: list[Spot] = [(s.point, s, None) for s in inputs.planned if s.point]
    spots += [(cell.point, None, cell) for cell in placed if cell.point]
    homes = _weights(inputs, placed, own)
    micros = np.array([1.0] * len(placed) + [0.0] * len(own))
    near = []
    for n, (point, _site, _cell) in enumerate(spots):
        if n % STEP == 0:
            tell("propose", n, len(spots))
        near.append(reach.of(point))
    chosen = _choose(near, (homes, micros), found.covered, inputs.rule["suggestions"])
    is_covered = found.covered.copy()
    for rank, choice in enumerate(chosen, 1):
        fresh = near[choice.candidate][~is_covered[near[choice.candidate]]]
        is_covered[near[choice.candidate]] = True
        point, site, cell = spots[choice.candidate]
        found.suggestions.append(
            {
                "rank": rank,
                "lon": point[0],
                "lat": point[1],
                "grid": cell.place.grid_id if cell else None,
                "site": site.pk if site else None,
                **{
                    f"{lv}_id": getattr(cell.place if cell else site, f"{lv}_id")
                    for lv in LEVELS
                },
                "gain_households": int(homes[fresh].sum()),
                "gain_micros": int(micros[fresh].sum()),
                "households": int(homes[is_covered].sum()),
                "micros": int(micros[is_covered].sum()),
            }
        )
    tell("propose", len(spots), len(spots))


def _choose(
    near: list[Any], weights: tuple[Any, ...], covered: Any, count: int
) -> list[cover.Choice]:
    """The best for households first; where those are all covered, the best for micro grids."""
    is_covered = covered.copy()
    chosen: list[cover.Choice] = []
    for each in weights:
        more = cover.greedy(near, each, is_covered, count - len(chosen))
        for choice in more:
            is_covered[near[choice.candidate]] = True
        chosen += more
    return chosen


def _weights(inputs: Inputs, placed: list[Cell], own: list[Home]) -> Any:
    """Households that stand at each target."""
    counts = by_cell(inputs.homes)
    return np.array(
        [float(counts[cell.place.grid_id]) for cell in placed] + [1.0] * len(own)
    )
