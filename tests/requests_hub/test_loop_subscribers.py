"""What follows from events."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from governance.core import consumers, worktime
from governance.core.actions.calendar import set_day
from governance.core.models import CalendarYear, Event, Notice
from requests_hub import deadlines
from requests_hub.actions import proposals, whistles
from requests_hub.actions.recompute import move_open_deadlines
from requests_hub.models import Request, Task
from tests.factories.requests_hub import task_of


@pytest.fixture(autouse=True)
def _calendar():
    worktime.forget()
    yield
    worktime.forget()


def deliver():
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))


def told(user):
    return list(Notice.objects.filter(user=user).values_list("url", flat=True))


def test_called_departments_are_told_once(make):
    request = make.request("whistled")
    deliver()
    deliver()
    for name in ("officer_a", "officer_b"):
        assert told(getattr(make.cast, name)) == [f"/requests/{request.no}/"]
    assert not told(make.cast.outsider)


def test_an_emergency_says_so_in_the_notice(make):
    request = make.request("accepted")
    lead = make.departments["urban_management"]
    whistles.whistle(request, by=make.cast.town_a, lead=lead, kind="emergency")
    deliver()
    text = Notice.objects.get(user=make.cast.officer_a).text
    assert text.startswith("应急哨：请立即报到"), text


def test_a_holder_and_a_grids_people_are_told(make):
    make.request("dispatched")
    deliver()
    assert len(told(make.cast.worker_a)) == 1
    assert not told(make.cast.worker_b)


def test_desk_and_grid_hear_of_the_answer(make):
    make.request("replied")
    deliver()
    assert len(told(make.cast.town_a)) == 1
    assert len(told(make.cast.worker_a)) == 1
    assert not told(make.cast.town_b)


def test_publishing_a_day_off_moves_open_deadlines_once(make):
    request = make.request("whistled")
    task = task_of(request, make.departments["transport"])
    closed = make.request("closed")
    day = _working_day_before(timezone.localdate(task.due_at))
    CalendarYear.objects.get_or_create(year=day.year, defaults={"source": "test"})
    set_day(day, "holiday", "台风", source="test")
    deliver()
    moved = Task.objects.get(pk=task.pk)
    assert moved.due_at > task.due_at
    expected = worktime.add_working(moved.due_from_at, worktime.Amount(5, "d"))
    assert moved.due_at == expected
    assert Request.objects.get(pk=request.pk).due_at == expected
    events = Event.objects.filter(name__endswith=".deadline_moved")
    assert events.filter(subject_id=task.pk).count() == 1
    assert not events.filter(thread_id=closed.pk).exists()
    assert move_open_deadlines([day]) == 0


@pytest.mark.parametrize("state", ["submitted", "accepted", "replied", "reopened"])
def test_the_time_to_close_moves_at_the_desk_too(make, state):
    """D8: one event each, and what the events say is what is stored."""
    request = make.request(state)
    before = request.close_due_at
    day = _working_day_before(timezone.localdate(before))
    CalendarYear.objects.get_or_create(year=day.year, defaults={"source": "test"})
    set_day(day, "holiday", "台风", source="test")
    deliver()
    moved = Request.objects.get(pk=request.pk)
    assert moved.close_due_at > before
    assert moved.close_due_at == _from_events(moved)
    told = Event.objects.filter(name="request.deadline_moved", subject_id=request.pk)
    assert told.count() == 1
    assert move_open_deadlines([day]) == 0


def test_a_held_request_takes_the_new_calendar_along(make, cast):
    request = make.request("accepted")
    due = request.close_due_at
    proposals.hold_ask(
        request,
        by=cast.town_a,
        why="funds",
        statement="管网改造资金未落实，已申报明年计划。",
        review_on=timezone.localdate(due) + timedelta(days=30),
    )
    proposals.hold(request, by=cast.district)
    day = _working_day_before(timezone.localdate(due))
    CalendarYear.objects.get_or_create(year=day.year, defaults={"source": "test"})
    set_day(day, "holiday", "台风", source="test")
    deliver()
    held = Request.objects.get(pk=request.pk)
    assert held.close_due_at is None
    proposals.resume(held, by=cast.town_a, reason="资金已到位")
    back = Request.objects.get(pk=request.pk)
    assert back.close_due_at > due, "the day off lies in what was left"
    assert back.close_due_at == _from_events(back)
    assert move_open_deadlines([day]) == 0


def _from_events(request):
    """The time to close, reckoned from the events of a request alone."""
    said = {}
    for event in Event.objects.filter(
        thread_id=request.pk, subject_type="request"
    ).order_by("id"):
        said |= {k: v for k, v in event.data.items() if k.startswith("close_")}
    start = datetime.fromisoformat(said["close_from_at"])
    due = deadlines.due(said["close_limit"], start)
    assert due == datetime.fromisoformat(said["close_due_at"])
    return due


def _working_day_before(day: date) -> date:
    while True:
        day -= timedelta(days=1)
        if worktime.is_working_day(day):
            return day


def test_emergencies_do_not_follow_the_calendar(make):
    request = make.request("accepted")
    from requests_hub.actions import steps

    steps.take(
        request,
        "whistle",
        by=make.cast.town_a,
        data={"lead": "transport", "kind": "emergency"},
    )
    task = task_of(request)
    assert task.report_in_due_at - task.created_at == timedelta(hours=2)
    assert task.due_at - task.created_at == timedelta(hours=24)
    assert move_open_deadlines([timezone.localdate()]) == 0


@pytest.mark.parametrize("kind", ["routine", "campaign"])
def test_limits_are_the_rules_of_the_dictionary(make, kind):
    from requests_hub.actions import steps

    request = make.request("accepted")
    data = {"lead": "transport", "kind": kind}
    steps.take(request, "whistle", by=make.cast.town_a, data=data)
    days = {"routine": 5, "campaign": 15}[kind]
    task = task_of(request)
    assert task.due_at == worktime.add_working(
        task.created_at, worktime.Amount(days, "d")
    )
