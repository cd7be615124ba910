"""When two requests are alike, and which issue a request belongs to. Pure reckoning, no tables.

The limits were chosen on 4,326 published messages, read by eye (2026): lower ones put every
complaint about one estate together, higher ones part the words that people use for one matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from grids.circle.pace import metres_between
from requests_hub.likeness.grams import Print, Vector, cosine

ALIKE = 0.28
SAME_MATTER = 0.25
MERGES, MERGES_MATTER = 0.33, 0.375
FAR_METRES, ALIKE_THOUGH_FAR = 2_000, 0.42
VOTERS = 10
TELLS, MATTERS = 96, 48
"""So many groups of an issue are kept."""
Position = tuple[float, float] | None


@dataclass(frozen=True)
class Known:
    """A request that is there already, with the issue it belongs to."""

    pk: int
    print: Print
    position: Position = None
    issue: int | None = None


@dataclass
class Group:
    """An issue: the fingerprints of its requests added up."""

    pk: int
    size: int = 0
    tells: dict[int, int] = field(default_factory=dict)
    matters: dict[int, int] = field(default_factory=dict)
    position: Position = None

    def add(self, one: Print, position: Position) -> None:
        """One more request; the position is that of the middle."""
        _add(self.tells, one.tells)
        _add(self.matters, one.matters)
        if position:
            here = self.position or position
            self.position = (
                here[0] + (position[0] - here[0]) / (self.size + 1),
                here[1] + (position[1] - here[1]) / (self.size + 1),
            )
        self.size += 1

    def likeness(self, one: Print) -> tuple[float, float]:
        """(words, kind of matter), both from 0 to 1."""
        return cosine(one.tells, self.tells), cosine(one.matters, self.matters)

    def kept(self) -> tuple[Vector, Vector]:
        """What is stored: the heaviest groups only."""
        return _heaviest(self.tells, TELLS), _heaviest(self.matters, MATTERS)


def _add(total: dict[int, int], vector: Vector) -> None:
    for gram, weight in vector.items():
        total[gram] = total.get(gram, 0) + weight


def _heaviest(total: dict[int, int], most: int) -> Vector:
    kept = sorted(total, key=lambda gram: (-total[gram], gram))[:most]
    return {gram: total[gram] for gram in kept}


def metres(one: Position, two: Position) -> float | None:
    """How far apart, if both positions (lon, lat) are known."""
    return metres_between(one, two) if one and two else None


def is_same(words: float, matter: float, apart: float | None) -> bool:
    """Whether a likeness is enough, given how far apart the places are."""
    enough = ALIKE_THOUGH_FAR if (apart or 0) > FAR_METRES else ALIKE
    return words >= enough and matter >= SAME_MATTER


def alike(
    one: Print, position: Position, others: Iterable[Known]
) -> list[tuple[float, Known]]:
    """Those with enough words in common, likest first, with their likeness."""
    found = [(cosine(one.tells, other.print.tells), other) for other in others]
    near = [pair for pair in found if pair[0] >= ALIKE]
    return sorted(near, key=lambda pair: (-pair[0], pair[1].pk))


@dataclass(frozen=True)
class Choice:
    """The issue a request joins, or the single request with which it makes a new one."""

    issue: int | None = None
    partner: Known | None = None


def choose(
    one: Print,
    position: Position,
    near: Sequence[tuple[float, Known]],
    groups: dict[int, Group],
) -> Choice:
    """The likest requests vote; the issue's middle must agree too.

    Args:
        one: the new request's fingerprint.
        position: its place.
        near: what `alike` found.
        groups: the issues that those belong to.
    """
    votes: dict[tuple[int, int], float] = defaultdict(float)
    known = {other.pk: other for _score, other in near}
    for score, other in near[:VOTERS]:
        votes[(1, other.issue) if other.issue else (0, other.pk)] += score
    for (is_issue, pk), _votes in sorted(votes.items(), key=lambda vote: -vote[1]):
        if is_issue:
            group = groups.get(pk)
            if group and is_same(
                *group.likeness(one), metres(position, group.position)
            ):
                return Choice(issue=pk)
            continue
        other = known[pk]
        words = cosine(one.tells, other.print.tells)
        matter = cosine(one.matters, other.print.matters)
        if is_same(words, matter, metres(position, other.position)):
            return Choice(partner=other)
    return Choice()


def merges(groups: Sequence[Group]) -> list[tuple[int, int]]:
    """Pairs (larger, smaller) of issues that turned out to be one; no chain inside one answer."""
    shelf: dict[int, list[Group]] = defaultdict(list)
    ordered = sorted(groups, key=lambda group: (-group.size, group.pk))
    for group in ordered:
        for gram in list(group.tells)[:40]:
            shelf[gram].append(group)
    gone: set[int] = set()
    pairs = []
    for group in ordered:
        if group.pk in gone:
            continue
        for other in _neighbours(group, shelf):
            if other.pk in gone or other.size > group.size:
                continue
            if _is_one(group, other):
                gone |= {other.pk, group.pk}
                pairs.append((group.pk, other.pk))
                break
    return pairs


def _neighbours(group: Group, shelf: dict[int, list[Group]]) -> list[Group]:
    common: dict[int, int] = defaultdict(int)
    found: dict[int, Group] = {}
    for gram in list(group.tells)[:40]:
        for other in shelf[gram]:
            if other.pk != group.pk:
                common[other.pk] += 1
                found[other.pk] = other
    best = sorted(common, key=lambda pk: (-common[pk], pk))[:8]
    return [found[pk] for pk in best]


def _is_one(one: Group, two: Group) -> bool:
    apart = metres(one.position, two.position)
    if apart is not None and apart > FAR_METRES * 2:
        return False
    words = cosine(one.tells, two.tells)
    return words >= MERGES and cosine(one.matters, two.matters) >= MERGES_MATTER
