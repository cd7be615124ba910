"""Changing the tree on its pages: preview first, then done; who may and who may not."""

import datetime as dt
import html
import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from grids.actions import plans, tree
from grids.models import Grid, GridChange, GridPlan
from tests.cast import As
from tests.factories.requests_hub import Makers


@pytest.fixture
def sign_in(sign_in: As) -> As:
    """In English, whose words these tests look for."""

    def enter(name: str) -> Client:
        client = sign_in(name)
        client.cookies["django_language"] = "en"
        return client

    return enter


def twice(client: Client, url: str, data: dict[str, object]) -> tuple[str, int]:
    """See what happens, then do it: the text of the preview and the last status."""
    asked = {"on": timezone.localdate().isoformat(), "reason": "调整", **data}
    first = client.post(url, asked)
    text = first.content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', text)
    assert seen is not None, text
    second = client.post(url, {**asked, "seen": html.unescape(seen.group(1))})
    return text, second.status_code


def test_create_shows_the_code_before_it_is_made(
    sign_in: As, forest: SimpleNamespace
) -> None:
    url = f"/grids/{forest.small_a1_1.code}/change/create/"
    client = sign_in("town_a")
    assert client.get(url).status_code == 200
    data = {"name": "新微格", "area_type": "community", "code": ""}
    text, status = twice(client, url, data)
    assert forest.small_a1_1.code + "003" in text
    assert status == 302
    assert Grid.objects.get(name="新微格").code == forest.small_a1_1.code + "003"
    assert GridChange.objects.get(kind="created").reason == "调整"


def test_the_preview_changes_nothing(sign_in: As, forest: SimpleNamespace) -> None:
    url = f"/grids/{forest.village_a2.code}/change/merge/"
    client = sign_in("district")
    asked = {
        "on": timezone.localdate().isoformat(),
        "reason": "合并",
        "grids": [forest.village_a1.pk],
        "name": "城北村",
        "work": "move",
    }
    text = client.post(url, asked).content.decode()
    assert "is retired" in text
    assert "44530200120203" in text
    assert not GridChange.objects.exists()
    assert Grid.objects.get(pk=forest.village_a1.pk).retired_on is None


def test_another_input_after_the_preview_is_previewed_again(
    sign_in: As, forest: SimpleNamespace
) -> None:
    url = f"/grids/{forest.village_a1.code}/change/rename/"
    client = sign_in("town_a")
    asked = {"on": timezone.localdate().isoformat(), "reason": "改名", "name": "甲"}
    text = client.post(url, asked).content.decode()
    found = re.search(r'name="seen" value="([^"]*)"', text)
    assert found is not None
    again = client.post(url, {**asked, "name": "乙", "seen": found.group(1)})
    assert again.status_code == 200
    assert not GridChange.objects.exists()


@pytest.mark.parametrize(
    ("act", "data"),
    [
        ("rename", {"name": "星岩新社区"}),
        ("recode", {"code": "445302001188"}),
        ("edit", {"area_type": "rural", "order": "3", "short_name": "星岩"}),
    ],
)
def test_simple_changes(
    sign_in: As, forest: SimpleNamespace, act: str, data: dict[str, object]
) -> None:
    url = f"/grids/{forest.village_a1.code}/change/{act}/"
    _text, status = twice(sign_in("town_a"), url, data)
    assert status == 302
    assert GridChange.objects.count() == 1


def test_split_by_form_with_two_parts(
    sign_in: As, forest: SimpleNamespace, make: Makers
) -> None:
    make.request("dispatched")
    url = f"/grids/{forest.village_a1.code}/change/split/"
    client = sign_in("town_a")
    more = client.post(url, {"parts": "1", "more_parts": "1"}).content.decode()
    assert 'name="name_2"' in more
    data = {
        "parts": "2",
        "name_1": "甲社区",
        "code_1": "445302001011",
        "name_2": "乙社区",
        "code_2": "445302001012",
        f"child_{forest.small_a1_1.pk}": "1",
        f"child_{forest.small_a1_2.pk}": "2",
        "heir": "0",
        "work": "move",
    }
    asked = {"on": timezone.localdate().isoformat(), "reason": "x", **data}
    assert "Nothing would be left" in client.post(url, asked).content.decode()
    data |= {"heir": "2", "ends": "on"}
    text, status = twice(client, url, data)
    assert "1 open requests: to 甲社区" in text
    assert status == 302
    small = Grid.objects.get(pk=forest.small_a1_1.pk)
    assert small.code == "44530200101101"


def test_move_and_retire_by_form(sign_in: As, forest: SimpleNamespace) -> None:
    client = sign_in("district")
    url = f"/grids/{forest.small_a1_1.code}/change/move/"
    text, status = twice(
        client, url, {"to": forest.village_b1.code, "code": "", "work": "move"}
    )
    assert forest.village_b1.code + "03" in text
    assert status == 302
    url = f"/grids/{forest.micro_b1_1_1.code}/change/retire/"
    _text, status = twice(
        client, url, {"heir_grid": forest.micro_b1_1_2.code, "work": "move"}
    )
    assert status == 302
    page = client.get(f"/grids/{forest.micro_b1_1_1.code}/").content.decode()
    assert "took over" in page
    assert "vacant" not in page  # nobody is to be found for a post there any more
    again = client.get(url, follow=True)
    assert "retired already" in again.content.decode()
    answer = client.get(url, HTTP_HX_REQUEST="true")
    assert answer["HX-Redirect"] == f"/grids/{forest.micro_b1_1_1.code}/"
    above = f"/grids/{forest.small_b1_1.code}/change/retire/"
    text = client.post(
        above, {"heir_grid": "", "work": "move", "on": "2026-07-14", "reason": "x"}
    ).content.decode()
    assert "Merge it into another grid" in text
    assert "河口街道 河口社区" in text  # which 第一网格 it is


def test_refusals_stand_beside_their_fields(
    sign_in: As, forest: SimpleNamespace
) -> None:
    url = f"/grids/{forest.village_a1.code}/change/recode/"
    asked = {"on": timezone.localdate().isoformat(), "reason": "x", "code": "44"}
    answer = sign_in("town_a").post(url, asked)
    assert answer.status_code == 422
    assert "9, 12, 14 or 17" in answer.content.decode()
    answer = sign_in("town_a").post(url, {**asked, "reason": ""})
    assert answer.status_code == 422


def test_who_may(sign_in: As, forest: SimpleNamespace) -> None:
    own = f"/grids/{forest.village_a1.code}/change/rename/"
    town = f"/grids/{forest.town_a.code}/change/recode/"
    for who, first, second in (
        ("town_a", 200, 403),
        ("town_b", 403, 403),
        ("district", 200, 200),
        ("worker_a", 403, 403),
        ("leader", 403, 403),
        ("resident", 403, 403),
    ):
        client = sign_in(who)
        assert client.get(own).status_code == first, who
        assert client.get(town).status_code == second, who
    across = f"/grids/{forest.small_a1_1.code}/change/move/"
    asked = {
        "on": timezone.localdate().isoformat(),
        "reason": "x",
        "to": forest.village_b1.code,
        "work": "move",
    }
    assert sign_in("town_a").post(across, asked).status_code == 403
    assert sign_in("town_a").get("/grids/new/").status_code == 403
    assert sign_in("district").get("/grids/new/").status_code == 200
    assert sign_in("district").get(own.replace("rename", "x")).status_code == 404


def test_a_day_to_come_is_a_plan_and_is_carried_out(
    sign_in: As, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    day = timezone.localdate() + dt.timedelta(days=10)
    url = f"/grids/{forest.village_a1.code}/change/rename/"
    client = sign_in("town_a")
    text, status = twice(client, url, {"on": day.isoformat(), "name": "明日社区"})
    assert "on that day" in text
    assert status == 302
    plan = GridPlan.objects.get()
    assert Grid.objects.get(pk=forest.village_a1.pk).name == "星岩社区"
    assert plans.carry_out_due() == 0
    history = f"/grids/{forest.village_a1.code}/history/"
    assert "Cancel this plan" in client.get(history).content.decode()
    plan.on = timezone.localdate()
    plan.save(update_fields=["on"])
    assert plans.carry_out_due() == 1
    assert plans.carry_out_due() == 0
    assert Grid.objects.get(pk=forest.village_a1.pk).name == "明日社区"
    assert GridPlan.objects.get().change is not None


def test_a_plan_that_is_not_possible_any_more_says_why(
    sign_in: As, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    today = timezone.localdate()
    data = {"grid": forest.village_a1.pk, "code": "445302001188"}
    plan = plans.decide(
        "recoded",
        data,
        by=cast.town_a,
        on=today + dt.timedelta(days=3),
        reason="区划",
    )
    assert isinstance(plan, GridPlan)
    tree.create_grid(parent=forest.town_a, code="445302001188", name="抢", by="test")
    GridPlan.objects.update(on=today)
    plans.carry_out_due()
    plan.refresh_from_db()
    assert plan.state == "refused"
    assert plan.note


def test_a_plan_can_be_cancelled_by_its_town_only(
    sign_in: As, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    day = timezone.localdate() + dt.timedelta(days=3)
    data = {"grid": forest.village_a1.pk, "name": "甲"}
    plan = plans.decide("renamed", data, by=cast.town_a, on=day, reason="x")
    url = f"/grids/plans/{plan.pk}/cancel/"
    assert sign_in("town_b").post(url).status_code == 403
    assert sign_in("town_a").post(url).status_code == 302
    assert GridPlan.objects.get().state == "cancelled"
    assert sign_in("town_a").post(url).status_code == 409


def test_history_page_and_paper(sign_in: As, forest: SimpleNamespace) -> None:
    tree.recode_grid(
        forest.village_a1, code="445302001188", by="test", reason="区划代码调整"
    )
    client = sign_in("auditor")
    text = client.get("/grids/445302001188/history/").content.decode()
    assert "had the code 445302001009" in text
    assert "区划代码调整" in text
    paper = client.get("/grids/445302001188/history/?print=1").content.decode()
    assert "445302001009" in paper
    assert sign_in("resident").get("/grids/445302001188/history/").status_code == 403
