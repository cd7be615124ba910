"""Deliveries that gave up, made due again by a person."""

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from governance.core.models import Delivery, Outbox

log = structlog.get_logger(__name__)


@transaction.atomic
def run_again(deliveries: QuerySet[Delivery], *, by: str = "command") -> int:
    """Make these deliveries due now, with their tries counted anew; gives how many.

    Those already done are left alone: an effect happens once.
    """
    rows = deliveries.exclude(state=Delivery.State.DONE).select_for_update()
    chosen = list(rows.values_list("pk", "event_id"))
    Delivery.objects.filter(pk__in=[pk for pk, _event in chosen]).update(
        state=Delivery.State.FAILED, attempts=0, next_at=Now(), changed_at=Now()
    )
    Outbox.objects.filter(pk__in=[event for _pk, event in chosen]).update(
        done_at=None, next_at=Now()
    )
    log.info("deliveries_run_again", count=len(chosen), by=by)
    return len(chosen)
