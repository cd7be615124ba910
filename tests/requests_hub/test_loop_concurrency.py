"""Many at once on one row: one effect, and the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from governance.core.errors import Conflict, DomainError
from governance.core.models import Event
from requests_hub.actions import steps, whistles
from requests_hub.models import Request, Task, Whistle
from tests.factories.grids import make_cast, make_departments, make_forest
from tests.factories.requests_hub import Makers, submit, task_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make():
    forest, departments = make_forest(), make_departments()
    return Makers(forest, make_cast(forest, departments), departments)


def at_once(times, work):
    """The results of `work(n)` run in so many threads, errors of the domain as values."""
    start = Barrier(times)

    def run(n):
        try:
            start.wait(20)
            return work(n)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_twenty_claims_have_one_winner_and_the_others_are_told(make):
    task = task_of(make.request("whistled"), make.departments["transport"])
    whistles.report_in(task, by=make.cast.officer_b)
    results = at_once(20, lambda _n: whistles.claim(task, by=make.cast.officer_b))
    won = [r for r in results if isinstance(r, Task)]
    lost = [r for r in results if isinstance(r, Conflict)]
    assert (len(won), len(lost)) == (1, 19)
    assert {e.extra["taken_by"] for e in lost} == {str(make.cast.officer_b)}
    assert Event.objects.filter(name="task.claimed").count() == 1


def test_a_second_report_in_is_the_firsts_answer(make):
    task = task_of(make.request("whistled"), make.departments["transport"])
    results = at_once(8, lambda _n: whistles.report_in(task, by=make.cast.officer_b))
    assert all(isinstance(r, Task) for r in results)
    assert len({r.reported_in_at for r in results}) == 1
    assert Event.objects.filter(name="task.reported_in").count() == 1


def test_a_request_is_whistled_once(make):
    request = make.request("accepted")
    lead = make.departments["transport"]
    results = at_once(
        6, lambda _n: whistles.whistle(request, by=make.cast.town_a, lead=lead)
    )
    assert sum(isinstance(r, Whistle) for r in results) == 1
    assert all(isinstance(r, Whistle | Conflict) for r in results)
    assert Task.objects.count() == 1


def test_the_last_two_replies_at_once_answer_the_request_once(make):
    request = make.request("whistled")
    officers = {"urban_management": "officer_a", "transport": "officer_b"}
    work = []
    for code, name in officers.items():
        task, officer = (
            task_of(request, make.departments[code]),
            getattr(make.cast, name),
        )
        whistles.report_in(task, by=officer)
        whistles.claim(task, by=officer, plan="当天处理")
        work.append((task, officer))

    def reply(n):
        task, officer = work[n]
        return steps.take(
            Task.objects.get(pk=task.pk),
            "reply",
            by=officer,
            data={"reply": f"好了{n}"},
        )

    results = at_once(2, reply)
    assert all(isinstance(r, Task) for r in results)
    assert Request.objects.get(pk=request.pk).state == "replied"
    assert Event.objects.filter(name="request.answered").count() == 1


def test_one_key_sent_by_many_is_one_request(make):
    results = at_once(10, lambda _n: submit(make.district, idempotency_key="same"))
    assert len({r.pk for r in results}) == 1
    assert Request.objects.count() == 1
    assert Event.objects.filter(name="request.submitted").count() == 1
