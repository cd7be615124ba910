"""The official list of divisions as a CSV file: read, checked row by row, never guessed at.

Columns: code, parent_code, name, kind. One district (6 digits), its streets and towns (9), their
communities and villages (12); codes of GB/T 2260, GB/T 10114 and the statistical list.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

COLUMNS = ["code", "parent_code", "name", "kind"]
DIGITS = {
    "district": 6,
    "street": 9,
    "town": 9,
    "township": 9,
    "community": 12,
    "village": 12,
}
ABOVE = {9: 6, 12: 9}
SPREADSHEET_NUMBER = re.compile(r"^\d+([.,]\d+)?E\+?\d+$|^\d+\.0+$", re.IGNORECASE)
ENDINGS = ("社区居民委员会", "居民委员会", "村民委员会", "居委会", "村委会")
MOST_NAME = 60


@dataclass(frozen=True)
class Division:
    """One row that is right. `line` counts from 1, the header being 1."""

    line: int
    code: str
    parent_code: str
    name: str
    kind: str

    @property
    def grid_name(self) -> str:
        """星岩社区居民委员会 → 星岩社区; 牧羊村委会 → 牧羊村."""
        stem = self.name
        for ending in ENDINGS:
            stem = stem.removesuffix(ending)
        if stem == self.name or self.kind not in ("community", "village"):
            return self.name
        suffix = "社区" if self.kind == "community" else "村"
        return stem if stem.endswith(suffix) else stem + suffix

    @property
    def short_name(self) -> str:
        if self.kind not in ("community", "village"):
            return ""
        short = self.grid_name.removesuffix("社区").removesuffix("村")
        return short if len(short) > 1 else ""


@dataclass
class Reading:
    """What a file holds: rows that are right, and (line, sentence) for each that is not."""

    rows: list[Division] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    first_line: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.faults


def read(content: bytes) -> Reading:
    """Read and check a whole file; nothing is loaded from one with faults."""
    reading = Reading()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        reading.faults.append((line, _("This is not UTF-8; save the file as UTF-8.")))
        return reading
    if "\0" in text:
        reading.faults.append((1, _("This is not a CSV text file.")))
        return reading
    parsed = list(_parse(text))
    if not parsed or [cell.strip() for cell in parsed[0][1]] != COLUMNS:
        wanted = ",".join(COLUMNS)
        reading.faults.append(
            (1, _("The first line must be %(columns)s.") % {"columns": wanted})
        )
        return reading
    body = [
        (line, cells) for line, cells in parsed[1:] if any(c.strip() for c in cells)
    ]
    _check_rows(body, reading)
    _check_relations(reading)
    reading.faults.sort()
    return reading


def _parse(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        yield reader.line_num, cells


def _check_rows(body: list[tuple[int, list[str]]], reading: Reading) -> None:
    for line, cells in body:
        if len(cells) != len(COLUMNS):
            reading.faults.append((line, _("There must be four columns.")))
            continue
        row = Division(line, *(cell.strip() for cell in cells))
        faults = list(_row_faults(row))
        before = reading.first_line.setdefault(row.code, line)
        if row.code and before != line:
            told = _("Code %(code)s is on line %(line)s already.")
            faults.append(told % {"code": row.code, "line": before})
        reading.faults += [(line, fault) for fault in faults]
        if not faults:
            reading.rows.append(row)


def _row_faults(row: Division) -> Iterator[str]:
    if not row.name:
        yield _("The name is empty.")
    elif len(row.name) > MOST_NAME or "\ufffd" in row.name:
        yield _("The name is longer than 60 characters or damaged.")
    if row.kind not in DIGITS:
        yield _("Unknown kind: %(kind)s.") % {"kind": row.kind or "—"}
    for code in filter(None, (row.code, row.parent_code)):
        if SPREADSHEET_NUMBER.match(code):
            yield _("A spreadsheet turned the code into a number: %(code)s.") % {
                "code": code
            }
        elif not (code.isascii() and code.isdigit()):
            yield _("A code has digits only: %(code)s.") % {"code": code}
    if not row.code:
        yield _("The code is empty.")
    yield from _level_faults(row)


def _level_faults(row: Division) -> Iterator[str]:
    digits = DIGITS.get(row.kind)
    numeric = row.code.isascii() and row.code.isdigit()
    if digits is None or not numeric:
        return
    if len(row.code) != digits:
        yield _("A code of this kind has %(digits)s digits: %(code)s.") % {
            "digits": digits,
            "code": row.code,
        }
    elif digits == 6 and row.parent_code:
        yield _("A district has no parent in this file.")
    elif row.code == row.parent_code:
        yield _("The row is its own parent.")
    elif digits in ABOVE and row.parent_code != row.code[: ABOVE[digits]]:
        yield _("Code %(code)s does not begin with its parent %(parent)s.") % {
            "code": row.code,
            "parent": row.parent_code or "—",
        }


def _check_relations(reading: Reading) -> None:
    """What one row cannot tell: codes given twice, missing parents, several roots."""
    first = reading.first_line
    roots = [row for row in reading.rows if row.kind == "district"]
    for row in reading.rows:
        if row.parent_code and row.parent_code not in first:
            told = _("There is no row for its parent %(parent)s.")
            reading.faults.append((row.line, told % {"parent": row.parent_code}))
    for row in roots[1:]:
        if row.code != roots[0].code:
            reading.faults.append((row.line, _("A file holds one district.")))
    if not roots and not reading.faults:
        reading.faults.append((1, _("There is no district in this file.")))
