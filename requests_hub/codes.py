"""Follow-up codes: nine random digits and a check digit, so that a typo is told at once.

The check digit is Damm's: it finds every wrong digit and every swap of two neighbours.
"""

import re
import secrets
import unicodedata

from django.utils.translation import gettext as _

from governance.core.errors import Invalid

DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
LENGTH = 10


def _check_digit(digits: str) -> str:
    state = "0"
    for digit in digits:
        state = DAMM[int(state)][int(digit)]
    return state


def make() -> str:
    """A fresh code of ten digits; the caller's unique column decides whether it is taken."""
    digits = f"{secrets.randbelow(10**9):09d}"
    return digits + _check_digit(digits)


def read(text: str) -> str:
    """The ten digits that somebody typed.

    Spaces, hyphens and full-width digits are accepted.

    Raises:
        Invalid: with field "code"; not ten digits, or a digit is wrong.
    """
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text))
    if not (digits.isascii() and digits.isdigit()):
        raise Invalid(fields={"code": [_("A follow-up code has ten digits.")]})
    if len(digits) != LENGTH:
        found = {"n": len(digits)}
        raise Invalid(
            fields={
                "code": [_("A follow-up code has ten digits; here are %(n)s.") % found]
            }
        )
    if _check_digit(digits) != "0":
        raise Invalid(
            fields={
                "code": [_("One digit does not fit. Please compare with your code.")]
            }
        )
    return digits


def shown(code: str) -> str:
    """The code as people read it: 482 063 1795."""
    return f"{code[:3]} {code[3:6]} {code[6:]}"
