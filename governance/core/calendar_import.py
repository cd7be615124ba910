"""Days off as published: from the package chinesecalendar, or from a file.

A plan is what the notice of one year names: holidays (weekend days within them included) and
make-up working days. Every other day of the year is Monday to Friday worked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import IO

from chinese_calendar import constants
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from governance.core import sheets
from governance.core.errors import Invalid
from governance.core.models import CalendarDay

Kind = CalendarDay.Kind
PACKAGE_SOURCE = "chinesecalendar"
DATE_WORDS = str.maketrans("年月/.", "----", "日")
COLUMNS = {
    "date": ("日期", "day"),
    "kind": ("类型", "类别", "性质"),
    "name": ("名称", "节日", "说明", "备注"),
}
KINDS = {
    **dict.fromkeys(["holiday", "放假", "假", "休", "法定节假日", "节假日"], "holiday"),
    **dict.fromkeys(["make_up", "补班", "调休上班", "调休", "班", "上班"], "make_up"),
}


@dataclass(frozen=True)
class Named:
    """One day that a notice names."""

    date: date
    kind: str
    name: str


def package_years() -> list[int]:
    """The years that the installed package knows."""
    return sorted({day.year for day in constants.holidays})


def from_package(year: int) -> list[Named]:
    """The plan of a year.

    Raises:
        Invalid: with field "year"; the package does not know it yet.
    """
    known = package_years()
    if year not in known:
        sentence = _(
            "%(year)s is not in the installed calendar (%(first)s to %(last)s). "
            "Import it from a file."
        ) % {"year": year, "first": known[0], "last": known[-1]}
        raise Invalid(sentence, fields={"year": [sentence]})
    off = _named(constants.holidays, Kind.HOLIDAY, year)
    worked = _named(constants.workdays, Kind.MAKE_UP, year)
    return sorted([*off, *worked], key=lambda named: named.date)


def _named(days: dict[date, str], kind: str, year: int) -> list[Named]:
    return [
        Named(day, kind, constants.Holiday(name).chinese)
        for day, name in days.items()
        if day.year == year
    ]


def from_file(file: IO[bytes], year: int | None = None) -> dict[int, list[Named]]:
    """The plans in a CSV or Excel file with the columns date, kind and name, by year.

    Args:
        file: the open file.
        year: when given, any other year in the file is a fault.

    Raises:
        Invalid: with field "file" naming every faulty row.
    """
    rows = sheets.read(file, COLUMNS, required=("date", "kind"))
    errors: list[sheets.RowError] = []
    plans: dict[int, list[Named]] = {}
    seen: dict[date, int] = {}
    for row in rows:
        day = parse_date_cell(row.get("date"))
        kind = KINDS.get(row.get("kind").lower())
        faults = list(_faults(row, day, kind, year, seen))
        errors.extend(faults)
        if day and kind and not faults:
            seen[day] = row.number
            plans.setdefault(day.year, []).append(Named(day, kind, row.get("name")))
    if errors:
        raise sheets.refuse(errors)
    if not plans:
        sentence = _("The file has no rows.")
        raise Invalid(sentence, fields={"file": [sentence]})
    return plans


def parse_date_cell(text: str) -> date | None:
    """A date as people type it: 2027-01-01, 2027/1/1, 2027.1.1, 2027年1月1日."""
    plain = text.strip().translate(DATE_WORDS)
    try:
        return parse_date(plain)
    except ValueError:
        return None


def _faults(
    row: sheets.Row,
    day: date | None,
    kind: str | None,
    year: int | None,
    seen: dict[date, int],
) -> Iterable[sheets.RowError]:
    if day is None:
        yield sheets.RowError(row.number, "date", _("not a date such as 2027-01-01"))
    elif year is not None and day.year != year:
        yield sheets.RowError(row.number, "date", _("not in %(y)s") % {"y": year})
    elif day in seen:
        words = _("already in row %(row)s") % {"row": seen[day]}
        yield sheets.RowError(row.number, "date", words)
    if kind is None:
        words = _("neither holiday (放假) nor make_up (补班)")
        yield sheets.RowError(row.number, "kind", words)
    elif day and kind == Kind.MAKE_UP and day.weekday() < 5:
        words = _("a make-up day must be a Saturday or Sunday")
        yield sheets.RowError(row.number, "kind", words)
    if len(row.get("name")) > 40:
        yield sheets.RowError(row.number, "name", _("longer than 40 characters"))
