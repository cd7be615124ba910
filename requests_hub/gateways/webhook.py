"""Signed calls to subscriptions, as https://www.standardwebhooks.com describes them.

`webhook-id` is the same for every try of one message, so that a receiver can drop repeats. The
signature is HMAC-SHA256 over id, time and body; while a secret is being replaced there are two.
"""

import base64
import hashlib
import hmac
import time

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import outbound
from requests_hub.actions import subscriptions
from requests_hub.gateways.base import Receipt, Refused
from requests_hub.models import Sending, Subscription

GONE = 410


class WebhookGateway:
    """Calls the receiver; a redirect is a failure, and so is everything else but 2xx."""

    def clean(self, address: str) -> str:
        """As it was checked when the subscription was saved."""
        return address

    def deliver(self, sending: Sending) -> Receipt:
        """Call the receiver, and note on the subscription how it went.

        Raises:
            Refused: final when the subscription has ended, or says it is gone (410).
        """
        row = Subscription.objects.filter(pk=sending.subscription_id or 0).first()
        if row is None or not row.is_active or row.ended_on is not None:
            raise Refused(_("The subscription is not in use."), is_final=True)
        at = timezone.now()
        try:
            answer = outbound.post(
                row.url,
                sending.body.encode(),
                headers(row, sending),
                seconds=settings.GATEWAY_SECONDS,
                networks=settings.WEBHOOK_PRIVATE_NETWORKS,
            )
        except outbound.NotReached as error:
            subscriptions.note_bad(row.pk, at)
            raise Refused(str(error)) from error
        if not answer.is_good:
            subscriptions.note_bad(row.pk, at)
            words = _("The receiver answers %(code)s.") % {"code": answer.status}
            raise Refused(words, is_final=answer.status == GONE, code=answer.status)
        subscriptions.note_good(row.pk)
        return Receipt(answer.status)


def headers(row: Subscription, sending: Sending) -> dict[str, str]:
    """The headers of one try."""
    number, stamp = message_number(sending), str(int(time.time()))
    keys = [row.secret]
    if (
        row.old_secret
        and row.old_secret_until
        and row.old_secret_until > timezone.now()
    ):
        keys.append(row.old_secret)
    signed = [signature(key, number, stamp, sending.body.encode()) for key in keys]
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "OneGrid",
        "webhook-id": number,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signed),
    }


def message_number(sending: Sending) -> str:
    return f"msg_{sending.pk}"


def signature(secret: str, number: str, stamp: str, body: bytes) -> str:
    """v1,<base64> over "<id>.<time>.<body>"; the key is the base64 part of the secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{number}.{stamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()
