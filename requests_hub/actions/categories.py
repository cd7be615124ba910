"""Many proposed categories taken at once, above a share that a person chose; and taken back."""

from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.events import Fact, record, record_many
from governance.core.models import DictionaryItem, User
from grids.scoping import scope_of
from requests_hub.actions import base
from requests_hub.categories import CATEGORIES
from requests_hub.models import CategoryBatch, CategoryDecision, Request, Suggested
from requests_hub.queries.proposed import sure_of, unclassified
from requests_hub.workflow import DESK

MOST = 2000
LEAST_SHARE = 0.5  # below it another category is as likely


@transaction.atomic
def take_proposals(
    *, by: User, district_id: int, least: float, nos: Sequence[str] = ()
) -> CategoryBatch:
    """Give requests without a category the one proposed first, where its share is `least` or more.

    The newest 2,000 of the desk's own, or those of them that `nos` names. A private category is
    left to a person, because it hides the request; nobody's choice is written over.

    Raises:
        NotAllowed: no desk. Invalid: a share that is no choice. Conflict: there is nothing to take.
    """
    if not scope_of(by).has_role(*DESK):
        raise NotAllowed(_("The category is the desk's to give."))
    if not LEAST_SHARE <= least <= 1:
        words = _("Choose a share between 50 and 100 percent.")
        raise Invalid(fields={"least": [words]})
    here = unclassified(by, nos).filter(district_id=district_id)
    free, hidden = sure_of(here, least), sure_of(here, least, is_private=True)
    ids = list(free.order_by("-pk").values_list("pk", flat=True)[:MOST])
    ready, left = _sorted(ids)
    if private := hidden.count():
        left["private"] = private
    if not ready:
        raise Conflict(_("No proposal is that sure, or all were taken meanwhile."))
    batch = CategoryBatch.objects.create(
        district_id=district_id,
        least=least,
        taken=sum(len(requests) for requests in ready.values()),
        left=dict(left),
        taken_by=by,
        taken_at=base.now(),
    )
    for code, requests in ready.items():
        _give(batch, _entry(code), requests, by)
    told = {"n": batch.taken, "least": least}
    record("categorybatch.taken", batch, by, told)
    return batch


Ready = dict[str, list[Request]]


def _sorted(ids: Sequence[int]) -> tuple[Ready, Counter[str]]:
    """The locked requests by the code they get, and how many are left out, by reason."""
    rows = Request.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    said = dict(
        Suggested.objects.filter(pk__in=ids).values_list("pk", "options__0__code")
    )
    ready: Ready = {}
    left: Counter[str] = Counter()
    for row in rows.filter(category=None).order_by("pk"):
        entry = dictionaries.item(CATEGORIES, said.get(row.pk, ""))
        if entry is None or not entry.is_active:
            left["gone"] += 1
        else:
            ready.setdefault(entry.code, []).append(row)
    return ready, left


def _entry(code: str) -> DictionaryItem:
    entry = dictionaries.item(CATEGORIES, code)
    if entry is None:  # pragma: no cover - found a moment ago
        raise NotHere(_("There is no such category."))
    return entry


def _give(
    batch: CategoryBatch, entry: DictionaryItem, requests: list[Request], by: User
) -> None:
    """One category to many, with a decision and an event each; three statements."""
    Request.objects.filter(pk__in=[row.pk for row in requests]).update(category=entry)
    CategoryDecision.objects.bulk_create(
        CategoryDecision(
            request=row,
            district_id=batch.district_id,
            category=entry.code,
            rank=1,
            decided_by=by,
            decided_at=batch.taken_at,
            batch=batch,
        )
        for row in requests
    )
    data = {
        "before": "",
        "category": entry.code,
        "note": entry.label,
        "rank": 1,
        "batch": batch.pk,
    }
    _tell(requests, by, data)


@transaction.atomic
def take_back(batch: CategoryBatch, *, by: User) -> CategoryBatch:
    """Take the categories of a batch away again, where nobody has decided since.

    Raises:
        NotAllowed: neither who took them nor the district's desk. Conflict: it is done already.
    """
    row = CategoryBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if row.taken_by_id != by.pk and not scope_of(by).has_role("district"):
        raise NotAllowed(_("Who took them may take them back, or the district's desk."))
    if row.undone_at is not None:
        raise Conflict(_("These were taken back already."))
    for code, ids in _standing(row).items():
        entry = _entry(code)
        requests = list(
            Request.objects.select_for_update(of=("self",)).filter(
                pk__in=ids, category=entry
            )
        )
        kept = Request.objects.filter(pk__in=[request.pk for request in requests])
        row.undone += kept.update(category=None)
        data = {"before": code, "category": "", "batch": row.pk}
        _tell(requests, by, {**data, "note": _("taken back")})
    row.undone_at = timezone.now()
    row.save(update_fields=["undone", "undone_at"])
    record("categorybatch.taken_back", row, by, {"n": row.undone})
    return row


def _standing(batch: CategoryBatch) -> dict[str, list[int]]:
    """Code → requests of a batch about which nobody has decided since."""
    own = CategoryDecision.objects.filter(batch=batch)
    later = CategoryDecision.objects.filter(
        request__in=own.values("request"), pk__gt=batch.pk
    ).exclude(batch=batch)
    decided = set(later.values_list("request_id", flat=True))
    out: dict[str, list[int]] = {}
    for pk, code in own.values_list("request_id", "category"):
        if pk not in decided:
            out.setdefault(code, []).append(pk)
    return out


def _tell(requests: Sequence[Request], by: User, data: dict[str, object]) -> None:
    moment = base.now()
    record_many(
        [
            Fact("request.classified", row, by, data, occurred_at=moment)
            for row in requests
        ]
    )
