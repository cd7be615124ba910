"""What pages say of a request."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from requests_hub import presenters
from requests_hub.models import Request
from requests_hub.workflow import REQUEST

ALL = [s.code for s in REQUEST.states if s.code != "draft"]
HOLDER = {
    "submitted": "town_a",
    "accepted": "town_a",
    "verify": "worker_a",
    "dispatched": "worker_a",
    "signed": "worker_a",
    "handling": "worker_a",
    "whistled": "officer_a",
    "replied": "worker_a",
    "checking": "worker_a",
    "reworked": "officer_a",
    "reopened": "town_a",
}
PEOPLE = [
    "town_a",
    "town_b",
    "worker_a",
    "worker_b",
    "officer_a",
    "officer_b",
    "outsider",
]


@pytest.mark.parametrize("state", ALL)
def test_the_turn_is_the_same_for_one_row_and_for_the_list(make, cast, state):
    request = make.request(state)
    turn = presenters.turn_of(request)
    for name in PEOPLE:
        user = getattr(cast, name)
        listed = Request.objects.visible_to(user).awaiting(user)
        is_listed = listed.filter(pk=request.pk).exists()
        assert turn.is_for(user) == is_listed, name
    if state in HOLDER:
        assert turn.is_for(getattr(cast, HOLDER[state]))
        assert turn.name
        assert turn.verb
        assert turn.clock is not None
    else:
        assert turn.is_over


@pytest.mark.parametrize("state", ALL)
def test_a_resident_reads_plain_words_and_no_officer(make, cast, state):
    request = make.request(state)
    view = presenters.public_view(request)
    assert 1 <= view.stage <= 4
    assert view.sentence
    text = " ".join(
        [view.headline, view.sentence, view.who, *[h.text for h in view.history]]
    )
    for name in ("officer_a", "officer_b", "town_a", "worker_a"):
        assert str(getattr(cast, name)) not in text
    for word in ("派遣", "签收", "退回", "挂账", request.no):
        assert word not in text


@pytest.mark.parametrize("state", ALL)
def test_the_timeline_begins_with_what_is_awaited(make, state):
    request = make.request(state)
    entries = presenters.timeline(request)
    assert entries[0].is_awaited == (state in HOLDER)
    assert entries[-1].name == "request.submitted"
    times = [e.at for e in entries if e.at]
    assert times == sorted(times, reverse=True)


def test_a_list_reads_the_same_number_of_statements_for_one_and_many(make):
    counts = []
    for _round in range(2):
        make.request("whistled")
        make.request("accepted")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for row in presenters.for_list(Request.objects.all()):
                presenters.turn_of(row)
        counts.append(len(queries))
    assert counts == [2, 2]


def test_whistle_rows_show_the_lead_first(make):
    request = make.request("replied")
    (board,) = presenters.whistle_rows(request)
    assert [row.is_lead for row in board.rows] == [True, False]
    assert [row.state.code for row in board.rows].count("replied") == 2
    assert [dot.look for dot in board.rows[0].dots] == ["done"] * 4
