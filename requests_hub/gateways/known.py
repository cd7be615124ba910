"""Which gateway carries which channel, by the settings; handing a message to it."""

from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.masking import mask_email, mask_phone, mask_text
from requests_hub.actions.sendings import queue
from requests_hub.gateways.base import Gateway, Receipt
from requests_hub.gateways.email import EmailGateway
from requests_hub.gateways.hotline import HotlineGateway
from requests_hub.gateways.sms import SmsGateway
from requests_hub.gateways.webhook import WebhookGateway
from requests_hub.models import Request, Sending

log = structlog.get_logger(__name__)
MASKS = {"email": mask_email, "sms": mask_phone}


class LogGateway:
    """Prints that a message would have gone out: development, and channels not set up yet."""

    def __init__(self, like: Gateway) -> None:
        self.like = like

    def clean(self, address: str) -> str:
        """As the real gateway of the channel has it."""
        return self.like.clean(address)

    def deliver(self, sending: Sending) -> Receipt:
        """One line of the log; the address masked, of the text its length."""
        log.info(
            "message_printed",
            channel=sending.channel,
            to=shown(sending.channel, sending.address),
            subject=sending.subject,
            characters=len(sending.body),
        )
        return Receipt(0, "log")


def gateway_of(channel: str) -> Gateway:
    """The gateway of a channel; the one that prints where the settings name none.

    Raises:
        Invalid: field "channel": there is no such channel.
    """
    if channel == "email":
        return EmailGateway() if settings.MAIL_URL else LogGateway(EmailGateway())
    if channel == "sms":
        return SmsGateway() if settings.SMS_URL else LogGateway(SmsGateway())
    if channel == "hotline":
        return (
            HotlineGateway() if settings.HOTLINE_URL else LogGateway(HotlineGateway())
        )
    if channel == "webhook":
        return WebhookGateway()
    raise Invalid(fields={"channel": [_("There is no such channel.")]})


def send(
    channel: str,
    address: str,
    subject: str,
    body: str,
    key: str,
    *,
    request: Request | None = None,
    district_id: int | None = None,
) -> Sending:
    """Queue a message to a person; the same key again gives the first one and sends nothing.

    Args:
        channel: "email" or "sms".
        address: stored encrypted, shown masked.
        subject: of an e-mail.
        body: plain text.
        key: says which message it is, e.g. "reply:<event id>"; at most 120 characters.
        request: what it is about; gives the district.
        district_id: where there is no request.

    Raises:
        Invalid: "channel", "address", "body" or "key".
    """
    clean = gateway_of(channel).clean(address)
    about = {"request_id": request.pk if request else None}
    home = request.district_id if request else district_id
    if home is None:
        raise ValueError("a message belongs to a request or at least to a district")
    return queue(channel, clean, subject, body, key, district_id=home, **about)


def shown(channel: str, address: str) -> str:
    """An address as people see it, masked by its kind; of a receiver its host."""
    if channel in ("webhook", "hotline"):
        return urlsplit(address).netloc
    return MASKS.get(channel, mask_text)(address)
