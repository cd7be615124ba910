"""Rungs fire once: late, doubled or missing looks, a restart, a clock that is off."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from governance.core import worktime
from governance.core.models import Event
from requests_hub import ladders
from requests_hub.actions import base, escalation, handling, whistles
from requests_hub.models import (
    Escalation,
    EscalationRung,
    Naming,
    Supervision,
    Task,
)
from tests.factories.requests_hub import task_of
from tests.statements import own

MONDAY = timezone.make_aware(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001
WEEK = timedelta(days=7)


def rung(**changes):
    fields = {
        "step": "handling",
        "number": 1,
        "when": "after",
        "offset": "1d",
        "who": "officer",
        "what": "reminder",
    }
    return ladders.Rung(**{**fields, **changes})


@pytest.fixture
def called(make):
    """One task called on a Monday at nine: report in by 13:00 office time, five days to handle."""
    with base.at(MONDAY):
        request = make.request("whistled")
    return task_of(request, make.departments["transport"])


def sweep_at(moment):
    with base.at(moment):
        return escalation.sweep()


def keys(task):
    rows = Escalation.objects.filter(task=task).order_by("planned_at", "rung")
    return list(rows.values_list("step", "rung", "repeat"))


def test_the_ladder_is_fixed_at_the_dispatch(called, make):
    assert called.ladder is not None
    assert [r["step"] for r in called.ladder.rungs][:2] == ["report_in", "report_in"]
    EscalationRung.objects.create(
        district=make.district,
        kind="routine",
        step="report_in",
        starts_on=timezone.localdate(MONDAY),
        number=1,
        when="at",
        who="centre",
        what="naming",
    )
    with base.at(MONDAY + timedelta(hours=1)):
        other = make.request("whistled")
    fresh = task_of(other, make.departments["transport"])
    assert fresh.ladder_id != called.ladder_id
    assert len([r for r in fresh.ladder.rungs if r["step"] == "report_in"]) == 1
    called.refresh_from_db()
    assert len([r for r in called.ladder.rungs if r["step"] == "report_in"]) == 5


def test_two_tasks_of_one_policy_share_a_ladder(called, make):
    lead = task_of(called.request, make.departments["urban_management"])
    assert lead.ladder_id == called.ladder_id


def test_each_rung_fires_at_its_moment_and_once(called):
    due = called.report_in_due_at
    assert sweep_at(MONDAY) == 0
    called.refresh_from_db()
    assert called.next_at == due - timedelta(hours=1)
    assert sweep_at(due - timedelta(minutes=61)) == 0
    assert sweep_at(due - timedelta(minutes=59)) == 2  # both departments of the request
    assert sweep_at(due - timedelta(minutes=58)) == 0
    assert sweep_at(due) == 2
    assert keys(called) == [("report_in", 1, 0), ("report_in", 2, 0)]
    assert Event.objects.filter(name="task.reminded").count() == 4


def test_what_was_missed_fires_once_and_only_the_last_is_told(called):
    late = worktime.add_working(called.report_in_due_at, worktime.Amount(1, "d"))
    assert sweep_at(late) == 10
    assert sweep_at(late) == 0
    rows = Escalation.objects.filter(task=called)
    assert rows.count() == 5
    assert rows.filter(who="head", is_superseded=True).count() == 1
    assert rows.told().filter(who="head").get().what == "supervision"
    assert Supervision.objects.filter(task=called).count() == 1
    assert Naming.objects.filter(task=called).count() == 1


def test_repeats_count_to_their_most(called):
    start = called.report_in_due_at
    for days in range(1, 12):
        sweep_at(worktime.add_working(start, worktime.Amount(days, "d")))
    rows = Escalation.objects.filter(task=called, step="report_in", rung=4)
    assert sorted(rows.values_list("repeat", flat=True)) == [0, 1, 2]


def test_an_answer_ends_it(called, make):
    sweep_at(MONDAY)
    with base.at(MONDAY + timedelta(minutes=10)):
        whistles.report_in(called, by=make.cast.officer_b)
    sweep_at(called.report_in_due_at + timedelta(minutes=5))
    assert not Escalation.objects.filter(task=called, step="report_in").exists()
    with base.at(MONDAY + timedelta(hours=1)):
        whistles.claim(called, by=make.cast.officer_b)
        whistles.plan(called, by=make.cast.officer_b, plan="当天处理")
        handling.reply(called, by=make.cast.officer_b, reply="路面已修。")
    called.refresh_from_db()
    assert called.next_at is None
    sweep_at(MONDAY + 4 * WEEK)
    assert not Escalation.objects.filter(task=called).exists()


def test_a_later_deadline_moves_what_has_not_fired(called):
    sweep_at(called.due_at - timedelta(hours=1))
    before = keys(called)
    assert ("handling", 1, 0) in before
    later = worktime.add_working(called.due_at, worktime.Amount(5, "d"))
    Task.objects.filter(pk=called.pk).update(due_at=later)
    called.refresh_from_db()
    assert called.next_at.year == 2000  # the database asks for a look
    sweep_at(called.due_at - timedelta(minutes=1))
    assert [k for k in keys(called) if k[0] == "handling"] == [("handling", 1, 0)]
    sweep_at(later + timedelta(minutes=1))
    assert [k for k in keys(called) if k[0] == "handling"] == [
        ("handling", 1, 0),
        ("handling", 2, 0),
    ]


def test_an_earlier_deadline_is_seen_at_once(called):
    sweep_at(MONDAY)
    Task.objects.filter(pk=called.pk).update(
        report_in_due_at=MONDAY + timedelta(minutes=30)
    )
    assert sweep_at(MONDAY + timedelta(minutes=31)) > 0
    assert ("report_in", 2, 0) in keys(called)


@pytest.mark.parametrize("off", [-1, 1])
def test_a_clock_that_is_an_hour_off_neither_loses_nor_repeats(called, off):
    due = called.report_in_due_at
    for minutes in range(-70, 190, 10):
        skew = off if -20 <= minutes <= 60 else 0
        sweep_at(due + timedelta(minutes=minutes, hours=skew))
    found = keys(called)
    assert len(found) == len(set(found))
    assert [k[1] for k in found if k[0] == "report_in"] == [1, 2, 3]


def test_a_rung_that_is_longer_than_the_limit_is_left_out():
    clock = ladders.Clock("handling", MONDAY, MONDAY + timedelta(hours=1))
    long = rung(when="before", offset="3d")
    assert list(ladders.moments([long], [clock])) == []


def test_emergencies_count_round_the_clock():
    friday = timezone.make_aware(datetime(2026, 11, 20, 23, 0))  # noqa: DTZ001
    clock = ladders.Clock("handling", friday, friday + timedelta(hours=24), True)
    (before,) = ladders.moments([rung(when="before", offset="4h")], [clock])
    assert before.at == friday + timedelta(hours=20)
    (after,) = ladders.moments([rung(offset="2h")], [clock])
    assert after.at == friday + timedelta(hours=26)


def test_the_database_refuses_a_rung_twice(called):
    sweep_at(called.report_in_due_at)
    row = Escalation.objects.filter(task=called).first()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_one_task_that_fails_blocks_no_other(called, make, monkeypatch):
    real = ladders.clocks_of
    lead = task_of(called.request, make.departments["urban_management"])

    def broken(task):
        if task.pk == lead.pk:
            raise ZeroDivisionError("planted")
        return real(task)

    monkeypatch.setattr(ladders, "clocks_of", broken)
    assert sweep_at(called.report_in_due_at) == 2
    assert keys(lead) == []
    monkeypatch.setattr(ladders, "clocks_of", real)
    assert sweep_at(called.report_in_due_at + timedelta(minutes=6)) == 2
    assert len(keys(lead)) == 2


def test_a_batch_is_ten_statements_at_most(make):
    with base.at(MONDAY):
        requests = [make.request("whistled") for _n in range(6)]
    late = worktime.add_working(MONDAY, worktime.Amount(10, "d"))
    sweep_at(MONDAY)
    with CaptureQueriesContext(connection) as captured:
        assert sweep_at(late) > 40
    statements = [s for s in own(captured.captured_queries) if "SAVEPOINT" not in s]
    assert len(statements) <= 10, statements
    assert len(requests) == 6


def test_grid_tasks_climb_too(make):
    with base.at(MONDAY):
        request = make.request("dispatched")
    task = task_of(request)
    sweep_at(worktime.add_working(task.due_at, worktime.Amount(1, "d")))
    assert [k[1] for k in keys(task)] == [1, 2, 3]
    with base.at(MONDAY + WEEK):
        handling.claim(task, by=make.cast.worker_a)
    task.refresh_from_db()
    assert task.ladder_id
