"""Suggest a category, and take the desk's decision."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import DictionaryItem, User
from grids.models import District
from grids.scoping import scope_of
from requests_hub.actions import base
from requests_hub.actions.intake import is_sensitive
from requests_hub.categories import CATEGORIES
from requests_hub.models import CategoryDecision, Request, Suggested
from requests_hub.workflow import CLOSED, DESK

AT_ONCE = 500


def suggest(request: Request) -> Suggested:
    """Store what the request is probably about; again, it replaces what was there."""
    # late: arrays are for those who suggest, not for every process
    from requests_hub.suggestions import serving

    made = serving.suggest(request)
    row, _is_new = Suggested.objects.update_or_create(
        request=request,
        defaults={
            "options": made.options,
            "model_number": made.model_number,
            "made_at": timezone.now(),
        },
    )
    return row


def suggest_missing(district: District) -> int:
    """Make the suggestions that no worker has made yet, newest first; gives how many.

    For many at once, after an import; what a worker makes meanwhile stands.
    """
    from requests_hub.suggestions import serving

    rows = Request.objects.filter(district=district, category=None, suggested=None)
    total = 0
    while found := list(rows.order_by("-pk")[:AT_ONCE]):
        made = [serving.suggest(row) for row in found]
        Suggested.objects.bulk_create(made, ignore_conflicts=True)
        total += len(made)
    return total


@transaction.atomic
def classify(request: Request, *, by: User, category: DictionaryItem | str) -> Request:
    """Give a request its category; models learn from it. The same again changes nothing.

    One that is over keeps the category it has; one that was closed without any may still be
    given it.

    Raises:
        NotAllowed: not the desk of this place. Conflict: it is over, and has one or was not closed.
        Invalid: field "category": no such entry, or one that is out of use.
    """
    row = base.lock_request(request.pk)
    if not scope_of(by).holds(DESK, row):
        raise NotAllowed(_("The category is the desk's to give."))
    is_late = row.state in CLOSED and row.category_id is None
    if not (row.state_info.is_open or is_late):
        raise Conflict(_("This request is over; its category stays."))
    entry = _entry(category)
    if row.category_id == entry.pk:
        return row
    before = dictionaries.by_id(row.category_id)
    suggested = Suggested.objects.filter(request=row).first()
    codes = [o["code"] for o in suggested.options] if suggested else []
    rank = codes.index(entry.code) + 1 if entry.code in codes else 0
    row.category = entry
    row.is_private = row.is_private or is_sensitive(entry)
    row.save(update_fields=["category", "is_private"])
    CategoryDecision.objects.create(
        request=row,
        district_id=row.district_id,
        category=entry.code,
        rank=rank,
        decided_by=by,
        decided_at=base.now(),
    )
    base.tell(
        "request.classified",
        row,
        by,
        {
            "before": before.code if before else "",
            "category": entry.code,
            "note": entry.label,
            "rank": rank,
        },
    )
    return row


def _entry(category: DictionaryItem | str) -> DictionaryItem:
    code = category if isinstance(category, str) else category.code
    entry = dictionaries.item(CATEGORIES, code)
    if entry is None or not entry.is_active:
        raise Invalid(fields={"category": [_("There is no such category.")]})
    return entry
