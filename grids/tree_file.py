"""A whole tree in one sheet: its columns, reading it, and writing the template and the export.

Codes are text of 9 to 17 digits. Excel keeps 15 digits of a number and shows long ones as
4.45302E+11; where digits are lost that is said, never guessed.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import sheets
from governance.core.errors import Invalid
from governance.core.registers.workbook import text_cell
from grids.actions.codes import CODE_DIGITS
from grids.models import Grid

MAX_BYTES = 40 * 1024 * 1024
MOST_ROWS = 200_000
EXACT_DIGITS = 15
COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("代码", "网格代码", "编码"),
    "name": ("名称", "网格名称"),
    "level": ("层级", "级别", "网格层级"),
    "parent": ("上级代码", "上级", "上级网格代码", "code above it"),
    "area_type": ("区域类型", "类型", "area type"),
    "leader": ("网格长", "负责人", "grid leader"),
    "short_name": ("简称", "short name"),
    "old_code": ("原代码", "旧代码", "former code"),
}
LABELS = {
    "code": pgettext_lazy("of a grid", "Code"),
    "name": pgettext_lazy("of a grid", "Name"),
    "level": gettext_lazy("Level"),
    "parent": gettext_lazy("Code above it"),
    "area_type": gettext_lazy("Area type"),
    "leader": gettext_lazy("Grid leader"),
    "short_name": gettext_lazy("Short name"),
    "old_code": gettext_lazy("Former code"),
}
CODES = ("code", "parent", "old_code")
LEVEL_WORDS = {
    "大": "large", "大网格": "large", "镇街": "large", "镇": "large", "街道": "large",
    "中": "medium", "中网格": "medium", "村居": "medium", "村": "medium", "社区": "medium",
    "小": "small", "小网格": "small", "微": "micro", "微网格": "micro",
    **{level: level for level in CODE_DIGITS},
    **{f"{level} grid": level for level in CODE_DIGITS},
}  # fmt: skip
AREA_WORDS = {
    "农村": "rural", "社区": "community", "城市社区": "community",
    "工业企业": "industrial", "工业": "industrial", "企业": "industrial",
    **{value: value for value in Grid.AreaType.values},
    "industrial enterprise": "industrial",
}  # fmt: skip
LEVEL_ZH = {"large": "大", "medium": "中", "small": "小", "micro": "微"}
AREA_ZH = {"rural": "农村", "community": "社区", "industrial": "工业企业"}
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
MERGED = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# A formula whose value was not kept: "<f>A2</f>" with nothing, or an empty value, behind it.
UNCOUNTED = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*><f[^>]*?(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
)
BRACKETED = re.compile(r"[（(][^（()）]*[)）]$")  # 代码（必填）
BAD_FILL = "FDE7E9"
WIDTHS = (22, 24, 8, 18, 10, 14, 14, 22, 60, 10)


@dataclass
class Marks:
    """What a sheet holds besides its values: rows under merged cells, formulas without a value."""

    merged: set[int] = field(default_factory=set)
    uncounted: set[tuple[int, int]] = field(default_factory=set)


@dataclass
class Line:
    """One row: its number in the sheet, texts by column, and what is wrong by column."""

    number: int
    cells: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, column: str) -> str:
        return self.cells.get(column, "")


Faulty = tuple[int, Mapping[str, str], Mapping[str, str]]


def read(data: bytes) -> list[Line]:
    """The rows of an Excel or CSV file, empty ones left out.

    Raises:
        Invalid: with field "file".
    """
    if len(data) > MAX_BYTES:
        raise _refused(_("The file is too large: 40 MB at most."))
    if data.startswith(b"PK\x03\x04"):
        rows, marks = _excel(data)
    else:
        rows, marks = _csv(data), Marks()
    heading = next(rows, None)
    if heading is None:
        raise _refused(_("The file is empty."))
    names = [_column(cell) for cell in heading[1]]
    missing = [LABELS[name] for name in ("code", "name") if name not in names]
    if missing:
        words = _("Missing column: %(names)s")
        raise _refused(words % {"names": ", ".join(map(str, missing))})
    lines = [_line(number, cells, names, marks) for number, cells in rows]
    found = [line for line in lines if any(line.cells.values())]
    if not found:
        raise _refused(_("The file has no rows."))
    if len(found) > MOST_ROWS:
        raise _refused(_("The file has too many rows: 200,000 at most."))
    return found


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"file": [sentence]})


def _column(cell: Any) -> str:
    word = BRACKETED.sub("", str(cell or "").strip()).rstrip("*").strip().lower()
    for name, headings in COLUMNS.items():
        if word in (name, *headings):
            return name
    return ""


def _line(number: int, cells: Iterable[Any], names: list[str], marks: Marks) -> Line:
    line = Line(number, {})
    for place, (name, cell) in enumerate(zip(names, cells, strict=False), start=1):
        if not name:
            continue
        line.cells[name], fault = _code(cell) if name in CODES else _text(cell)
        if (number, place) in marks.uncounted:
            line.cells[name] = line.cells[name] or "="
            fault = _("A formula without its value: paste the value itself.")
        if fault:
            line.faults[name] = fault
    if number in marks.merged:
        line.faults["code"] = _("Merged cells: split them and fill every row.")
    return line


def _text(cell: Any) -> tuple[str, str]:
    """(the text, what is wrong with how it is written)."""
    if cell is None:
        return "", ""
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()[:10], _dated()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)), ""
    return str(cell).strip(), ""


def _dated() -> str:
    return _(
        "Excel turned this into a date: format the column as text and type it again."
    )


def _code(cell: Any) -> tuple[str, str]:
    """(the code, what is wrong with how it is written)."""
    if isinstance(cell, bool) or cell is None:
        return "", ""
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()[:10], _dated()
    if isinstance(cell, int | float):
        whole = float(cell).is_integer()
        text = str(int(cell)) if whole else str(cell)
        if not whole:
            return text, _("A code has digits only.")
        if len(text) > EXACT_DIGITS:
            return text, _(
                "Excel kept this code as a number and lost its last digits: format the"
                " column as text and type it again."
            )
        return text, ""
    text = str(cell).strip()
    if SCIENTIFIC.fullmatch(text):
        return text, _(
            "Written as %(text)s the digits are lost: format the column as text and type"
            " it again."
        ) % {"text": text}
    return text, ""


def _csv(data: bytes) -> Iterator[tuple[int, list[Any]]]:
    yield from sheets._csv(data)  # noqa: SLF001 - the same package's reader of text


def _excel(data: bytes) -> tuple[Iterator[tuple[int, list[Any]]], Marks]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > 500 * 2**20:
                raise _refused(_("The file unpacks to more than is sensible."))
            marks = _marks(archive)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        return ((n, list(cells)) for n, cells in enumerate(rows, start=1)), marks
    except (*sheets.BROKEN, IndexError, InvalidFileException) as error:
        raise _refused(_("The Excel file is damaged and cannot be read.")) from error


def _marks(archive: zipfile.ZipFile) -> Marks:
    from openpyxl.utils import column_index_from_string

    marks = Marks()
    for name in archive.namelist():
        if not name.endswith("worksheets/sheet1.xml"):
            continue
        page = archive.read(name)
        for _a, top, _b, bottom in MERGED.findall(page[-2_000_000:]):
            if int(bottom) - int(top) < MOST_ROWS:
                marks.merged |= set(range(int(top), int(bottom) + 1))
        if b"<f" in page:
            marks.uncounted = {
                (int(row), column_index_from_string(column.decode()))
                for column, row in UNCOUNTED.findall(page)
            }
    return marks


def workbook(rows: Iterable[Mapping[str, str]], *, with_notes: bool = False) -> bytes:
    """Rows as an Excel file with the columns of the import; with notes it is the template."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("网格")
    for column in "ADH":
        sheet.column_dimensions[column].width = 22
    sheet.column_dimensions["B"].width = 24
    names = list(COLUMNS)
    sheet.append([COLUMNS[name][0] for name in names])
    for row in rows:
        sheet.append([text_cell(sheet, row.get(name, "")) for name in names])
    if with_notes:
        _add_lists(sheet)
        notes = book.create_sheet("说明")
        for line in _notes():
            notes.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def error_workbook(rows: Iterable[Faulty]) -> bytes:
    """Rows with faults as they stand in the file, and behind them what is wrong.

    Each row is (number in the file, texts by column, faults by column).
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook(write_only=True)
    sheet = book.create_sheet("网格")
    sheet.freeze_panes = "A2"
    for column, width in zip("ABCDEFGHIJ", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    names = list(COLUMNS)
    heads = [*(COLUMNS[name][0] for name in names), _("Problem"), _("Row in the file")]
    sheet.append([text_cell(sheet, head, font=Font(bold=True)) for head in heads])
    tint = PatternFill("solid", start_color=BAD_FILL)
    for number, cells, faults in rows:
        line = [
            text_cell(
                sheet, cells.get(n, ""), **({"fill": tint} if n in faults else {})
            )
            for n in names
        ]
        words = "\n".join(f"{LABELS[n]}: {fault}" for n, fault in faults.items())
        sheet.append([*line, text_cell(sheet, words), text_cell(sheet, number)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_lists(sheet: Any) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    for column, words in (("C", LEVEL_ZH.values()), ("E", AREA_ZH.values())):
        rule = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True)
        rule.add(f"{column}2:{column}5000")
        sheet.data_validations.append(rule)


def _notes() -> list[list[str]]:
    return [
        ["列", "填写说明"],
        [
            "代码",
            "文本。镇街 9 位，村（社区）12 位，小网格 14 位，微网格 17 位；以上级代码开头",
        ],
        ["名称", "不超过 60 字；同一上级下不重名"],
        ["层级", "大、中、小、微；留空时按代码位数判断"],
        ["上级代码", "留空时按代码前几位判断；镇街留空"],
        ["区域类型", "农村、社区、工业企业；留空时随上级"],
        ["网格长", "账号，或姓名加手机尾号四位，如 张三1234；微网格填联络员"],
        ["简称", "列表和地图上用，不超过 20 字"],
        ["原代码", "代码调整或迁移时填原来的代码"],
    ]


def export_rows(
    grids: Iterable[Grid], leaders: Mapping[int, str]
) -> Iterator[dict[str, str]]:
    """Grids (parents loaded) as rows of the sheet."""
    for grid in grids:
        yield {
            "code": grid.code,
            "name": grid.name,
            "level": LEVEL_ZH[grid.level],
            "parent": grid.parent.code if grid.parent else "",
            "area_type": AREA_ZH[grid.area_type],
            "leader": leaders.get(grid.pk, ""),
            "short_name": grid.short_name,
        }
