"""The statistics are exact at every moment, fold once, and tell when they are wrong."""

import pytest
from django.db import connection

from requests_hub.actions import desk, feedback, statistics
from requests_hub.actions.actors import Reporter
from requests_hub.models import Request, StatCheck, StatDelta, StatFlow, StatStock
from requests_hub.panels.recounts import differing
from requests_hub.queries import areas, numbers
from requests_hub.queries.statistics_sql import UNFOLDED
from tests.factories.grids import make_cast, make_departments, make_forest
from tests.factories.requests_hub import Makers, submit

pytestmark = pytest.mark.django_db

STATES = ("submitted", "accepted", "rejected", "dispatched", "handling", "whistled",
          "replied", "checking", "reworked", "closed", "revisited", "reopened", "withdrawn")  # fmt: skip


def held(measure, place=0, axis="", key=""):
    """One stock figure, folded and unfolded."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n), 0) FROM (SELECT district_id, place_id, axis, key, measure,"
            " NULL::date, n FROM requests_hub_statstock UNION ALL "
            f"{UNFOLDED}) AS x"
            " WHERE place_id = %s AND axis = %s AND key = %s AND measure = %s",
            [place, axis, key, measure],
        )
        return cursor.fetchone()[0]


def test_every_state_counts_right_before_and_after_folding(make):
    for state in STATES:
        make.request(state)
    before = statistics.recount()
    assert before.wrong == 0, before.differences
    assert before.cells > 200
    assert statistics.fold() > len(STATES)
    assert not StatDelta.objects.exists()
    after = statistics.recount()
    assert after.wrong == 0, after.differences
    assert StatStock.objects.get(place_id=0, axis="", measure="r:closed").n == 1


def test_one_change_is_one_insert(make, forest):
    request = make.request("submitted")
    StatDelta.objects.all().delete()
    desk.accept(request, by=make.cast.town_a)
    delta = StatDelta.objects.get()
    assert "r:accepted" in delta.plus
    assert "r:submitted" in delta.minus
    assert delta.medium_id == forest.village_a1.pk


def test_figures_follow_at_once_and_after_folding(make, forest):
    town = forest.town_a.pk
    request = make.request("accepted")
    assert held("r:accepted", town) == 1
    statistics.fold()
    assert held("r:accepted", town) == 1
    desk.reply(request, by=make.cast.town_a, reply="已上门说明流程。")
    assert held("r:accepted", town) == 0
    assert held("r:replied", town) == 1
    statistics.fold()
    assert (held("r:accepted", town), held("r:replied", town)) == (0, 1)
    assert not StatStock.objects.filter(n=0).exists()


def test_raw_sql_and_moved_rows_are_counted(make, forest):
    request = make.request("accepted")
    statistics.fold()
    Request.objects.filter(pk=request.pk).update(
        large=forest.town_b, medium=None, small=None, micro=None
    )
    assert held("r:accepted", forest.town_a.pk) == 0
    assert held("r:accepted", forest.town_b.pk) == 1
    assert statistics.recount().wrong == 0


def test_days_of_flow(make):
    request = make.request("closed")
    feedback.rate(
        request, by=Reporter(request.pk), is_solved=True, satisfaction="basically"
    )
    statistics.fold()
    found = dict(
        StatFlow.objects.filter(place_id=0, axis="").values_list("measure", "n")
    )
    assert found["received"] == found["closed"] == found["closed_in_time"] == 1
    assert found["basically"] == found["solved"] == found["valid"] == 1
    assert found["called"] == found["report_met"] == found["handle_met"] == 2
    assert found["to:closed"] == found["to:whistled"] == 1


def test_a_recount_names_the_cell_that_differs_and_raises_the_alarm(make):
    make.request("accepted")
    statistics.fold()
    StatStock.objects.filter(place_id=0, axis="", measure="r:accepted").update(n=7)
    check = statistics.recount()
    assert check.wrong == 1
    assert check.differences[0]["measure"] == "r:accepted"
    assert (check.differences[0]["held"], check.differences[0]["counted"]) == (7, 1)
    assert not statistics.is_recount_due()
    cell = differing(check)[0]
    assert (cell["words"], cell["place"]) == ("现处于“已受理”的诉求", 0)


@pytest.mark.django_db(transaction=True)
def test_rebuild_makes_it_right_again():
    forest, departments = make_forest(), make_departments()
    make = Makers(forest, make_cast(forest, departments), departments)
    for state in ("whistled", "closed"):
        make.request(state)
    statistics.fold()
    StatFlow.objects.all().delete()
    StatStock.objects.update(n=3)
    assert statistics.recount().wrong > 10
    assert statistics.rebuild_if_asked() is False
    statistics.ask_for_rebuild(by="test")
    assert statistics.rebuild_if_asked() is True
    assert statistics.recount().wrong == 0
    assert StatCheck.objects.filter(rebuilt_at__isnull=False).count() == 1
    submit(forest.district)
    statistics.fold()
    assert statistics.recount().wrong == 0


@pytest.mark.parametrize("who", ["district", "town_a", "worker_a", "officer_a"])
def test_the_workbench_counts_as_the_rows_do(make, cast, who, monkeypatch):
    """Whoever asks: the figures of the statistics are those of the rows."""
    for state in ("submitted", "whistled", "reported", "closed", "revisited"):
        if state == "reported":
            request = make.request("whistled")
            Request.objects.filter(pk=request.pk).update(due_at="2020-01-01T00:00Z")
            request.tasks.update(report_in_due_at="2020-01-01T00:00Z")
        else:
            make.request(state)
    user = getattr(cast, who)
    asked = (numbers.month_rates, numbers.area_figures, numbers.whistle_board)
    unfolded = [ask(user) for ask in asked]
    statistics.fold()
    folded = [ask(user) for ask in asked]
    monkeypatch.setattr(areas, "held", lambda _user: None)
    assert unfolded == folded == [ask(user) for ask in asked]
    if who != "officer_a":
        assert sum(area.late for area in folded[1][1]) == 1
