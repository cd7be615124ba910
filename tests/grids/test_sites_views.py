"""The public list near somebody, one site, the staff's pages, the API."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from governance.core import dictionaries
from grids import hours
from grids.actions import sites
from grids.models import Site

pytestmark = pytest.mark.django_db
SQUARE_A, SQUARE_B = (112.005, 22.905), (112.015, 22.905)  # centres of two micro grids


@pytest.fixture(autouse=True)
def _lists() -> None:
    dictionaries.forget()


@pytest.fixture
def shown(cast: SimpleNamespace) -> SimpleNamespace:
    """Two public sites 1,024 m apart, one kept inside, one planned."""

    def make(name: str, at: tuple[float, float], **more: Any) -> Site:
        values = {"name": name, "kind": "service_centre", "lon": at[0], "lat": at[1]}
        return sites.save_site(None, {**values, **more}, by=cast.town_a)

    return SimpleNamespace(
        near=make(
            "星岩党群服务中心",
            SQUARE_A,
            services=["papers"],
            hours=hours.parse("全天"),
            on_holidays=True,
            duty_phone="0766-8100001",
            contact_name="周值班",
        ),
        far=make("城北红色驿站", SQUARE_B, kind="red_station", services=["water"]),
        inside=make("内部阵地", SQUARE_A, is_public=False),
        planned=sites.plan_site(
            *SQUARE_B, name="规划点", kind="silver", by=cast.town_a
        ),
    )


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/sites/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_residents_see_public_sites_in_use_and_no_contact(
    client: Client, shown: SimpleNamespace
) -> None:
    text = page(client)
    assert shown.near.name in text
    assert shown.far.name in text
    assert shown.inside.name not in text
    assert shown.planned.name not in text
    one = client.get(f"/sites/{shown.near.pk}/").content.decode()
    assert "0766" in one
    assert "周值班" not in one
    assert client.get(f"/sites/{shown.inside.pk}/").status_code == 404
    assert client.get(f"/sites/{shown.planned.pk}/").status_code == 404


def test_nearest_first_with_minutes_and_metres(
    client: Client, shown: SimpleNamespace
) -> None:
    text = page(client, "?near=112.015,22.905")
    assert text.index(shown.far.name) < text.index(shown.near.name)
    # 1,024 m × 1.3 ÷ 70 = 19 minutes
    assert "步行 19 分钟" in text
    assert "1,000 米" in text
    text = page(client, "?near=112.005,22.905")
    assert text.index(shown.near.name) < text.index(shown.far.name)


def test_a_village_by_list_by_name_and_by_what_is_ambiguous(
    client: Client, shown: SimpleNamespace, forest: SimpleNamespace
) -> None:
    assert "从星岩社区的中心算起" in page(client, f"?at={forest.village_a1.code}")
    assert "从星岩社区的中心算起" in page(client, "?place=云城街道星岩社区三巷")
    assert "没有叫这个名字" in page(client, "?place=火星")
    assert "不在" in page(client, "?at=999999999")
    assert "看不懂" in page(client, "?near=abc,def")


def test_filters_stay_in_the_address(client: Client, shown: SimpleNamespace) -> None:
    text = page(client, "?kind=red_station")
    assert shown.far.name in text
    assert shown.near.name not in text
    assert shown.far.name not in page(client, "?service=papers")
    opened = page(client, "?open=1")
    assert shown.near.name in opened
    assert shown.far.name not in opened  # its hours are not known
    assert shown.near.name in page(client, "?kind=nonsense")
    points = json.loads(client.get("/sites/points.json?kind=red_station").content)
    assert [f["properties"]["title"] for f in points["features"]] == [shown.far.name]


def test_the_map_comes_with_the_list_and_large_type_with_phones(
    client: Client, shown: SimpleNamespace
) -> None:
    text = page(client, "?view=map")
    assert "data-picker data-wanted" in text  # it opens without another tap
    assert "the address alone is enough" not in text
    assert "<noscript>" in text
    assert shown.near.name in text
    client.cookies["elder"] = "1"
    assert 'href="tel:0766-8100001"' in page(client)


def test_staff_see_what_is_not_public_in_their_area_only(
    client: Client, shown: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client.force_login(cast.town_a)
    text = page(client)
    assert shown.inside.name in text
    assert shown.planned.name in text
    one = client.get(f"/sites/{shown.near.pk}/").content.decode()
    assert "周值班" in one
    assert client.get(f"/sites/{shown.near.pk}/?as=resident").status_code == 200
    client.force_login(cast.town_b)
    assert shown.inside.name not in page(client)
    assert client.get(f"/sites/{shown.inside.pk}/").status_code == 404


def test_staff_open_and_close(
    client: Client, shown: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client.force_login(cast.town_a)
    address = f"/sites/{shown.planned.pk}/stage/"
    assert client.post(address, {"to": "open"}).status_code == 302
    shown.planned.refresh_from_db()
    assert shown.planned.stage == "open"
    assert client.post(address, {"to": "closed"}).status_code == 302
    shown.planned.refresh_from_db()
    assert shown.planned.ended_on is not None
    client.force_login(cast.town_b)
    assert client.post(address, {"to": "open"}).status_code == 404
    client.force_login(cast.auditor)
    assert client.post(address, {"to": "open"}).status_code == 403


def test_programs_read_public_sites_without_an_account(
    client: Client, shown: SimpleNamespace
) -> None:
    found = client.get("/api/v1/sites/?near=112.015,22.905").json()["results"]
    assert [row["name"] for row in found] == [shown.far.name, shown.near.name]
    assert found[1]["walk_minutes"] == 19
    assert "contact_name" not in found[0]
    one = client.get(f"/api/v1/sites/{shown.near.pk}/").json()
    assert one["is_open"] is True
    assert one["services"] == [{"code": "papers", "label": "办证"}]
    assert client.get(f"/api/v1/sites/{shown.inside.pk}/").status_code == 404
    only = client.get("/api/v1/sites/?kind=red_station").json()["results"]
    assert [row["name"] for row in only] == [shown.far.name]
