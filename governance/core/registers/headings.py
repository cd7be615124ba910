"""Which heading of a file is which column of the register."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.core.registers.reading import narrow
from governance.core.registers.spec import Column, Register
from governance.core.registers.tables import HEAD_ROWS, Raw, Table
from governance.core.registers.workbook import LISTS, sheet_title

MARKS = re.compile(r"[(（](必填|选填|required|optional)[)）]|[*＊:：]")


@dataclass
class Headings:
    """What the heading row says.

    Attributes:
        row: number of the heading row in the sheet; 0 when none was found.
        texts: the headings as written, by position.
        columns: column name to position.
        doubled: labels of columns that stand there twice.
        missing: required columns without a heading, with the heading that was probably meant.
        extra: headings that no column has.
    """

    row: int = 0
    texts: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)

    @property
    def is_clear(self) -> bool:
        return bool(self.columns) and not self.doubled and not self.missing


def key(text: str) -> str:
    """A heading as it is compared: narrow, without blanks and marks."""
    return "".join(MARKS.sub("", narrow(text)).split()).casefold()


def names_of(register: Register) -> dict[str, Column]:
    """Every heading that each column may have: label in both languages, name, aliases."""
    out: dict[str, Column] = {}
    columns = [column for column in register.typed_columns if column.in_file]
    for column in columns:
        for alias in (column.name, *column.aliases):
            out.setdefault(key(str(alias)), column)
    for language in ("en", "zh-hans"):
        with override(language):
            for column in columns:  # a label goes before somebody else's alias
                out[key(str(column.label))] = column
    return out


def find(register: Register, table: Table) -> Headings:
    """The heading row of a sheet: the one with most known headings, the lower of two equals."""
    names = names_of(register)
    best: Raw | None = None
    most = 0
    for raw in table.head:
        if raw.number > HEAD_ROWS:
            break
        known = len({names[key(t)].name for t in raw.texts if key(t) in names})
        if known and known >= most:
            best, most = raw, known
    if best is None:
        return Headings()
    return read(register, best)


def read(
    register: Register, row: Raw, chosen: Mapping[str, int] | None = None
) -> Headings:
    """What one row of headings says; `chosen` are positions that a person has named."""
    names = names_of(register)
    chosen = dict(chosen or {})
    out = Headings(row=row.number, texts=list(row.texts), columns=dict(chosen))
    taken = set(chosen.values())
    for position, text in enumerate(row.texts):
        column = names.get(key(text)) if text and position not in taken else None
        if column is None:
            if text and position not in taken:
                out.extra.append(text)
        elif column.name in chosen:
            out.extra.append(text)
        elif column.name in out.columns:
            out.doubled.append(str(column.label))
        else:
            out.columns[column.name] = position
    out.missing = _missing(register, out)
    return out


def _missing(register: Register, found: Headings) -> dict[str, str]:
    """Required or identifying columns that are not there, with the nearest heading."""
    out = {}
    for column in register.typed_columns:
        is_needed = column.required or column.name in register.natural_key
        if not is_needed or not column.in_file or column.name in found.columns:
            continue
        near = get_close_matches(str(column.label), found.extra, n=1, cutoff=0.4)
        out[column.name] = near[0] if near else ""
    return out


def own_sheets(texts: Sequence[str]) -> frozenset[str]:
    """Names of sheets that our own files add beside the table, in both languages."""
    out = {LISTS}
    for language in ("en", "zh-hans"):
        with override(language):
            out |= {sheet_title(_(text)) for text in texts}
    return frozenset(out)


OWN_SHEETS = ("How to fill in", "About this export")
