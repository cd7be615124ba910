"""Tables that people upload, as rows of text: CSV in UTF-8 or GB18030, and Excel.

Formulas are read as the values last computed; nothing in a file is executed.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from django.utils.translation import gettext as _

from governance.core.errors import Invalid

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OSError,
    EOFError,
    SyntaxError,
)


@dataclass(frozen=True)
class Row:
    """One line: its number as the sheet shows it, and its cells by column name."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class RowError:
    """What is wrong in one cell."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        words = {"row": self.row, "column": self.column, "message": self.message}
        return _("Row %(row)s, %(column)s: %(message)s") % words


def refuse(errors: list[RowError]) -> Invalid:
    """One refusal that names every faulty cell; `extra["rows"]` has them apart."""
    rows = [vars(error) for error in errors]
    refusal = Invalid(
        _("%(n)s rows have faults; nothing was written.")
        % {"n": len({error.row for error in errors})},
        fields={"file": [str(error) for error in errors]},
    )
    refusal.extra["rows"] = rows
    return refusal


def read(
    file: IO[bytes], columns: Mapping[str, tuple[str, ...]], required: tuple[str, ...]
) -> list[Row]:
    """The rows of a CSV or Excel file, empty lines left out.

    Args:
        file: the open file.
        columns: our column name to the headings it may have, in lower case.
        required: columns that must be there.

    Raises:
        Invalid: with field "file"; not a table, or a column is missing.
    """
    found = lines(file.read(MAX_BYTES + 1))
    heading = next(found, None)
    if heading is None:
        raise _refused(_("The file is empty."))
    names = [_column(cell, columns) for cell in heading[1]]
    missing = [column for column in required if column not in names]
    if missing:
        raise _refused(_("Missing column: %(names)s") % {"names": ", ".join(missing)})
    return [
        Row(number, {n: c for n, c in zip(names, cells, strict=False) if n})
        for number, cells in found
        if any(cells)
    ]


def lines(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of every line of a CSV or Excel file, the headings first.

    Raises:
        Invalid: with field "file"; not a table, damaged, or larger than `MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise _refused(_("The file is too large: 20 MB at most."))
    return _excel(data) if data.startswith(b"PK\x03\x04") else _csv(data)


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"file": [sentence]})


def _column(heading: str, columns: Mapping[str, tuple[str, ...]]) -> str:
    word = heading.strip().lower()
    for name, headings in columns.items():
        if word == name or word in headings:
            return name
    return ""


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refused(_("The file is neither UTF-8 nor GB18030 text, nor Excel."))
    if "\0" in text:
        raise _refused(_("The file is neither UTF-8 nor GB18030 text, nor Excel."))
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for cells in reader:
            yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise _refused(_("The file is not a proper CSV table.")) from error


def _excel(data: bytes) -> Iterator[tuple[int, list[str]]]:
    # Late: it brings numpy along, a third of the time that a process takes to start.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise _refused(_("The file unpacks to more than is sensible."))
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for number, cells in enumerate(
            book.worksheets[0].iter_rows(values_only=True), start=1
        ):
            yield number, [_text(cell) for cell in cells]
    except (*BROKEN, IndexError, InvalidFileException) as error:
        raise _refused(_("The Excel file is damaged and cannot be read.")) from error


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return (
            cell.date().isoformat()
            if not (cell.hour or cell.minute)
            else cell.isoformat(" ", "seconds")
        )
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
