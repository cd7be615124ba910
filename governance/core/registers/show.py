"""How a column reads: the text of a record's value, and the same with its middle hidden."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.registers import places, spec
from governance.core.registers.spec import Column, Kind, Register

STAR = "＊"
NUMBERS = {Kind.IDENTITY, Kind.CREDIT_CODE}


def text(column: Column, row: Any) -> str:
    """What this column says of `row`, whole, as export and form write it."""
    if column.show is not None:
        return column.show(row)
    if column.kind is Kind.GRID:
        return places.known().words(row)
    return of_value(column, getattr(row, column.name, None))


def safe(column: Column, row: Any) -> str:
    """The same, masked when the column is sensitive."""
    words = text(column, row)
    return masked(column, words) if column.is_sensitive else words


def heading(register: Register, row: Any) -> str:
    """What a record is called over its own page: the column that also leads the list."""
    named = [c for c in register.columns if c.name == register.title]
    return safe((named or register.columns)[0], row) or str(row)


def brief(column: Column, row: Any) -> str:
    """For a cell of a list: masked, a grid by its own name, long text cut."""
    if column.kind is Kind.GRID and column.show is None:
        return places.known().short(row)
    words = safe(column, row)
    return words if len(words) <= 60 else f"{words[:59]}…"


def of_value(column: Column, value: Any) -> str:
    """A parsed value as text."""
    if value is None or value == "":
        return ""
    if column.kind is Kind.CHOICE:
        return _choice(column, value)
    if column.kind is Kind.DICTIONARY:
        return label(column.dictionary, value)
    if column.kind is Kind.MANY:
        return "、".join(label(column.dictionary, code) for code in value)
    if column.kind is Kind.GRID:
        return places.known().words(value)
    return plain(value)


def plain(value: Any) -> str:
    """Any value as people write it: ISO dates, yes and no in words, numbers without zeros."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return local.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return (
            f"{value:f}".rstrip("0").rstrip(".")
            if "." in f"{value:f}"
            else f"{value:f}"
        )
    if isinstance(value, list | tuple):
        return "、".join(plain(part) for part in value)
    return str(value)


def label(dictionary: str, code: Any) -> str:
    """An entry's word; the code itself where the dictionary no longer has it."""
    return dictionaries.label(dictionary, str(code))


def _choice(column: Column, value: Any) -> str:
    found = next((word for code, word in column.choices if code == value), value)
    return str(found)


def masked(column: Column, words: str) -> str:
    """Text with its middle hidden, as the column says or as its kind needs."""
    if not words:
        return ""
    if column.mask is not None:
        return column.mask(words)
    if column.kind in NUMBERS:
        return _ends(words, 6, 4) if len(words) > 12 else STAR * len(words)
    if column.kind is Kind.PHONE:
        return _phone(words)
    return words[0] + STAR * min(max(len(words) - 1, 1), 6)


def _ends(words: str, head: int, tail: int) -> str:
    return words[:head] + STAR * (len(words) - head - tail) + words[-tail:]


def _phone(words: str) -> str:
    """138 ＊＊＊＊ 0917; of a landline the last four."""
    if len(words) == 11 and words.startswith("1"):
        return f"{words[:3]} {STAR * 4} {words[-4:]}"
    return f"{STAR * 4} {words[-4:]}" if len(words) > 6 else STAR * len(words)


def columns_of(model: type[Any]) -> dict[str, Column]:
    """The columns of the first register of a model, by name."""
    found = next((r for r in spec.every() if r.model is model), None)
    return {column.name: column for column in found.columns} if found else {}
