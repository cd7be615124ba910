"""D4: twenty people press the same button; one wins, the others are told who."""

from collections import Counter
from types import SimpleNamespace

import pytest
from django.db import transaction

from governance.core import locks
from governance.core.errors import Conflict
from governance.core.models import Event
from grids.actions.posts import appoint
from requests_hub.actions import handling, whistles
from requests_hub.actions.intake import submit_request
from requests_hub.models import Request, Task
from tests.concurrency.crowd import at_once
from tests.factories.grids import make_user
from tests.factories.requests_hub import HERE, Makers, task_of

CROWD = 20


@pytest.fixture
def town(
    transactional_db: None,
    forest: SimpleNamespace,
    cast: SimpleNamespace,
    departments: dict,
) -> SimpleNamespace:
    return SimpleNamespace(
        forest=forest,
        cast=cast,
        departments=departments,
        make=Makers(forest, cast, departments),
    )


def _people(role: str, **where: object) -> list:
    users = [make_user(f"crowd{n}", f"人员{n:02d}") for n in range(CROWD)]
    for user in users:
        appoint(user, role, by="test", **where)
    return users


def _events(task: Task, name: str) -> int:
    return Event.objects.filter(subject_id=task.pk, name=name).count()


def test_twenty_officers_claim_one_wins(town):
    department = town.departments["urban_management"]
    officers = _people("officer", department=department)
    request = town.make.request("whistled")
    task = task_of(request, department)
    whistles.report_in(task, by=town.cast.officer_a)
    answers = at_once(CROWD, lambda n: whistles.claim(task, by=officers[n], plan="去"))
    won = [a for a in answers if isinstance(a, Task)]
    told = [a for a in answers if isinstance(a, Conflict)]
    assert (len(won), len(told)) == (1, CROWD - 1), Counter(map(repr, answers))
    task.refresh_from_db()
    assert {refusal.extra["taken_by"] for refusal in told} == {str(task.holder)}
    assert _events(task, "task.claimed") == 1


def test_twenty_grid_workers_take_one_wins(town):
    workers = _people("grid_worker", grid=town.forest.village_a1)
    request = town.make.request("dispatched")
    task = task_of(request)
    given = {
        "holder": None,
        "grid": town.forest.village_a1,
    }  # to the grid, no person named
    Task.objects.filter(pk=task.pk).update(**given)
    answers = at_once(CROWD, lambda n: handling.claim(task, by=workers[n]))
    won = [a for a in answers if isinstance(a, Task)]
    assert len(won) == 1, Counter(map(repr, answers))
    assert all(isinstance(a, Task | Conflict) for a in answers)
    assert _events(task, "task.claimed") == 1


def test_twenty_report_in_the_first_ones_answer_for_all(town):
    department = town.departments["transport"]
    officers = _people("officer", department=department)
    request = town.make.request("whistled")
    task = task_of(request, department)
    answers = at_once(
        CROWD, lambda n: whistles.report_in(task, by=officers[n], who=f"人员{n:02d}")
    )
    assert all(isinstance(a, Task) for a in answers), Counter(map(repr, answers))
    assert len({a.reported_in_at for a in answers if isinstance(a, Task)}) == 1
    assert _events(task, "task.reported_in") == 1


def test_twenty_submissions_of_one_key_are_one_request(town):
    def submit(_number: int) -> int:
        return int(
            submit_request(
                district=town.forest.district,
                channel="public",
                body="井盖破损",
                idempotency_key="same",
                **HERE,
            ).request.pk
        )

    answers = at_once(CROWD, submit)
    assert len(set(map(repr, answers))) == 1, answers
    assert Request.objects.count() == 1
    assert Event.objects.filter(name="request.submitted").count() == 1


def test_both_departments_reply_at_once_and_the_request_moves_on_once(town):
    request = town.make.request("whistled")
    pairs = [
        (task_of(request, town.departments["urban_management"]), town.cast.officer_a),
        (task_of(request, town.departments["transport"]), town.cast.officer_b),
    ]
    for task, officer in pairs:
        whistles.report_in(task, by=officer)
        whistles.claim(task, by=officer, plan="去")
    answers = at_once(
        2, lambda n: handling.reply(pairs[n][0], by=pairs[n][1], reply="井盖已换好")
    )
    assert all(isinstance(a, Task) for a in answers), answers
    request.refresh_from_db()
    assert request.state == "replied"
    assert Event.objects.filter(subject_id=request.pk, data__to="replied").count() == 1


def test_a_named_lock_lets_one_in_at_a_time(transactional_db):
    inside: list[int] = []
    most: list[int] = []

    def enter(number: int) -> None:
        with transaction.atomic():
            locks.hold("test")
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    assert at_once(CROWD, enter) == [None] * CROWD
    assert max(most) == 1


def test_a_lock_needs_a_transaction(transactional_db):
    with pytest.raises(RuntimeError):
        locks.hold("test")
