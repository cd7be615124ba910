"""Sheets of the work lines: the export of a line's mappings, and an empty list."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grids.actions.net_lists import Difference
from grids.models import Grid, LineList

COLUMN_WORDS = {
    "code": _("Own code"),
    "name": _("Own name"),
    "parent_code": _("Code above"),
    "parent_name": _("Name above"),
    "level": _("Level"),
    "leader_name": _("Leader"),
    "geometry": _("Outline"),
}
TEMPLATE_HEADS = ("编码", "名称", "上级名称", "上级编码", "层级", "网格长")
EXAMPLE = ("ZZ445302-086", "城北第三网格", "城北村", "", "小网格", "")
WIDTHS = (22, 26, 20, 14, 20, 40, 12, 16, 16, 14, 14, 40)

MOST_SHOWN = 50
TITLE_NOISE = re.compile(r"[\\/*?:\[\]]")  # not allowed in the name of a sheet


def differences(staged: LineList, found: Difference) -> dict[str, Any]:
    """What the page of a staged list shows."""
    for fault in staged.rows.get("faults", []):
        fault["label"] = COLUMN_WORDS.get(fault["column"], fault["column"])
    unit = gettext("grids")
    counts = (
        (_("New"), len(found.new)),
        (_("Changed"), len(found.changed)),
        (_("No longer in the list"), len(found.gone)),
        (_("The same"), found.same),
    )
    return {
        "found": found,
        "strip": [{"label": w, "figure": f"{n:,}", "unit": unit} for w, n in counts],
        "changed": [
            {"code": row.code, "changes": [_change(*each) for each in changes.items()]}
            for row, _cells, changes in found.changed[:MOST_SHOWN]
        ],
    }


def _change(name: str, pair: tuple[str, str]) -> dict[str, Any]:
    words = dict(Grid.Level.choices) if name == "level" else {}
    before, after = (words.get(value, value) for value in pair)
    return {"label": COLUMN_WORDS[name], "before": before, "after": after}


def workbook(
    heads: Sequence[str], rows: Iterable[Sequence[str]], title: str = ""
) -> bytes:
    """One sheet of text cells; a text that looks like a formula stays text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(TITLE_NOISE.sub(" ", title)[:31] or None)
    sheet.freeze_panes = "A2"
    for n, width in enumerate(WIDTHS[: len(heads)], 1):
        sheet.column_dimensions[get_column_letter(n)].width = width

    def cell(text: str, *, is_head: bool = False) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=text)
        if text:
            made.data_type = "s"
        if is_head:
            made.font = Font(bold=True)
        return made

    sheet.append([cell(head, is_head=True) for head in heads])
    for row in rows:
        sheet.append([cell(text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
