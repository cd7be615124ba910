"""Escalation: the ladder of a task is fixed at its dispatch, and each rung of it fires once.

Beat only says "look now". What is due stands in rows: `Task.next_at` is the moment at which
somebody must look, set by the sweep and by a trigger whenever a deadline or state changes. So a
late, doubled or missing beat, a restart, or a clock that is an hour off delays a rung but never
loses or repeats it. Tasks are taken with SKIP LOCKED and nothing else is waited for.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from governance.core import engine, events
from governance.core.faults import fault_point
from governance.core.ids import reserve_ids
from requests_hub import deadlines, ladders, policies
from requests_hub.actions import base, waking
from requests_hub.models import Escalation, Finding, Ladder, Naming, Supervision, Task

log = structlog.get_logger(__name__)

BATCH = 200
LONGEST_SECONDS = 45.0
HEARTBEAT = "sweep"
EVENTS = {
    "reminder": "task.reminded",
    "supervision": "task.supervised",
    "naming": "task.named",
}
BY = "ladder"


def snapshot(district_id: int, kind: str) -> Ladder:
    """The rungs that are in force now, as a row that never changes; for the task's `ladder`."""
    day = timezone.localdate(base.now())
    rungs = policies.rungs_in_force(district_id, kind, day)
    row, _made = Ladder.objects.get_or_create(
        district_id=district_id,
        kind=kind,
        digest=ladders.digest(rungs),
        defaults={"rungs": [rung.as_dict() for rung in rungs]},
    )
    return row


@transaction.atomic
def give_ladder(task: Task) -> Task:
    """Give a task that lacks one the ladder that is in force today."""
    row = Task.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if row.ladder_id is None:
        kind = row.whistle.kind if row.whistle else Ladder.Kind.GRID
        row.ladder = snapshot(row.district_id, kind)
        row.save(update_fields=["ladder"])
    return row


@dataclass
class Plan:
    """What one batch comes to."""

    now: datetime
    tasks: list[Task]
    fired: list[Escalation] = field(default_factory=list)
    going: list[int] = field(default_factory=list)


def sweep(*, seconds: float = LONGEST_SECONDS) -> int:
    """Fire every rung that is due; gives how many. What is left waits for the next call."""
    ends, fired = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        looked, found, going = _batch()
        fired += found
        woken = _wake(going)
        if looked < BATCH and not woken:
            break
    engine.beat(HEARTBEAT)
    return fired


def _wake(going: Iterable[int]) -> int:
    """Let go on what does so by itself; gives how many did. Their rungs are for the next batch."""
    now, done = base.now(), 0
    for pk in going:
        try:
            done += waking.go_on(pk, now)
        except OperationalError:
            raise
        except Exception as error:
            log.exception("sweep_failed", task_id=pk, error=type(error).__name__)
            _set_aside(pk, now, error)
    return done


def _batch() -> tuple[int, int, list[int]]:
    """One transaction: (tasks looked at, rungs fired, ids of those that go on by themselves).

    A task that fails blocks no other.
    """
    now = base.now()
    try:
        with transaction.atomic():
            plan = Plan(now, _take(now))
            return len(plan.tasks), _fire(plan), plan.going
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whichever task it was is found one by one
        log.warning("sweep_batch_failed", error=type(error).__name__)
        return _one_by_one(now)


def _take(now: datetime, pk: int | None = None) -> list[Task]:
    rows = Task.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        next_at__lte=now
    )
    if pk is not None:
        rows = rows.filter(pk=pk)
    # by the index alone: with a second column, many of one moment would be sorted each time
    found = rows.select_related("ladder").order_by("next_at")
    return list(found[:BATCH])


def _one_by_one(now: datetime) -> tuple[int, int, list[int]]:
    due = Task.objects.filter(next_at__lte=now).order_by("next_at")
    ids, fired = list(due.values_list("pk", flat=True)[:BATCH]), 0
    going: list[int] = []
    for pk in ids:
        try:
            with transaction.atomic():
                plan = Plan(now, _take(now, pk))
                fired += _fire(plan)
            going += plan.going
        except OperationalError:
            raise
        except Exception as error:
            log.exception("sweep_failed", task_id=pk, error=type(error).__name__)
            _set_aside(pk, now, error)
    return len(ids), fired, going


@transaction.atomic
def _set_aside(pk: int, now: datetime, error: Exception) -> None:
    """Look at this one again later, and say so to the auditor; nobody else waits for it."""
    task = Task.objects.select_for_update(of=("self",)).get(pk=pk)
    Task.objects.filter(pk=pk).update(next_at=now + ladders.LATER)
    Finding.objects.update_or_create(
        district_id=task.district_id,
        kind="sweep_failed",
        subject_id=pk,
        mended_at=None,
        defaults={
            "subject_type": "task",
            "title": task.title,
            "seen_at": now,
            "data": {"error": f"{type(error).__name__}: {error}"[:300]},
        },
        create_defaults={
            "subject_type": "task",
            "title": task.title,
            "found_at": now,
            "seen_at": now,
            "data": {"error": f"{type(error).__name__}: {error}"[:300]},
        },
    )


def _fire(plan: Plan) -> int:
    """At most eight statements, however many tasks."""
    if not plan.tasks:
        return 0
    done = _fired_before(plan.tasks)
    for task in plan.tasks:
        _plan_task(plan, task, done.get(task.pk, set()))
    if plan.fired:
        _write(plan)
    fault_point("sweep.fired")
    Task.objects.bulk_update(plan.tasks, ["next_at"])
    return len(plan.fired)


def _fired_before(tasks: Sequence[Task]) -> dict[int, set[tuple[int, str, int, int]]]:
    """By task: (cycle, step, rung, repeat) of what has fired."""
    found: dict[int, set[tuple[int, str, int, int]]] = defaultdict(set)
    rows = Escalation.objects.filter(task_id__in=[task.pk for task in tasks])
    for pk, *key in rows.values_list("task_id", "cycle", "step", "rung", "repeat"):
        found[pk].add(tuple(key))  # type: ignore[arg-type]
    return found


def _plan_task(plan: Plan, task: Task, done: set[tuple[int, str, int, int]]) -> None:
    clocks = ladders.clocks_of(task)
    on = ladders.goes_on_at(task)
    if on is not None and on <= plan.now:
        plan.going.append(task.pk)
        task.next_at = plan.now + ladders.LATER  # should that be hindered
        return
    rungs = ladders.read(task.ladder.rungs) if task.ladder else ()
    pending = [
        m
        for m in ladders.moments(rungs, clocks)
        if (ladders.cycle_of(task, m.rung.step), *m.key) not in done
    ]
    due = sorted((m for m in pending if m.at <= plan.now), key=lambda m: m.at)
    last = {moment.rung.who: moment for moment in due}
    for moment in due:
        plan.fired.append(
            Escalation(
                task=task,
                cycle=ladders.cycle_of(task, moment.rung.step),
                step=moment.rung.step,
                rung=moment.rung.number,
                repeat=moment.repeat,
                what=moment.rung.what,
                who=moment.rung.who,
                due_at=moment.due,
                planned_at=moment.at,
                fired_at=plan.now,
                is_superseded=moment is not last[moment.rung.who],
            )
        )
    task.next_at = ladders.next_moment(task, pending, clocks, plan.now)


def _write(plan: Plan) -> None:
    for row, pk in zip(plan.fired, reserve_ids(len(plan.fired)), strict=True):
        row.pk = pk
    Escalation.objects.bulk_create(plan.fired)
    Supervision.objects.bulk_create(_supervisions(plan.fired))
    Naming.objects.bulk_create(namings_of(plan.fired))
    events.record_many([fact_of(row) for row in plan.fired])


def _supervisions(fired: Iterable[Escalation]) -> list[Supervision]:
    """One a rung, but none while the unit still owes the answer to an earlier one."""
    rows = [row for row in fired if row.what == "supervision"]
    if not rows:
        return []
    waiting = Supervision.objects.waiting().filter(task__in=[r.task_id for r in rows])
    owing = set(waiting.values_list("task_id", flat=True))
    out = []
    for row in rows:
        if row.task_id not in owing:
            owing.add(row.task_id)
            out.append(supervision_of(row))
    return out


def supervision_of(row: Escalation) -> Supervision:
    """The statement that an escalation asks for, by the rule `supervision_answer`."""
    limit = deadlines.limit("supervision_answer")
    return Supervision(
        task_id=row.task_id,
        escalation=row,
        asked_by=row.by,
        asked_at=row.fired_at,
        words=row.words,
        answer_by=limit.after(row.fired_at),
    )


def namings_of(fired: Iterable[Escalation]) -> list[Naming]:
    """The rows of those that name a unit, not saved."""
    return [
        Naming(
            district_id=row.task.district_id,
            task=row.task,
            escalation=row,
            department_id=row.task.department_id,
            large_id=None if row.task.department_id else row.task.large_id,
            step=row.step,
            due_at=row.due_at,
            named_at=row.fired_at,
        )
        for row in fired
        if row.what == "naming"
    ]


def fact_of(row: Escalation) -> events.Fact:
    """What happened, for the history of the request and for those who are told."""
    task, due = row.task, row.due_at
    data: dict[str, Any] = {
        "escalation": row.pk,
        "task": task.pk,
        "department": task.department_id,
        "step": row.step,
        "rung": row.rung,
        "repeat": row.repeat,
        "who": row.who,
        "due_at": due.isoformat() if due else "",
        "decides": task.state if row.step == ladders.DECISION else "",
        "is_superseded": row.is_superseded or None,
        "note": row.words,
    }
    return events.Fact(
        name=EVENTS[row.what],
        subject=task,
        actor=row.by or BY,
        data={name: value for name, value in data.items() if value not in (None, "")},
        thread_id=task.request_id,
        occurred_at=row.fired_at,
    )
