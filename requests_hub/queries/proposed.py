"""Requests that have no category yet, and how sure what is proposed for them is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from governance.core import dictionaries
from governance.core.models import User
from grids.scoping import held_q, scope_of
from requests_hub.actions.intake import is_sensitive
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request
from requests_hub.models.requests import RequestQuerySet
from requests_hub.workflow import CLOSED, DESK, REQUEST

SHARES = (0.95, 0.9, 0.8, 0.7, 0.6)
COUNTED = 10_000


def unclassified(user: User, nos: Sequence[str] = ()) -> RequestQuerySet:
    """Those of a person's desk without a category, open or closed; of `nos`, if any are named."""
    rows = Request.objects.filter(held_q(scope_of(user), DESK), category=None)
    rows = rows.filter(state__in=[*REQUEST.open_states, *CLOSED])
    return rows.filter(no__in=nos) if nos else rows


def sure_of(
    rows: RequestQuerySet, least: float, *, is_private: bool = False
) -> RequestQuerySet:
    """Those whose first proposal is that sure; in private categories, or in all others."""
    found = rows.filter(suggested__options__0__share__gte=least)
    hidden = Q(suggested__options__0__code__in=_private())
    return found.filter(hidden if is_private else ~hidden)


def _private() -> set[str]:
    """Codes of the categories that hide a request."""
    entries = dictionaries.items(CATEGORIES, active=False)
    return {entry.code for entry in entries if is_sensitive(entry)}


@dataclass(frozen=True)
class Standing:
    """How many wait; by least share how many could be taken; by first level those of `least`."""

    waiting: int
    by_share: dict[float, int]
    by_class: list[tuple[str, int]]


def standing(user: User, nos: Sequence[str], least: float) -> Standing:
    """The newest 10,000 that wait, by how sure their proposals are; one statement."""
    found = unclassified(user, nos).order_by("-pk")
    first = ("suggested__options__0__code", "suggested__options__0__share")
    rows = list(found.values_list(*first)[:COUNTED])
    hidden = _private()
    sure = [(c, share) for c, share in rows if share is not None and c not in hidden]
    counted: Counter[str] = Counter()
    for code, share in sure:
        if share >= least:
            counted[_class_of(code)] += 1
    return Standing(
        waiting=len(rows),
        by_share={s: sum(share >= s for _code, share in sure) for s in SHARES},
        by_class=sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])),
    )


def _class_of(code: str) -> str:
    """The first level of a category by name; its code where the list has lost it."""
    entry = dictionaries.item(CATEGORIES, code)
    return dictionaries.path(entry)[0].label if entry else code
