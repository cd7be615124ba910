"""A read e-mail as a message of its channel."""

from requests_hub.actions.incoming import Message
from requests_hub.gateways.email import sendings_in
from requests_hub.gateways.mime import Letter


def letter_message(letter: Letter) -> Message:
    """A read e-mail as a message of its channel."""
    return Message(
        channel="email",
        number=letter.number,
        sender=letter.sender,
        name=letter.name,
        subject=letter.subject,
        body=letter.body,
        is_machine=letter.is_machine,
        answers_to=sendings_in(letter.answers_to),
        pictures=letter.pictures,
    )
