"""What waits for somebody is looked at: every state has its next moment, every round its beat."""

import importlib.util
import inspect
from datetime import datetime, timedelta

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from governance.core import engine, worktime
from governance.core.errors import Invalid
from governance.core.models import Event, Notice
from requests_hub import deadlines
from requests_hub.actions import (
    audit,
    base,
    callups,
    escalation,
    escalation_policy,
    pauses,
    proposals,
    returns,
    whistles,
)
from requests_hub.history import timeline
from requests_hub.models import Escalation, Finding, Proposal, Request, Task
from requests_hub.models.tasks import LOOKED_AT, OPEN_STATES, WITH_REQUEST
from requests_hub.subscribers.escalation import tell_escalations
from requests_hub.workflow import TASK_MACHINES
from tests.factories.requests_hub import task_of

MONDAY = timezone.make_aware(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001
HOUR = timedelta(hours=1)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def sweep_at(moment):
    with base.at(moment):
        return escalation.sweep()


@pytest.fixture
def called(make):
    with base.at(MONDAY):
        request = make.request("whistled")
    return task_of(request, make.departments["transport"])


# --- Every state ------------------------------------------------------------------------------


def test_every_open_state_is_looked_at_or_waits_for_the_request():
    machines = {state for m in TASK_MACHINES.values() for state in m.open_states}
    assert machines == set(OPEN_STATES) == {*LOOKED_AT, *WITH_REQUEST}
    assert not set(LOOKED_AT) & set(WITH_REQUEST)


def _reported_in(task, make):
    whistles.report_in(task, by=make.cast.officer_b)


def _claimed(task, make):
    _reported_in(task, make)
    whistles.claim(fresh(task), by=make.cast.officer_b)


def _planned(task, make):
    _claimed(task, make)
    whistles.plan(fresh(task), by=make.cast.officer_b, plan="当天处理")


def _handling(task, make):
    _planned(task, make)
    whistles.handle(fresh(task), by=make.cast.officer_b, note="在办")


def _paused(task, make):
    _handling(task, make)
    until = MONDAY + timedelta(days=3)
    pauses.pause(
        fresh(task), by=make.cast.town_a, kind="weather", reason="暴雨", until=until
    )


def _returned(task, make):
    returns.send_back(
        task, by=make.cast.officer_b, kind="unclear", reason="不是我局管养"
    )


def _ruling(task, make):
    _returned(task, make)
    returns.ask_ruling(fresh(task), by=make.cast.town_a)


WAYS = {
    "called": lambda task, make: None,
    "reported_in": _reported_in,
    "claimed": _claimed,
    "planned": _planned,
    "handling": _handling,
    "paused": _paused,
    "returned": _returned,
    "ruling": _ruling,
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_is_waited_for_has_a_next_moment_ahead(way, called, make):
    with base.at(MONDAY):
        WAYS[way](called, make)
    sweep_at(MONDAY + timedelta(minutes=1))
    row = fresh(called)
    assert row.state == way or way == "paused"
    assert row.next_at > MONDAY + timedelta(minutes=1)


def test_grid_tasks_have_one_too(make):
    for state, count in (("dispatched", 1), ("signed", 1), ("handling", 1)):
        task = task_of(make.request(state))
        escalation.sweep()
        assert fresh(task).next_at > timezone.now(), (state, count)
    assert task_of(make.request("verify")).next_at is not None
    answered = make.request("replied")
    tasks = Task.objects.filter(request=answered)
    assert set(tasks.values_list("state", "next_at")) == {("replied", None)}
    assert answered.due_at is not None  # the check has its own limit


# --- A hold ends by itself ----------------------------------------------------------------------


def test_a_hold_ends_on_the_day_that_was_named(called, make):
    with base.at(MONDAY):
        _paused(called, make)
    until = fresh(called).paused_until_at
    sweep_at(until - timedelta(minutes=1))
    assert fresh(called).is_paused
    sweep_at(until + 5 * HOUR)  # nobody had looked for five hours
    row = fresh(called)
    assert (row.is_paused, row.state) == (False, "handling")
    pause = row.pauses.get()
    assert (pause.ended_at, pause.ended_by) == (until, None)
    stood = worktime.working_between(MONDAY, until)
    assert row.due_at == worktime.add_working(
        deadlines.Limit.parse(row.limit).after(MONDAY), stood
    )
    event = Event.objects.get(name="task.resumed", subject_id=row.pk)
    assert (event.actor_label, event.occurred_at) == ("system", until)
    assert sweep_at(until + 5 * HOUR) == 0
    assert Event.objects.filter(name="task.resumed").count() == 1


def test_what_somebody_works_on_is_left_for_the_next_look(called, make, monkeypatch):
    with base.at(MONDAY):
        _paused(called, make)
    until = fresh(called).paused_until_at
    monkeypatch.setattr("requests_hub.actions.waking._is_free", lambda _pk: False)
    sweep_at(until + HOUR)
    row = fresh(called)
    assert row.is_paused
    assert until + HOUR < row.next_at <= until + HOUR + timedelta(minutes=5)
    monkeypatch.undo()
    sweep_at(until + 2 * HOUR)
    assert not fresh(called).is_paused


def test_one_that_cannot_go_on_blocks_no_other(called, make, monkeypatch):
    lead = task_of(called.request, make.departments["urban_management"])
    until = MONDAY + timedelta(days=3)
    with base.at(MONDAY):
        _paused(called, make)
        whistles.report_in(lead, by=make.cast.officer_a)
        pauses.pause(
            fresh(lead), by=make.cast.town_a, kind="weather", reason="雨", until=until
        )
    real = pauses.run_again

    def broken(task, **given):
        if task.pk == lead.pk:
            raise ZeroDivisionError("planted")
        return real(task, **given)

    monkeypatch.setattr(pauses, "run_again", broken)
    sweep_at(until + HOUR)
    assert not fresh(called).is_paused
    assert Finding.objects.open().get(kind="sweep_failed").subject_id == lead.pk
    monkeypatch.undo()
    sweep_at(until + 2 * HOUR)
    assert not fresh(lead).is_paused


# --- A return that nobody decides ----------------------------------------------------------------


def test_an_undecided_return_goes_to_the_district_and_is_asked_for(called, make):
    with base.at(MONDAY):
        _returned(called, make)
    due = fresh(called).decision_due_at
    sweep_at(due - timedelta(minutes=30))
    assert Escalation.objects.filter(task=called).count() == 1  # the desk is reminded
    assert sweep_at(due - timedelta(minutes=30)) == 0
    sweep_at(due + 3 * HOUR)
    row = fresh(called)
    assert row.state == "ruling"
    assert row.decision_due_at == deadlines.limit("ruling").after(due)
    sweep_at(row.decision_due_at)
    late = worktime.add_working(row.decision_due_at, worktime.Amount(1, "d"))
    sweep_at(late)
    fired = Escalation.objects.filter(task=row, step="decision").order_by("planned_at")
    assert list(fired.values_list("cycle", "rung", "who")) == [
        (2, 1, "officer"),
        (3, 1, "officer"),
        (3, 2, "officer"),
        (3, 3, "leader"),
    ]
    # the department is not urged while others decide
    assert not Escalation.objects.filter(task=row).exclude(step="decision").exists()
    with base.at(late + timedelta(minutes=1)):
        audit.run()
        returns.rule(row, by=make.cast.district, reason="依三定方案")
    assert Finding.objects.filter(kind="undecided", subject_id=row.pk).exists()


def test_who_decides_is_told_by_name(called, make):
    with base.at(MONDAY):
        _returned(called, make)
    due = fresh(called).decision_due_at
    sweep_at(due - timedelta(minutes=30))
    tell_escalations(Event.objects.get(name="task.reminded", subject_id=called.pk))
    told = Notice.objects.filter(event__name="task.reminded")
    assert set(told.values_list("user__username", flat=True)) == {"town_a"}
    assert "退回" in told.get().text
    sweep_at(due)
    sweep_at(fresh(called).decision_due_at)
    mine = Event.objects.filter(name="task.reminded", subject_id=called.pk)
    last = mine.order_by("-id")[0]
    tell_escalations(last)
    told = Notice.objects.filter(event=last)
    assert "district" in set(told.values_list("user__username", flat=True))
    shown = [e.who for e in timeline(called.request, make.cast.town_a) if e.who]
    assert "区级" in shown


def test_who_decides_is_only_reminded(cast):
    values = {
        "kind": "routine",
        "step": "decision",
        "starts_on": escalation_policy.first_day(),
        "number": 1,
        "when": "after",
        "offset": "2h",
        "who": "officer",
        "what": "naming",
    }
    with pytest.raises(Invalid) as refused:
        escalation_policy.save_rung(None, values, by=cast.district)
    assert set(refused.value.fields) == {"what"}
    fine = {**values, "what": "reminder"}
    assert escalation_policy.save_rung(None, fine, by=cast.district).step == "decision"


# --- A held request -------------------------------------------------------------------------------


def _hold(row, cast, day):
    words = "管网改造资金未落实，已申报明年计划。"
    proposals.hold_ask(
        row, by=cast.town_a, why="funds", statement=words, review_on=day.date()
    )
    return proposals.hold(row, by=cast.district)


def test_the_time_to_close_stands_while_a_request_is_held(make, cast):
    with base.at(MONDAY):
        row = make.request("accepted")
    before = row.close_due_at
    held_at = MONDAY + timedelta(days=1)
    with base.at(held_at):
        _hold(row, cast, MONDAY + timedelta(days=30))
    assert fresh(row).close_due_at is None
    assert Proposal.objects.get(request=row).close_due_at == before
    back = MONDAY + timedelta(days=10)
    with base.at(back):
        proposals.resume(row, by=cast.town_a, reason="资金已到位")
    left = worktime.working_between(held_at, before)
    assert fresh(row).close_due_at == worktime.add_working(back, left)
    told = Event.objects.get(name="request.resumed", subject_id=row.pk)
    assert datetime.fromisoformat(told.data["close_due_at"]) == fresh(row).close_due_at


def test_the_review_day_brings_the_time_back_and_what_was_late_stays_late(make, cast):
    with base.at(MONDAY):
        row, late = make.request("accepted"), make.request("accepted")
    past = MONDAY - HOUR
    Request.objects.filter(pk=late.pk).update(close_due_at=past)
    day = MONDAY + timedelta(days=7)
    with base.at(MONDAY):
        _hold(row, cast, day)
        _hold(late, cast, day)
    with base.at(day):
        assert proposals.sweep_reviews() == 2
    assert fresh(late).close_due_at == past
    assert fresh(row).close_due_at > row.close_due_at
    assert engine.silence(proposals.HEARTBEAT) is not None


def test_one_review_that_fails_blocks_no_other(make, cast, monkeypatch):
    with base.at(MONDAY):
        row, other = make.request("accepted"), make.request("accepted")
        _hold(row, cast, MONDAY + timedelta(days=7))
        _hold(other, cast, MONDAY + timedelta(days=7))
    real = base.system_step

    def broken(request, name, **changes):
        if request.pk == row.pk:
            raise ZeroDivisionError("planted")
        return real(request, name, **changes)

    monkeypatch.setattr(base, "system_step", broken)
    with base.at(MONDAY + timedelta(days=7)):
        assert proposals.sweep_reviews() == 1
    assert (fresh(row).state, fresh(other).state) == ("held", "accepted")


def test_who_leads_next_gives_the_request_its_deadlines(make, cast):
    with base.at(MONDAY):
        request = make.request("whistled")
    departments = make.departments
    lead = task_of(request, departments["urban_management"])
    heir = task_of(request, departments["transport"])
    with base.at(MONDAY + HOUR):
        whistles.report_in(heir, by=cast.officer_b)
        until = MONDAY + timedelta(days=2)
        pauses.pause(
            fresh(heir), by=cast.town_a, kind="weather", reason="雨", until=until
        )
    with base.at(until):
        pauses.run_again(fresh(heir), by=cast.town_a)
        callups.release(lead, by=cast.town_a, reason="不涉及")
    row = fresh(request)
    assert row.due_at == fresh(heir).due_at
    assert row.close_due_at == base.close_after(row.due_at)["close_due_at"]


# --- Beat ------------------------------------------------------------------------------------------


def test_every_round_has_its_beat():
    """A task that asks for nothing is one that beat calls; no beat calls what is not there."""
    for config in apps.get_app_configs():
        if importlib.util.find_spec(f"{config.name}.tasks"):
            importlib.import_module(f"{config.name}.tasks")
    labels = {
        row["task"].split(".")[0] for row in settings.CELERY_BEAT_SCHEDULE.values()
    }
    ours = {
        name: inspect.signature(task.run).parameters.values()
        for name, task in current_app.tasks.items()
        if name.split(".")[0] in labels and not task.run.__module__.startswith("tests")
    }
    rounds = {
        name
        for name, given in ours.items()
        if all(parameter.default is not parameter.empty for parameter in given)
    }
    called_by_beat = {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()}
    assert rounds == called_by_beat
    assert {"requests_hub.sweep_holds", "requests_hub.sweep_deadlines"} <= rounds
