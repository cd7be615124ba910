"""Walking time as the crow flies: distance × detour ÷ speed. Light enough for a page."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_M = 6_371_008.8  # mean radius, IUGG
Point = tuple[float, float]  # longitude, latitude in degrees, WGS 84


@dataclass(frozen=True)
class Pace:
    """How people walk: metres a minute, the share by which paths are longer, the limit."""

    minutes: float
    speed_m_per_min: float
    detour: float

    @property
    def reach_m(self) -> float:
        """How far one gets as the crow flies."""
        return self.minutes * self.speed_m_per_min / self.detour

    @property
    def reach_on_paths_m(self) -> float:
        """How far one gets along paths, where nothing is guessed."""
        return self.minutes * self.speed_m_per_min

    def minutes_for(self, metres: Any) -> Any:
        """Minutes for a straight distance (number or array)."""
        return metres * self.detour / self.speed_m_per_min


def metres_between(a: Point, b: Point) -> float:
    """The great-circle distance."""
    lon_a, lat_a, lon_b, lat_b = map(radians, (*a, *b))
    half = (
        sin((lat_b - lat_a) / 2) ** 2
        + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_M * asin(sqrt(min(half, 1.0)))
