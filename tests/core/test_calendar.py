"""Publishing a year: from the package, from a file, day by day."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from governance.core import calendar_import, worktime
from governance.core.actions import calendar
from governance.core.calendar_import import Named
from governance.core.errors import Invalid
from governance.core.models import CalendarDay, CalendarYear, Event

pytestmark = pytest.mark.django_db
PLAN = [
    Named(date(2027, 1, 1), "holiday", "元旦"),
    Named(date(2027, 1, 9), "make_up", "元旦"),
]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    worktime.forget()
    yield
    worktime.forget()


def published() -> list[dict[str, object]]:
    rows = Event.objects.filter(name="calendar.published").order_by("id")
    return [row.data for row in rows]


def test_publishing_a_year_makes_it_firm_and_is_told_once() -> None:
    assert worktime.is_provisional(date(2027, 1, 1))
    calendar.publish_year(2027, PLAN, source="notice")
    assert not worktime.is_provisional(date(2027, 1, 1))
    assert not worktime.is_working_day(date(2027, 1, 1))
    assert worktime.is_working_day(date(2027, 1, 9))
    assert published() == [{"year": 2027, "dates": ["2027-01-01", "2027-01-09"]}]
    calendar.publish_year(2027, PLAN, source="notice")
    assert len(published()) == 1


def test_a_corrected_notice_replaces_the_year() -> None:
    calendar.publish_year(2027, PLAN, source="notice")
    calendar.publish_year(2027, PLAN[:1], source="correction")
    assert not worktime.is_working_day(date(2027, 1, 9))
    assert published()[-1] == {"year": 2027, "dates": ["2027-01-09"]}
    assert CalendarDay.objects.filter(date__year=2026).exists()


def test_an_empty_plan_is_a_year_without_days_off() -> None:
    calendar.publish_year(2027, [], source="notice")
    assert not worktime.is_provisional(date(2027, 6, 1))
    assert published() == [{"year": 2027, "dates": []}]


@pytest.mark.parametrize(
    ("year", "plan", "field"),
    [
        (2028, PLAN, "date"),
        (2027, [PLAN[0], PLAN[0]], "date"),
        (1200, [], "year"),
    ],
)
def test_a_plan_that_cannot_be(year: int, plan: list[Named], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        calendar.publish_year(year, plan, source="")
    assert list(refusal.value.fields) == [field]
    assert published() == []


def test_one_day_more_and_back() -> None:
    storm = date(2026, 9, 8)
    calendar.set_day(storm, "holiday", "台风", by="desk")
    assert not worktime.is_working_day(storm)
    calendar.clear_day(storm)
    assert worktime.is_working_day(storm)
    calendar.clear_day(storm)
    assert published() == [{"year": 2026, "dates": ["2026-09-08"]}] * 2


def test_one_day_of_an_unpublished_year_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        calendar.set_day(date(2027, 5, 1), "holiday", "")
    assert list(refusal.value.fields) == ["date"]
    with pytest.raises(Invalid) as refusal:
        calendar.set_day(date(2026, 5, 1), "siesta", "")
    assert list(refusal.value.fields) == ["kind"]


def test_the_command_reads_the_package() -> None:
    CalendarYear.objects.all().delete()
    CalendarDay.objects.all().delete()
    out = io.StringIO()
    call_command("import_calendar", "--years", "2004-2026", stdout=out)
    assert CalendarYear.objects.count() == 23
    assert "2026: 39 days named" in out.getvalue()
    assert len(published()) == 23


@pytest.mark.parametrize("years", ["2026-2027", "2003", "x", "2026-2025"])
def test_the_command_refuses_years_it_cannot_know(years: str) -> None:
    before = CalendarDay.objects.count()
    with pytest.raises(CommandError):
        call_command("import_calendar", "--years", years)
    assert CalendarDay.objects.count() == before


def test_the_command_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "2027.csv"
    path.write_bytes(
        "日期,类型,名称\n2027年1月1日,放假,元旦\n2027/1/9,补班,\n".encode("gb18030")
    )
    call_command("import_calendar", "--file", path, "--year", 2027)
    row = CalendarDay.objects.get(date="2027-01-01")
    assert (row.kind, row.name, row.source) == ("holiday", "元旦", "2027.csv")
    assert worktime.is_working_day(date(2027, 1, 9))


def test_excel_dates_are_read() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["date", "kind", "name"])
    sheet.append([date(2027, 10, 1), "holiday", "国庆节"])
    sheet.append([None, None, None])
    book.save(out)
    out.seek(0)
    plans = calendar_import.from_file(out)
    assert plans == {2027: [Named(date(2027, 10, 1), "holiday", "国庆节")]}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("2027-02-30,holiday,", "date"),
        ("soon,holiday,", "date"),
        ("2026-01-01,holiday,", "date"),
        ("2027-01-01,holiday,", "date"),
        ("2027-01-02,feast,", "kind"),
        ("2027-01-04,make_up,", "kind"),
        (f"2027-01-02,holiday,{'x' * 41}", "name"),
    ],
)
def test_a_faulty_row_is_named_and_nothing_is_written(
    tmp_path: Path, line: str, column: str
) -> None:
    path = tmp_path / "year.csv"
    path.write_text(f"date,kind,name\n2027-01-01,holiday,元旦\n{line}\n")
    with path.open("rb") as file, pytest.raises(Invalid) as refusal:
        calendar_import.from_file(file, 2027)
    rows = refusal.value.extra["rows"]
    assert isinstance(rows, list)
    assert [(row["row"], row["column"]) for row in rows] == [(3, column)]
    with pytest.raises(CommandError, match="3"):
        call_command("import_calendar", "--file", path, "--year", 2027)
    assert not CalendarDay.objects.filter(date__year=2027).exists()
