"""The staff's page of the circle: figures, filters, recompute, rule, plan, Excel, paper."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from governance.core import dictionaries
from grids.actions import circle, sites
from grids.models import CircleRule, CircleRun, Site, WalkNetwork
from tests.grids.test_circle_actions import geojson

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists() -> None:
    dictionaries.forget()


@pytest.fixture
def run(forest: SimpleNamespace, cast: SimpleNamespace) -> CircleRun:
    values = {"name": "中心", "kind": "service_centre", "lon": 112.005, "lat": 22.905}
    sites.save_site(None, values, by=cast.town_a)
    row = circle.do_run(circle.ask_run(forest.district, by=cast.district).pk)
    assert row is not None
    return row


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_district_sees_its_figures_and_goes_down(
    client: Client, run: CircleRun, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    client.force_login(cast.district)
    text = text_of(client, "/sites/circle/")
    assert "1 / 16" in text  # micro grids covered
    assert "云城街道" in text
    assert "12.5%" in text
    down = text_of(client, f"/sites/circle/?at={forest.village_a1.code}&level=micro")
    assert "1 / 4" in down
    assert "21 分钟" in down
    gaps = text_of(
        client,
        f"/sites/circle/?at={forest.village_a1.code}&level=micro&only=missed&sort=minutes",
    )
    assert gaps.count("0 / 1") == 3


def test_a_town_sees_its_own_area_only(
    client: Client, run: CircleRun, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    client.force_login(cast.town_a)
    text = text_of(client, "/sites/circle/")
    assert "1 / 8" in text
    assert "河口" not in text
    assert client.get(f"/sites/circle/?at={forest.town_b.code}").status_code == 404
    assert client.get("/sites/circle/?at=nowhere").status_code == 404


@pytest.mark.parametrize("who", ["resident", "outsider", "good_person", "officer_a"])
def test_others_have_no_page(client: Client, cast: SimpleNamespace, who: str) -> None:
    client.force_login(getattr(cast, who))
    assert client.get("/sites/circle/").status_code == 403


def test_recompute_shows_its_progress_and_says_when_it_is_over(
    client: Client, run: CircleRun, cast: SimpleNamespace
) -> None:
    client.force_login(cast.town_a)
    assert client.post("/sites/circle/run/").status_code == 302
    waiting = text_of(client, "/sites/circle/")
    assert "circle-progress" in waiting
    assert "HX-Refresh" not in client.get("/sites/circle/progress/").headers
    asked = CircleRun.objects.under_way().get()
    circle.do_run(asked.pk)
    over = client.get("/sites/circle/progress/")
    assert over.headers["HX-Refresh"] == "true"
    client.force_login(cast.worker_a)
    assert client.post("/sites/circle/run/").status_code == 403


def test_a_change_of_sites_is_told(
    client: Client, run: CircleRun, cast: SimpleNamespace
) -> None:
    client.force_login(cast.district)
    assert "有变动" not in text_of(client, "/sites/circle/")
    sites.save_site(Site.objects.get(), {"about": "改"}, by=cast.town_a)
    assert "有变动" in text_of(client, "/sites/circle/")


def test_a_site_is_planned_where_it_is_proposed(
    client: Client, run: CircleRun, cast: SimpleNamespace
) -> None:
    client.force_login(cast.district)
    first = run.result["suggestions"][0]
    answer = client.post(
        "/sites/circle/plan/1/", {"name": "新驿站", "kind": "red_station"}
    )
    assert answer.status_code == 302
    planned = Site.objects.get(name="新驿站")
    assert (planned.stage, planned.lon, planned.lat) == (
        "planned",
        first["lon"],
        first["lat"],
    )
    again = client.post(
        "/sites/circle/plan/1/", {"name": "新驿站", "kind": "red_station"}
    )
    assert again.status_code == 422
    assert client.get("/sites/circle/plan/99/").status_code == 404


def test_the_rule_and_the_paths(
    client: Client, run: CircleRun, cast: SimpleNamespace
) -> None:
    client.force_login(cast.district)
    values: dict[str, Any] = {
        "minutes": 20,
        "speed_m_per_min": 60,
        "detour": 1.3,
        "snap_m": 100,
        "suggestions": 3,
    }
    assert client.post("/sites/circle/settings/", values).status_code == 302
    assert CircleRule.objects.get().minutes == 20
    assert (
        client.post("/sites/circle/settings/", {**values, "detour": 9}).status_code
        == 422
    )
    file = SimpleUploadedFile(
        "p.geojson", geojson([[112.005, 22.905], [112.005, 22.915]]).encode()
    )
    sent = {"name": "步道", "crs": "wgs84", "file": file}
    assert client.post("/sites/circle/network/", sent).status_code == 302
    assert WalkNetwork.objects.get().is_active
    assert "步道" in text_of(client, "/sites/circle/settings/")
    bad = {"crs": "wgs84", "file": SimpleUploadedFile("p.geojson", b"nothing")}
    assert client.post("/sites/circle/network/", bad).status_code == 422
    assert client.post("/sites/circle/network/", {"do": "drop"}).status_code == 302
    client.force_login(cast.town_a)
    assert client.post("/sites/circle/settings/", values).status_code == 403


def test_excel_and_paper_have_the_same_rows(
    client: Client, run: CircleRun, cast: SimpleNamespace
) -> None:
    client.force_login(cast.district)
    answer = client.get("/sites/circle/export/?level=micro")
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 17
    assert sum(row[3] for row in rows[1:]) == 1
    assert len(list(book.worksheets[1].iter_rows())) == 1 + len(
        run.result["suggestions"]
    )
    assert "1 / 16" in text_of(client, "/sites/circle/print/")
