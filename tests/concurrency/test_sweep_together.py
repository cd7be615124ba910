"""D7: many sweeps at once, each rung once; a task that somebody works on is waited for by nobody."""

import threading
from collections import Counter
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from governance.core import worktime
from governance.core.models import Event
from requests_hub.actions import audit, base, escalation
from requests_hub.models import Escalation, Finding, Task
from tests.concurrency.crowd import at_once
from tests.factories.requests_hub import Makers, task_of

MONDAY = timezone.make_aware(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001
PLAN = "EXPLAIN SELECT id FROM requests_hub_task WHERE next_at <= %s ORDER BY next_at, id LIMIT 200"


@pytest.fixture
def town(
    transactional_db: None,
    forest: SimpleNamespace,
    cast: SimpleNamespace,
    departments: dict,
) -> Makers:
    return Makers(forest, cast, departments)


def _sweep(moment):
    with base.at(moment):
        return escalation.sweep()


def test_four_sweeps_at_once_fire_each_rung_once(town, monkeypatch):
    monkeypatch.setattr(escalation, "BATCH", 3)
    with base.at(MONDAY):
        for _n in range(4):
            town.request("whistled")
    late = worktime.add_working(MONDAY, worktime.Amount(9, "d"))
    answers = at_once(4, lambda _n: _sweep(late))
    assert not [a for a in answers if isinstance(a, Exception)], answers
    # a batch of somebody else is skipped; the next look, if any is needed, takes what is left
    _sweep(late)
    rows = Escalation.objects.values_list("task", "cycle", "step", "rung", "repeat")
    assert max(Counter(rows).values()) == 1
    assert len({task for task, *_rest in rows}) == 8
    assert Event.objects.filter(name__in=escalation.EVENTS.values()).count() == len(
        rows
    )


def test_a_task_in_somebodys_hands_is_skipped_and_taken_next_time(town):
    with base.at(MONDAY):
        request = town.request("whistled")
    mine = task_of(request, town.departments["transport"])
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Task.objects.select_for_update().get(pk=mine.pk)
            held.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    try:
        assert _sweep(mine.report_in_due_at) == 2  # the other department's
    finally:
        done.set()
        thread.join()
    assert _sweep(mine.report_in_due_at) == 2


def test_a_sweep_and_an_answer_do_not_wait_for_each_other(town):
    from requests_hub.actions import whistles

    with base.at(MONDAY):
        tasks = [
            task_of(town.request("whistled"), town.departments["transport"])
            for _n in range(4)
        ]
    late = tasks[0].report_in_due_at + timedelta(hours=1)

    def one(n):
        if n % 2:
            return _sweep(late)
        with base.at(late):
            return whistles.report_in(tasks[n // 2], by=town.cast.officer_b)

    answers = at_once(8, one)
    assert not [a for a in answers if isinstance(a, Exception)], answers


def test_two_audits_tell_once(town):
    with base.at(MONDAY):
        request = town.request("whistled")
    Task.objects.filter(request=request).update(ladder=None)
    at_once(4, lambda _n: audit.run())
    assert Finding.objects.open().filter(kind="no_ladder").count() == 2
    told = Event.objects.filter(name="audit.found", data__kind="no_ladder")
    assert told.count() == 2


def test_the_sweep_reads_its_partial_index(town):
    """Among 5,000 open tasks of which few are due."""
    with base.at(MONDAY):
        task = task_of(town.request("dispatched"))
    later = [
        Task(
            kind="grid",
            state="offered",
            title="x",
            holder_id=task.holder_id,
            created_at=MONDAY,
            due_at=MONDAY + timedelta(minutes=n),
            **task.place_ids,
        )
        for n in range(5_000)
    ]
    Task.objects.bulk_create(later, batch_size=5000)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE requests_hub_task SET next_at = due_at + interval '10 years'"
        )
        cursor.execute("ANALYZE requests_hub_task")
        cursor.execute(PLAN, [MONDAY])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "hub_task_next" in plan, plan
    assert "Seq Scan" not in plan
