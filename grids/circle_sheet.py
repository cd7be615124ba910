"""The circle as an Excel workbook."""

import io
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from grids.circle.page import Shown
from grids.models import CircleCell

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(
    view: Shown, rows: Iterable[CircleCell], proposals: list[dict[str, Any]]
) -> bytes:
    """Three sheets: coverage by grid, the next sites, the rule that it was reckoned by."""
    from openpyxl import Workbook  # only an export needs it

    book = Workbook()
    sheet = book.active
    sheet.title = _("Coverage")
    _head(
        sheet,
        pgettext("of a grid", "Code"),
        _("Grid"),
        _("Micro grids"),
        _("Covered"),
        _("Share of micro grids, %"),
        pgettext("count", "Households"),
        _("Households covered"),
        _("Share of households, %"),
        _("Minutes to the nearest site"),
        _("Nearest site"),
        _("By"),
    )
    for row in rows:
        sheet.append(
            [
                row.grid.code,
                row.grid.name,
                row.micros,
                row.micros_covered,
                _rate(row.micro_rate),
                row.households,
                row.households_covered,
                _rate(row.household_rate),
                row.minutes,
                row.nearest.name if row.nearest else "",
                (_("paths") if row.by_network else _("straight line"))
                if row.minutes is not None
                else "",
            ]
        )
    _proposals(book, proposals)
    _rule(book, view)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(sheet: Any, *names: str) -> None:
    from openpyxl.styles import Font

    sheet.append(list(names))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = max(
            12, 2 * len(str(cell.value))
        )
    sheet.freeze_panes = "A2"


def _rate(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _proposals(book: Any, proposals: list[dict[str, Any]]) -> None:
    sheet = book.create_sheet(_("Next sites"))
    _head(
        sheet,
        _("Order"),
        _("Place"),
        _("Longitude"),
        _("Latitude"),
        _("Micro grids gained"),
        _("Households gained"),
        _("Micro grids covered then, %"),
        _("Households covered then, %"),
    )
    for each in proposals:
        sheet.append(
            [
                each["rank"],
                each["name"],
                each["lon"],
                each["lat"],
                each["gain_micros"],
                each["gain_households"],
                each["micro_rate"],
                each["home_rate"],
            ]
        )


def _rule(book: Any, view: Shown) -> None:
    sheet = book.create_sheet(_("Rule"))
    if view.run is None:
        return
    rule = view.run.rule
    lines = [
        (_("Area"), view.area.name),
        (_("Minutes"), rule["minutes"]),
        (_("Metres a minute"), rule["speed_m_per_min"]),
        (_("Detour factor"), rule["detour"]),
        (_("Micro grids by paths"), view.run.result["by_network"]),
        (
            _("Reckoned"),
            timezone.localtime(view.run.finished_at).strftime("%Y-%m-%d %H:%M"),
        ),
    ]
    for line in lines:
        sheet.append(list(line))
    sheet.column_dimensions["A"].width = 28
