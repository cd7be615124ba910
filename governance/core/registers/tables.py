"""Tables that people bring: Excel and CSV, read row by row with little memory.

What a sheet hides is told, not guessed: a formula that was never computed, a number that Excel
cut to 15 digits, a text that Excel took for a date. Nothing in a file is executed.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO, Any

from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.sheets import BROKEN, MAX_BYTES, MAX_UNPACKED

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
HEAD_ROWS = 10  # headings are looked for this far down
MOST_EMPTY = 2000  # so many empty rows are the end of the table
MOST_MERGES = 20000
CUT_FROM = 10**15  # Excel keeps 15 digits
ERRORS = frozenset(
    [
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#N/A",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
    ]
)
TAIL = 96  # no pattern of `_scan` is longer
ROW, FORMULA = re.compile(rb"<row[ >]"), re.compile(rb"<f[ >/]")
MERGE = re.compile(rb'<mergeCell ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')

FORMULA_FLAG, ERROR_FLAG, DATE_FLAG = "formula", "error", "date"


@dataclass(frozen=True)
class Raw:
    """One row: its number in the sheet, its cells as text, and what is odd by position."""

    number: int
    texts: list[str]
    flags: dict[int, str] = field(default_factory=dict)


@dataclass
class Table:
    """One sheet: its name, its first rows, and about how many rows it has."""

    name: str
    about: int
    head: list[Raw]


def refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"file": [sentence]})


def tables(file: IO[bytes]) -> list[Table]:
    """The visible sheets of a file with their first rows; a CSV file is one sheet.

    Raises:
        Invalid: with field "file": not a table, damaged, too large.
    """
    start = _start(file)
    if start.startswith(OLD_EXCEL):
        raise refused(
            _("This is an old or a password-protected Excel file. Save it as .xlsx.")
        )
    if not start.startswith(ZIP):
        return [_csv_table(file)]
    with _Book(file) as book:
        return [book.table(name) for name in book.names]


def rows(file: IO[bytes], sheet: str) -> Iterator[Raw]:
    """All rows of one sheet that are not empty, in order.

    Raises:
        Invalid: with field "file".
    """
    if not _start(file).startswith(ZIP):
        yield from _csv_rows(file)
        return
    with _Book(file) as book:
        yield from book.rows(sheet)


def _start(file: IO[bytes]) -> bytes:
    file.seek(0, io.SEEK_END)
    if file.tell() > MAX_BYTES:
        raise refused(_("The file is too large: 20 MB at most."))
    file.seek(0)
    start = file.read(8)
    file.seek(0)
    if not start:
        raise refused(_("The file is empty."))
    return start


# --- Excel ------------------------------------------------------------------------------------


@dataclass
class _Scan:
    """What the XML of a sheet says before it is read: rows, formulas, merged cells."""

    rows: int = 0
    has_formula: bool = False
    merges: list[str] = field(default_factory=list)


def _scan(archive: zipfile.ZipFile, path: str) -> _Scan:
    """Look through the XML a megabyte at a time."""
    out = _Scan()
    with archive.open(path) as xml:
        rest = b""
        while True:
            chunk = xml.read(1024 * 1024)
            data = rest + chunk
            # a match that starts in the tail may go on in the next piece: it is counted there
            until = len(data) - TAIL if chunk else len(data)
            out.rows += sum(m.start() < until for m in ROW.finditer(data))
            out.has_formula |= any(m.start() < until for m in FORMULA.finditer(data))
            found = (m for m in MERGE.finditer(data) if m.start() < until)
            out.merges += [m.group(1).decode() for m in found]
            if not chunk:
                return out
            rest = data[max(until, 0) :]


class _Book:
    """An open workbook, twice when formulas are in it: once for values, once for formulas."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.books: list[Any] = []

    def __enter__(self) -> "_Book":
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            self.archive = zipfile.ZipFile(self.file)
            if sum(part.file_size for part in self.archive.infolist()) > MAX_UNPACKED:
                raise refused(_("The file unpacks to more than is sensible."))
            self.values = load_workbook(self.file, read_only=True, data_only=True)
            self.books.append(self.values)
        except (*BROKEN, IndexError, InvalidFileException) as error:
            raise refused(_("The Excel file is damaged and cannot be read.")) from error
        return self

    def __exit__(self, *_error: object) -> None:
        for book in self.books:
            book.close()

    @property
    def names(self) -> list[str]:
        return [
            sheet.title
            for sheet in self.values.worksheets
            if sheet.sheet_state == "visible"
        ]

    def _scanned(self, name: str) -> _Scan:
        path = self.values[name]._worksheet_path  # noqa: SLF001 - there is no public name
        try:
            return _scan(self.archive, path.lstrip("/"))
        except BROKEN as error:
            raise refused(_("The Excel file is damaged and cannot be read.")) from error

    def table(self, name: str) -> Table:
        scan = self._scanned(name)
        head: list[Raw] = []
        for row in self._read(name, scan):
            if row.number > HEAD_ROWS * 3 or len(head) == HEAD_ROWS + 2:
                break
            head.append(row)
        return Table(name, scan.rows, head)

    def rows(self, name: str) -> Iterator[Raw]:
        return self._read(name, self._scanned(name))

    def _read(self, name: str, scan: _Scan) -> Iterator[Raw]:
        merges = _Merges(scan.merges)
        empty = 0
        try:
            for number, cells, formulas in self._pairs(name, scan):
                raw = _raw(number, cells, formulas)
                merges.fill(raw)
                if any(raw.texts) or raw.flags:
                    empty = 0
                    yield raw
                elif (empty := empty + 1) > MOST_EMPTY:
                    return
        except (*BROKEN, IndexError) as error:
            if isinstance(error, Invalid):
                raise
            raise refused(_("The Excel file is damaged and cannot be read.")) from error

    def _pairs(
        self, name: str, scan: _Scan
    ) -> Iterator[tuple[int, tuple[Any, ...], tuple[Any, ...]]]:
        """(number, values, formulas) of each row; formulas are () where the sheet has none."""
        sheet = self.values[name]
        sheet.reset_dimensions()  # what the file says of its size is often wrong
        values = sheet.iter_rows(values_only=True)
        if not scan.has_formula:
            for number, cells in enumerate(values, 1):
                yield number, cells, ()
            return
        from openpyxl import load_workbook

        other = load_workbook(self.file, read_only=True, data_only=False)
        self.books.append(other)
        other[name].reset_dimensions()
        both = zip(values, other[name].iter_rows(values_only=True), strict=False)
        for number, (cells, formulas) in enumerate(both, 1):
            yield number, cells, formulas


def _raw(number: int, cells: tuple[Any, ...], formulas: tuple[Any, ...]) -> Raw:
    texts: list[str] = []
    flags: dict[int, str] = {}
    for position, cell in enumerate(cells):
        text, flag = _text(cell)
        if cell is None and position < len(formulas):
            flag = FORMULA_FLAG if formulas[position] is not None else ""
        if flag:
            flags[position] = flag
        texts.append(text)
    return Raw(number, texts, flags)


def _text(cell: Any) -> tuple[str, str]:
    """The text of a cell, and what is odd about it."""
    if cell is None:
        return "", ""
    if isinstance(cell, bool):
        return str(cell).lower(), ""
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        text = cell.date().isoformat() if is_day else cell.isoformat(" ", "minutes")
        return text, DATE_FLAG
    if isinstance(cell, date | time):
        return cell.isoformat(), DATE_FLAG
    if isinstance(cell, int | float):
        return _number(cell), ""
    text = str(cell).strip()
    return (text, ERROR_FLAG) if text in ERRORS else (text, "")


def _number(cell: float) -> str:
    """A number as written; one that Excel has cut shows that it was (4.45302E+17)."""
    if abs(cell) >= CUT_FROM:
        return f"{cell:.5E}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


class _Merges:
    """Merged cells: the value of the first one counts for all in its column.

    Several columns merged into one are a title; that is filled in only where headings stand.
    """

    def __init__(self, found: list[str]) -> None:
        from openpyxl.utils.cell import range_boundaries

        if len(found) > MOST_MERGES:
            raise refused(
                _("Too many merged cells. Take the merging off and save again.")
            )
        self.starts: dict[int, list[tuple[int, int, int]]] = {}
        self.open: list[tuple[int, int, int, str]] = []
        for words in found:
            left, top, right, bottom = range_boundaries(words)
            if left == right or top <= HEAD_ROWS:
                self.starts.setdefault(top, []).append((left - 1, right - 1, bottom))

    def fill(self, raw: Raw) -> None:
        """Write the value of a merged cell into those below and beside it."""
        self.open = [merge for merge in self.open if merge[2] >= raw.number]
        for left, right, bottom in self.starts.pop(raw.number, ()):
            text = raw.texts[left] if left < len(raw.texts) else ""
            if text:
                self.open.append((left, right, bottom, text))
        for left, right, _bottom, text in self.open:
            raw.texts.extend([""] * (right + 1 - len(raw.texts)))
            for position in range(left, right + 1):
                raw.texts[position] = raw.texts[position] or text


# --- CSV --------------------------------------------------------------------------------------


def _csv_table(file: IO[bytes]) -> Table:
    head = []
    for row in _csv_rows(file):
        head.append(row)
        if len(head) == HEAD_ROWS + 2:
            break
    file.seek(0)
    about = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return Table("CSV", about + 1, head)


def _csv_rows(file: IO[bytes]) -> Iterator[Raw]:
    words = _("The file is neither UTF-8 nor GB18030 text, nor Excel.")
    encoding = _encoding(file)
    file.seek(0)
    if not encoding:
        raise refused(words)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        first = text.readline()
        text.seek(0)
        mark = max(",\t;", key=first.count)
        reader = csv.reader(text, delimiter=mark)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Raw(reader.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise refused(_("The file is not a proper CSV table.")) from error
    finally:
        text.detach()


def _encoding(file: IO[bytes]) -> str:
    file.seek(0)
    data = file.read()
    if b"\0" in data:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""
