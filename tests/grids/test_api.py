"""Grids and departments for programs, and polygons for maps."""

import gzip
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from grids import geometry as drawing
from grids.actions import tree, tree_life
from grids.models import Department


@pytest.fixture
def signed_in(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.outsider)
    return client


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in answer.json()["results"]]


def test_registers_need_a_sign_in(client: Client, forest: SimpleNamespace) -> None:
    for url in ("/api/v1/grids/", "/api/v1/departments/", "/api/v1/grids/445302001/"):
        answer = client.get(url)
        assert answer.status_code in (401, 403)
        assert answer.json()["code"]


def test_list_by_level_parent_prefix_and_name(
    signed_in: Client, forest: SimpleNamespace
) -> None:
    assert codes(signed_in.get("/api/v1/grids/?level=large")) == [
        "445302001",
        "445302003",
    ]
    answer = signed_in.get("/api/v1/grids/?parent=445302001")
    assert codes(answer) == ["445302001009", "445302001202"]
    assert "geometry" not in answer.json()["results"][0]
    below = codes(signed_in.get("/api/v1/grids/?code=445302001009"))
    assert len(below) == 7
    assert codes(signed_in.get("/api/v1/grids/?q=星岩")) == ["445302001009"]
    assert signed_in.get("/api/v1/grids/?q=%00").status_code == 400


def test_list_pages_by_code_and_refuses_a_wrong_level(signed_in: Client) -> None:
    first = signed_in.get("/api/v1/grids/?limit=20").json()
    rest = signed_in.get(first["next"]).json()
    seen = [row["code"] for row in first["results"] + rest["results"]]
    assert len(seen) == 30
    assert seen == sorted(set(seen))
    assert rest["next"] is None
    wrong = signed_in.get("/api/v1/grids/?level=giant")
    assert wrong.status_code == 400
    assert "level" in wrong.json()["fields"]


def test_geometry_only_on_demand_and_retired_only_on_demand(
    signed_in: Client, forest: SimpleNamespace
) -> None:
    row = signed_in.get("/api/v1/grids/?level=micro&limit=1&geometry=1").json()[
        "results"
    ][0]
    assert row["geometry"]["type"] == "Polygon"
    tree_life.retire_grid(forest.micro_a1_1_1, by="test")
    code = forest.micro_a1_1_1.code
    assert code not in codes(signed_in.get(f"/api/v1/grids/?code={code}"))
    assert codes(signed_in.get(f"/api/v1/grids/?code={code}&retired=1")) == [code]


def test_detail_names_ancestors_and_children(
    signed_in: Client, forest: SimpleNamespace
) -> None:
    answer = signed_in.get(f"/api/v1/grids/{forest.small_a1_1.code}/").json()
    assert [row["code"] for row in answer["ancestors"]] == ["445302001", "445302001009"]
    assert [row["name"] for row in answer["children"]] == ["01", "02"]
    assert answer["parent"] == "445302001009"
    assert signed_in.get("/api/v1/grids/000/").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("lon=112.005&lat=22.905", 200),
        ("lon=112.010318&lat=22.902351&crs=gcj02", 200),
        ("lon=10&lat=10", 404),
        ("lon=abc&lat=22.9", 400),
        ("lat=22.9", 400),
        ("lon=nan&lat=22.9", 400),
        ("lon=112&lat=999", 400),
        ("lon=112&lat=22.9&crs=mars", 400),
    ],
)
def test_locate_is_open_and_says_what_is_wrong(
    client: Client, forest: SimpleNamespace, query: str, status: int
) -> None:
    answer = client.get(f"/api/v1/grids/locate/?{query}")
    assert answer.status_code == status
    body = answer.json()
    if status == 200:
        assert body["grid"]["code"] == forest.micro_a1_1_1.code
        assert [row["level"] for row in body["chain"]] == [
            "large",
            "medium",
            "small",
            "micro",
        ]
    elif status == 400:
        assert body["fields"]
    else:
        assert body["code"] == "not_found"


def test_departments_in_official_order(
    signed_in: Client, departments: dict[str, Department]
) -> None:
    answer = signed_in.get("/api/v1/departments/")
    assert codes(answer) == ["urban_management", "transport", "water"]
    assert codes(signed_in.get("/api/v1/departments/?q=交通")) == ["transport"]


def test_geometry_of_children_with_etag_and_gzip(
    client: Client, forest: SimpleNamespace
) -> None:
    url = "/grids/geometry/445302001.json"
    answer = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    found = json.loads(gzip.decompress(answer.content))
    assert [f["properties"]["code"] for f in found["features"]] == [
        "445302001009",
        "445302001202",
    ]
    assert found["bbox"] == [112.0, 22.9, 112.04, 22.92]
    plain = client.get(url)
    assert plain.json() == found
    tag = plain.headers["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    tree.rename_grid(forest.village_a1, name="新名社区", by="test")
    renamed = client.get(url, headers={"If-None-Match": tag})
    assert renamed.status_code == 200
    assert renamed.json()["features"][0]["properties"]["name"] == "新名社区"


def test_geometry_of_the_district_of_a_micro_grid_and_of_nothing(
    client: Client, forest: SimpleNamespace
) -> None:
    drawing._zipped.cache_clear()
    towns = client.get("/grids/geometry/445302.json").json()
    assert len(towns["features"]) == 2
    own = client.get(f"/grids/geometry/{forest.micro_a1_1_1.code}.json").json()
    assert len(own["features"]) == 1
    assert client.get("/grids/geometry/999.json").status_code == 404
