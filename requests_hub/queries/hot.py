"""Hot issues of a span of days, ranked by how many people they touch; four statements a list."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from governance.core.models import User
from grids import locate
from requests_hub.models import HotIssue, Likeness, Request
from requests_hub.workflow import REQUEST

MOST = 50
LEAST = 2
GRIDS_NAMED = 3


@dataclass(frozen=True)
class Span:
    """From one day to another, both included."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The same as moments; the second one is not included."""
        zone = timezone.get_current_timezone()
        start = datetime.combine(self.first, time.min, zone)
        return start, datetime.combine(self.last + timedelta(days=1), time.min, zone)

    @property
    def before(self) -> "Span":
        """The span of the same length just before."""
        days = self.last - self.first + timedelta(days=1)
        return Span(self.first - days, self.first - timedelta(days=1))


@dataclass
class Hot:
    """One issue in a span. `people` are reporters and supporters, each counted once."""

    issue: HotIssue
    requests: int
    people: int
    first: date
    last: date
    open: int
    grids: list[tuple[str, int]] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    former: int = 0

    @property
    def change(self) -> int:
        """Requests more than in the span before."""
        return self.requests - self.former


def ranked(user: User, span: Span, *, grid_id: int | None = None) -> list[Hot]:
    """The issues that a person may see, hottest first; at least two requests each.

    Args:
        user: counts only requests in their area.
        span: by the day on which it was asked.
        grid_id: narrowed to a grid of any level.
    """
    rows = _likes(user, span, grid_id)
    found = list(
        rows.values("issue")
        .annotate(
            requests=Count("pk"),
            reporters=Count("person", distinct=True),
            more=Sum("supporters"),
            first=Min("asked_at"),
            last=Max("asked_at"),
            open=Count("pk", filter=Q(request__state__in=REQUEST.open_states)),
        )
        .filter(requests__gte=LEAST)
    )
    found.sort(key=lambda r: (-(r["reporters"] + r["more"]), -r["requests"], r["last"]))
    found = found[:MOST]
    issues = HotIssue.objects.select_related("lead_department").in_bulk(
        [row["issue"] for row in found]
    )
    hots = [
        Hot(
            issues[row["issue"]],
            row["requests"],
            row["reporters"] + row["more"],
            timezone.localdate(row["first"]),
            timezone.localdate(row["last"]),
            row["open"],
        )
        for row in found
    ]
    _fill(hots, user, span, grid_id)
    return hots


def _likes(user: User, span: Span, grid_id: int | None) -> QuerySet[Likeness]:
    start, end = span.bounds
    seen = Request.objects.visible_to(user)
    if grid_id:
        levels = ("large", "medium", "small", "micro")
        inside = Q()
        for level in levels:
            inside |= Q(**{level: grid_id})
        seen = seen.filter(inside)
    return Likeness.objects.filter(
        issue__isnull=False, asked_at__gte=start, asked_at__lt=end, request__in=seen
    )


def _fill(hots: Sequence[Hot], user: User, span: Span, grid_id: int | None) -> None:
    """Grids, days and the span before; two statements."""
    ids = [hot.issue.pk for hot in hots]
    rows = _likes(user, span, grid_id).filter(issue__in=ids)
    names = ("issue", "asked_at", "request__medium", "request__large")
    grids: dict[int, Counter[int]] = {pk: Counter() for pk in ids}
    days: dict[int, Counter[date]] = {pk: Counter() for pk in ids}
    for issue, asked, medium, large in rows.values_list(*names):
        days[issue][timezone.localdate(asked)] += 1
        if medium or large:
            grids[issue][medium or large] += 1
    former = dict(
        _likes(user, span.before, grid_id)
        .filter(issue__in=ids)
        .values_list("issue")
        .annotate(n=Count("pk"))
    )
    for hot in hots:
        hot.grids = named(grids[hot.issue.pk])
        hot.days = bars(days[hot.issue.pk], span)
        hot.former = former.get(hot.issue.pk, 0)


def named(grids: Counter[int]) -> list[tuple[str, int]]:
    """Names of the grids with most requests, and how many."""
    return [(locate.place_of(pk).name, n) for pk, n in grids.most_common(GRIDS_NAMED)]


def bars(days: Counter[date], span: Span, most: int = 31) -> list[int]:
    """Requests a day, or a stretch of days where the span is longer than `most` days."""
    length = (span.last - span.first).days + 1
    step = -(-length // most)
    out = [0] * -(-length // step)
    for day, n in days.items():
        out[(day - span.first).days // step] += n
    return out


def members(issue: HotIssue, user: User) -> list[Request]:
    """Its requests that this person may see, newest first."""
    rows = Request.objects.visible_to(user).filter(likeness__issue=issue)
    rows = rows.select_related("likeness", "category", "large", "medium", "small")
    return list(rows.order_by("-likeness__asked_at", "-pk"))


def people(requests: Iterable[Request]) -> int:
    """Reporters and supporters of these, each counted once."""
    likes = [row.likeness for row in requests]
    return len({like.person for like in likes}) + sum(like.supporters for like in likes)
