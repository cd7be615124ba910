"""Clocks in words, as the table of states says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from pytest_django import Settings

from governance.core.clocks import Clock, clock

pytestmark = pytest.mark.django_db
TZ = ZoneInfo("Asia/Shanghai")
DUE = "2026-11-24 09:30"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def told(now: str, **more: object) -> Clock:
    with translation.override("en"):
        return clock(
            at(DUE),
            started_at=at("2026-11-17 09:30"),
            now=at(now),
            **more,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    ("now", "code", "text"),
    [
        ("2026-11-20 08:30", "running", "2 d 1 h left"),
        ("2026-11-23 09:30", "due_soon", "1 d left"),
        ("2026-11-24 08:42", "due_soon", "48 min left"),
        ("2026-11-24 09:29", "due_soon", "1 min left"),
        ("2026-11-24 09:30", "due_soon", "under 1 min left"),
        ("2026-11-25 11:30", "overdue", "1 d 2 h over"),
        ("2026-11-24 10:10", "overdue", "40 min over"),
    ],
)
def test_open_clocks(now: str, code: str, text: str) -> None:
    found = told(now)
    assert (found.code, found.text) == (code, text)


@pytest.mark.parametrize(
    ("done", "code", "text"),
    [
        ("2026-11-23 11:00", "met", "on time, 5 h early"),
        ("2026-11-24 09:30", "met", "on time"),
        ("2026-11-24 10:10", "missed", "done late, by 40 m"),
        ("2026-11-25 11:30", "missed", "done late, by 1 d 2 h"),
    ],
)
def test_stopped_clocks(done: str, code: str, text: str) -> None:
    found = told("2026-12-30 10:00", done_at=at(done), paused=True)
    assert (found.code, found.text) == (code, text)


def test_late_only_outside_office_hours_is_still_late() -> None:
    with translation.override("en"):
        due = at("2026-11-20 17:30")
        assert clock(due, now=at("2026-11-21 10:00")).text == "just overdue"
        assert clock(due, done_at=at("2026-11-21 10:00")).code == "missed"


def test_standing_clocks() -> None:
    with translation.override("en"):
        assert told("2027-01-01 09:00", paused=True).code == "paused"
        waiting = clock(None, starts_later=True)
        assert (waiting.code, waiting.text) == (
            "not_started",
            "starts with the report-in",
        )
        assert clock(at(DUE), starts_later=True).code == "not_started"
        assert clock(None).text == "no deadline"


def test_the_share_runs_from_one_to_nothing() -> None:
    assert told("2026-11-17 09:30").share == 1.0
    assert told("2026-11-20 14:30").share == pytest.approx(10.5 / 32.5)
    assert told("2026-11-24 09:30").share == 0.0
    assert told("2026-11-24 11:30").percent == 0


def test_due_soon_is_a_setting_and_an_hour(settings: Settings) -> None:
    settings.DUE_SOON_SHARE = 0.01
    assert told("2026-11-23 17:00").code == "running"
    assert told("2026-11-24 08:31").code == "due_soon"
    with translation.override("en"):
        assert clock(at(DUE), now=at("2026-11-24 08:40")).code == "due_soon"
        assert clock(at(DUE), now=at("2026-11-23 16:00")).code == "running"


def test_emergencies_run_round_the_clock() -> None:
    with translation.override("en"):
        start = at("2026-11-21 22:00")  # Saturday night
        found = clock(
            start + timedelta(hours=4),
            started_at=start,
            now=start + timedelta(hours=1),
            calendar_time=True,
        )
        assert "round the clock" in found.tip
    assert (found.code, found.text, found.share) == ("running", "3 h left", 0.75)


def test_the_tip_is_exact_and_says_when_it_may_move() -> None:
    with translation.override("en"):
        assert told("2026-11-20 09:00").tip == "Due 2026-11-24 09:30, working time"
        assert "provisional" in clock(at("2027-01-05 10:00")).tip


@pytest.mark.parametrize(
    ("at_time", "more", "text"),
    [
        ("2026-11-20 08:30", {}, "剩 2 天 1 小时"),
        ("2026-11-24 08:42", {}, "剩 48 分钟"),
        ("2026-11-25 11:30", {}, "超 1 天 2 小时"),
        ("2026-11-20 08:30", {"paused": True}, "暂停计时，不计入时限"),
        ("2026-11-20 08:30", {"done_at": "2026-11-23 11:00"}, "按期，早 5 小时"),
        ("2026-11-20 08:30", {"done_at": "2026-11-24 10:10"}, "超时完成，晚 40 分"),
        ("2026-11-20 08:30", {"starts_later": True}, "报到后开始"),
    ],
)
def test_the_words_of_the_table(
    at_time: str, more: dict[str, object], text: str
) -> None:
    if "done_at" in more:
        more = {"done_at": at(str(more["done_at"]))}
    with translation.override("zh-hans"):
        found = clock(
            at(DUE),
            started_at=at("2026-11-17 09:30"),
            now=at(at_time),
            **more,  # type: ignore[arg-type]
        )
    assert found.text == text
