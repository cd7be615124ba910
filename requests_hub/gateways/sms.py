"""Text messages out, through a provider's HTTP address.

SMS_BODY is a template with {phone}, {text} and {key}: JSON when it starts with a brace, else a
form. SMS_TAKEN is a pattern that the answer must contain when the provider has taken the message,
because many answer 200 to everything.
"""

import json
import re
from urllib.parse import quote_plus

from django.conf import settings
from django.utils.translation import gettext as _

from governance.core import outbound
from governance.core.errors import Invalid
from requests_hub.actions.intake import read_phone
from requests_hub.gateways.base import Receipt, Refused
from requests_hub.models import Sending

FIELD = re.compile(r"\{(phone|text|key)\}")
LONGEST = 500
TRY_LATER = {408, 425, 429}


class SmsGateway:
    """Asks the provider once for each try; the key goes along where the provider reads it."""

    def clean(self, address: str) -> str:
        """A mobile number of eleven digits."""
        try:
            phone = read_phone(address)
        except Invalid as error:
            words = error.fields["reporter_phone"]
            raise Invalid(fields={"address": words}) from None
        if len(phone) != 11 or not phone.startswith("1"):
            words = [_("Text messages go to mobile numbers only.")]
            raise Invalid(fields={"address": words})
        return phone

    def deliver(self, sending: Sending) -> Receipt:
        """Hand it to the provider.

        Raises:
            Refused: final for answers that say the message itself is wrong.
        """
        body, kind = filled(settings.SMS_BODY, sending)
        headers = {"Content-Type": f"{kind}; charset=utf-8", **settings.SMS_HEADERS}
        try:
            answer = outbound.post(
                settings.SMS_URL,
                body,
                headers,
                seconds=settings.GATEWAY_SECONDS,
                networks=outbound.ANYWHERE,  # the address is the operator's own setting
            )
        except outbound.NotReached as error:
            raise Refused(str(error)) from error
        if not answer.is_good or not re.search(settings.SMS_TAKEN, answer.body):
            is_final = 400 <= answer.status < 500 and answer.status not in TRY_LATER
            words = _("The provider did not take it (%(code)s).")
            raise Refused(
                words % {"code": answer.status}, is_final=is_final, code=answer.status
            )
        return Receipt(answer.status)


def filled(template: str, sending: Sending) -> tuple[bytes, str]:
    """The body of the call and its content type."""
    is_json = template.lstrip().startswith("{") and not FIELD.match(template.lstrip())
    values = {
        "phone": sending.address,
        "text": sending.body[:LONGEST],
        "key": str(sending.pk),
    }

    def put(match: re.Match[str]) -> str:
        value = values[match.group(1)]
        if is_json:
            return json.dumps(value, ensure_ascii=False)[1:-1]
        return quote_plus(value)

    kind = "application/json" if is_json else "application/x-www-form-urlencoded"
    return FIELD.sub(put, template).encode(), kind
