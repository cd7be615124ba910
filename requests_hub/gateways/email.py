"""E-mail out, through Django's mail backend (setting MAIL_URL)."""

import re
import smtplib
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from requests_hub.gateways.base import Receipt, Refused
from requests_hub.models import Sending

FINAL = 500  # from this code on a mail server's refusal stands


class EmailGateway:
    """One message, one recipient; its number is the Message-ID, so that answers are recognised."""

    def clean(self, address: str) -> str:
        """The address with its host in small letters."""
        name, _at, host = address.strip().rpartition("@")
        clean = f"{name}@{host.lower()}"
        try:
            validate_email(clean)
        except ValidationError:
            words = _("This is not an e-mail address.")
            raise Invalid(fields={"address": [words]}) from None
        return clean

    def deliver(self, sending: Sending) -> Receipt:
        """Hand it to the mail server.

        Raises:
            Refused: final when the server does not know the recipient.
        """
        number = message_id(sending.pk)
        message = EmailMessage(
            " ".join(sending.subject.split()),
            sending.body,
            settings.DEFAULT_FROM_EMAIL,
            [sending.address],
            headers={"Message-ID": number, "Auto-Submitted": "auto-generated"},
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = max((reply[0] for reply in error.recipients.values()), default=0)
            raise _refused_address(code) from error
        except (smtplib.SMTPException, OSError) as error:
            words = _("The mail server did not take it: %(name)s.")
            code = getattr(error, "smtp_code", 0)
            raise Refused(
                words % {"name": type(error).__name__}, code=code or 0
            ) from error
        return Receipt(250, number)


def _refused_address(code: int) -> Refused:
    """4xx is a passing trouble of the server (RFC 5321, 4.2.1) and says nothing of the address."""
    if code >= FINAL:
        words = _("The mail server does not take this address.")
        return Refused(words, is_final=True, code=code)
    return Refused(
        _("The mail server cannot take it just now; it will be tried again."), code=code
    )


def message_id(pk: int) -> str:
    """The Message-ID of a stored message."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return f"<onegrid-{pk}@{host}>"


def sendings_in(numbers: Iterable[str]) -> list[int]:
    """Our messages among these Message-IDs; the host does not matter, it may have changed."""
    found = (re.fullmatch(r"<onegrid-(\d{1,18})@[^>]*>", number) for number in numbers)
    return [int(match.group(1)) for match in found if match]
