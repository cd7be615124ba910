"""Messages out: queued once, tried until they are taken or given up, sent again by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Invalid, NotHere
from governance.core.events import Actor
from requests_hub.models import Sending

PAUSES = (10, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000)  # seconds
MOST_TRIES = len(PAUSES) + 1
KEPT_TRIES = 10
LONGEST_KEY = 120

LEASE = """
UPDATE requests_hub_sending
SET next_at = statement_timestamp() + %s * interval '1 second', attempts = attempts + 1
WHERE id IN (
  SELECT id FROM requests_hub_sending
  WHERE state = 'waiting' AND next_at <= statement_timestamp() {which}
    AND NOT EXISTS (
      SELECT 1 FROM requests_hub_subscription s
      WHERE s.id = subscription_id AND s.paused_until > statement_timestamp())
  ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


@dataclass(frozen=True)
class Try:
    """How one try went. `error` is empty when the message was taken; `ms` is how long it took."""

    at: datetime
    ms: int
    code: int = 0
    error: str = ""
    is_final: bool = False
    receipt: str = ""

    @property
    def is_taken(self) -> bool:
        return not self.error


@transaction.atomic
def queue(
    channel: str,
    address: str,
    subject: str,
    body: str,
    key: str,
    *,
    district_id: int,
    request_id: int | None = None,
    **more: Any,
) -> Sending:
    """Store a message and tell the workers; the same key again gives the first one.

    Every kind of message out comes through here. `more` are other columns of the row.

    Raises:
        Invalid: "body" or "key".
    """
    if not 0 < len(key) <= LONGEST_KEY or not body:
        field = "body" if not body else "key"
        raise Invalid(fields={field: [_("This is needed.")]})
    row = Sending(
        channel=channel,
        key=key,
        address=address,
        subject=subject,
        body=body,
        district_id=district_id,
        request_id=request_id,
        **more,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Sending.objects.get(channel=channel, key=key)
    events.record(
        "sending.queued", row, "system", {"channel": channel}, thread_id=request_id
    )
    return row


# --- Trying -------------------------------------------------------------------------------


def lease(limit: int, only: Sequence[int] | None = None) -> list[Sending]:
    """Due messages, theirs to try now; a try that dies makes them due again after the lease."""
    which = "" if only is None else "AND id = ANY(%s)"
    seconds = settings.GATEWAY_SECONDS * 3 + 30
    values: list[Any] = [seconds]
    values += [list(only)] if only is not None else []
    with connection.cursor() as cursor:
        cursor.execute(LEASE.format(which=which), [*values, limit])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Sending.objects.filter(pk__in=ids).order_by("id"))


@transaction.atomic
def settle(sending: Sending, done: Try) -> Sending:
    """Note how a leased try went; who lost the lease meanwhile changes nothing."""
    row = Sending.objects.select_for_update().get(pk=sending.pk)
    if row.state != Sending.State.WAITING or row.attempts != sending.attempts:
        return row
    row.tries = [*row.tries, _as_json(done)][-KEPT_TRIES:]
    row.last_error = done.error[:300]
    if done.is_taken:
        _settle(row, Sending.State.SENT, done)
    elif done.is_final or row.attempts >= MOST_TRIES:
        _settle(row, Sending.State.GIVEN_UP, done)
    else:
        pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
        row.next_at = timezone.now() + timedelta(seconds=pause)
    row.save()
    return row


def _settle(row: Sending, state: str, done: Try) -> None:
    row.state, row.next_at, row.settled_at = state, None, done.at
    row.receipt = done.receipt[:120]
    events.record(
        f"sending.{state}",
        row,
        "system",
        {"channel": row.channel, "code": done.code, "attempts": row.attempts},
        thread_id=row.request_id,
    )


def _as_json(done: Try) -> dict[str, Any]:
    at = done.at.isoformat(timespec="milliseconds")
    return {"at": at, "ms": done.ms, "code": done.code, "error": done.error}


@transaction.atomic
def resend(sending: Sending, *, by: Actor) -> Sending:
    """Send a settled message once more, or a waiting one now; its number stays the same.

    Raises:
        NotHere: it is gone.
    """
    row = Sending.objects.select_for_update().filter(pk=sending.pk).first()
    if row is None:
        raise NotHere(_("This message is no longer there."))
    row.state, row.attempts = Sending.State.WAITING, 0
    row.next_at, row.settled_at = timezone.now(), None
    row.save(update_fields=["state", "attempts", "next_at", "settled_at"])
    events.record(
        "sending.queued",
        row,
        by,
        {"channel": row.channel, "again": True},
        thread_id=row.request_id,
    )
    return row
