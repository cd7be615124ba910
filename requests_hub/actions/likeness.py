"""Fingerprints of requests, and the issues they add up to; the only writer of both.

One at a time in a district: two new requests about one matter make one issue, not two.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, events, locks
from grids.models import District
from requests_hub.actions.actors import SYSTEM
from requests_hub.likeness.grams import Weights, fingerprint
from requests_hub.likeness.match import Group, Position, alike, choose, merges
from requests_hub.models import GramTable, HotIssue, Likeness, Request
from requests_hub.queries.likeness import (
    BACK_DAYS,
    columns,
    known_to,
    person_of,
    position_of,
    print_of,
    weights_of,
)

LEARN_FROM = 20_000
AGAIN_AFTER = timedelta(days=30)
ANEW_DAYS = 90
BATCH = 500
LEFT_OUT = ("draft", "withdrawn")


@transaction.atomic
def note(request_id: int) -> Likeness | None:
    """Keep a request's fingerprint and put it where it belongs; twice is once."""
    row = Request.objects.filter(pk=request_id).first()
    if row is None or row.state in LEFT_OUT:
        return None
    locks.hold(f"likeness:{row.district_id}")
    there = Likeness.objects.filter(pk=row.pk).first()
    if there is not None:
        return there
    one = fingerprint(row.title, row.body, weights_of(row.district_id))
    like = Likeness(
        request=row,
        district_id=row.district_id,
        asked_at=row.occurred_at or row.submitted_at,
        person=person_of(row),
        probes=one.probes,
        **columns(one),
    )
    like.issue_id = _issue_for(like, position_of(row))
    like.save(force_insert=True)
    return like


def _issue_for(like: Likeness, position: Position) -> int | None:
    """The issue it joins; a new one together with a request that was alone."""
    one = print_of(like)
    known = known_to(one, like.district_id, without=like.pk, asked_at=like.asked_at)
    near = alike(one, position, known)
    rows = HotIssue.objects.filter(
        pk__in={other.issue for _score, other in near if other.issue}
    )
    issues = {row.pk: row for row in rows}
    choice = choose(one, position, near, {pk: group_of(r) for pk, r in issues.items()})
    if choice.issue:
        _join(issues[choice.issue], [(like, position)])
        return int(choice.issue)
    if choice.partner is None:
        return None
    other = Likeness.objects.select_related("request").get(pk=choice.partner.pk)
    if other.is_fixed:
        return None
    issue = _found(other, [(other, choice.partner.position), (like, position)])
    Likeness.objects.filter(pk=other.pk).update(issue=issue)
    return int(issue.pk)


def group_of(issue: HotIssue) -> Group:
    """An issue's row as the reckoning wants it."""
    one = print_of(issue)
    here = None if issue.lon is None or issue.lat is None else (issue.lon, issue.lat)
    return Group(issue.pk, issue.size, dict(one.tells), dict(one.matters), here)


def _found(first: Likeness, members: Sequence[tuple[Likeness, Position]]) -> HotIssue:
    """A new issue, named after its first request until somebody names it."""
    issue = HotIssue(
        district_id=first.district_id,
        title=named_after(first.request),
        first_at=first.asked_at,
        last_at=first.asked_at,
    )
    _join(issue, members)
    events.record("issue.found", issue, SYSTEM, {"title": issue.title})
    return issue


def _join(issue: HotIssue, members: Iterable[tuple[Likeness, Position]]) -> None:
    group = group_of(issue)
    for like, position in members:
        group.add(print_of(like), position)
        issue.first_at = min(issue.first_at, like.asked_at)
        issue.last_at = max(issue.last_at, like.asked_at)
    _write(issue, group)


def _write(issue: HotIssue, group: Group) -> None:
    issue.fill(*group.kept(), group.size)
    issue.lon, issue.lat = group.position or (None, None)
    issue.save()


def rebuild(issue: HotIssue) -> None:
    """Add an issue up again from the requests it has; its dates and size follow."""
    likes = list(issue.likenesses.select_related("request").order_by("asked_at"))
    group = Group(issue.pk)
    for like in likes:
        group.add(print_of(like), position_of(like.request))
    if likes:
        issue.first_at, issue.last_at = likes[0].asked_at, likes[-1].asked_at
        if not issue.is_named:
            issue.title = _typical(group, likes)
    _write(issue, group)


def _typical(group: Group, likes: Sequence[Likeness]) -> str:
    """The title of the request that is most like all of them; of a private one none is."""
    among = [like for like in likes if not like.request.is_private] or likes
    best = max(among, key=lambda like: (group.likeness(print_of(like))[0], -like.pk))
    return named_after(best.request)


def named_after(request: Request) -> str:
    """What an issue is called after a request: its title, or its category if it is private."""
    if not request.is_private:
        return request.title
    entry = dictionaries.by_id(request.category_id)
    return entry.label_zh if entry else _("A private request")


@transaction.atomic
def retitle(request_id: int) -> HotIssue | None:
    """A request became private or public again: its issue is called after a public one."""
    row = Request.objects.filter(pk=request_id).first()
    if row is None:
        return None
    locks.hold(f"likeness:{row.district_id}")
    issue = HotIssue.objects.filter(likenesses=row.pk, is_named=False).first()
    if issue is None:
        return None
    title = _typical(group_of(issue), list(issue.likenesses.select_related("request")))
    if issue.title != title:
        issue.title = title
        issue.save(update_fields=["title", "changed_at"])
    return issue


# --- By the night, and after a large import -----------------------------------------------


@transaction.atomic
def regroup(district: District) -> int:
    """Join issues that turned out to be one; gives how many were taken up by others."""
    locks.hold(f"likeness:{district.pk}")
    joined = 0
    while pairs := merges([group_of(row) for row in _living(district)]):
        for kept, gone in pairs:
            absorb(kept, gone)
        joined += len(pairs)
    return joined


def _living(district: District) -> Iterable[HotIssue]:
    """Those that changed within the year, without those that a person has named."""
    since = timezone.now() - timedelta(days=BACK_DAYS)
    rows = HotIssue.objects.filter(
        district=district, merged_into=None, is_named=False, size__gt=1
    )
    return rows.filter(changed_at__gte=since)


def absorb(kept_id: int, gone_id: int) -> HotIssue:
    """Put one issue's requests into another; the emptied one points there."""
    Likeness.objects.filter(issue_id=gone_id).update(issue_id=kept_id)
    kept = HotIssue.objects.get(pk=kept_id)
    HotIssue.objects.filter(pk=gone_id).update(merged_into=kept, size=0)
    HotIssue.objects.filter(merged_into_id=gone_id).update(merged_into=kept)
    rebuild(kept)
    return kept


def learn(district: District) -> bool:
    """Weigh the words anew when there are twice as many requests, or after a month.

    Fingerprints of the last 90 days are taken again, so that old and new ones compare; what
    already belongs to an issue stays there, and what was alone is looked at again (`catch_up`).
    """
    made = GramTable.objects.filter(district=district).first()
    total = Request.objects.filter(district=district).count()
    if made and total < 2 * made.documents and made.made_at > _month_ago():
        return False
    last = Request.objects.filter(district=district).order_by("-pk")
    texts = last.values_list("title", "body")[:LEARN_FROM]
    weights = Weights.learn(texts.iterator(chunk_size=BATCH))
    hashes, counts = weights.packed()
    GramTable.objects.update_or_create(
        district=district,
        defaults={
            "documents": weights.documents,
            "hashes": hashes,
            "counts": counts,
            "made_at": timezone.now(),
        },
    )
    _take_again(district, weights)
    return True


def _month_ago() -> datetime:
    return timezone.now() - AGAIN_AFTER


def _take_again(district: District, weights: Weights) -> None:
    since = timezone.now() - timedelta(days=ANEW_DAYS)
    rows = Likeness.objects.filter(district=district, request__submitted_at__gte=since)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        _take_batch(ids[start : start + BATCH], weights)
    for issue in HotIssue.objects.filter(
        district=district, merged_into=None, size__gt=0
    ):
        rebuild(issue)
    alone = Likeness.objects.filter(pk__in=ids, issue=None, is_fixed=False)
    alone.filter(supporters=0).delete()  # taken again with those that are new


def _take_batch(ids: Sequence[int], weights: Weights) -> None:
    likes = list(Likeness.objects.select_related("request").filter(pk__in=ids))
    for like in likes:
        one = fingerprint(like.request.title, like.request.body, weights)
        like.probes = one.probes
        for name, value in columns(one).items():
            setattr(like, name, value)
    names = ["probes", "grams", "weights", "matters", "matter_weights"]
    Likeness.objects.bulk_update(likes, names, batch_size=BATCH)
