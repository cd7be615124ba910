"""Distances between many points at once."""

from typing import Any

import numpy as np

from grids.circle.pace import EARTH_M

CHUNK = 2_000_000  # pairs of points reckoned at once

Points = Any  # n × 2 array of degrees: longitude, latitude (WGS 84)


def points(pairs: Any) -> Points:
    """(longitude, latitude) pairs as an n × 2 array of floats."""
    return np.asarray(list(pairs), dtype=float).reshape(-1, 2)


def metres(a: Points, b: Points) -> Any:
    """Great-circle distances: len(a) × len(b)."""
    lon_a, lat_a = np.radians(a[:, 0])[:, None], np.radians(a[:, 1])[:, None]
    lon_b, lat_b = np.radians(b[:, 0])[None, :], np.radians(b[:, 1])[None, :]
    half = (
        np.sin((lat_b - lat_a) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))


def within(sources: Points, targets: Points, limit_m: float) -> list[Any]:
    """For each source the indices of the targets at most `limit_m` away, ascending.

    Targets are sorted by latitude once, so that a source is compared with its own belt only.
    """
    order = np.argsort(targets[:, 1], kind="stable")
    lats = targets[order, 1]
    belt = np.degrees(limit_m / EARTH_M) * 1.000001
    low = np.searchsorted(lats, sources[:, 1] - belt, side="left")
    high = np.searchsorted(lats, sources[:, 1] + belt, side="right")
    found = []
    for n in range(len(sources)):
        near = order[low[n] : high[n]]
        away = metres(sources[n : n + 1], targets[near])[0]
        found.append(np.sort(near[away <= limit_m]))
    return found


def nearest(sources: Points, targets: Points) -> tuple[Any, Any]:
    """For each target (metres, index) of the nearest source; the lower index where two tie.

    Without sources: infinity and -1.
    """
    count = len(targets)
    if not len(sources):
        return np.full(count, np.inf), np.full(count, -1)
    best, which = np.empty(count), np.empty(count, dtype=int)
    step = max(CHUNK // len(sources), 1)
    for start in range(0, count, step):
        away = metres(sources, targets[start : start + step])
        index = np.argmin(away, axis=0)
        which[start : start + step] = index
        best[start : start + step] = away[index, np.arange(away.shape[1])]
    return best, which
