"""Which integrated grids a line's grid corresponds to: by code, by name within its parent, by area.

Pure functions over plain rows: the same input gives the same answer, whatever the order. Each
finding is evidence with a strength `s` of 0 to 1; several add up to 1 − Π(1 − s), and a
contradiction multiplies the result (see `STRENGTH`). Shares are of areas in degrees: within one
grid a degree is everywhere the same, so that ratios are right without a projection.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grids.names import alike, holds, plain, within

# how much each finding says by itself
STRENGTH = {
    "code": 0.98,  # the same code
    "code_digits": 0.95,  # the same digits behind the line's letters
    "code_prefix": 0.5,  # begins with the grid's code, and name, parent or area agree
    "code_prefix_only": 0.3,  # begins with it, and nothing else agrees
    "name": 0.9,  # the same name below the same parent
    "name_full": 0.85,  # parent and name written in one, found once
    "name_below": 0.75,  # the same name two levels below the parent, once
    "name_once": 0.7,  # the parent is not known; the name is there once
    "name_alike": 0.6,  # times the likeness, from ALIKE_FROM
    "name_in": 0.65,  # the line's name holds the grid's; times how well it does
    "name_many": 0.35,  # the name is there several times
    "area": 0.95,  # times the larger of the two shares
}
ELSEWHERE, OTHER_PARENT = 0.5, 0.6
ALIKE_FROM = 0.75
HELD_FROM = 0.4
MOST_NAMESAKES = 5
MOST_CANDIDATES = 6
WORTH_A_LOOK, WHOLE, TOUCHES, SPREAD = 0.5, 0.8, 0.02, 0.15
CLOSE = 0.1
LOOSE = ("part", "overlaps")  # two of a line may be so without contradicting each other
SAME_DIGITS = re.compile(r"[A-Za-z一-鿿]*[-_]?(\d{9,19})(?:[-_]\w{1,6})?")
LEVELS = ("large", "medium", "small", "micro")


@dataclass(frozen=True)
class Ours:
    """An integrated grid; `geometry` is a shapely polygon or None."""

    pk: int
    code: str
    name: str
    level: str
    parent: int | None = None
    geometry: Any = None


@dataclass(frozen=True)
class Theirs:
    """A line's grid; `town` is the id of the town it must lie in, if that is known."""

    pk: int
    code: str
    name: str
    parent_code: str = ""
    parent_name: str = ""
    level: str = ""
    town: int | None = None
    geometry: Any = None


@dataclass(frozen=True)
class Standing:
    """A candidate as it is judged; `Candidate.standing` and stored mappings give one."""

    grid: int
    score: float
    kind: str
    share_of_line: float | None = None
    share_of_grid: float | None = None
    reasons: Sequence[Mapping[str, Any]] = ()


@dataclass
class Candidate:
    """One integrated grid that might be meant. `reasons` are {code, **numbers, is_minus}."""

    grid: int
    evidence: dict[str, float] = field(default_factory=dict)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    factor: float = 1.0
    share_of_line: float | None = None
    share_of_grid: float | None = None

    @property
    def score(self) -> float:
        left = 1.0
        for strength in self.evidence.values():
            left *= 1 - strength
        return round((1 - left) * self.factor, 3)

    @property
    def method(self) -> str:
        best = max(self.evidence, key=lambda name: (self.evidence[name], name))
        return best.split("_")[0]

    @property
    def kind(self) -> str:
        return kind_of(self.share_of_line, self.share_of_grid)

    @property
    def standing(self) -> Standing:
        return Standing(
            self.grid,
            self.score,
            self.kind,
            self.share_of_line,
            self.share_of_grid,
            self.reasons,
        )

    def add(self, what: str, strength: float | None = None, **numbers: Any) -> None:
        group = what.split("_")[0]
        value = STRENGTH[what] if strength is None else strength
        if value <= self.evidence.get(group, 0):
            return
        self.evidence[group] = value
        self.reasons = [r for r in self.reasons if r["code"].split("_")[0] != group]
        self.reasons.append({"code": what, "is_minus": False, **numbers})

    def doubt(self, what: str, factor: float, **numbers: Any) -> None:
        self.factor *= factor
        self.reasons.append({"code": what, "is_minus": True, **numbers})


def kind_of(share_of_line: float | None, share_of_grid: float | None) -> str:
    """exact, part (of the grid), contains (the grid) or overlaps; exact without polygons."""
    if share_of_line is None or share_of_grid is None:
        return "exact"
    if share_of_line >= WHOLE:
        return "exact" if share_of_grid >= WHOLE else "part"
    return "contains" if share_of_grid >= WHOLE else "overlaps"


@dataclass(frozen=True)
class Overlap:
    """How much two polygons have in common; `grid` is the id of ours."""

    grid: int
    share_of_line: float
    share_of_grid: float
    common: float


class Net:
    """The integrated grids of a district, indexed for matching."""

    def __init__(self, grids: Iterable[Ours]) -> None:
        rows = sorted(grids, key=lambda g: g.code)
        self.by_pk = {g.pk: g for g in rows}
        self.by_code = {g.code: g for g in rows}
        self.children: dict[int, list[Ours]] = defaultdict(list)
        self.by_name: dict[str, list[Ours]] = defaultdict(list)
        self.by_full: dict[str, list[Ours]] = defaultdict(list)
        for grid in rows:
            self.by_name[plain(grid.name)].append(grid)
            up = self.by_pk.get(grid.parent or 0)
            if up is None:
                continue
            self.children[up.pk].append(grid)
            short = plain(within(grid.name, up.name))
            for front in {up.name, plain(up.name)}:
                self.by_full[plain(front + short)].append(grid)
        self._drawn = [g for g in rows if g.geometry is not None]
        self._tree: Any = None

    def above(self, grid: Ours) -> set[int]:
        """Ids of the grid and all above it."""
        ids, now = set(), grid
        while now.pk not in ids:
            ids.add(now.pk)
            now = self.by_pk.get(now.parent or 0, now)
        return ids

    def overlaps(self, theirs: Sequence[Theirs]) -> dict[int, list[Overlap]]:
        """The grids that each of theirs touches by more than a fiftieth of either, by its id."""
        import numpy as np
        import shapely

        drawn = [t for t in theirs if t.geometry is not None]
        found: dict[int, list[Overlap]] = defaultdict(list)
        if not drawn or not self._drawn:
            return found
        ours = np.array([g.geometry for g in self._drawn], dtype=object)
        if self._tree is None:
            self._tree = shapely.STRtree(ours)
        shapes = np.array([t.geometry for t in drawn], dtype=object)
        left, right = self._tree.query(shapes, predicate="intersects")
        common = shapely.area(shapely.intersection(shapes[left], ours[right]))
        of_line = common / np.maximum(shapely.area(shapes[left]), 1e-18)
        of_grid = common / np.maximum(shapely.area(ours[right]), 1e-18)
        kept = np.nonzero((of_line >= TOUCHES) | (of_grid >= TOUCHES))[0]
        for n in kept:
            found[drawn[left[n]].pk].append(
                Overlap(
                    self._drawn[right[n]].pk,
                    round(float(of_line[n]), 4),
                    round(float(of_grid[n]), 4),
                    float(common[n]),
                )
            )
        return found


def match(theirs: Sequence[Theirs], net: Net) -> dict[int, list[Candidate]]:
    """The best candidates of each line grid, best first; an id with no candidate has []."""
    areas = net.overlaps(theirs)
    return {t.pk: _candidates(t, net, areas.get(t.pk, [])) for t in theirs}


def _candidates(t: Theirs, net: Net, areas: list[Overlap]) -> list[Candidate]:
    found: dict[int, Candidate] = {}

    def candidate(grid: Ours) -> Candidate:
        return found.setdefault(grid.pk, Candidate(grid.pk))

    parents = parents_of(t, net)
    _by_name(t, net, parents, candidate)
    _by_area(t, net, areas, candidate)
    _by_code(t, net, parents, areas, candidate)
    shares = {a.grid: a for a in areas}
    for pk, each in found.items():
        _measure(each, shares.get(pk), is_drawn=_is_drawn(t, net, pk))
        _place(each, t, net, parents)
    ranked = sorted(
        found.values(),
        key=lambda c: (-c.score, -(c.share_of_line or 0), net.by_pk[c.grid].code),
    )
    return ranked[:MOST_CANDIDATES]


def _is_drawn(t: Theirs, net: Net, pk: int) -> bool:
    return t.geometry is not None and net.by_pk[pk].geometry is not None


def _fits(t: Theirs, net: Net, grid: Ours) -> bool:
    """Whether level and town allow this grid."""
    if t.level and grid.level != t.level:
        return False
    return t.town is None or t.town in net.above(grid)


def parents_of(t: Theirs, net: Net) -> list[Ours]:
    """The grids that the line names as parent: by code, else by name."""
    by_code = net.by_code.get(_digits(t.parent_code))
    if by_code is not None:
        return [by_code]
    if not t.parent_name:
        return []
    named = net.by_name.get(plain(t.parent_name), [])
    return [
        g
        for g in named
        if g.level != "micro" and (t.town is None or t.town in net.above(g))
    ]


def _digits(code: str) -> str:
    """The digits behind the line's letters; "" when others stand between them."""
    hit = SAME_DIGITS.fullmatch(unicodedata.normalize("NFKC", code).strip())
    return hit[1] if hit else ""


def _by_code(
    t: Theirs, net: Net, parents: list[Ours], areas: list[Overlap], candidate: Any
) -> None:
    exact = net.by_code.get(t.code.strip())
    if exact is not None:
        candidate(exact).add("code", grid_code=exact.code)
        return
    digits = _digits(t.code)
    same = net.by_code.get(digits)
    if same is not None and _fits(t, net, same):
        candidate(same).add("code_digits", grid_code=same.code)
        return
    for length in (17, 14, 12, 9):
        grid = net.by_code.get(digits[:length]) if len(digits) > length else None
        if grid is not None and _fits(t, net, grid):
            what = "code_prefix" if _agrees(t, grid, parents, areas) else ""
            candidate(grid).add(what or "code_prefix_only", grid_code=grid.code)
            return


def _agrees(t: Theirs, grid: Ours, parents: list[Ours], areas: list[Overlap]) -> bool:
    """Whether name, parent or area speak for a grid whose code is only a beginning."""
    near = any(a.grid == grid.pk and a.share_of_line >= 0.5 for a in areas)
    family = any(p.pk in (grid.pk, grid.parent) for p in parents)
    return near or family or alike(t.name, grid.name) >= ALIKE_FROM


def _by_name(t: Theirs, net: Net, parents: list[Ours], candidate: Any) -> None:
    for parent in parents:
        _below(t, net, parent, candidate)
    if parents:
        return
    full = [g for g in net.by_full.get(plain(t.name), []) if _fits(t, net, g)]
    if len(full) == 1:
        candidate(full[0]).add("name_full", grid_name=full[0].name)
        return
    same = [g for g in net.by_name.get(plain(t.name), []) if _fits(t, net, g)]
    if len(same) == 1:
        candidate(same[0]).add("name_once", grid_name=same[0].name)
    elif len(same) <= MOST_NAMESAKES:
        for grid in same:
            candidate(grid).add("name_many", grid_name=grid.name, n=len(same))


def _below(t: Theirs, net: Net, parent: Ours, candidate: Any) -> None:
    """Names below one parent: its children, then theirs."""
    name = plain(within(t.name, parent.name))
    children = [g for g in net.children[parent.pk] if not t.level or g.level == t.level]
    exact = [g for g in children if plain(within(g.name, parent.name)) == name]
    for grid in exact:
        candidate(grid).add("name", grid_name=grid.name, parent=parent.name)
    if exact:
        return
    likeness = [(alike(within(t.name, parent.name), g.name), g) for g in children]
    for ratio, grid in likeness:
        if ratio >= ALIKE_FROM:
            strength = round(STRENGTH["name_alike"] * ratio, 3)
            candidate(grid).add("name_alike", strength, grid_name=grid.name)
    _held(t.name, parent, children, candidate)
    lower = [g for child in net.children[parent.pk] for g in net.children[child.pk]]
    same = [g for g in lower if plain(g.name) == name and _fits(t, net, g)]
    if len(same) == 1:
        candidate(same[0]).add("name_below", grid_name=same[0].name, parent=parent.name)


def _held(name: str, parent: Ours, children: Sequence[Ours], candidate: Any) -> None:
    """Children whose name stands in the line's: 土门村 in 土门村公卫网格; the longest ones count."""
    text = within(name, parent.name)
    found = [(holds(text, g.name), g) for g in children]
    most = max((len(plain(g.name)) for ratio, g in found if ratio), default=0)
    for ratio, grid in found:
        if ratio >= HELD_FROM and len(plain(grid.name)) == most:
            strength = round(STRENGTH["name_in"] * ratio, 3)
            candidate(grid).add("name_in", strength, grid_name=grid.name)


def _by_area(t: Theirs, net: Net, areas: list[Overlap], candidate: Any) -> None:
    for overlap in best_level(t, net, areas):
        larger = max(overlap.share_of_line, overlap.share_of_grid)
        strength = round(STRENGTH["area"] * larger, 4)
        candidate(net.by_pk[overlap.grid]).add("area", strength)


def best_level(t: Theirs, net: Net, areas: list[Overlap]) -> list[Overlap]:
    """The overlaps of the level whose grids together cover the line's grid most exactly.

    The measure is common area over the area of both together. Of equal levels the lowest, unless
    one grid above is the very same area.
    """
    by_level: dict[str, list[Overlap]] = defaultdict(list)
    for overlap in areas:
        by_level[net.by_pk[overlap.grid].level].append(overlap)
    if t.level:
        return _telling(by_level.get(t.level, []))
    best: list[Overlap] = []
    cover = 0.0
    for level in reversed(LEVELS):
        telling = _telling(by_level.get(level, []))
        now = _cover(t, net, telling)
        is_same = any(o.share_of_grid >= WHOLE for o in telling)
        if now > cover + 1e-9 or (is_same and now >= cover - 1e-9):
            best, cover = telling, max(now, cover)
    return best


def _telling(overlaps: list[Overlap]) -> list[Overlap]:
    return [o for o in overlaps if o.share_of_line >= CLOSE or o.share_of_grid >= 0.5]


def _cover(t: Theirs, net: Net, overlaps: list[Overlap]) -> float:
    """With slivers of neighbours or without them, whichever fits better."""
    core = [o for o in overlaps if max(o.share_of_line, o.share_of_grid) >= 0.5]
    return max(_common_share(t, net, overlaps), _common_share(t, net, core))


def _common_share(t: Theirs, net: Net, overlaps: list[Overlap]) -> float:
    if not overlaps:
        return 0.0
    common = sum(o.common for o in overlaps)
    whole = t.geometry.area + sum(net.by_pk[o.grid].geometry.area for o in overlaps)
    return float(common / max(whole - common, 1e-18))


def _measure(each: Candidate, overlap: Overlap | None, *, is_drawn: bool) -> None:
    """Note the shares; a polygon that lies elsewhere is a contradiction."""
    if not is_drawn:
        return
    each.share_of_line = overlap.share_of_line if overlap else 0.0
    each.share_of_grid = overlap.share_of_grid if overlap else 0.0
    shares = {
        "of_line": round(100 * each.share_of_line),
        "of_grid": round(100 * each.share_of_grid),
    }
    if max(each.share_of_line, each.share_of_grid) < CLOSE:
        each.doubt("elsewhere", ELSEWHERE, **shares)
        return
    each.reasons = [r for r in each.reasons if r["code"] != "area"]
    each.reasons.append({"code": "area", "is_minus": False, **shares})


def _place(each: Candidate, t: Theirs, net: Net, parents: list[Ours]) -> None:
    above = net.above(net.by_pk[each.grid])
    if parents and not any(p.pk in above for p in parents):
        each.doubt("other_parent", OTHER_PARENT, parent=parents[0].name)


@dataclass(frozen=True)
class Verdict:
    """Where a line grid goes on the review desk, and why: findings are {code, **numbers}."""

    desk: str
    findings: list[dict[str, Any]]


def judge(
    candidates: Sequence[Standing],
    *,
    sure_from: float = WHOLE,
    rivals: Mapping[int, Sequence[str]] | None = None,
    others: Sequence[Mapping[str, Any]] = (),
) -> Verdict:
    """Clear, unmatched, overlapping, doubled or contested.

    Args:
        candidates: best first.
        sure_from: the score from which the first is clear.
        rivals: by id of an integrated grid, codes of other grids of the same line that claim it.
        others: grids of other lines with the same outline, confirmed elsewhere:
            {line, code, grids}; `grids` are ids.
    """
    if not candidates:
        return Verdict("unmatched", [{"code": "nothing"}])
    top, pieces = candidates[0], spread(candidates)
    is_shared = len(pieces) > 1 and sum(c.share_of_line or 0 for c in pieces) >= 0.5
    if top.score < WORTH_A_LOOK and not is_shared:
        return Verdict("unmatched", [{"code": "weak"}])
    claims = [] if top.kind in LOOSE else list((rivals or {}).get(top.grid, ()))
    if claims:
        return Verdict("doubled", [{"code": "claimed", "by": sorted(claims)[:5]}])
    if is_shared:
        return Verdict("overlapping", [{"code": "spread", "n": len(pieces)}])
    findings = _contested(candidates, others, sure_from)
    return Verdict("contested" if findings else "clear", findings)


def spread(candidates: Sequence[Standing]) -> list[Standing]:
    """The candidates that share a line grid's area between them; one when it lies in one."""
    top = candidates[0]
    if top.share_of_line is None or top.share_of_line >= WHOLE:
        return [top]
    return [
        c
        for c in candidates
        if (c.share_of_line or 0) >= SPREAD or (c.share_of_grid or 0) >= WHOLE
    ]


def _contested(
    candidates: Sequence[Standing],
    others: Sequence[Mapping[str, Any]],
    sure_from: float,
) -> list[dict[str, Any]]:
    top = candidates[0]
    findings: list[dict[str, Any]] = [
        {"code": reason["code"]} for reason in top.reasons if reason["is_minus"]
    ]
    if len(candidates) > 1 and top.score - candidates[1].score < CLOSE:
        findings.append({"code": "close"})
    if top.score < sure_from and not findings:
        findings.append({"code": "unsure"})
    findings += [
        {"code": "other_line", "line": other["line"], "own_code": other["code"]}
        for other in others
        if top.grid not in other["grids"]
    ]
    return findings
