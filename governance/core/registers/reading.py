"""From the text of a cell, a form field or the API to a value: one reading for all of them."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.core import dictionaries, identifiers
from governance.core.identifiers import BadNumber
from governance.core.registers import places, spec
from governance.core.registers.places import Unclear
from governance.core.registers.spec import (
    Column,
    Kind,
    Planned,
    Problem,
    Register,
    Values,
    Viewer,
)

DAYS = (
    re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?([T ].*)?", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
)
EXCEL_DAY_ONE = date(1899, 12, 30)
SERIAL = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
YES = frozenset(["是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔"])
NO = frozenset(["否", "无", "没有", "n", "no", "false", "0", "×", "✗", "x"])
BETWEEN = re.compile(r"[、,，;；\n]+")
MASKED = re.compile(r"[＊*]{2,}")
TEXTUAL = {Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE, Kind.IDENTITY, Kind.CREDIT_CODE}
WORTH_KEEPING = {Kind.GRID, Kind.REFERENCE, Kind.CHOICE, Kind.DICTIONARY, Kind.MANY}
MOST_KEPT = 20_000
WORDY = {*TEXTUAL, Kind.CHOICE, Kind.DICTIONARY}


def narrow(text: str) -> str:
    """Full-width letters and digits made narrow, blanks at the ends and odd spaces taken off."""
    return unicodedata.normalize("NFKC", text).replace("\u200b", "").strip()


def empty(column: Column) -> Any:
    """What an empty cell is as a value."""
    if column.kind in WORDY:
        return ""
    return [] if column.kind is Kind.MANY else None


class Reader:
    """Reads the rows of one register for one person; what was read once is not read again."""

    def __init__(self, register: Register, viewer: Viewer) -> None:
        self.register = register
        self.viewer = viewer
        self._known: dict[tuple[str, str], Any] = {}

    def row(
        self, cells: Mapping[str, str], *, keeps_empty: bool = False
    ) -> tuple[Values, list[Problem]]:
        """Values by column, and what cannot be read.

        An empty cell gives no value, so that a file never wipes out what is known; with
        `keeps_empty` (a form) it gives the empty value.
        """
        values: Values = {}
        problems: list[Problem] = []
        for column in self.register.typed_columns:
            if column.name not in cells:
                continue
            text = cells[column.name].strip()
            if column.is_sensitive and MASKED.search(text):
                continue  # masked by an export of ours or of others: says nothing new
            if not text:
                if keeps_empty:
                    values[column.name] = empty(column)
                continue
            try:
                values[column.name] = self.value(column, text)
            except ValueError as error:
                suggestion = getattr(error, "suggestion", "")
                problems.append(Problem(column.name, str(error), suggestion))
        return values, problems

    def value(self, column: Column, text: str) -> Any:
        """The value of one cell.

        Raises:
            ValueError: in words for the person who wrote it; `Unclear` has a suggestion.
        """
        key = (column.name, text)
        if key in self._known:
            found = self._known[key]
        else:
            found = self._read(column, text)
            if column.kind in WORTH_KEEPING:
                if len(self._known) > MOST_KEPT:
                    self._known.clear()
                self._known[key] = found
        if isinstance(found, ValueError):
            raise found
        return found

    def _read(self, column: Column, text: str) -> Any:
        try:
            if column.parse is not None:
                return column.parse(text)
            if column.kind is Kind.GRID:
                return places.known().parse(text, self.viewer)
            if column.kind is Kind.REFERENCE:
                return self._reference(column, text)
            return PARSERS[column.kind](column, text)
        except ValueError as error:
            return error

    def prime(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Look up the references of many rows in one statement per column."""
        references = [
            c
            for c in self.register.typed_columns
            if c.kind is Kind.REFERENCE and c.parse is None
        ]
        for column in references if (rows := list(rows)) else ():
            texts = {row.get(column.name, "").strip() for row in rows} - {""}
            unknown = [t for t in texts if (column.name, t) not in self._known]
            for text, target in _referred(column, unknown, self.viewer).items():
                self._known[column.name, text] = target

    def _reference(self, column: Column, text: str) -> Any:
        found = _referred(column, [text], self.viewer)
        if text not in found:
            target = spec.find(column.target)
            label = str(target.label) if target else column.target
            words = _("There is no %(what)s “%(text)s” in your area.")
            raise Unclear(words % {"what": label, "text": text})
        return found[text]


def _referred(column: Column, texts: list[str], viewer: Viewer) -> dict[str, Any]:
    """Records of the target register by the text of their natural key."""
    from governance.core.registers.plan import find_rows  # it reads cells through us

    target = spec.find(column.target)
    if target is None or not texts:
        return {}
    keys = target.natural_key
    rows = []
    for number, text in enumerate(texts):
        parts = [text] if len(keys) == 1 else text.split("/")
        if len(parts) != len(keys):
            continue
        cells = dict(zip(keys, parts, strict=True))
        values, problems = Reader(target, viewer).row(cells)
        if not problems:
            rows.append(Planned(number, cells, values))
    found = find_rows(target, rows, viewer)
    return {texts[number]: record for number, record in found.items()}


def _text(column: Column, text: str) -> str:
    if identifiers.SCIENTIFIC.fullmatch(narrow(text).upper()):
        raise ValueError(identifiers.cut_by_excel(text))
    if column.max_length and len(text) > column.max_length:
        words = _("At most %(most)s characters; this has %(n)s.")
        raise ValueError(words % {"most": column.max_length, "n": len(text)})
    if column.kind is not Kind.LONG_TEXT:
        return " ".join(text.split())
    return text


def _integer(_column: Column, text: str) -> int:
    number = _decimal(_column, text)
    if number != number.to_integral_value():
        raise ValueError(_("A whole number is needed."))
    if abs(number) > 2**31 - 1:
        raise ValueError(_("The number is too large."))
    return int(number)


def _decimal(_column: Column, text: str) -> Decimal:
    plain = narrow(text).replace(",", "").replace(" ", "").replace("−", "-")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise ValueError(
            _("“%(text)s” is not a number.") % {"text": text[:40]}
        ) from None
    if not number.is_finite() or abs(number) > Decimal("1e15"):
        raise ValueError(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return number


def _date(_column: Column, text: str) -> date:
    plain = narrow(text)
    if SERIAL.fullmatch(plain):  # a cell of Excel that lost its date format
        return EXCEL_DAY_ONE + timedelta(days=int(float(plain)))
    for pattern in DAYS:
        if match := pattern.fullmatch(plain):
            try:
                year, month, day = (int(part) for part in match.groups()[:3])
                return date(year, month, day)
            except ValueError:
                break
    words = _("“%(text)s” is not a day; write it like 2026-11-19.")
    raise ValueError(words % {"text": text[:40]})


def _yes_no(_column: Column, text: str) -> bool:
    word = narrow(text).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise ValueError(_("Write yes or no."))


def _choice(column: Column, text: str) -> str:
    words = {str(code): str(code) for code, _label in column.choices}
    for language in ("zh-hans", "en"):
        with override(language):
            words.update({str(label): str(code) for code, label in column.choices})
    labels = [str(label) for _code, label in column.choices]
    return _among(text, words, labels)


def _dictionary(column: Column, text: str) -> str:
    words, labels = _entries(column.dictionary)
    return _among(text, words, labels)


def _many(column: Column, text: str) -> list[str]:
    words, labels = _entries(column.dictionary)
    parts = [part for part in BETWEEN.split(text) if part.strip()]
    return list(dict.fromkeys(_among(part, words, labels) for part in parts))


def _entries(dictionary: str) -> tuple[dict[str, str], list[str]]:
    """Code by code and by either label, and the labels in the reader's language."""
    entries = dictionaries.items(dictionary)
    words: dict[str, str] = {}
    for entry in entries:
        for word in (entry.label_en, entry.label_zh, entry.code):
            if word:
                words[word] = entry.code
    return words, [entry.label for entry in entries]


def _among(text: str, words: Mapping[str, str], labels: list[str]) -> str:
    """The code that a word means, whatever its blanks, width and case."""
    known = {_key(word): code for word, code in words.items()}
    code = known.get(_key(text))
    if code is not None:
        return code
    near = _nearest(text, labels)
    if near:
        told = _("“%(text)s” is not in the list; the nearest: %(near)s")
        raise Unclear(told % {"text": text[:40], "near": near}, near)
    offered = "、".join(labels[:6]) + ("…" if len(labels) > 6 else "")
    told = _("“%(text)s” is not in the list: %(offered)s")
    raise Unclear(told % {"text": text[:40], "offered": offered})


def _key(text: str) -> str:
    return "".join(narrow(text).split()).casefold()


def _nearest(text: str, labels: list[str]) -> str:
    """The label that was probably meant: nearly the same, or the only one that contains it."""
    word = _key(text)
    by_key = {_key(label): label for label in labels}
    close = get_close_matches(word, by_key, n=1, cutoff=0.6)
    if close:
        return by_key[close[0]]
    around = [label for key, label in by_key.items() if len(word) > 1 and word in key]
    return around[0] if len(around) == 1 else ""


def _phone(_column: Column, text: str) -> str:
    return _number(lambda: identifiers.read_phone(text))


def _identity(_column: Column, text: str) -> str:
    return _number(lambda: identifiers.read_identity(text).number)


def _credit_code(_column: Column, text: str) -> str:
    return _number(lambda: identifiers.read_credit_code(text))


def _number(read: Callable[[], str]) -> str:
    try:
        return read()
    except BadNumber as error:
        raise ValueError(str(error)) from error


PARSERS: dict[Kind, Callable[[Column, str], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.DECIMAL: _decimal,
    Kind.DATE: _date,
    Kind.YES_NO: _yes_no,
    Kind.CHOICE: _choice,
    Kind.DICTIONARY: _dictionary,
    Kind.MANY: _many,
    Kind.PHONE: _phone,
    Kind.IDENTITY: _identity,
    Kind.CREDIT_CODE: _credit_code,
}


def missing(register: Register, planned: Planned) -> list[Problem]:
    """Required columns without a value: all for a new record, those named empty for a known one."""
    faulty = {problem.column for problem in planned.problems}
    out = []
    for column in register.typed_columns:
        if not column.required or column.name in faulty:
            continue
        given = planned.values.get(column.name)
        is_asked = planned.target is None or column.name in planned.values
        if is_asked and given in (None, "", []):
            out.append(Problem(column.name, _("Required.")))
    return out
