"""Reminding of agreements: what is due stands in rows, and each step is told once.

Beat only says "look now". A step is told when its reminder row is made, in the transaction of
its event; the row is unique, so two sweeps at once or a hundred in a row tell it once.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from governance.core import events, locks
from grids.models import Agreement, AgreementItem, AgreementReminder, AgreementReview
from grids.party_workflow import AGREEMENT
from grids.registers import base

BATCH = 200
BY = "reminder"
Step = AgreementReminder.Step
NAMES = {
    Step.ENDING: "agreement.ending",
    Step.EXPIRED: "agreement.expired",
    Step.REVIEW: "agreement.review_due",
    Step.ITEM: "agreement.item_overdue",
}


@dataclass(frozen=True)
class Due:
    """One step that nobody was told of yet."""

    agreement: Agreement
    step: str
    day: dt.date
    item: AgreementItem | None = None

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"day": self.day.isoformat()}
        return data | (
            {"item": self.item.pk, "what": self.item.what} if self.item else {}
        )


def sweep(today: dt.date | None = None) -> int:
    """Tell every step that is due by `today`; gives how many were told now."""
    day = today or timezone.localdate()
    told = 0
    while batch := _one_batch(day):
        told += batch
    return told


@transaction.atomic
def _one_batch(today: dt.date) -> int:
    locks.hold("agreement-reminders")
    found = [due for due, _n in zip(_all_due(today), range(BATCH), strict=False)]
    for due in found:
        AgreementReminder.objects.create(
            agreement=due.agreement, item=due.item, step=due.step, day=due.day
        )
        if due.step == Step.EXPIRED:
            target = AGREEMENT.take(due.agreement.state, "expire").target
            base.write(due.agreement, Agreement, {"state": target}, by=BY)
        events.record(NAMES[Step(due.step)], due.agreement, BY, due.data)
    return len(found)


def _all_due(today: dt.date) -> Iterator[Due]:
    yield from _expired(today)
    yield from _ending(today)
    yield from _items(today)
    yield from _reviews(today)


def _untold(step: str, day: Any, **more: Any) -> Exists:
    rows = AgreementReminder.objects.filter(step=step, day=day, **more)
    return ~Exists(rows)  # type: ignore[return-value]


def _expired(today: dt.date) -> Iterator[Due]:
    rows = Agreement.objects.in_force().filter(
        _untold(Step.EXPIRED, OuterRef("term_to"), agreement=OuterRef("pk")),
        term_to__lt=today,
    )
    for row in rows.order_by("pk")[:BATCH]:
        yield Due(row, Step.EXPIRED, row.term_to)


def _ending(today: dt.date) -> Iterator[Due]:
    until = today + dt.timedelta(days=settings.AGREEMENT_REMIND_DAYS)
    rows = Agreement.objects.in_force().filter(
        _untold(Step.ENDING, OuterRef("term_to"), agreement=OuterRef("pk")),
        term_to__range=(today, until),
    )
    for row in rows.order_by("pk")[:BATCH]:
        yield Due(row, Step.ENDING, row.term_to)


def _items(today: dt.date) -> Iterator[Due]:
    rows = AgreementItem.objects.open().filter(
        _untold(Step.ITEM, OuterRef("due"), item=OuterRef("pk")),
        due__lt=today,
        agreement__state="active",
    )
    for item in rows.select_related("agreement").order_by("pk")[:BATCH]:
        yield Due(item.agreement, Step.ITEM, item.due or today, item)


def _reviews(today: dt.date) -> Iterator[Due]:
    """Agreements in force for a quarter of the year or more, from the month of the reviews on."""
    year = review_year(today)
    day = dt.date(year, settings.AGREEMENT_REVIEW_MONTH, 1)
    reviewed = AgreementReview.objects.filter(agreement=OuterRef("pk"), year=year)
    rows = Agreement.objects.filter(
        _untold(Step.REVIEW, day, agreement=OuterRef("pk")),
        ~Exists(reviewed),
        state__in=["active", "expired"],
        term_from__lte=dt.date(year, 9, 30),
        term_to__gte=dt.date(year, 4, 1),
    )
    for row in rows.order_by("pk")[:BATCH]:
        yield Due(row, Step.REVIEW, day)


def review_year(today: dt.date) -> int:
    """The latest year whose reviews are due: this one from the month of the reviews on."""
    is_due = today.month >= settings.AGREEMENT_REVIEW_MONTH
    return today.year if is_due else today.year - 1
