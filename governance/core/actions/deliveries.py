"""Deliveries that gave up: made due again by a person, or set aside for good with a reason."""

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid
from governance.core.events import Actor
from governance.core.models import Delivery, Outbox

log = structlog.get_logger(__name__)
LONGEST_REASON = 200
RUN_AGAIN, CLOSED = "delivery.run_again", "delivery.closed"


@transaction.atomic
def run_again(deliveries: QuerySet[Delivery], *, by: Actor = "command") -> int:
    """Make these deliveries due now, with their tries counted anew; gives how many.

    Those already done are left alone: an effect happens once.
    """
    rows = deliveries.exclude(state=Delivery.State.DONE).order_by("pk")
    chosen = list(rows.select_for_update(of=("self",)).select_related("event"))
    Delivery.objects.filter(pk__in=[row.pk for row in chosen]).update(
        state=Delivery.State.FAILED, attempts=0, next_at=Now(), changed_at=Now()
    )
    Outbox.objects.filter(pk__in=[row.event_id for row in chosen]).update(
        done_at=None, next_at=Now()
    )
    events.record_many([_fact(RUN_AGAIN, row, by) for row in chosen])
    log.info("deliveries_run_again", count=len(chosen), by=str(by))
    return len(chosen)


@transaction.atomic
def close(delivery: Delivery, *, by: Actor, reason: str) -> Delivery:
    """Leave a delivery that was set aside undone for good; running it again is still possible.

    Raises:
        Invalid: "reason" is missing or too long.
        Conflict: it is not set aside any more.
    """
    words = " ".join(reason.split())
    if not 0 < len(words) <= LONGEST_REASON:
        needed = _("Say why, in at most %(n)s characters.") % {"n": LONGEST_REASON}
        raise Invalid(fields={"reason": [needed]})
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if row.state != Delivery.State.SET_ASIDE:
        raise Conflict(_("This one is not set aside any more."))
    row.state, row.next_at = Delivery.State.CLOSED, None
    row.save(update_fields=["state", "next_at", "changed_at"])
    events.record_many([_fact(CLOSED, row, by, reason=words)])
    return row


def _fact(name: str, row: Delivery, by: Actor, **more: str) -> events.Fact:
    """The delivery belongs to its event, in whose thread its story stands."""
    return events.Fact(
        name,
        row.event,
        by,
        {"consumer": row.consumer, **more},
        district_id=row.event.district_id,
    )
