"""What the pages of the five rates show."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.models import User
from grids import drawing, party_rates, party_units
from grids.models import Grid, GridShape
from grids.party_pages import sees_rates, strip
from grids.party_rates import BY_CODE, RATES, Figure, Rate

PAGE_ROWS = 50
MOST_SHORT = 1000


@dataclass(frozen=True)
class Line:
    """One grid of the table with its five figures."""

    grid: Grid
    figures: list[Figure]


@dataclass(frozen=True)
class Area:
    """One polygon of the map with its class and its words."""

    area: drawing.Area
    shade: int
    words: str
    is_dark: bool


def rates(viewer: User, query: QueryDict, *, is_whole: bool = False) -> dict[str, Any]:
    """The table of a level, worst first where a rate is chosen, with the map beside it.

    Query: `level`, `town` (code), `rate`, `short=1` for those below the limit, `page`.
    """
    asked = _asked(viewer, query)
    lines = _lines(asked)
    pages = Paginator(lines, max(len(lines), 1) if is_whole else PAGE_ROWS)
    page = pages.get_page(query.get("page"))
    shown = asked.rate or RATES[0]
    return {
        "asked": asked,
        "page": page,
        "lines": page.object_list,
        "total": len(lines),
        "rates": RATES,
        "totals": _totals(asked.prefixes),
        "shown": shown,
        "picture": None if is_whole else _picture(asked, lines, shown),
        "printed_at": timezone.localtime(),
        **_controls(asked, page),
    }


@dataclass(frozen=True)
class Asked:
    """What the query string asks for."""

    level: str
    town: str
    rate: Rate | None
    is_short: bool
    prefixes: list[str]
    towns: list[Grid]

    def url(self, **changes: Any) -> str:
        """The address with some of it changed."""
        now = {
            "level": self.level,
            "town": self.town,
            "rate": self.rate.code if self.rate else "",
            "short": "1" if self.is_short else "",
        }
        query = {k: v for k, v in {**now, **changes}.items() if v}
        return f"?{urlencode(query)}"


def _asked(viewer: User, query: QueryDict) -> Asked:
    prefixes = sees_rates(viewer)
    towns = Grid.objects.live().filter(level="large").order_by("order", "code")
    seen = [t for t in towns if any(t.code.startswith(p[:9]) for p in prefixes)]
    town = query.get("town", "")
    if town and town in {t.code for t in seen}:
        prefixes = [p for p in prefixes if p.startswith(town)] or [town]
    else:
        town = ""
    deepest = max((len(p) for p in prefixes), default=9)
    levels = [level for level, n in party_rates.DIGITS.items() if n >= deepest]
    level = query.get("level", "")
    first = "medium" if "medium" in levels and deepest > 0 else levels[0]
    return Asked(
        level=level if level in levels else first,
        town=town,
        rate=BY_CODE.get(query.get("rate", "")),
        is_short=query.get("short") == "1",
        prefixes=prefixes,
        towns=seen,
    )


def _lines(asked: Asked) -> list[Line]:
    """The grids of the level with their figures; two statements."""
    rows = party_rates.inside(
        Grid.objects.live().filter(level=asked.level), asked.prefixes
    )
    found = party_rates.of_level(asked.level, asked.prefixes)
    lines = [
        Line(grid, [found.get(grid.code, {}).get(r.code) or Figure(r) for r in RATES])
        for grid in rows.select_related("parent").order_by("code")
    ]
    if asked.rate is None:
        return lines
    at = RATES.index(asked.rate)
    if asked.is_short:
        lines = [line for line in lines if line.figures[at].tone in ("amber", "red")]
    return sorted(lines, key=lambda line: _worst_first(line.figures[at]))


def _worst_first(figure: Figure) -> tuple[bool, float]:
    return figure.percent is None, figure.percent or 0.0


def _totals(prefixes: Iterable[str]) -> list[dict[str, Any]]:
    """The five figures of everything in view, as cells of the strip."""
    per_town = party_rates.of_level("large", prefixes)
    cells = []
    for rate in RATES:
        rows = [
            figures[rate.code] for figures in per_town.values() if rate.code in figures
        ]
        whole = Figure(rate, sum(f.met for f in rows), sum(f.total for f in rows))
        cells.append(whole)
    return strip(cells, None)


def _picture(asked: Asked, lines: Sequence[Line], shown: Rate) -> dict[str, Any] | None:
    """The map of the level where it is not too fine: towns, or the grids of one town."""
    if asked.level != "large" and not asked.town and len(asked.towns) > 1:
        level, by_code = "medium", {}
        if asked.level != "medium":
            return None
        by_code = {line.grid.code: line.figures for line in lines}
    else:
        level, by_code = asked.level, {line.grid.code: line.figures for line in lines}
    if level == "micro" and len(by_code) > 400:
        return None
    shapes = GridShape.objects.filter(
        grid__code__in=by_code, grid__retired_on__isnull=True
    )
    picture = drawing.picture(shapes.select_related("grid").order_by("grid__code"))
    if picture is None:
        return None
    at = RATES.index(shown)
    areas = [_area(area, by_code[area.code][at]) for area in picture.areas]
    return {"frame": picture, "areas": areas}


def _area(area: drawing.Area, figure: Figure) -> Area:
    percent = "—" if figure.percent is None else f"{figure.percent:g}%"
    return Area(area, figure.shade, f"{area.name} {percent}", figure.shade >= 4)


def _controls(asked: Asked, page: Any) -> dict[str, Any]:
    """The tabs of levels, the chips, the way to paper and Excel."""
    words = dict(Grid.Level.choices)
    depth = max((len(p) for p in asked.prefixes), default=9)
    levels = [
        {
            "label": words[level],
            "url": asked.url(level=level),
            "count": None,
            "is_current": level == asked.level,
        }
        for level, n in party_rates.DIGITS.items()
        if n >= depth
    ]
    return {
        "levels": levels,
        "rate_choices": [
            {"rate": r, "url": asked.url(rate=r.code), "is_on": r is asked.rate}
            for r in RATES
        ],
        "query": asked.url()[1:],
        "previous": asked.url(page=page.previous_page_number())
        if page.has_previous()
        else "",
        "next": asked.url(page=page.next_page_number()) if page.has_next() else "",
    }


def may_see(viewer: User, grid: Grid) -> bool:
    """Whether a grid lies in the areas whose rates somebody sees."""
    return any(grid.code.startswith(prefix) for prefix in sees_rates(viewer))


def shortfalls(grid: Grid, rate: Rate, query: QueryDict) -> dict[str, Any]:
    """What falls short of one rate below one grid, at most a thousand rows."""
    figures = party_rates.of_grid(grid)
    figure = next(f for f in figures if f.rate is rate)
    rows: list[Any]
    if rate.unit:
        rows = list(party_rates.shortfalls(rate, grid.code)[:MOST_SHORT])
    else:
        found = party_units.uncovered(grid.code, rate.settings)
        rows = list(found.select_related("medium", "small", "micro")[:MOST_SHORT])
    pages = Paginator(rows, PAGE_ROWS)
    page = pages.get_page(query.get("page"))
    return {
        "grid": grid,
        "rate": rate,
        "figure": figure,
        "figures": strip(figures, grid),
        "rows": rows,
        "page": page,
        "most": MOST_SHORT,
        "previous": f"?page={page.previous_page_number()}"
        if page.has_previous()
        else "",
        "next": f"?page={page.next_page_number()}" if page.has_next() else "",
    }


def rates_workbook(viewer: User, query: QueryDict) -> bytes:
    """The whole table as an Excel file, one row a grid."""
    asked = _asked(viewer, query)
    head = [pgettext("of a grid", "Code"), _("Grid"), _("Above it")]
    for rate in RATES:
        head += [f"{rate.title} (%)", _("Met"), _("Of")]
    rows: list[list[Any]] = []
    for line in _lines(asked):
        cells: list[Any] = [line.grid.code, line.grid.name, str(line.grid.parent or "")]
        for figure in line.figures:
            cells += [figure.percent, figure.met, figure.total]
        rows.append(cells)
    return _written([head, *rows])


def shortfalls_workbook(context: dict[str, Any]) -> bytes:
    """The list of shortfalls as an Excel file."""
    rate: Rate = context["rate"]
    head = [
        pgettext("of a grid", "Code"),
        pgettext("of a grid", "Name"),
        _("Above it"),
        str(rate.short_line),
    ]
    rows = [[*_names(row), ""] for row in context["rows"]]
    return _written([head, *rows])


def _names(row: Any) -> list[str]:
    if isinstance(row, Grid):
        return [row.code, row.name, str(row.parent or "")]
    return [row.above, row.name, str(row.micro or row.small or row.medium or "")]


def _written(rows: Iterable[Sequence[Any]]) -> bytes:
    # Late: openpyxl brings numpy along, a third of the time that a process takes to start.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_plain(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula stays text."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@"):
        return f"'{cell}"
    return cell
