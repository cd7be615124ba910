"""Excel of a register: the template to fill in, the export with the same columns, the error rows.

What a cell holds is always text or a number, never a formula: text that Excel would take for one
is marked as text (`quotePrefix`), also when the file is saved as CSV later.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.registers import places, show
from governance.core.registers.spec import Column, Kind, Register, Viewer

LISTS = "_lists"
MOST_ROWS = 5000  # as far down as the drop-downs of a template reach
MOST_OFFERED = 5000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
AS_TEXT = {
    Kind.TEXT,
    Kind.PHONE,
    Kind.IDENTITY,
    Kind.CREDIT_CODE,
    Kind.GRID,
    Kind.REFERENCE,
}
NUMERIC = {Kind.INTEGER, Kind.DECIMAL}
HEAD_FILL, BAD_FILL, HEAD_INK = "E8F0FA", "FCE8E6", "A81F1B"
WIDTHS = {Kind.LONG_TEXT: 40, Kind.IDENTITY: 22, Kind.CREDIT_CODE: 22, Kind.GRID: 30}
NOT_A_LETTER = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True)
class Bad:
    """One row that was refused: its cells by column, and what is wrong by column."""

    number: int
    cells: Mapping[str, str]
    problems: Mapping[str, str]
    words: str


def heading(column: Column) -> str:
    """The heading of a column in a file; required ones say so."""
    return f"{column.label}{_('(required)')}" if column.required else str(column.label)


def sheet_title(text: str) -> str:
    """A name that Excel takes for a sheet."""
    return NOT_A_LETTER.sub(" ", text)[:28].strip() or "1"


def instructions_title() -> str:
    return _("How to fill in")


def template(register: Register, viewer: Viewer, target: IO[bytes]) -> None:
    """Write the empty file to fill in: headings with notes, drop-downs, instructions."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    book = Workbook()
    sheet = book.active
    sheet.title = sheet_title(str(register.plural))
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for position, column in enumerate(register.file_columns, 1):
        cell = sheet.cell(1, position, heading(column))
        _dress_heading(cell, column)
        note = hint(column)
        if note:
            cell.comment = Comment(note, "OneGrid", width=260, height=120)
        _dress_column(sheet, cell.column_letter, column)
        _offer(sheet, lists, cell.column_letter, position, column, viewer)
    sheet.freeze_panes = "A2"
    _instructions(book, register)
    book.save(target)


def _dress_heading(cell: Any, column: Column) -> None:
    from openpyxl.styles import Font, PatternFill

    colour = HEAD_INK if column.required else "16202C"
    cell.font = Font(bold=True, color=colour)
    cell.fill = PatternFill("solid", start_color=HEAD_FILL)


def _dress_column(sheet: Any, letter: str, column: Column) -> None:
    """Width, and text format where Excel would turn digits into 4.45302E+17."""
    dimension = sheet.column_dimensions[letter]
    dimension.width = WIDTHS.get(column.kind, 16)
    if column.kind in AS_TEXT or column.kind is Kind.DATE:
        dimension.number_format = "@"


def _offer(
    sheet: Any, lists: Any, letter: str, position: int, column: Column, viewer: Viewer
) -> None:
    """A drop-down from the hidden sheet."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    words = offered(column, viewer)
    if not words:
        return
    for row, word in enumerate(words, 1):
        cell = lists.cell(row, position)
        cell.value, cell.data_type = word, "s"
    own = get_column_letter(position)
    rule = DataValidation(
        type="list",
        formula1=f"{LISTS}!${own}$1:${own}${len(words)}",
        allow_blank=True,
        # a grid may also be given by its code; several entries are no single choice
        showErrorMessage=column.kind not in (Kind.GRID, Kind.MANY),
        errorTitle=str(column.label)[:30],
        error=_("Choose one of the list."),
    )
    sheet.add_data_validation(rule)
    rule.add(f"{letter}2:{letter}{MOST_ROWS}")


def offered(column: Column, viewer: Viewer) -> list[str]:
    """The words that fit into a column, where they are a list."""
    if column.kind is Kind.CHOICE:
        return [str(label) for _code, label in column.choices]
    if column.kind in (Kind.DICTIONARY, Kind.MANY):
        return [label for _code, label in dictionaries.choices(column.dictionary)]
    if column.kind is Kind.YES_NO:
        return [_("yes"), _("no")]
    if column.kind is Kind.GRID:
        paths = [words for _code, words in places.known().offered(viewer)]
        return paths if len(paths) <= MOST_OFFERED else []
    return []


KIND_HINTS = {
    Kind.DATE: lambda: _("A day, such as 2026-11-19."),
    Kind.INTEGER: lambda: _("A whole number."),
    Kind.DECIMAL: lambda: _("A number."),
    Kind.YES_NO: lambda: _("yes or no"),
    Kind.MANY: lambda: _("Several entries are set apart by 、"),
    Kind.GRID: lambda: _("Code, name, or names from the town down, joined by /."),
    Kind.PHONE: lambda: _("11 digits, or a landline with its area code."),
    Kind.IDENTITY: lambda: _("18 characters; the column must be text."),
    Kind.CREDIT_CODE: lambda: _("18 characters; the column must be text."),
}


def hint(column: Column) -> str:
    """How a column is filled in, in a sentence or two."""
    parts = [str(column.note)]
    if not column.note and column.kind in KIND_HINTS:
        parts.append(KIND_HINTS[column.kind]())
    if column.example:
        parts.append(_("Example: %(text)s") % {"text": column.example})
    return " ".join(part for part in parts if part)


def _instructions(book: Any, register: Register) -> None:
    sheet = book.create_sheet(sheet_title(instructions_title()))
    lines: list[list[str]] = [
        [_("%(what)s: how to fill in") % {"what": register.plural}],
        [str(register.about)] if register.about else [],
        [_("One record a row, from the second row on. Do not change the headings.")],
        [_("A known record is changed; an empty cell leaves what is known as it is.")],
        [_("Keep numbers as text, else Excel cuts off their last digits.")],
        [],
        [_("Column"), _("Required"), _("How to write it"), _("Words to choose from")],
    ]
    for column in register.file_columns:
        words = offered(column, None) if column.kind is not Kind.GRID else []  # type: ignore[arg-type]
        told = "、".join(words[:40]) + ("…" if len(words) > 40 else "")
        needed = _("required") if column.required else ""
        lines.append([str(column.label), needed, hint(column), told])
    for line in lines:
        sheet.append(["" if part is None else part for part in line])
    _plain_text(sheet)
    for letter, width in zip("ABCD", (22, 10, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def _plain_text(sheet: Any) -> None:
    """No cell of this sheet is a formula, whatever it starts with."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                cell.data_type = "s"


# --- out --------------------------------------------------------------------------------------


def text_cell(sheet: Any, value: Any, **style: Any) -> Any:
    """A cell of a write-only sheet that holds text and is never executed."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value, cell.data_type = clean(value), "s"
        cell.number_format = "@"
        if value.startswith(DANGEROUS):
            cell.quotePrefix = True
    else:
        cell.value = value
    for name, given in style.items():
        setattr(cell, name, given)
    return cell


def clean(text: str) -> str:
    """Without the control characters that a sheet cannot hold."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("", text))[:32000]


def write_export(
    register: Register,
    rows: Iterable[Any],
    target: IO[bytes],
    *,
    mark: str,
    about: Sequence[tuple[str, str]],
    is_whole: bool = False,
) -> int:
    """Write all rows with the columns of the template; gives their number.

    Args:
        register: the kind of record.
        rows: records, read as they are written.
        target: an open binary file.
        mark: who took them out when, on every printed page and on a sheet of its own.
        about: lines of that sheet: (heading, text).
        is_whole: sensitive values as they are, instead of masked.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(str(register.plural)))
    _page(sheet, mark)
    columns = register.file_columns
    _widths(sheet, columns)
    sheet.append([_heading_cell(sheet, column) for column in columns])
    count = 0
    for row in rows:
        sheet.append([_out(sheet, column, row, is_whole) for column in columns])
        count += 1
    told = book.create_sheet(sheet_title(_("About this export")))
    for line in (*about, (_("Rows"), str(count)), (_("Taken out by"), mark)):
        told.append([text_cell(told, part) for part in line])
    book.save(target)
    return count


def _page(sheet: Any, mark: str) -> None:
    sheet.freeze_panes = "A2"
    sheet.oddHeader.center.text = mark
    sheet.oddFooter.center.text = f"{mark}  &P/&N"


def _widths(sheet: Any, columns: Sequence[Column]) -> None:
    from openpyxl.utils import get_column_letter

    for position, column in enumerate(columns, 1):
        _dress_column(sheet, get_column_letter(position), column)


def _heading_cell(sheet: Any, column: Column) -> Any:
    from openpyxl.styles import Font, PatternFill

    fill = PatternFill("solid", start_color=HEAD_FILL)
    return text_cell(sheet, heading(column), font=Font(bold=True), fill=fill)


def _out(sheet: Any, column: Column, row: Any, is_whole: bool) -> Any:
    if column.kind in NUMERIC and not column.is_sensitive and column.show is None:
        return text_cell(sheet, getattr(row, column.name, None))
    words = show.text(column, row) if is_whole else show.safe(column, row)
    return text_cell(sheet, words)


def write_errors(register: Register, rows: Iterable[Bad], target: IO[bytes]) -> int:
    """Write refused rows with the columns of the template and one of what is wrong."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook(write_only=True)
    sheet = book.create_sheet(sheet_title(str(register.plural)))
    sheet.freeze_panes = "A2"
    columns = register.file_columns
    _widths(sheet, columns)
    heads = [_heading_cell(sheet, column) for column in columns]
    bold = Font(bold=True)
    heads += [
        text_cell(sheet, word, font=bold)
        for word in (_("Problem"), _("Row in the file"))
    ]
    sheet.append(heads)
    tint = PatternFill("solid", start_color=BAD_FILL)
    count = 0
    for row in rows:
        cells = []
        for column in columns:
            style = {"fill": tint} if column.name in row.problems else {}
            cells.append(text_cell(sheet, row.cells.get(column.name, ""), **style))
        cells += [text_cell(sheet, row.words), text_cell(sheet, row.number)]
        sheet.append(cells)
        count += 1
    book.save(target)
    return count


def mark_of(user: Any) -> str:
    """The watermark: who, in which account, when."""
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    return f"{user} ({user.get_username()}) {at}"
