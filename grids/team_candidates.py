"""Who could take a missing post: people already posted at the grid or near it, the least busy first."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grids import locate
from grids.locate import Place
from grids.models import Assignment, Grid, Post, SupportUnit, TeamSlot

MOST = 4
NEAR: dict[int, str | Promise] = {
    3: gettext_lazy("posted in this grid"),
    2: gettext_lazy("posted in the grid above"),
    1: gettext_lazy("posted in a grid beside it"),
}
Ask = tuple[Grid, TeamSlot]


@dataclass(frozen=True)
class Candidate:
    """One who could take it. `user_id` for an account; `posts` held now; `near` 3 is nearest."""

    name: str
    about: str
    near: int
    posts: int
    user_id: int | None = None

    @property
    def why(self) -> list[str]:
        """The reasons in words."""
        held = (
            ngettext("%(n)s post now", "%(n)s posts now", self.posts)
            % {"n": self.posts}
            if self.posts
            else _("no post yet")
        )
        return (
            [str(NEAR[self.near]), self.about, held]
            if self.about
            else [
                str(NEAR[self.near]),
                held,
            ]
        )


@dataclass(frozen=True)
class _Someone:
    key: str
    name: str
    about: str
    at: int
    user_id: int | None


def suggest(asks: Sequence[Ask]) -> dict[tuple[int, str], list[Candidate]]:
    """At most four candidates for each (grid, slot), by (grid id, slot code); four statements.

    Officers and organisations are suggested where the post is theirs, people otherwise. Whoever
    holds the post at this grid is left out.
    """
    if not asks:
        return {}
    places = {grid.pk: locate.place_of(grid) for grid, _slot in asks}
    around = _around(places.values())
    people, units = _people(around), _units(asks, places)
    holding = _holding(places)
    busy = _busy()
    out = {}
    for grid, slot in asks:
        pool = units if slot.held_by == TeamSlot.HeldBy.ORGANISATION else people
        taken = holding[grid.pk, slot.code]
        out[grid.pk, slot.code] = _ranked(places[grid.pk], pool, taken, busy)
    return out


def _around(places: Iterable[Place]) -> set[int]:
    """The grids themselves, those above, and what lies below the same parents."""
    ids: set[int] = set()
    for place in places:
        ids.update(place.chain[-2:])
    return ids


def _people(around: set[int]) -> list[_Someone]:
    """Accounts posted around, and people in teams around who have no account."""
    posts = Post.objects.current().filter(
        Q(grid_id__in=around) | Q(grid__parent_id__in=around), user__is_active=True
    )
    found = [
        _Someone(
            f"u{post.user_id}",
            str(post.user),
            post.get_role_display(),
            post.grid_id or 0,
            post.user_id,
        )
        for post in posts.select_related("user").order_by("pk")
    ]
    rows = (
        Assignment.objects.current()
        .at_grids(
            Grid.objects.filter(Q(pk__in=around) | Q(parent_id__in=around)).values("pk")
        )
        .filter(user__isnull=True)
    )
    rows = rows.exclude(slot__held_by="organisation").select_related("slot")
    found += [
        _Someone(row.holder_key, row.holder, row.slot.label, row.grid_id or 0, None)
        for row in rows
    ]
    return found


def _units(asks: Sequence[Ask], places: dict[int, Place]) -> list[_Someone]:
    """Support units of the same towns, when an organisation is wanted."""
    if not any(slot.held_by == "organisation" for _grid, slot in asks):
        return []
    towns = {place.large_id for place in places.values()}
    rows = SupportUnit.objects.live().filter(large_id__in=towns).order_by("pk")[:200]
    return [
        _Someone(f"s{row.pk}", row.name, row.kind_label, row.grid_id or 0, None)
        for row in rows
    ]


def _holding(places: dict[int, Place]) -> "defaultdict[tuple[int, str], set[str]]":
    rows = Assignment.objects.current().at_grids(places)
    held: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
    for at, code, key in rows.values_list(F("at"), "slot__code", "holder_key"):
        held[at, code].add(key)
    return held


def _busy() -> Counter[str]:
    """How many posts in teams each holder has now."""
    rows = Assignment.objects.current().order_by().values("holder_key")
    return Counter({r["holder_key"]: r["n"] for r in rows.annotate(n=Count("pk"))})


def _ranked(
    place: Place, pool: Sequence[_Someone], taken: set[str], busy: Counter[str]
) -> list[Candidate]:
    best: dict[str, Candidate] = {}
    for who in pool:
        near = _near(place, who.at)
        if not near or who.key in taken:
            continue
        known = best.get(who.key)
        if known is None or near > known.near:
            best[who.key] = Candidate(
                who.name, who.about, near, busy[who.key], who.user_id
            )
    ranked = sorted(best.values(), key=lambda c: (-c.near, c.posts, c.name))
    return ranked[:MOST]


def _near(place: Place, at: int) -> int:
    """3 in the grid itself, 2 in the one above, 1 beside or below it, 0 elsewhere."""
    if at == place.grid_id:
        return 3
    above = place.chain[-2] if len(place.chain) > 1 else place.grid_id
    if at == above:
        return 2
    found = locate.places_of([at])
    if not found:
        return 0
    beside = found[0].chain
    return 1 if above in beside and len(beside) <= len(place.chain) + 1 else 0
