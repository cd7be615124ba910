"""Working time against the official days, and against its own laws."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from governance.core import worktime
from governance.core.errors import Invalid
from governance.core.models import CalendarDay, ReferenceVersion
from governance.core.worktime import Amount, add_working, working_between

pytestmark = pytest.mark.django_db
TZ = ZoneInfo("Asia/Shanghai")
relaxed = examples(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
moments = st.datetimes(
    datetime.fromisoformat("2004-01-01"),
    datetime.fromisoformat("2030-12-31"),
    timezones=st.just(TZ),
)
spans = st.timedeltas(timedelta(0), timedelta(days=40))


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    worktime.forget()
    yield
    worktime.forget()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def test_official_days_2004_to_2026_day_by_day() -> None:
    day, wrong = date(2004, 1, 1), []
    while day.year <= 2026:
        if worktime.is_working_day(day) != chinese_calendar.is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_make_up_saturdays_of_2026_are_worked() -> None:
    for text in (
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ):
        assert worktime.is_working(at(f"{text} 09:00"))
    assert not worktime.is_working(at("2026-02-21 09:00"))


def test_a_year_without_data_is_monday_to_friday_provisionally() -> None:
    assert not worktime.is_provisional(date(2026, 12, 31))
    assert worktime.is_provisional(date(2027, 1, 4))
    assert worktime.is_working_day(date(2027, 1, 4))
    assert not worktime.is_working_day(date(2027, 1, 3))
    assert add_working(at("2026-12-31 17:30"), Amount(1, "d")) == at("2027-01-01 17:30")


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        ("2026-11-19 09:00", "3d", "2026-11-24 09:00"),
        ("2026-11-19 11:00", "4h", "2026-11-19 17:30"),
        ("2026-11-19 11:00", "30m", "2026-11-19 11:30"),
        ("2026-11-19 12:30", "30m", "2026-11-19 15:00"),
        ("2026-11-20 19:42", "5d", "2026-11-27 17:30"),
        ("2026-11-20 17:30", "1d", "2026-11-23 17:30"),
        ("2026-02-13 17:00", "1h", "2026-02-14 09:00"),
        ("2026-09-30 17:30", "1d", "2026-10-08 17:30"),
        ("2026-10-09 08:30", "13h", "2026-10-10 17:30"),
    ],
)
def test_deadlines(start: str, amount: str, due: str) -> None:
    assert add_working(at(start), Amount.parse(amount)) == at(due)


def test_other_zones_and_naive_moments_are_the_wall_clock_here() -> None:
    utc = datetime(2026, 11, 19, 1, 0, tzinfo=UTC)
    assert add_working(utc, Amount(1, "h")) == at("2026-11-19 10:00")
    assert add_working(
        datetime.fromisoformat("2026-11-19T09:00"), Amount(1, "h")
    ) == at("2026-11-19 10:00")


@relaxed
@given(start=moments, amount=spans)
def test_what_was_added_lies_between(start: datetime, amount: timedelta) -> None:
    due = add_working(start, amount)
    assert working_between(start, due) == amount
    assert working_between(due, start) == -amount


@relaxed
@given(start=moments, one=spans, other=spans)
def test_more_time_is_never_earlier(
    start: datetime, one: timedelta, other: timedelta
) -> None:
    short, long = sorted([one, other])
    assert add_working(start, short) <= add_working(start, long)


@relaxed
@given(one=moments, other=moments, amount=spans)
def test_a_later_start_is_never_due_earlier(
    one: datetime, other: datetime, amount: timedelta
) -> None:
    early, late = sorted([one, other])
    assert add_working(early, amount) <= add_working(late, amount)


@relaxed
@given(times=st.lists(moments, min_size=3, max_size=3).map(sorted))
def test_spans_add_up(times: list[datetime]) -> None:
    a, b, c = times
    assert working_between(a, c) == working_between(a, b) + working_between(b, c)


@relaxed
@given(start=moments, amount=st.timedeltas(timedelta(minutes=1), timedelta(days=5)))
def test_the_explanation_adds_up(start: datetime, amount: timedelta) -> None:
    start, amount = (
        start.replace(microsecond=0),
        timedelta(seconds=int(amount.total_seconds())),
    )
    lines = worktime.explain(start, add_working(start, amount))
    assert sum(line.seconds for line in lines) == amount.total_seconds()


def test_explanation_names_the_days_off() -> None:
    lines = worktime.explain(at("2026-09-24 16:00"), at("2026-09-28 09:00"))
    assert [(line.date.day, len(line.blocks), line.seconds) for line in lines] == [
        (24, 1, 5400),
        (25, 0, 0),
        (26, 0, 0),
        (27, 0, 0),
        (28, 1, 1800),
    ]
    assert lines[1].note == "中秋"
    assert lines[0].blocks == [(at("2026-09-24 16:00"), at("2026-09-24 17:30"))]


@pytest.mark.parametrize("years", [1, 100, 7000, 500000])
def test_far_away_is_no_error(years: int) -> None:
    far = add_working(at("2026-01-05 09:00"), timedelta(days=365) * years)
    assert far > at("2027-01-01 00:00")
    worktime.explain(at("9998-12-30 09:00"), at("9998-12-31 09:00"))


@pytest.mark.parametrize("text", ["", "0d", "3", "d", "-2h", "3w", "1.5h", "99999d"])
def test_a_wrong_amount_is_told(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Amount.parse(text)
    assert list(refusal.value.fields) == ["amount"]


def test_amounts_read_chinese() -> None:
    assert Amount.parse("3个工作日") == Amount.parse(" 3D ") == Amount(3, "d")
    assert Amount.parse("4小时") == Amount(4, "h")
    assert str(Amount.parse("30分钟")) == "30m"


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("8-12", "not a block"),
        ("08:30-12:00,11:00-17:30", "must start after"),
        ("12:00-08:30", "must start after"),
        ("", "not a block"),
    ],
)
def test_wrong_office_hours_stop_the_start(hours: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        worktime.parse_office_hours(hours)


def test_office_hours_are_a_setting(settings: Settings) -> None:
    settings.OFFICE_HOURS = "09:00-18:00"
    assert add_working(at("2026-11-19 17:00"), Amount(2, "h")) == at("2026-11-20 10:00")
    assert worktime.format_amount(9 * 3600) == worktime.format_amount(
        86400, calendar_time=True
    )


def test_two_units_at_most() -> None:
    hour = 3600
    with translation.override("en"):
        assert worktime.format_amount(2 * 6.5 * hour + hour + 59) == "2 d 1 h"
        assert worktime.format_amount(6.5 * hour) == "1 d"
        assert worktime.format_amount(hour + 60) == "1 h 1 min"
        assert worktime.format_amount(2 * hour) == "2 h"
        assert worktime.format_amount(48 * 60) == "48 min"
        assert worktime.format_amount(59) == "under 1 min"
        assert worktime.format_amount(25 * hour, calendar_time=True) == "1 d 1 h"


def test_a_copy_asks_once_a_minute_and_hears_of_raw_sql(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    day = date(2026, 11, 20)
    assert worktime.is_working_day(day)
    with django_assert_num_queries(0):
        for _n in range(50):
            worktime.is_working_day(day)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_calendarday (date, kind, name, source) "
            "VALUES (%s, 'holiday', '台风', '')",
            [day],
        )
    assert worktime.is_working_day(day)
    worktime._copy._checked -= 61
    assert not worktime.is_working_day(day)


def test_unchanged_data_is_not_read_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    worktime.calendar()
    worktime._copy._checked -= 61
    with django_assert_num_queries(1) as captured:
        worktime.calendar()
    assert ReferenceVersion._meta.db_table in captured[0]["sql"]


def test_an_empty_calendar_is_no_error() -> None:
    CalendarDay.objects.all().delete()
    worktime.forget()
    with time_machine.travel("2026-10-01 09:00+08:00"):
        assert worktime.is_working(datetime.now(TZ))
