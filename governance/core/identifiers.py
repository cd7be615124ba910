"""Numbers that identify somebody or something: GB 11643, GB 32100 and telephone numbers.

Written here because the libraries at hand refuse valid numbers of this district (they tie the
division to the year of birth, though a number is often given out years later).
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
FIRST_YEAR = 1900

# GB/T 2260, first two digits; 81 to 83 are the residence permits of Hong Kong, Macau and Taiwan.
PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]")
REGISTRARS = {
    "1": gettext_lazy("institutional establishment office"),
    "5": gettext_lazy("civil affairs"),
    "9": gettext_lazy("market regulation"),
    "A": gettext_lazy("military"),
    "N": gettext_lazy("agriculture (village collectives)"),
    "Y": gettext_lazy("other registrar"),
}

SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d{1,2}", re.ASCII)
MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
MASKED_MOBILE = re.compile(r"1[3-9]\d\*{4}\d{4}", re.ASCII)
LANDLINE = re.compile(
    r"0\d{2,3}-?\d{7,8}(-\d{1,6})?|[2-9]\d{6,7}|[48]00\d{7}", re.ASCII
)


class BadNumber(ValueError):
    """The number is wrong; the text is a translated sentence for the person who typed it."""


@dataclass(frozen=True)
class Identity:
    """A checked resident identity number; `sex` as GB/T 2261.1 ("1" man, "2" woman).

    `doubts` are sentences: somebody should look, but the number is not wrong.
    """

    number: str
    birth: dt.date
    sex: str
    division: str
    doubts: tuple[str, ...] = field(default=())


def plain(text: str) -> str:
    """Full-width characters made narrow, all blanks and marks of Excel text taken out."""
    if text.isascii() and text.isalnum():
        return text  # the common case, a dozen times for each row of a file
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(c for c in narrow if not c.isspace() and c not in "'‘’\u200b\ufeff")


def identity_check_digit(first17: str) -> str:
    """The 18th character for 17 digits (GB 11643)."""
    pairs = zip(first17, IDENTITY_WEIGHTS, strict=True)
    return IDENTITY_CHECKS[sum(int(digit) * weight for digit, weight in pairs) % 11]


def cut_by_excel(text: str) -> str:
    """What is left of a number that Excel rounded, in words; empty when it is whole.

    A cell that is not text holds 15 digits; the rest is lost and must never be guessed.
    """
    number = plain(text).upper()
    if SCIENTIFIC.fullmatch(number):
        return _(
            "Excel has turned the number into %(text)s and lost its last digits. "
            "Make the column text and type the number again."
        ) % {"text": number}
    if re.fullmatch(r"\d{18}(\.0+)?", number) and number[15:18] == "000":
        digits = number[:18]
        if identity_check_digit(digits[:17]) != digits[17]:
            return _(
                "The number ends in 000: Excel has rounded it. "
                "Make the column text and type the number again."
            )
    return ""


def read_identity(
    text: str, *, from_number: bool = False, today: dt.date | None = None
) -> Identity:
    """A resident identity number, checked as GB 11643 says.

    Args:
        text: as typed; full-width digits, blanks and a small x are accepted.
        from_number: the cell was a number, so that its last three digits cannot be trusted.
        today: a birth after this day is wrong; the day here and now when left out.

    Raises:
        BadNumber: length, characters, date or check digit; the division never refuses.
    """
    number = plain(text).upper()
    if words := cut_by_excel(number):
        raise BadNumber(words)
    if from_number and len(number) >= 15:
        raise BadNumber(
            _(
                "The cell is a number: Excel keeps 15 digits only. "
                "Make the column text and type the number again."
            )
        )
    if words := _shape_fault(number):
        raise BadNumber(words)
    birth = _birth(number[6:14], today or timezone.localdate())
    if identity_check_digit(number[:17]) != number[17]:
        raise BadNumber(_("The check digit does not fit: one of the digits is wrong."))
    sex = "1" if int(number[16]) % 2 else "2"
    return Identity(number, birth, sex, number[:6], tuple(_doubts(number)))


def _shape_fault(number: str) -> str:
    if re.fullmatch(r"\d{15}", number, re.ASCII):
        return _("This is an old number of 15 digits; give the one of 18.")
    if len(number) != 18:
        words = _("An identity number has 18 characters; this one has %(n)s.")
        return words % {"n": len(number)}
    if not re.fullmatch(r"\d{17}[\dX]", number, re.ASCII):
        return _("An identity number has 17 digits and a digit or X at the end.")
    return ""


def _birth(digits: str, today: dt.date) -> dt.date:
    try:
        birth = dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        words = _("Digits 7 to 14 (%(digits)s) are no date.")
        raise BadNumber(words % {"digits": digits}) from None
    if birth > today:
        raise BadNumber(_("The date of birth in the number lies in the future."))
    if birth.year < FIRST_YEAR:
        raise BadNumber(_("The date of birth in the number lies before 1900."))
    return birth


def _doubts(number: str) -> list[str]:
    doubts = []
    if not PROVINCES.match(number):
        words = _("%(code)s is not the code of a division we know.")
        doubts.append(words % {"code": number[:6]})
    if number.endswith("000"):
        doubts.append(
            _("The number ends in 000: see that Excel has not rounded it off.")
        )
    return doubts


def credit_check_character(first17: str) -> str:
    """The 18th character of a unified social credit code (GB 32100)."""
    pairs = zip(first17, CREDIT_WEIGHTS, strict=True)
    total = sum(CREDIT_LETTERS.index(letter) * weight for letter, weight in pairs)
    return CREDIT_LETTERS[(31 - total % 31) % 31]


def read_credit_code(text: str) -> str:
    """A unified social credit code in capital letters, checked as GB 32100 says.

    Raises:
        BadNumber: length, characters (no I, O, S, V, Z) or check character.
    """
    code = plain(text).upper()
    if words := cut_by_excel(code):
        raise BadNumber(words)
    if len(code) != 18:
        words = _("A unified social credit code has 18 characters; this one has %(n)s.")
        raise BadNumber(words % {"n": len(code)})
    strange = "".join(sorted({c for c in code if c not in CREDIT_LETTERS}))
    if strange:
        words = _("A unified social credit code has no %(letters)s.")
        raise BadNumber(words % {"letters": strange})
    if credit_check_character(code[:17]) != code[17]:
        raise BadNumber(_("The check character does not fit: one character is wrong."))
    return code


def registrar_of(credit_code: str) -> str:
    """Who gave out this code, in words; empty when the first character is unknown."""
    return str(REGISTRARS.get(credit_code[:1], ""))


def read_phone(text: str, *, may_be_masked: bool = False) -> str:
    """A telephone number as digits; a landline keeps its dashes.

    Args:
        text: as typed; blanks, +86 and full-width digits are accepted.
        may_be_masked: also take 138****0000, as other departments hand numbers over.

    Raises:
        BadNumber: not a number that can be rung.
    """
    number = plain(text).upper()
    if words := cut_by_excel(number):
        raise BadNumber(words)
    number = number.removesuffix(".0").replace("(", "").replace(")", "-")
    number = re.sub(r"^(\+|00)86-?", "", number)
    if number.startswith("1"):
        number = number.replace("-", "")
    if may_be_masked and MASKED_MOBILE.fullmatch(number):
        return number
    if MOBILE.fullmatch(number) or LANDLINE.fullmatch(number):
        return number
    if re.fullmatch(r"1\d*", number, re.ASCII) and len(number) != 11:
        words = _("A mobile number has 11 digits; this one has %(n)s.")
        raise BadNumber(words % {"n": len(number)})
    raise BadNumber(_("This is not a telephone number we can ring."))


def phone_tail(phone: str) -> str:
    """The last four digits, by which people ask for somebody; empty when there are fewer."""
    digits = re.sub(r"\D", "", phone.split("*")[-1], flags=re.ASCII)
    return digits[-4:] if len(digits) >= 4 else ""
