"""Walking time along paths: GeoJSON lines as a graph, points snapped to the nearest edge.

Distances on paths are real, so the detour factor is not applied to them. A point farther than the
limit from every path keeps to the straight line; `Network.snapped` says which do.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import networkx as nx
import numpy as np
import shapely

from grids.circle.pace import EARTH_M, metres_between
from grids.circle.walking import Points

Node = tuple[float, float]
DIGITS = 6  # a tenth of a metre: ends of lines that meet are one node


@dataclass(frozen=True)
class Foot:
    """Where a point meets the paths: edge, metres to both its ends, metres from the point."""

    edge: int
    ends: tuple[Node, Node]
    along: tuple[float, float]
    off_m: float


@dataclass
class Network:
    """A graph of paths around one latitude (`squeeze` is its cosine)."""

    graph: Any
    edges: list[tuple[Node, Node]]
    tree: Any
    segments: Any
    squeeze: float
    feet: dict[int, Foot] = field(default_factory=dict)


def build(lines: Iterable[Sequence[Sequence[float]]]) -> Network:
    """A network of lines; each a list of (longitude, latitude). Lines meet at equal vertices."""
    graph: Any = nx.Graph()
    for line in lines:
        nodes = [(round(p[0], DIGITS), round(p[1], DIGITS)) for p in line]
        for a, b in itertools.pairwise(nodes):
            if a != b:
                graph.add_edge(a, b, metres=_length(a, b))
    edges = sorted((min(a, b), max(a, b)) for a, b in graph.edges)
    lats = [node[1] for node in graph.nodes]
    squeeze = float(np.cos(np.radians(np.mean(lats)))) if lats else 1.0
    flat = [[_flat(a, squeeze), _flat(b, squeeze)] for a, b in edges]
    segments = shapely.linestrings(flat) if flat else np.array([], dtype=object)
    return Network(graph, edges, shapely.STRtree(segments), segments, squeeze)


def length_m(lines: Iterable[Sequence[Sequence[float]]]) -> float:
    """Metres of all lines together."""
    total = 0.0
    for line in lines:
        total += sum(_length(a, b) for a, b in itertools.pairwise(line))
    return total


def _length(a: Sequence[float], b: Sequence[float]) -> float:
    return metres_between((a[0], a[1]), (b[0], b[1]))


def _flat(node: Sequence[float], squeeze: float) -> tuple[float, float]:
    """Metres east and north on a plane of this latitude; good to 0.1 % within a district."""
    unit = float(np.radians(1.0)) * EARTH_M
    return node[0] * unit * squeeze, node[1] * unit


def snap(network: Network, points: Points, limit_m: float) -> list[Foot | None]:
    """For each point where it meets the nearest path, or None beyond the limit."""
    if not network.edges or not len(points):
        return [None] * len(points)
    flat = shapely.points([_flat(p, network.squeeze) for p in points])
    pairs, _away = network.tree.query_nearest(
        flat, max_distance=limit_m, return_distance=True, all_matches=True
    )
    nearest: dict[int, int] = {}
    for point, edge in zip(*pairs.tolist(), strict=True):
        nearest[point] = min(edge, nearest.get(point, edge))
    return [
        _foot(network, flat[n], nearest[n]) if n in nearest else None
        for n in range(len(points))
    ]


def _foot(network: Network, point: Any, edge: int) -> Foot:
    segment, ends = network.segments[edge], network.edges[edge]
    length = network.graph.edges[ends]["metres"]
    share = shapely.line_locate_point(segment, point, normalized=True)
    off = shapely.distance(segment, point)
    return Foot(edge, ends, (share * length, (1 - share) * length), float(off))


def distances(
    network: Network,
    source: Foot,
    targets: Sequence[tuple[int, Foot]],
    limit_m: float,
) -> dict[int, float]:
    """Metres from one snapped point to others within the limit, by their index."""
    lengths = _from(network, source, limit_m)
    found: dict[int, float] = {}
    for index, foot in targets:
        ways = [
            lengths[end] + along
            for end, along in zip(foot.ends, foot.along, strict=True)
            if end in lengths
        ]
        if foot.edge == source.edge:
            ways.append(source.off_m + abs(foot.along[0] - source.along[0]))
        if ways and (way := min(ways) + foot.off_m) <= limit_m:
            found[index] = way
    return found


def _from(network: Network, source: Foot, limit_m: float) -> dict[Node, float]:
    """Metres from a snapped point to the nodes within the limit."""
    best: dict[Node, float] = {}
    for end, along in zip(source.ends, source.along, strict=True):
        start = source.off_m + along
        if start > limit_m:
            continue
        reached = nx.single_source_dijkstra_path_length(
            network.graph, end, cutoff=limit_m - start, weight="metres"
        )
        for node, length in reached.items():
            if start + length < best.get(node, np.inf):
                best[node] = start + length
    return best
