"""The page of disputed calls: what was said on both sides, what was ruled before, who may rule."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.core import dictionaries
from requests_hub.actions import callups, returns, suggestions
from requests_hub.models import Task
from tests.factories.requests_hub import task_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    dictionaries.forget()
    yield
    dictionaries.forget()


def disputed(make: Any, unit: str = "urban_management") -> Task:
    """A call that its department returned twice."""
    cast = make.cast
    officer = cast.officer_a if unit == "urban_management" else cast.officer_b
    task = task_of(make.request("whistled"), make.departments[unit])
    for kind, reason in (("unclear", "权属不清"), ("overlap", "与职责清单不符")):
        task = returns.send_back(task, by=officer, kind=kind, reason=reason)
        if task.state == "returned":
            task = returns.send_again(task, by=cast.town_a, reason="按职责清单配合")
    assert task.state == "ruling"
    return task


def page(client: Any, user: Any, box: str = "open") -> str:
    client.force_login(user)
    answer = client.get(f"/rulings/?box={box}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_both_returns_stand_side_by_side_with_the_step(client: Any, make: Any) -> None:
    task = disputed(make)
    html = page(client, make.cast.district)
    for words in ("权属不清", "与职责清单不符", "按职责清单配合", task.request.no):
        assert words in html
    assert f"/tasks/{task.pk}/step/rule/?next=/rulings/" in html
    assert f"/tasks/{task.pk}/step/release/?next=/rulings/" in html


def test_the_list_of_branches_says_whose_it_is(client: Any, make: Any) -> None:
    task = disputed(make)
    assert "没有列明这一类由谁办理" in page(client, make.cast.district)
    codes = [e.code for e in dictionaries.items("request_category")]
    lead = task.department.code
    entries = dictionaries.items("category_departments")
    named = next(e.code for e in entries if e.data and e.data.get("lead") == lead)
    code = next(c for c in codes if c.startswith(named))
    suggestions.classify(task.request, by=make.cast.district, category=code)
    assert "其中有本部门" in page(client, make.cast.district)


def test_a_ruling_moves_it_to_the_past_and_is_told_at_the_next(
    client: Any, make: Any
) -> None:
    first = disputed(make)
    returns.rule(first, by=make.cast.district, reason="依三定方案第八条")
    assert "依三定方案第八条" not in page(client, make.cast.district)
    assert "依三定方案第八条" in page(client, make.cast.district, "ruled")
    disputed(make)
    html = page(client, make.cast.district)
    assert "依三定方案第八条" in html
    assert f"/whistles/{first.whistle_id}/" in html


def test_who_is_let_go_by_the_district_is_a_ruling_too(client: Any, make: Any) -> None:
    task = disputed(make)
    callups.release(task, by=make.cast.district, reason="改由交通局单独承办")
    assert "改由交通局单独承办" in page(client, make.cast.district, "ruled")


def test_a_return_that_the_desk_answered_is_no_ruling(client: Any, make: Any) -> None:
    task = task_of(make.request("whistled"), make.departments["urban_management"])
    back = returns.send_back(
        task, by=make.cast.officer_a, kind="unclear", reason="权属不清"
    )
    callups.release(back, by=make.cast.town_a, reason="不需要了")
    assert "不需要了" not in page(client, make.cast.district, "ruled")


def test_the_town_reads_and_only_the_district_rules(client: Any, make: Any) -> None:
    task = disputed(make)
    html = page(client, make.cast.town_a)
    assert task.request.no in html
    assert "/step/rule/" not in html
    assert task.request.no not in page(client, make.cast.town_b)
    client.force_login(make.cast.officer_a)
    assert client.get("/rulings/").status_code == 403


def test_more_disputes_ask_no_more_of_the_database(client: Any, make: Any) -> None:
    def asked() -> int:
        page(client, make.cast.district)
        with CaptureQueriesContext(connection) as caught:
            client.get("/rulings/")
        return len(caught)

    disputed(make)
    one = asked()
    for _n in range(3):
        disputed(make)
    assert asked() == one
