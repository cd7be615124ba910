"""Messages from people: a new request, or more words for one that they were told about."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import attachments, crypto, locks
from governance.core.errors import Conflict, DomainError, Invalid
from governance.core.events import record
from governance.core.models import Attachment, User
from grids.models import District
from requests_hub.actions import answers, intake
from requests_hub.models import Incoming, Request, Sending

Outcome = Incoming.Outcome
MOST_PICTURES = attachments.MAX_FILES


@dataclass(frozen=True)
class Message:
    """One message of a channel. `number` is its key; `answers_to` our messages that it names."""

    channel: str
    number: str
    sender: str
    body: str
    subject: str = ""
    name: str = ""
    is_machine: bool = False
    answers_to: Sequence[int] = ()
    pictures: Sequence[tuple[str, bytes]] = field(default_factory=tuple)


def receive(message: Message, *, district: District) -> Incoming:
    """Make a request of a message, or add it to the one it answers to; a repeat changes nothing.

    An answer is added only when it comes from the address that we wrote to: a number in a
    subject opens nothing. What cannot go in is kept with the reason.
    """
    with transaction.atomic():
        # two fetches of one mailbox, or a provider that repeats itself
        locks.hold(f"incoming:{district.pk}:{message.channel}:{message.number}")
        known = Incoming.objects.filter(
            district=district, channel=message.channel, number=message.number
        ).first()
        if known is not None:
            return known
        row = Incoming(
            district=district,
            channel=message.channel,
            number=message.number,
            address=message.sender,
            subject=message.subject,
            body=message.body,
        )
        _take(row, message)
        row.save(force_insert=True)
        return row


def _take(row: Incoming, message: Message) -> None:
    if message.is_machine:
        row.outcome, row.words = Outcome.LEFT, _("Sent by a machine.")
        return
    row.words = ""
    try:
        with transaction.atomic():
            if not _added(row, message):
                row.request = _made(row, message)
                row.outcome = Outcome.REQUEST
    except DomainError as error:
        words = [w for each in getattr(error, "fields", {}).values() for w in each]
        row.request, row.outcome = None, Outcome.REFUSED
        row.words = "；".join(words or [error.message])[:300]


def _added(row: Incoming, message: Message) -> bool:
    """Whether the message went to the request that it answers to."""
    request = _answered(row, message)
    if request is None:
        return False
    words = message.body or message.subject
    became = answers.answer(request, words, files=_stored(message))
    row.request, row.outcome = request, Outcome.ADDED
    if became == "rated":
        row.words = _("Taken as the answer whether it is solved.")
    return True


def _answered(row: Incoming, message: Message) -> Request | None:
    """The request about which we wrote to this very address: the message named, or the last one.

    A letter names what it answers to; a text message cannot, so the newest of ours counts.
    """
    if message.channel == Sending.Channel.SMS:
        return answers.asked_about(message.sender, message.channel, row.district_id)
    told = Sending.objects.filter(
        request__isnull=False,
        channel=message.channel,
        address_hash__in=crypto.every_hash(message.sender, "channel"),
        pk__in=list(message.answers_to),
    )
    last = told.select_related("request").order_by("-id").first()
    request = last.request if last else None
    return request if request is not None and answers.takes(request) else None


@transaction.atomic
def take_again(row: Incoming, *, by: User) -> Incoming:
    """Take in what was refused or left alone, as a person has decided; its pictures are gone.

    Raises:
        Conflict: it is in already. Invalid: the reason why it still cannot go in.
    """
    row = Incoming.objects.select_for_update().get(pk=row.pk)
    if row.request_id is not None:
        raise Conflict(_("This message is in already."))
    message = Message(row.channel, row.number, row.address, row.body, row.subject)
    _take(row, message)
    if row.request is None:
        raise Invalid(row.words)
    row.save(update_fields=["request", "outcome", "words"])
    record("incoming.taken_again", row, by, {"no": row.request.no})
    return row


def _made(row: Incoming, message: Message) -> Request:
    if not (message.body or message.subject):
        raise Invalid(_("There are no words."))
    is_phone = message.channel == Sending.Channel.SMS
    return intake.submit_request(
        district=row.district,
        channel=message.channel,
        title=message.subject,
        body=message.body or message.subject,
        reporter_name=message.name,
        reporter_phone=message.sender if is_phone else "",
        external_id=message.number,
        files=_stored(message),
    ).request


def _stored(message: Message) -> list[Attachment]:
    """The pictures, checked and re-encoded; one that is none is left out."""
    found = []
    for name, data in list(message.pictures)[:MOST_PICTURES]:
        try:
            with transaction.atomic():
                file = ContentFile(data, name=name)
                found.append(attachments.store(file, by=None, purpose="before"))
        except DomainError:
            continue
    return found
