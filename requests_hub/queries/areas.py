"""Whose figures: the area that somebody's posts give, as the statistics hold it."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.core.models import User
from grids.scoping import posts_of, scope_of
from requests_hub.models.statistics import WHOLE

WITH_FLOW = ("district", "large", "medium")
LEVELS = ("large", "medium", "small", "micro")


@dataclass(frozen=True)
class Held:
    """A district, or grids of one level in one district; `places` as the statistics name them."""

    district: int
    level: str
    places: tuple[int, ...]


def held(user: User) -> Held | None:
    """The area whose sums are exactly what this person sees; None where it is a mixture.

    Areas that overlap, and what a department was called to, cannot be added up.
    """
    scope = scope_of(user)
    if scope.departments or len(scope.districts) + len(scope.grids) != 1:
        return None
    districts = {post.district_id for post in posts_of(user)}
    if scope.districts:
        return Held(next(iter(scope.districts)), "district", (WHOLE,))
    if len(districts) != 1:
        return None
    level, ids = next(iter(scope.grids.items()))
    return Held(districts.pop(), level, tuple(sorted(ids)))


def top(user: User) -> tuple[str, Sequence[int]]:
    """The highest level a person is posted at, with the ids there."""
    scope = scope_of(user)
    if not scope.grids:
        return "district", districts_of(user)
    level = next(name for name in LEVELS if scope.grids.get(name))
    return level, sorted(scope.grids[level])


def districts_of(user: User) -> Sequence[int]:
    """The districts that somebody's posts lie in."""
    scope = scope_of(user)
    if scope.districts:
        return sorted(scope.districts)
    return sorted({post.district_id for post in posts_of(user)})
