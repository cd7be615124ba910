"""The board of whistles: what it counts, and that it asks no more than a list may."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from requests_hub.actions import base, scores, statistics, whistles
from requests_hub.models import Task
from requests_hub.queries import choices, numbers
from tests.factories.requests_hub import answered, task_of
from tests.test_query_counts import ABOUT_SESSIONS

MARKS = {"promptness": 5, "result": 4, "cooperation": 3}


@pytest.fixture
def busy(make, cast):
    """Late report-ins, an answered call, a call in hand, and a scored one that is closed."""
    choices.forget()
    late = timezone.now() - timedelta(days=9)
    with base.at(late):
        one = make.request("whistled")
    two = make.request("whistled")
    whistles.report_in(task_of(two, make.departments["transport"]), by=cast.officer_b)
    answered(task_of(two, make.departments["urban_management"]), cast.officer_a)
    done = make.request("closed")
    scores.score(
        task_of(done, make.departments["transport"]), by=cast.town_a, marks=MARKS
    )
    yield one
    choices.forget()


def statements(client, user):
    client.force_login(user)
    client.get("/whistles/")
    with CaptureQueriesContext(connection) as caught:
        answer = client.get("/whistles/")
    assert answer.status_code == 200
    own = [
        q["sql"]
        for q in caught.captured_queries
        if not any(word in q["sql"] for word in ABOUT_SESSIONS)
    ]
    return own, answer.content.decode()


@pytest.mark.parametrize(
    "who", ["town_a", "district", "officer_b", "worker_a", "leader"]
)
def test_the_board_asks_eight_statements_with_everything_on_it(
    busy, cast, client, who, make
):
    own, page = statements(client, getattr(cast, who))
    assert len(own) <= 8, own
    assert make.departments["transport"].short in page


@pytest.mark.parametrize("is_folded", [False, True])
def test_the_board_counts_what_the_rows_say(busy, cast, is_folded):
    if is_folded:
        statistics.fold()
    calls = Task.objects.filter(kind="whistle")
    for user in (cast.town_a, cast.district):
        board = {r.department.code: r for r in numbers.whistle_board(user)}
        for code, row in board.items():
            own = calls.filter(department__code=code)
            overdue = own.filter(
                state="called", report_in_due_at__lt=timezone.now()
            ).count()
            assert row.late == overdue == 1
            assert row.open == own.open().count()
        assert set(board) == {"transport", "urban_management"}
        first = numbers.whistle_board(user)[0]
        assert first.late >= 1
    assert [r.department.code for r in numbers.whistle_board(cast.officer_b)] == [
        "transport"
    ]
