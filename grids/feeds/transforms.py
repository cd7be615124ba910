"""What may be done to a cell on its way in: a short list, each harmless and the same each time."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.core.errors import Invalid

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a day, not a moment
FULL_WIDTH = re.compile(r"[\uff01-\uff5e\u3000]")


def trim(text: str) -> str:
    return text.strip(" \t\r\n\u3000\u200b\ufeff")


def full_width(text: str) -> str:
    """Full-width letters, digits and blanks made narrow; Chinese punctuation in names stays."""
    return FULL_WIDTH.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def no_spaces(text: str) -> str:
    return "".join(text.split())


def upper(text: str) -> str:
    return text.upper()


def first_part(text: str) -> str:
    """What stands before the first comma, semicolon or slash."""
    return re.split(r"[,，;；、/]", text, maxsplit=1)[0]


def _day(*formats: str) -> Callable[[str], str]:
    def turn(text: str) -> str:
        for form in formats:
            try:
                found = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - a day
            except ValueError:
                continue
            return found.date().isoformat()
        return text

    return turn


def excel_day(text: str) -> str:
    """45981 → 2025-11-20; anything else stays for the check to refuse."""
    if not re.fullmatch(r"\d{5}(\.\d+)?", text.strip(), re.ASCII):
        return text
    return (EXCEL_EPOCH + timedelta(days=int(float(text)))).date().isoformat()


TRANSFORMS: dict[str, tuple[str | Promise, Callable[[str], str]]] = {
    "trim": (_("Cut blanks at the ends"), trim),
    "full_width": (_("Full-width to half-width"), full_width),
    "no_spaces": (_("Take out all blanks"), no_spaces),
    "upper": (_("Capital letters"), upper),
    "first_part": (_("Only what stands before a comma"), first_part),
    "day_ymd": (
        _("Date: 20261123 or 2026/11/23"),
        _day("%Y%m%d", "%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d", "%Y年%m月%d日"),
    ),
    "day_dmy": (_("Date: 23/11/2026"), _day("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")),
    "day_mdy": (_("Date: 11/23/2026"), _day("%m/%d/%Y", "%m-%d-%Y")),
    "excel_day": (_("Date: number of Excel"), excel_day),
}


def check(names: Iterable[str]) -> None:
    """Refuse what is not on the list.

    Raises:
        Invalid: field "transforms".
    """
    unknown = [name for name in names if name not in TRANSFORMS]
    if unknown:
        words = _("There is no transformation “%(name)s”.") % {"name": unknown[0]}
        raise Invalid(fields={"transforms": [words]})


def turned(text: str, names: Iterable[str], codes: Mapping[str, str]) -> str:
    """The text after each transformation in order, then by the code table (old → new)."""
    for name in names:
        text = TRANSFORMS[name][1](text)
    return codes.get(text.strip(), text)
