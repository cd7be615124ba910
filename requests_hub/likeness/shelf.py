"""Many requests at once: fingerprints in memory, found by the groups they share."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from requests_hub.likeness.grams import SCALE, Print
from requests_hub.likeness.match import ALIKE, VOTERS, Group, Known, Position, choose


@dataclass
class Shelf:
    """Known requests and their issues. `touched` and `joined` say what `place` has changed."""

    groups: dict[int, Group] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    fixed: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)
    joined: set[int] = field(default_factory=set)
    index: dict[int, list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def put(self, one: Known) -> None:
        self.known[one.pk] = one
        for gram, weight in one.print.tells.items():
            self.index[gram].append((one.pk, weight))

    def near(self, one: Print) -> list[tuple[float, Known]]:
        """As `match.alike` finds them; fingerprints have length `SCALE`."""
        scores: dict[int, int] = defaultdict(int)
        for gram, weight in one.tells.items():
            for pk, other in self.index.get(gram, ()):
                scores[pk] += weight * other
        enough = ALIKE * SCALE * SCALE
        found = [(s / SCALE / SCALE, pk) for pk, s in scores.items() if s >= enough]
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        return [(score, self.known[pk]) for score, pk in found[:VOTERS]]

    def place(
        self, pk: int, one: Print, position: Position, new_ids: Iterable[int]
    ) -> None:
        """Put a request on the shelf, with an issue if it belongs to one.

        Args:
            pk: the request's id.
            one: its fingerprint.
            position: its place, if known.
            new_ids: where the id of a new issue is taken from.
        """
        choice = choose(one, position, self.near(one), self.groups)
        issue = choice.issue
        if choice.partner and choice.partner.pk not in self.fixed:
            issue = next(iter(new_ids))
            self.groups[issue] = Group(issue)
            self.groups[issue].add(choice.partner.print, choice.partner.position)
            self.known[choice.partner.pk] = replace(choice.partner, issue=issue)
            self.joined.add(choice.partner.pk)
        if issue:
            self.groups[issue].add(one, position)
            self.touched.add(issue)
        self.put(Known(pk, one, position, issue))
        self.joined.add(pk)
