"""A bulletin as a Word document and as an Excel workbook; both are made from its content alone."""

import io
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Content = dict[str, Any]
SONG, HEI = "FangSong", "SimHei"


def word(content: Content, issue: str, unit: str, day: str) -> bytes:
    """A .docx on A4 with the red head, as the district's offices send it on."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.shared import Mm, Pt, RGBColor

    paper = Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    write = _Writer(paper, Pt, RGBColor(0, 0, 0))
    head = write.line(content["head"], 32, HEI, ALIGN.CENTER, bold=True)
    head.font.color.rgb = RGBColor(0xC1, 0x27, 0x2D)
    write.line(issue, 14, SONG, ALIGN.CENTER)
    write.line(f"{unit}        {day}", 14, SONG, ALIGN.CENTER)
    write.heading(content["title"], 1, 18, ALIGN.CENTER)
    for section in content["sections"]:
        write.heading(section["heading"], 2, 16)
        for text in section["paragraphs"]:
            write.line(text, 16, SONG, indent=True)
        for n, bar in enumerate(section.get("bars", ()), 1):
            words = {"n": bar["n"], "share": bar["share"]}
            share = _("%(n)s, %(share)s of all") % words
            write.line(f"{n}. {bar['label']}  {share}", 14, SONG, indent=True)
        if section.get("table"):
            write.table(section["table"], ALIGN.CENTER)
    write.line(unit, 16, SONG, ALIGN.RIGHT)
    write.line(day, 16, SONG, ALIGN.RIGHT)
    write.line(content["foot"], 10, SONG)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


class _Writer:
    """Paragraphs and tables in Chinese fonts."""

    def __init__(self, paper: Any, points: Any, black: Any) -> None:
        self.paper, self.points, self.black = paper, points, black

    def line(
        self,
        text: str,
        size: int,
        font: str,
        align: Any = None,
        *,
        bold: bool = False,
        indent: bool = False,
    ) -> Any:
        """One paragraph; gives its run."""
        paragraph = self.paper.add_paragraph()
        if align is not None:
            paragraph.alignment = align
        if indent:
            paragraph.paragraph_format.first_line_indent = self.points(2 * size)
            paragraph.paragraph_format.line_spacing = self.points(28)
        paragraph.paragraph_format.space_after = self.points(4)
        return self._run(paragraph, text, size, font, bold)

    def heading(self, text: str, level: int, size: int, align: Any = None) -> None:
        """A heading that Word's outline knows, in the look of the paper and not of Word."""
        run = self.line(text, size, HEI, align, bold=level == 1)
        run._parent.style = self.paper.styles[f"Heading {level}"]  # noqa: SLF001 - no public way
        run.font.color.rgb = self.black

    def _run(self, paragraph: Any, text: str, size: int, font: str, bold: bool) -> Any:
        from docx.oxml.ns import qn

        run = paragraph.add_run(text)
        run.font.size, run.font.name, run.bold = self.points(size), font, bold
        # Without this the font holds for Latin letters only.
        run._element.rPr.rFonts.set(qn("w:eastAsia"), font)  # noqa: SLF001 - no public way
        return run

    def table(self, table: dict[str, Any], align: Any) -> None:
        """A table with all borders; the head and the total are bold, the head on every page."""
        from docx.oxml import OxmlElement
        from docx.shared import Mm

        rows = [table["head"], *table["rows"]]
        grid = self.paper.add_table(rows=len(rows), cols=len(table["head"]))
        grid.style, grid.autofit = "Table Grid", False
        widths = [Mm(width) for width in widths_of(rows)]
        for y, row in enumerate(rows):
            is_bold = y == 0 or (table["has_total"] and y == len(rows) - 1)
            for x, text in enumerate(row):
                cell = grid.cell(y, x)
                cell.width = widths[x]
                paragraph = cell.paragraphs[0]
                if y == 0 or x not in table.get("words", ()):
                    paragraph.alignment = align
                self._run(paragraph, text, 10, SONG, is_bold)
        head = grid.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001 - no public way
        head.append(OxmlElement("w:tblHeader"))


TEXT_MM, LEAST_MM, MOST_WIDE = 156, 14, 44


def widths_of(rows: list[list[str]]) -> list[float]:
    """Millimetres of each column, by its longest text; together as wide as the text."""
    wide = [
        min(max(_wide(row[x]) for row in rows), MOST_WIDE) for x in range(len(rows[0]))
    ]
    spare = TEXT_MM - LEAST_MM * len(wide)
    return [LEAST_MM + spare * width / sum(wide) for width in wide]


def _wide(text: str) -> int:
    """Columns of a text: a Chinese character takes two."""
    return sum(1 if c.isascii() else 2 for c in text)


def excel(content: Content, issue: str, unit: str, day: str) -> bytes:
    """A workbook: the text on the first sheet, each table and the bars on their own."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet = book.active
    sheet.title = content["head"]
    for text in (content["head"], issue, f"{unit}  {day}", content["title"]):
        sheet.append([_plain(text)])
    sheet["A1"].font = Font(bold=True, size=18)
    for section in content["sections"]:
        sheet.append([_plain(section["heading"])])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        for text in section["paragraphs"]:
            sheet.append([_plain(text)])
            sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True)
        _tables(book, section)
    sheet.append([content["foot"]])
    sheet.column_dimensions["A"].width = 90
    _on_a4(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _tables(book: Any, section: dict[str, Any]) -> None:
    name = section["heading"].split("、", 1)[-1]
    if section.get("bars"):
        rows = [
            [
                pgettext("bulletin", "Category"),
                pgettext("hot issues", "Requests"),
                pgettext("bulletin", "Share"),
            ]
        ]
        rows += [[bar["label"], str(bar["n"]), bar["share"]] for bar in section["bars"]]
        _sheet(book, _("%(section)s, categories") % {"section": name}, rows)
    if table := section.get("table"):
        _sheet(book, name, [table["head"], *table["rows"]])


def _sheet(book: Any, name: str, rows: list[list[str]]) -> None:
    from openpyxl.styles import Font

    sheet = book.create_sheet(name[:31])
    for row in rows:
        sheet.append([_number(c) for c in row])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, float):
                cell.number_format = "0.0%"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for column in sheet.columns:
        width = max(_wide(str(cell.value or "")) for cell in column)
        letter = column[0].column_letter
        sheet.column_dimensions[letter].width = min(max(10, width + 2), 60)
    _on_a4(sheet)


def _on_a4(sheet: Any) -> None:
    """Printed on A4, as wide as the page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _number(text: str) -> int | float | str:
    """A count and a rate as numbers, so that a sheet can sort and reckon with them."""
    if text.isascii() and text.isdigit():
        return int(text)
    if re.fullmatch(r"\d+\.\d%", text):
        return round(float(text[:-1]) / 100, 3)
    return _plain(text)


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
