"""Opening hours: reading what people write, and whether the door is open."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from governance.core import worktime
from grids import hours

pytestmark = pytest.mark.django_db
OFFICE = "周一至周五 08:30-12:00,14:30-17:30；周六 09:00-12:00"


@pytest.fixture(autouse=True)
def _calendar() -> Iterator[None]:
    worktime.forget()
    with translation.override("zh-hans"):
        yield
    worktime.forget()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def test_days_and_times_are_read_and_written_back() -> None:
    spans = hours.parse(OFFICE)
    assert spans == [
        {"days": "12345", "from": "08:30", "to": "12:00"},
        {"days": "12345", "from": "14:30", "to": "17:30"},
        {"days": "6", "from": "09:00", "to": "12:00"},
    ]
    assert hours.parse(hours.as_text(spans)) == spans


@pytest.mark.parametrize(
    ("text", "days", "count"),
    [
        ("每天 00:00-24:00", "1234567", 1),
        ("全天", "1234567", 1),
        ("24小时", "1234567", 1),
        ("工作日 9:00—17:00", "W", 1),
        ("周末 10:00-16:00", "67", 1),
        ("周一、周三、周五 09:00-11:00", "135", 1),
        ("星期六至周一 09：00至11：00", "167", 1),
        ("Mon-Fri 08:30-12:00, 14:30-17:30", "12345", 2),
        ("08:00-21:00", "1234567", 1),
    ],
)
def test_many_ways_of_writing(text: str, days: str, count: int) -> None:
    spans = hours.parse(text)
    assert {s["days"] for s in spans} == {days}
    assert len(spans) == count
    assert hours.parse(hours.as_text(spans)) == spans


@pytest.mark.parametrize(
    "text",
    ["上班时间", "周一 12:00-08:00", "周一 25:00-26:00", "周一 8:00-12:00,11:00-13:00"],
)
def test_what_is_not_clear_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"“|“"):
        hours.parse(text)


def test_open_until_the_break_then_after_it() -> None:
    spans = hours.parse(OFFICE)
    monday = "2026-11-23"
    now = hours.now(spans, on_holidays=False, moment=at(f"{monday}T09:00"))
    assert (now.is_open, now.at) == (True, at(f"{monday}T12:00"))
    now = hours.now(spans, on_holidays=False, moment=at(f"{monday}T12:00"))
    assert (now.is_open, now.at) == (False, at(f"{monday}T14:30"))
    now = hours.now(spans, on_holidays=False, moment=at("2026-11-28T12:30"))
    assert (now.is_open, now.at) == (False, at("2026-11-30T08:30"))


def test_public_holidays_close_unless_the_site_says_otherwise() -> None:
    spans = hours.parse("每天 09:00-17:00")
    feast = at("2026-10-01T10:00")
    shut = hours.now(spans, on_holidays=False, moment=feast)
    assert not shut.is_open
    assert shut.note == "国庆节"
    assert shut.at == at("2026-10-08T09:00")
    assert hours.now(spans, on_holidays=True, moment=feast).is_open


def test_working_days_follow_the_calendar_with_its_make_up_days() -> None:
    spans = hours.parse("工作日 09:00-17:00")
    make_up = at("2026-10-10T10:00")  # a Saturday that is worked
    assert hours.now(spans, on_holidays=False, moment=make_up).is_open
    saturday = at("2026-11-28T10:00")
    assert not hours.now(spans, on_holidays=False, moment=saturday).is_open


def test_whole_days_do_not_end_and_no_hours_never_open() -> None:
    spans = hours.parse("全天")
    assert hours.now(spans, on_holidays=True, moment=at("2026-11-28T03:00")).is_open
    assert hours.now([], on_holidays=True).at is None
