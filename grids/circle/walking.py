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


class Belts:
    """Targets sorted by latitude once, so that a source is compared with its own belt only."""

    def __init__(self, targets: Points) -> None:
        self.order = np.argsort(targets[:, 1], kind="stable")
        self.sorted = targets[self.order]
        self.lats = self.sorted[:, 1]

    def within(self, source: Any, limit_m: float) -> Any:
        """The indices of the targets at most `limit_m` from one source, ascending."""
        belt = np.degrees(limit_m / EARTH_M) * 1.000001
        low = np.searchsorted(self.lats, source[1] - belt, side="left")
        high = np.searchsorted(self.lats, source[1] + belt, side="right")
        away = metres(points([source]), self.sorted[low:high])[0]
        return np.sort(self.order[low:high][away <= limit_m])


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
