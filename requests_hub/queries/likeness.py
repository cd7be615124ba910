"""Requests that are like another, or like words not sent yet; at most four statements."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.utils import timezone

from grids.circle.pace import metres_between
from requests_hub.likeness.grams import Print, Vector, Weights, fingerprint
from requests_hub.likeness.match import Known, Position, alike
from requests_hub.models import GramTable, Likeness, Request
from requests_hub.models.likeness import HotIssue

BACK_DAYS = 365
CANDIDATES = 40
NEAR_METRES = 250
NEAR_DAYS = 84
SHOWN = 5
ROUND_DEGREES = NEAR_METRES / 80_000
"""Wide enough for 250 m along both axes between the equator and 45°."""


class Overlap(Func):
    """How many numbers two arrays share."""

    template = "cardinality(ARRAY(SELECT unnest(%(expressions)s)))"
    arg_joiner = ") INTERSECT SELECT unnest("
    output_field = IntegerField()


@dataclass(frozen=True)
class Near:
    """One request that may be about the same: `words` 0–100 or None, metres or None."""

    request: Request
    words: int | None
    metres: int | None
    is_same_person: bool = False
    issue_id: int | None = None


@lru_cache(maxsize=4)
def _unpacked(district_id: int, made_at: datetime) -> Weights:
    row = GramTable.objects.get(district_id=district_id)
    return Weights.unpack(row.documents, row.hashes, row.counts)


def weights_of(district_id: int) -> Weights:
    """What is known of this district's words; nothing at first. One small statement."""
    made = GramTable.objects.filter(district_id=district_id).values_list("made_at")
    moment = made.first()
    return _unpacked(district_id, moment[0]) if moment else Weights()


def print_of(row: Likeness | HotIssue) -> Print:
    """The fingerprint that a row keeps."""
    return Print(
        dict(zip(row.grams, row.weights, strict=True)),
        dict(zip(row.matters, row.matter_weights, strict=True)),
    )


def columns(one: Print) -> dict[str, list[int]]:
    """A fingerprint as the columns of a row."""
    return {
        "grams": list(one.tells),
        "weights": list(one.tells.values()),
        "matters": list(one.matters),
        "matter_weights": list(one.matters.values()),
    }


def position_of(request: Request) -> Position:
    if request.lon is None or request.lat is None:
        return None
    return request.lon, request.lat


def person_of(request: Request) -> int:
    """Tells reporters apart: by phone, by account where residents ask by it, else alone."""
    own = request.channel == Request.Channel.PUBLIC and request.created_by_id
    mark = request.phone_hash or (f"user:{own}" if own else f"request:{request.pk}")
    digest = hashlib.sha256(str(mark).encode()).digest()[:8]
    return int.from_bytes(digest, "big", signed=True)


def known_to(
    one: Print, district_id: int, *, without: int = 0, asked_at: datetime | None = None
) -> list[Known]:
    """The requests that share most of a fingerprint's probes; one statement.

    Args:
        one: the fingerprint.
        district_id: whose requests.
        without: a request that is left out.
        asked_at: not asked more than a year before that; else not sent in more than a year ago.
    """
    if not one.probes:
        return []
    rows = Likeness.objects.filter(
        district_id=district_id, probes__overlap=one.probes
    ).exclude(pk=without)
    year = timedelta(days=BACK_DAYS)
    if asked_at is not None:
        rows = rows.filter(asked_at__gte=asked_at - year)
    else:
        rows = rows.filter(request__submitted_at__gte=timezone.now() - year)
    shared: Combinable = Overlap(F("probes"), Value(one.probes))
    rows = rows.annotate(shared=shared).order_by("-shared", "-pk")
    found = rows.select_related(None).values_list(
        "pk",
        "issue_id",
        "grams",
        "weights",
        "matters",
        "matter_weights",
        "request__lon",
        "request__lat",
    )
    return [
        Known(
            pk,
            Print(_vector(grams, weights), _vector(matters, heavy)),
            None if lon is None or lat is None else (lon, lat),
            issue,
        )
        for pk, issue, grams, weights, matters, heavy, lon, lat in found[:CANDIDATES]
    ]


def _vector(grams: Sequence[int], weights: Sequence[int]) -> Vector:
    return dict(zip(grams, weights, strict=True))


def like_words(
    title: str,
    body: str,
    *,
    district_id: int,
    position: Position = None,
    category_id: int | None = None,
    among: QuerySet[Request],
    without: int = 0,
) -> list[Near]:
    """Requests like these words, or of this kind at this place; likest first.

    Args:
        title: may be empty.
        body: may be empty.
        district_id: whose requests.
        position: (lon, lat) in WGS 84, if known.
        category_id: the entry of the category tree, if known.
        among: the rows that the reader may see.
        without: a request that is not to be found itself.
    """
    one = fingerprint(title, body, weights_of(district_id))
    pairs = alike(one, position, known_to(one, district_id, without=without))
    scores = {known.pk: (score, known.issue) for score, known in pairs}
    wanted = Q(pk__in=list(scores)) | _around(position, category_id)
    rows = among.filter(wanted).exclude(pk=without).order_by("-pk")[:CANDIDATES]
    found = [_near(row, scores, position) for row in rows]
    kept = [near for near in found if near.words is not None or _is_by(near)]
    return sorted(kept, key=_rank)[:SHOWN]


def _around(position: Position, category_id: int | None) -> Q:
    """In the box around a place, of one category, not long ago; without a place: nothing."""
    if position is None or category_id is None:
        return Q(pk__in=[])
    lon, lat = position
    return Q(
        category_id=category_id,
        lon__range=(lon - ROUND_DEGREES, lon + ROUND_DEGREES),
        lat__range=(lat - ROUND_DEGREES, lat + ROUND_DEGREES),
        submitted_at__gte=timezone.now() - timedelta(days=NEAR_DAYS),
    )


def _near(
    row: Request, scores: dict[int, tuple[float, int | None]], position: Position
) -> Near:
    here = position_of(row)
    score, issue = scores.get(row.pk, (None, None))
    return Near(
        row,
        None if score is None else round(score * 100),
        round(metres_between(position, here)) if position and here else None,
        issue_id=issue,
    )


def _is_by(near: Near) -> bool:
    return near.metres is not None and near.metres <= NEAR_METRES


def _rank(near: Near) -> tuple[float, int]:
    place = 25 if _is_by(near) else 0
    return -((near.words or 0) + place), -near.request.pk


def similar_to(request: Request, among: QuerySet[Request]) -> list[Near]:
    """Those like a request that is there; marks the same reporter."""
    found = like_words(
        request.title,
        request.body,
        district_id=request.district_id,
        position=position_of(request),
        category_id=request.category_id,
        among=among,
        without=request.pk,
    )
    me = request.phone_hash
    return [
        Near(
            near.request,
            near.words,
            near.metres,
            bool(me) and near.request.phone_hash == me,
            near.issue_id,
        )
        for near in found
    ]


def supporters_of(requests: Iterable[Request]) -> dict[int, int]:
    """How many said "me too" to each; one statement."""
    rows = Likeness.objects.filter(pk__in=[row.pk for row in requests])
    return dict(rows.values_list("pk", "supporters"))
