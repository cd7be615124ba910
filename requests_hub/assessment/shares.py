"""A share with its base. Without a base there is no figure: never 0 and never 100."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format

BASICALLY = 0.9
NONE = "—"


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; `percent` is None where there is no base."""

    part: float
    whole: int

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    @property
    def quotient(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True)
class Weights:
    """Points for contacted, solved and satisfied, which add up to 100."""

    contacted: int = 30
    solved: int = 35
    satisfied: int = 35
    basically: float = BASICALLY

    def __post_init__(self) -> None:
        if self.contacted + self.solved + self.satisfied != 100:
            raise ValueError("the three weights must add up to 100")


@dataclass(frozen=True)
class ThreeRates:
    """Contacted, solved and satisfied among the valid revisits, and their weighted score."""

    contacted: Share
    solved: Share
    satisfied: Share
    score: float | None


def three_rates(n: Mapping[str, int], weights: Weights) -> ThreeRates:
    """The three rates of counts by name (valid, contacted, solved, satisfied, basically)."""
    valid = n.get("valid", 0)
    pleased = n.get("satisfied", 0) + weights.basically * n.get("basically", 0)
    shares = (
        Share(n.get("contacted", 0), valid),
        Share(n.get("solved", 0), valid),
        Share(pleased, valid),
    )
    points = (weights.contacted, weights.solved, weights.satisfied)
    percents = [share.percent for share in shares]
    score = sum(
        point * percent / 100
        for point, percent in zip(points, percents, strict=True)
        if percent is not None
    )
    return ThreeRates(*shares, score if valid else None)


def change(now: float | None, before: float | None, digits: int = 1) -> float | None:
    """Points between two rates as they are shown; None where either has no base."""
    if now is None or before is None:
        return None
    return round(round(now, digits) - round(before, digits), digits)


def growth(now: int, before: int) -> float | None:
    """Per cent by which a number has grown; None where there was nothing before."""
    return round(100 * (now - before) / before, 1) if before else None


def one_decimal(value: float | None) -> str:
    """A figure as it is shown, rounded (`number_format` alone would cut it off); a dash for none."""
    return NONE if value is None else number_format(round(value, 1), decimal_pos=1)
