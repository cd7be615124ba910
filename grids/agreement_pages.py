"""What the pages of an agreement show."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.models import Attachment, User
from grids import locate
from grids.actions.agreement_reminders import review_year
from grids.models import Agreement, AgreementItem
from grids.party_pages import history, word
from grids.party_workflow import WRITERS
from grids.registers import base


@dataclass(frozen=True)
class Toast:
    text: str
    undo_url: str = ""


@dataclass(frozen=True)
class ItemRow:
    """One item with its evidence."""

    item: AgreementItem
    files: list[Attachment]


def items_of(row: Agreement) -> list[ItemRow]:
    """Open items first, the most overdue on top; two statements."""
    items = list(row.items.all())
    files: dict[int, list[Attachment]] = defaultdict(list)
    for file in Attachment.objects.filter(
        subject_type="agreementitem", subject_id__in=[item.pk for item in items]
    ).order_by("pk"):
        files[file.subject_id or 0].append(file)
    far = dt.date.max
    items.sort(key=lambda i: (i.state != "open", i.due or far, i.order, i.pk))
    return [ItemRow(item, files[item.pk]) for item in items]


def agreement(row: Agreement, viewer: User, query: QueryDict) -> dict[str, Any]:
    """The context of one agreement's page."""
    items = items_of(row)
    places = locate.places_of(row.chain)
    may_write = base.covers(viewer, row, WRITERS)
    late = [each.item for each in items if each.item.is_overdue]
    kept = [each.item for each in items if each.item.state != "dropped"]
    return {
        "row": row,
        "kind": word("agreement_kind", row.kind),
        "sides": row.parties.select_related("organisation", "department"),
        "items": items,
        "done": sum(item.state == "done" for item in kept),
        "total": len(kept),
        "late": late,
        "days_late": max((item.days_late for item in late), default=0),
        "reviews": row.reviews.select_related("by"),
        "missing_year": missing_year(row),
        "places": places,
        "may_write": may_write,
        "is_over": row.state in ("ended", "renewed"),
        "successor": Agreement.objects.filter(renews=row).first()
        if row.state == "renewed"
        else None,
        "history": history(row.pk),
        "toasts": _toasts(items, query.get("done", "")) if may_write else [],
    }


def _toasts(items: list[ItemRow], asked: str) -> list[Toast]:
    """The step just taken, with the way to take it back."""
    for each in items:
        if str(each.item.pk) == asked and each.item.state != "open":
            words = {"what": each.item.what}
            text = (
                _("Done: %(what)s")
                if each.item.state == "done"
                else _("Dropped: %(what)s")
            )
            return [
                Toast(
                    text % words, reverse("agreement_item_reopen", args=[each.item.pk])
                )
            ]
    return []


def years_of(row: Agreement) -> list[int]:
    """Years that can be reviewed, the latest first."""
    last = min(row.term_to, timezone.localdate()).year
    return list(range(last, row.term_from.year - 1, -1))


def missing_year(row: Agreement) -> int | None:
    """The year whose review is due and not written."""
    year = review_year(timezone.localdate())
    in_force = row.term_from <= dt.date(year, 9, 30) and row.term_to >= dt.date(
        year, 4, 1
    )
    if row.state not in ("active", "expired") or not in_force:
        return None
    written = {review.year for review in row.reviews.all()}
    return None if year in written else year


def next_term(row: Agreement) -> dict[str, dt.date]:
    """As long as the present term, from the day after it."""
    begins = row.term_to + dt.timedelta(days=1)
    return {"term_from": begins, "term_to": begins + (row.term_to - row.term_from)}


def paper(row: Agreement, viewer: User) -> dict[str, Any]:
    """The context of the sheet on paper."""
    context = agreement(row, viewer, QueryDict())
    return {**context, "printed_at": timezone.localtime(), "printed_by": viewer}
