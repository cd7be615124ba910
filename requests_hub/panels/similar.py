"""What is like a request, for the desk and for residents."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from governance.core.models import DictionaryItem, User
from governance.core.workflow import Text
from grids import locate
from grids.models import District
from requests_hub.actions import steps
from requests_hub.actions.merging import is_goal
from requests_hub.likeness.match import Position
from requests_hub.models import HotIssue, Request
from requests_hub.panels.turns import step_url
from requests_hub.public import STAGES, WORDS
from requests_hub.queries.likeness import Near, like_words, similar_to, supporters_of
from requests_hub.workflow import REQUEST

SHORTEST = 6
"""Fewer characters say too little to look for."""
CLOSED_DAYS = 30
SHOWN_PUBLIC = 3
_LONG_NUMBER = re.compile(r"\d{5,}")


@dataclass(frozen=True)
class Shown:
    """A request as a stranger may see it: no address, no name, no long number."""

    request: Request
    title: str
    place: str
    word: Text
    asked_at: datetime
    is_open: bool
    people: int
    metres: int | None = None


def beside(row: Request, user: User) -> dict[str, Any]:
    """The context of the panel on a request's page: the likest, and the issue it belongs to."""
    among = Request.objects.visible_to(user).select_related("medium", "large")
    found = similar_to(row, among)
    issue = HotIssue.objects.filter(likenesses=row.pk, size__gt=1).first()
    may_merge = any(step.name == "merge" for step in steps.available(row, user))
    return {
        "row": row,
        "found": found,
        "goals": {n.request.pk for n in found if may_merge and is_goal(n.request)},
        "merge_url": step_url(row, "merge"),
        "supporters": supporters_of([row]).get(row.pk, 0),
        "issue": issue,
    }


def public(
    district: District,
    *,
    body: str,
    position: Position,
    category: DictionaryItem | None,
) -> list[Near]:
    """Public requests, open or closed within a month, like words that are not sent yet."""
    if len(body.strip()) < SHORTEST and position is None:
        return []
    since = timezone.now() - timedelta(days=CLOSED_DAYS)
    among = Request.objects.filter(district=district, is_private=False).filter(
        Q(state__in=REQUEST.open_states) | Q(closed_at__gte=since)
    )
    found = like_words(
        "",
        body,
        district_id=district.pk,
        position=position,
        category_id=category.pk if category else None,
        among=among,
    )
    return found[:SHOWN_PUBLIC]


def strangers(found: list[Near]) -> list[Shown]:
    """What is shown of each; one statement for the counts."""
    counts = supporters_of([near.request for near in found])
    return [shown(near.request, near.metres, counts) for near in found]


def shown(
    row: Request, metres: int | None = None, counts: dict[int, int] | None = None
) -> Shown:
    """One request as strangers see it."""
    counts = supporters_of([row]) if counts is None else counts
    home = row.medium_id or row.large_id
    return Shown(
        request=row,
        title=_LONG_NUMBER.sub("…", row.title)[:40],
        place=locate.place_of(home).name if home else "",
        word=WORDS[STAGES.get(row.state, 2) - 1],
        asked_at=row.submitted_at,
        is_open=row.state_info.is_open,
        people=1 + counts.get(row.pk, 0),
        metres=metres,
    )
