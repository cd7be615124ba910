"""States and replies back to the hotline, at HOTLINE_URL; the number of a call stays the same."""

from django.conf import settings
from django.utils.translation import gettext as _

from governance.core import outbound
from requests_hub.gateways.base import Receipt, Refused
from requests_hub.models import Sending


class HotlineGateway:
    """One update a call, as JSON."""

    def clean(self, address: str) -> str:
        """The hotline has one address, in the settings."""
        return address

    def deliver(self, sending: Sending) -> Receipt:
        """Tell the hotline.

        Raises:
            Refused: final when the hotline does not know the message (404).
        """
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": str(sending.pk),
        }
        if settings.HOTLINE_TOKEN:
            headers["Authorization"] = f"Bearer {settings.HOTLINE_TOKEN}"
        try:
            answer = outbound.post(
                settings.HOTLINE_URL,
                sending.body.encode(),
                headers,
                seconds=settings.GATEWAY_SECONDS,
                networks=outbound.ANYWHERE,  # the address is the operator's own setting
            )
        except outbound.NotReached as error:
            raise Refused(str(error)) from error
        if not answer.is_good:
            words = _("The hotline answers %(code)s.") % {"code": answer.status}
            raise Refused(words, is_final=answer.status == 404, code=answer.status)
        return Receipt(answer.status)
