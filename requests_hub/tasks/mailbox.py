"""Fetching letters. The mailbox says what is new; the number of a letter makes it one request."""

import imaplib

import structlog
from celery import shared_task
from django.conf import settings

from governance.core.errors import Invalid
from grids.models import District
from requests_hub.actions.incoming import receive
from requests_hub.gateways import mailbox
from requests_hub.gateways.letters import letter_message
from requests_hub.gateways.mime import read

log = structlog.get_logger(__name__)


@shared_task(name="requests_hub.fetch_letters")
def fetch_letters() -> int:
    """Take new letters in; gives how many."""
    district = District.objects.filter(code=settings.DISTRICT_CODE).first()
    if not settings.MAIL_IMAP_URL or district is None:
        return 0
    count = 0
    try:
        for _number, data in mailbox.unseen():
            try:
                receive(letter_message(read(data)), district=district)
            except Invalid as error:
                log.warning("letter_refused", error=error.message)
            count += 1
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("mailbox_away", error=type(error).__name__)
    return count
