"""Fingerprints of many requests at once: after an import, and for a district that begins."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Max, QuerySet

from governance.core import locks
from governance.core.ids import reserve_ids
from grids.models import District
from requests_hub.actions.likeness import (
    LEFT_OUT,
    group_of,
    learn,
    named_after,
    note,
    regroup,
)
from requests_hub.likeness.grams import fingerprint
from requests_hub.likeness.match import Known
from requests_hub.likeness.shelf import Shelf
from requests_hub.models import HotIssue, Likeness, Request
from requests_hub.queries.likeness import (
    BACK_DAYS,
    columns,
    person_of,
    position_of,
    print_of,
    weights_of,
)

AT_ONCE = 5_000
"""Requests in one transaction; their fingerprints take about 60 MB."""
IN_MEMORY = 50_000


FEW = 50
"""So many are put in one by one, without reading all that is known."""
HOUR = 3_600_000 << 11
"""Ids of one hour; see `core.ids`."""


def catch_up(district: District, *, is_whole: bool = False) -> int:
    """Requests without a fingerprint, oldest first; gives how many were taken.

    Args:
        district: whose.
        is_whole: look at all requests, not only from an hour before the last one taken.
    """
    missing = _missing(district, is_whole)
    ids = list(missing.values_list("pk", flat=True)[: FEW + 1])
    if len(ids) <= FEW:
        return sum(note(pk) is not None for pk in ids)
    learn(district)
    total = 0
    while taken := _take(district, _missing(district, is_whole)):
        total += taken
    regroup(district)
    return total


def _missing(district: District, is_whole: bool) -> QuerySet[Request]:
    rows = Request.objects.filter(district=district, likeness=None)
    rows = rows.exclude(state__in=LEFT_OUT).order_by("pk")
    last = Likeness.objects.filter(district=district).aggregate(last=Max("pk"))["last"]
    return rows if is_whole or last is None else rows.filter(pk__gt=last - HOUR)


@transaction.atomic
def _take(district: District, missing: QuerySet[Request]) -> int:
    locks.hold(f"likeness:{district.pk}")
    requests = list(missing[:AT_ONCE])
    if not requests:
        return 0
    weights = weights_of(district.pk)
    likes = [_like(row) for row in requests]
    shelf = _shelf(district, likes)
    new_ids = iter(reserve_ids(len(likes)))
    for row, like in zip(requests, likes, strict=True):
        one = fingerprint(row.title, row.body, weights)
        like.probes = one.probes
        for name, value in columns(one).items():
            setattr(like, name, value)
        shelf.place(row.pk, one, position_of(row), new_ids)
    _keep(district, shelf, likes)
    return len(likes)


def _like(row: Request) -> Likeness:
    return Likeness(
        request=row,
        district_id=row.district_id,
        asked_at=row.occurred_at or row.submitted_at,
        person=person_of(row),
    )


def _shelf(district: District, likes: Sequence[Likeness]) -> Shelf:
    """What is there already, from a year before the oldest of them."""
    since = min(like.asked_at for like in likes) - timedelta(days=BACK_DAYS)
    rows = Likeness.objects.filter(district=district, asked_at__gte=since)
    shelf = Shelf()
    for row in rows.select_related("request").order_by("-pk")[:IN_MEMORY]:
        known = Known(row.pk, print_of(row), position_of(row.request), row.issue_id)
        shelf.put(known)
        if row.is_fixed:
            shelf.fixed.add(row.pk)
    issues = {known.issue for known in shelf.known.values() if known.issue}
    for issue in HotIssue.objects.filter(pk__in=issues):
        shelf.groups[issue.pk] = group_of(issue)
    return shelf


def _keep(district: District, shelf: Shelf, likes: Sequence[Likeness]) -> None:
    here = {like.pk: like for like in likes}
    others = shelf.joined - here.keys()
    for row in Likeness.objects.filter(pk__in=others).select_related("request"):
        here[row.pk] = row
    members: dict[int, list[Likeness]] = {}
    for pk, like in here.items():
        like.issue_id = shelf.known[pk].issue
        if like.issue_id:
            members.setdefault(like.issue_id, []).append(like)
    _keep_issues(district, shelf, members)
    Likeness.objects.bulk_create(likes, batch_size=500)
    Likeness.objects.bulk_update([here[pk] for pk in others], ["issue"], batch_size=500)


def _keep_issues(
    district: District, shelf: Shelf, members: dict[int, list[Likeness]]
) -> None:
    there = HotIssue.objects.in_bulk(shelf.touched)
    rows = []
    for pk in sorted(shelf.touched):
        likes = sorted(members[pk], key=lambda like: like.asked_at)
        row = there.get(pk) or HotIssue(
            pk=pk, district=district, title=named_after(likes[0].request)
        )
        row.first_at = min(filter(None, (row.first_at, likes[0].asked_at)))
        row.last_at = max(filter(None, (row.last_at, likes[-1].asked_at)))
        row.fill(*shelf.groups[pk].kept(), shelf.groups[pk].size)
        row.lon, row.lat = shelf.groups[pk].position or (None, None)
        rows.append(row)
    fresh = [row for row in rows if row.pk not in there]
    HotIssue.objects.bulk_create(fresh, batch_size=500)
    names = ["grams", "weights", "matters", "matter_weights", "size", "lon", "lat"]
    old = [row for row in rows if row.pk in there]
    HotIssue.objects.bulk_update(
        old, [*names, "first_at", "last_at", "changed_at"], batch_size=500
    )
