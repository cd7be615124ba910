"""Subscriptions: keeping them, their secrets, and what their calls come to."""

import base64
import json
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, events, outbound
from governance.core.errors import Conflict, Invalid
from governance.core.events import Actor
from governance.core.registers.spec import Values
from grids.registers import base
from requests_hub.actions.clients import in_district
from requests_hub.actions.sendings import queue
from requests_hub.models import Sending, Subscription
from requests_hub.models.sendings import PING

CHANGE_OVER = timedelta(days=1)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)


def save_subscription(
    row: Subscription | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Subscription:
    """Enter who is told of what, or change it. Switching it on again forgets its failures.

    Raises:
        Invalid: "url" is no address that may be called, "event_names" are not known.
        NotAllowed, Conflict: see `base.write`.
    """
    values = in_district(row, values, by)
    if "url" in values:
        values["url"] = _checked_url(values["url"])
    if "event_names" in values:
        _check_names(values["event_names"])
    with transaction.atomic():
        if row is None:
            values = {**values, "secret": new_secret()}
        saved = base.write(
            row, Subscription, values, by=by, source=source, version=version
        )
        if row is not None and saved.is_active and not row.is_active:
            _forget_failures(saved)
    return saved


def _checked_url(text: str) -> str:
    """Raises Invalid: field "url"."""
    try:
        parts = outbound.checked(text)
        outbound.address_of(parts, settings.WEBHOOK_PRIVATE_NETWORKS)
    except outbound.NotReached as error:
        raise Invalid(fields={"url": [str(error)]}) from None
    return text.strip()


def _check_names(names: list[str]) -> None:
    known = {item.code for item in dictionaries.items("webhook_event")}
    wrong = [name for name in names or [] if name not in known]
    if wrong or not names:
        words = _("Choose at least one of the events.")
        raise Invalid(fields={"event_names": [words]})


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


@transaction.atomic
def renew_secret(row: Subscription, *, by: Actor) -> str:
    """A fresh secret, told this once; calls are signed with the old one as well for a day."""
    held = Subscription.objects.select_for_update(of=("self",)).get(pk=row.pk)
    held.old_secret = held.secret
    held.old_secret_until = timezone.now() + CHANGE_OVER
    held.secret = fresh = new_secret()
    held.save(update_fields=["secret", "old_secret", "old_secret_until"])
    events.record("subscription.secret_renewed", held, by)
    return fresh


def ping(row: Subscription, *, by: Actor) -> Sending:
    """Queue one call of type “ping”, signed and stored like every other, to try the receiver.

    Raises:
        Conflict: the subscription is not in use, so nothing is sent to it.
    """
    if not row.is_active or row.ended_on is not None:
        raise Conflict(
            _("Put the subscription in use first; nothing is sent to it now.")
        )
    number = uuid.uuid4()
    data = {"subscription": row.name}
    now = timezone.localtime().isoformat(timespec="seconds")
    body = {"type": PING, "timestamp": now, "data": data}
    with transaction.atomic():
        call = queue(
            Sending.Channel.WEBHOOK,
            row.url,
            PING,
            json.dumps(body, ensure_ascii=False),
            f"{row.pk}:{PING}:{number}",
            district_id=row.district_id,
            subscription_id=row.pk,
        )
        events.record("subscription.pinged", row, by)
    return call


# --- How its calls go ---------------------------------------------------------------------


def note_good(pk: int) -> None:
    """A call was taken: nothing stands against it any more."""
    rows = Subscription.objects.filter(pk=pk, failures__gt=0)
    rows.update(failures=0, failing_since=None, paused_until=None)


def _forget_failures(row: Subscription) -> None:
    Subscription.objects.filter(pk=row.pk).update(
        failures=0, failing_since=None, paused_until=None
    )


@transaction.atomic
def note_bad(pk: int, at: datetime) -> Subscription:
    """A call failed: a growing pause, and after long failure it is switched off."""
    row = Subscription.objects.select_for_update(of=("self",)).get(pk=pk)
    row.failures += 1
    row.failing_since = row.failing_since or at
    pause = min(FIRST_PAUSE * 2 ** min(row.failures - 1, 12), LONGEST_PAUSE)
    row.paused_until = timezone.now() + pause
    row.save(update_fields=["failures", "failing_since", "paused_until"])
    patience = timedelta(days=settings.WEBHOOK_PATIENCE_DAYS)
    if row.is_active and timezone.now() - row.failing_since >= patience:
        base.write(row, Subscription, {"is_active": False}, by="system")
        data = {"since": row.failing_since.isoformat(), "failures": row.failures}
        events.record("subscription.switched_off", row, "system", data)
        row.is_active = False
    return row
