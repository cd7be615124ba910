"""The tree and the page of one grid."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grids.actions import tree, tree_life
from grids.actions.households import note_need
from tests.factories.persons import make_care, make_household, make_person


def test_pages_need_a_sign_in(client: Client, forest: SimpleNamespace) -> None:
    for url in ("/grids/", "/grids/445302001/"):
        assert client.get(url).status_code == 302


@pytest.fixture
def staff(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.town_a)
    client.cookies["django_language"] = "en"
    return client


def test_the_list_shows_towns_and_a_map(staff: Client, forest: SimpleNamespace) -> None:
    text = staff.get("/grids/").content.decode()
    assert "云城街道" in text
    assert "河口街道" in text
    assert text.count("<path d=") == 2
    assert "style=" not in text.partition("<main")[2].partition("</main>")[0]


def test_search_by_name_and_code(staff: Client, forest: SimpleNamespace) -> None:
    assert "星岩社区" in staff.get("/grids/?q=星岩").content.decode()
    assert (
        forest.micro_b1_1_1.code in staff.get("/grids/?q=445302003001").content.decode()
    )
    assert "No grid fits" in staff.get("/grids/?q=没有").content.decode()


def test_a_grid_shows_chain_children_and_people(
    staff: Client, forest: SimpleNamespace
) -> None:
    text = staff.get(f"/grids/{forest.village_a1.code}/?all=1").content.decode()
    for part in ("云城街道", "第一网格", "李秀英"):
        assert part in text
    micro = staff.get(f"/grids/{forest.micro_a1_1_1.code}/?all=1").content.decode()
    assert "Nobody is posted here" in micro
    tree_life.retire_grid(forest.micro_a1_1_1, by="test")
    assert (
        "Retired on"
        in staff.get(f"/grids/{forest.micro_a1_1_1.code}/").content.decode()
    )
    assert staff.get("/grids/999/").status_code == 404


def test_statements_do_not_grow_with_the_children(
    staff: Client, forest: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    staff.get(f"/grids/{forest.town_a.code}/")
    with django_assert_max_num_queries(15):
        staff.get(f"/grids/{forest.town_a.code}/")
    with CaptureQueriesContext(connection) as before:
        staff.get(f"/grids/{forest.small_a1_1.code}/")
    most = len(before)
    for _n in range(3):
        tree.create_grid(parent=forest.small_a1_1, name="x", by="test")
    staff.get(f"/grids/{forest.small_a1_1.code}/")  # read the tree anew
    with django_assert_max_num_queries(most):
        staff.get(f"/grids/{forest.small_a1_1.code}/")


def test_what_stands_below_comes_apart_and_loses_nothing(
    staff: Client, forest: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    path = f"/grids/{forest.village_a1.code}/"
    staff.get(path)
    with django_assert_max_num_queries(15):  # two of them find session and account
        first = staff.get(path).content.decode()
    parts = [staff.get(f"{path}?part={p}").content.decode() for p in ("main", "side")]
    whole = staff.get(f"{path}?all=1").content.decode()
    panels = set(re.findall(r'aria-labelledby="([\w-]+)"', whole))
    apart = re.findall(r'aria-labelledby="([\w-]+)"', "".join([first, *parts]))
    assert set(apart) == panels
    assert len(apart) == len(panels)
    assert "panel-homes" in apart


def test_the_homes_of_a_grid_are_counted(
    staff: Client, forest: SimpleNamespace
) -> None:
    home = make_household(forest.micro_a1_1_1)
    make_household(forest.micro_a1_1_1, "H-2")
    person = make_person(forest.micro_a1_1_1, household_no="H-1", house_no="F-1")
    make_care(person)
    make_care(person, "low_income")
    note_need(home, by="test", kind="repair", words="装扶手")
    side = staff.get(f"/grids/{forest.village_a1.code}/?part=side").content.decode()
    assert re.findall(r'class="figure">(\d+)<', side)[:4] == ["2", "1", "1", "1"]
    other = staff.get(f"/grids/{forest.village_a2.code}/?part=side").content.decode()
    assert re.findall(r'class="figure">(\d+)<', other)[:4] == ["0"] * 4
    page = staff.get(f"/grids/{forest.village_a1.code}/").content.decode()
    assert "care list 1" in page
