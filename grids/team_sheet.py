"""The teams as a workbook: rates, the red list, and who holds too many posts."""

import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(context: dict[str, Any]) -> bytes:
    """The bytes of the file for what `team_pages.overview(whole=True)` gives."""
    # Late: it brings numpy along, a third of the time that a process takes to start.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _sheet(book, _("Fill rate"), _rates(context))
    _sheet(book, _("Red list"), _red(context))
    _sheet(book, _("Too many posts"), _many(context))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Any, title: str, rows: Iterable[list[Any]]) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_safe(cell) for cell in row])


def _safe(cell: Any) -> Any:
    """A text that would be a formula is kept a text."""
    if isinstance(cell, str) and cell[:1] in "=+-@":
        return f"'{cell}"
    return cell


def _rates(context: dict[str, Any]) -> Iterable[list[Any]]:
    yield [
        pgettext("of a grid", "Code"),
        _("Grid"),
        _("Level"),
        _("Area type"),
        pgettext("posts", "Required"),
        _("Filled"),
        _("Missing"),
        _("Fill rate %"),
        _("Open posts held (N)"),
    ]
    for team in context["summary"].teams:
        if not team.fills:
            continue
        grid, totals = team.grid, team.totals
        yield [
            grid.code,
            grid.name,
            str(grid.get_level_display()),
            str(grid.get_area_type_display()),
            totals.required,
            totals.filled,
            totals.missing,
            totals.rate,
            totals.open_held,
        ]


def _red(context: dict[str, Any]) -> Iterable[list[Any]]:
    yield [
        pgettext("of a grid", "Code"),
        _("Grid"),
        _("Post"),
        _("Missing"),
        _("Vacant since"),
        _("Days"),
    ]
    for row in context["red"]:
        fill = row.fill
        yield [
            row.grid.code,
            row.grid.name,
            fill.slot.label,
            fill.missing,
            fill.vacant_since.isoformat() if fill.vacant_since else "",
            row.days,
        ]


def _many(context: dict[str, Any]) -> Iterable[list[Any]]:
    yield [_("Holder"), _("Unit"), _("Posts"), _("Which")]
    for one in context["many"]:
        which = "、".join(f"{place_name(r)} {r.slot.label}" for r in one.rows)
        yield [one.holder, one.unit, one.count, which]


def place_name(row: Any) -> str:
    """The grid of an assignment, by the columns it carries."""
    grid = row.micro or row.small or row.medium or row.large
    return grid.name if grid else ""
