"""What every gateway is."""

from dataclasses import dataclass
from typing import Protocol

from requests_hub.models import Sending


@dataclass(frozen=True)
class Receipt:
    """The gateway has taken the message. `code` is its answer, `number` its own number for it."""

    code: int = 0
    number: str = ""


class Refused(Exception):
    """The gateway did not take it. A final refusal is not tried again.

    `code` is what it answered, 0 when it did not answer at all.
    """

    def __init__(self, words: str, *, is_final: bool = False, code: int = 0) -> None:
        super().__init__(words)
        self.is_final, self.code = is_final, code


class Gateway(Protocol):
    """Carries messages of one channel. It has no state; the `Sending` row has it."""

    def clean(self, address: str) -> str:
        """The address as it is stored.

        Raises:
            Invalid: field "address": nobody can be reached there.
        """

    def deliver(self, sending: Sending) -> Receipt:
        """Hand one message over, in a few seconds, outside of any transaction.

        Raises:
            Refused: with the reason in words that name nobody.
        """
