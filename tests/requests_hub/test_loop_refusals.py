"""Refusals in plain words, and what a second look at the loop's actions mended."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.core.errors import Conflict
from governance.core.models import Event
from requests_hub import deadlines
from requests_hub.actions import (
    base,
    callups,
    desk,
    feedback,
    looking,
    merging,
    returns,
    supervision,
    whistles,
)
from requests_hub.escalation_workflow import SUPERVISION
from requests_hub.models import Request, Task, Whistle
from tests.factories.requests_hub import answered, submit, task_of

FRIDAY = timezone.make_aware(datetime(2026, 11, 20, 16, 0))  # noqa: DTZ001


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_an_emergency_is_done_again_round_the_clock(make, cast):
    row = make.request("accepted")
    with base.at(FRIDAY):
        called = whistles.whistle(
            row,
            by=cast.town_a,
            lead=make.departments["urban_management"],
            kind="emergency",
        )
        task = answered(Task.objects.get(whistle=called), cast.officer_a)
        feedback.rework(row, by=cast.town_a, reason="又漏了")
    again = fresh(task)
    assert again.limit == str(deadlines.limit("rework_emergency")) == "24h/c"
    assert again.due_at == fresh(row).due_at == FRIDAY + timedelta(hours=24)


def test_routine_work_is_done_again_in_working_time(make):
    row = make.request("reworked")
    assert fresh(row).limit == str(deadlines.limit("rework"))


def test_who_took_a_grid_task_back_and_why_is_on_the_task(make, cast):
    task = task_of(make.request("dispatched"))
    desk.cancel(task, by=cast.town_a, reason="已有人处理")
    look = task_of(make.request("verify"))
    looking.cancel(look, by=cast.town_a, reason="已有照片")
    for row, why in ((task, "已有人处理"), (look, "已有照片")):
        ended = fresh(row)
        assert (ended.ended_by, ended.end_reason) == (cast.town_a, why)


def test_who_was_let_go_is_not_called_again_and_the_words_say_so(make, cast):
    request = make.request("whistled")
    whistle = Whistle.objects.get(request=request)
    department = make.departments["transport"]
    given = {"by": cast.town_a, "department": department, "reason": "路面"}
    with pytest.raises(Conflict) as twice:
        callups.add_department(whistle, **given)
    callups.release(task_of(request, department), by=cast.town_a, reason="不涉及")
    with pytest.raises(Conflict) as gone:
        callups.add_department(whistle, **given)
    assert twice.value.message != gone.value.message
    assert "另行吹哨" in gone.value.message
    with pytest.raises(DatabaseError), transaction.atomic():
        Task.objects.filter(pk=task_of(request, department).pk).update(state="called")


def test_a_department_is_not_urged_while_its_return_is_decided(make, cast):
    task = task_of(make.request("whistled"), make.departments["transport"])
    returns.send_back(task, by=cast.officer_b, kind="unclear", reason="权属不清")
    for action, given in (
        (supervision.remind, {"by": cast.town_a}),
        (supervision.supervise, {"by": cast.leader, "words": "请说明"}),
    ):
        with pytest.raises(Conflict, match="待审定"):
            action(fresh(task), **given)


def test_followers_go_along_whatever_their_number(make, cast, district):
    """A follower may be older than what it follows: all are locked in one order."""
    old, middle, goal = (submit(district, body=f"井盖坏了{n}处") for n in "一二三")
    merging.merge(old, by=cast.town_a, target=middle)
    merging.merge(middle, by=cast.town_a, target=goal)
    assert {
        row.merged_into_id for row in Request.objects.filter(pk__in=[old.pk, middle.pk])
    } == {goal.pk}
    told = Event.objects.get(name="request.follows", subject_id=old.pk)
    assert told.data["into"] == goal.no


def test_each_step_of_a_supervision_names_its_event():
    assert {step.effects.event for step in SUPERVISION.steps} == {
        "supervision_answered",
        "supervision_settled",
        "supervision_asked_again",
        "supervision_withdrawn",
        "named",
    }
