"""Twenty files that people really bring: each is either refused in a sentence or told cell by cell."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl.styles import Font

from governance.core.errors import Invalid
from governance.core.models import ImportRow
from governance.core.registers import Register, imports
from tests.core.test_registers_imports import GRID, HEAD, bring, person, problems
from tests.probe_register import probe
from tests.registers_help import media, xlsx

__all__ = ["media", "probe"]
CUT = "4.45302E+17"
GOOD = "999999199001014034"


def rezip(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same Excel file with the XML of some parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
    return out.getvalue()


def false_size(name: str, xml: bytes) -> bytes:
    return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml)


def merged_title(book: Any) -> None:
    sheet = book.active
    sheet.insert_rows(1)
    sheet["A1"] = "星岩社区人员台账"
    sheet.merge_cells("A1:F1")


def merged_grid(book: Any) -> None:
    sheet = book.active
    sheet["C3"] = sheet["C4"] = None
    sheet.merge_cells("C2:C4")


def two_line_head(book: Any) -> None:
    sheet = book.active
    sheet.insert_rows(1)
    sheet["A1"], sheet["D1"] = "基本情况", "其他"
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("D1:F1")


def empty_far_down(book: Any) -> None:
    book.active.cell(40, 1).font = Font(bold=True)


def verdicts(run: Any) -> dict[int, str]:
    return dict(ImportRow.objects.filter(run=run).values_list("number", "verdict"))


def words(run: Any) -> str:
    return str(problems(run))


def csv(rows: list[list[Any]], encoding: str, mark: str = ",") -> bytes:
    return "\r\n".join(mark.join(map(str, row)) for row in rows).encode(encoding)


ROWS = [HEAD, person(1), person(2), person(3)]
ALL_NEW = {"new": 3}

# name: (bytes, what the check comes to, words that must be told)
READABLE: dict[str, tuple[bytes, dict[str, int], str]] = {
    "a merged title above the headings": (xlsx(ROWS, merged_title), ALL_NEW, ""),
    "a grid merged over three rows": (xlsx(ROWS, merged_grid), ALL_NEW, ""),
    "headings in two lines": (xlsx(ROWS, two_line_head), ALL_NEW, ""),
    "a wrong size in the file": (rezip(xlsx(ROWS), false_size), ALL_NEW, ""),
    "empty rows between and below": (
        xlsx(
            [HEAD, person(1), [], [], person(2), [None] * 6, person(3)], empty_far_down
        ),
        ALL_NEW,
        "",
    ),
    "a formula that was never computed": (
        xlsx([HEAD, person(1), person(2, name='=CONCAT("a","b")')]),
        {"new": 1, "error": 1},
        "公式没有算出结果",
    ),
    "an error of a formula": (
        xlsx([HEAD, person(1, batch="#REF!")]),
        {"error": 1},
        "公式出错",
    ),
    "an identity number as a float": (
        xlsx([HEAD, person(1, identity=4.45302199001011e17)]),
        {"error": 1},
        CUT,
    ),
    "an identity number as a rounded integer": (
        xlsx([HEAD, person(1, identity=445302199001011000)]),
        {"error": 1},
        CUT,
    ),
    "an identity number as the text of a cut one": (
        xlsx([HEAD, person(1, identity=CUT), person(2, identity="445302199001011000")]),
        {"error": 2},
        "000",
    ),
    "full-width digits": (
        xlsx(
            [
                HEAD,
                person(
                    1,
                    phone="１３８１２３４０９１７",
                    identity="９９９９９９１９９００１０１４０３３",
                ),
            ]
        ),
        {"new": 1},
        "",
    ),
    "a date as a number, with dots and in Chinese": (
        xlsx(
            [
                [*HEAD, "缺失日期"],
                [*person(1), 46000],
                [*person(2), "2026.3.2"],
                [*person(3), "2026年3月2日"],
            ]
        ),
        ALL_NEW,
        "",
    ),
    "a text that Excel took for a date": (
        xlsx([HEAD, person(1, code=dt.datetime(2026, 3, 2))]),  # noqa: DTZ001
        {"ask": 1},
        "当成了日期",
    ),
    "a day that does not exist": (
        xlsx([[*HEAD, "缺失日期"], [*person(1), "2026-02-30"]]),
        {"error": 1},
        "不是日期",
    ),
    "an unknown word and a grid of elsewhere": (
        xlsx([HEAD, person(1, batch="火星人"), person(2, grid="河口社区")]),
        {"error": 2},
        "不在您的范围内",
    ),
    "extra columns, starred headings": (
        xlsx([["序号", *(f"*{h}：" for h in HEAD), "备注"], [1, *person(1), "x"]]),
        {"new": 1},
        "",
    ),
    "CSV in GB18030": (csv(ROWS, "gb18030"), ALL_NEW, ""),
    "CSV with tabs and a byte order mark": (csv(ROWS, "utf-8-sig", "\t"), ALL_NEW, ""),
}
REFUSED: dict[str, tuple[bytes, str]] = {
    "two columns with one heading": (
        xlsx([["姓名", *HEAD], ["x", *person(1)]]),
        "姓名",
    ),
    "a required column is missing": (
        xlsx([[h for h in HEAD if h != "编号"], ["x"]]),
        "编号",
    ),
    "headings without rows": (xlsx([HEAD]), "没有内容"),
    "a table about something else": (xlsx([["x", "y"], [1, 2]]), "表头"),
    "half a file": (xlsx(ROWS)[:2000], "Excel"),
    "an old Excel file": (b"\xd0\xcf\x11\xe0" + b"x" * 600, ".xlsx"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 600, "Excel"),
}


def test_every_readable_file_is_told_cell_by_cell(
    probe: Register, media: Path, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    wrong = {}
    for name, (data, counts, told) in READABLE.items():
        ending = ".csv" if name.startswith("CSV") else ".xlsx"
        run = bring(probe, cast.town_a, data, f"台账{ending}")
        if run.counts != counts or told not in words(run):
            wrong[name] = (run.state, run.counts, run.fault, words(run))
    assert wrong == {}
    good = ImportRow.objects.filter(cells__isnull=False, verdict="new").count()
    assert good == sum(c.get("new", 0) for _d, c, _t in READABLE.values())


def test_every_other_file_is_refused_in_a_sentence(
    probe: Register, media: Path, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    wrong = {}
    for name, (data, told) in REFUSED.items():
        run = bring(probe, cast.town_a, data)
        if run.state not in ("choosing", "failed") or told not in run.fault:
            wrong[name] = (run.state, run.counts, run.fault)
    assert wrong == {}


def test_what_is_no_table_is_not_taken_at_all(
    probe: Register, media: Path, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    for data, name in ((b"", "a.xlsx"), (b"MZ", "a.exe"), (b"x" * (21 << 20), "a.csv")):
        with pytest.raises(Invalid):
            imports.upload(probe, io.BytesIO(data), name, by=cast.town_a)
    assert GRID
    assert GOOD
    assert not list(media.rglob("*.sealed"))
