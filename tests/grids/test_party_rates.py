"""The five rates against numbers worked out by hand, in one statement for any number of grids."""

import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from governance.core import dictionaries
from governance.core.models import DictionaryItem
from grids import locate, party_rates
from grids.models import Grid, Organisation, Site
from tests.factories import party as make
from tests.statements import own

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_lists() -> Iterator[None]:
    """A list changed by one test must not answer in the next."""
    dictionaries.forget()
    yield
    dictionaries.forget()


@pytest.fixture
def places(forest: SimpleNamespace) -> SimpleNamespace:
    """Town A of 4 small and 8 micro grids:

    - branches on 2 of its small grids (both of village_a1), 1 group on a micro grid;
    - member households on 3 micro grids, 1 of them with a place; a red station on another;
    - 4 units: one with a body, one with an agreement, two with nothing.
    """
    bodies = make.make_tree(forest)
    make.make_body(
        forest.micro_a1_1_1, "第一党小组", parent=bodies.small_a1_1, kind="group"
    )
    homes = (forest.micro_a1_1_1, forest.micro_a1_1_2, forest.micro_a2_1_1)
    for n, grid in enumerate(homes):
        member = make.make_member(bodies.small_a1_1, f"莫{n}")
        make.make_household(grid, member, has=["place"] if n == 0 else ["log"])
    _site(forest.micro_a1_2_1, "新世纪红色驿站", "red_station")
    _site(forest.micro_a1_2_2, "别的阵地", "other")
    for n, name in enumerate(("药业公司", "商场", "小餐馆", "修理店")):
        _unit(forest.micro_a1_1_1, name, has_party_body=n == 0)
    make.make_agreement(forest.small_a1_1, [bodies.small_a1_1.name, "商场"])
    return forest


def _ids(grid: Grid) -> dict[str, int | None]:
    return locate.place_of(grid).ids


def _site(grid: Grid, name: str, kind: str) -> Site:
    return Site.objects.create(name=name, kind=kind, **_ids(grid))


def _unit(grid: Grid, name: str, **values: Any) -> Organisation:
    return Organisation.objects.create(
        name=name, kind="enterprise", **values, **_ids(grid)
    )


def figures(grid: Grid) -> dict[str, tuple[int, int]]:
    return {f.rate.code: (f.met, f.total) for f in party_rates.of_grid(grid)}


def test_the_rates_of_a_town_by_hand(places: SimpleNamespace) -> None:
    assert figures(places.town_a) == {
        "branch_on_grid": (2, 4),
        "embedded": (1, 8),
        "rooted": (3, 8),
        "covered": (2, 4),
        "flag": (2, 8),
    }


def test_the_rates_of_a_village_and_a_small_grid_by_hand(
    places: SimpleNamespace,
) -> None:
    assert figures(places.village_a1) == {
        "branch_on_grid": (2, 2),
        "embedded": (1, 4),
        "rooted": (2, 4),
        "covered": (2, 4),
        "flag": (2, 4),
    }
    assert figures(places.small_a1_2) == {
        "branch_on_grid": (1, 1),
        "embedded": (0, 2),
        "rooted": (0, 2),
        "covered": (0, 0),
        "flag": (1, 2),
    }


def test_nothing_to_count_is_no_rate_and_not_zero(places: SimpleNamespace) -> None:
    covered = party_rates.of_grid(places.small_a1_2)[3]
    assert (covered.percent, covered.tone, covered.shade) == (None, "grey", 0)
    rooted = party_rates.of_grid(places.town_a)[2]
    assert (rooted.percent, rooted.tone, rooted.shade) == (37.5, "red", 1)


def test_every_level_is_one_statement(places: SimpleNamespace) -> None:
    for level in party_rates.LEVELS:
        with CaptureQueriesContext(connection) as caught:
            found = party_rates.of_level(level)
        assert len(own(caught.captured_queries)) == 1
        assert found[
            {"large": places.town_a, "medium": places.village_a1}.get(
                level, places.small_a1_1 if level == "small" else places.micro_a1_1_1
            ).code
        ]


def test_shortfalls_are_what_is_missing(places: SimpleNamespace) -> None:
    for rate in party_rates.RATES:
        if not rate.unit:
            continue
        figure = next(f for f in party_rates.of_grid(places.town_a) if f.rate is rate)
        rows = party_rates.shortfalls(rate, places.town_a.code)
        assert len(rows) == figure.short, rate.code
    rooted = party_rates.BY_CODE["rooted"]
    codes = [g.code for g in party_rates.shortfalls(rooted, places.village_a1.code)]
    assert codes == [places.micro_a1_2_1.code, places.micro_a1_2_2.code]


def test_a_dissolved_body_and_a_retired_grid_no_longer_count(
    places: SimpleNamespace,
) -> None:
    Grid.objects.filter(pk=places.micro_a2_2_2.pk).update(retired_on="2026-01-01")
    assert figures(places.town_a)["rooted"] == (3, 7)


def test_the_list_changes_what_counts(places: SimpleNamespace) -> None:
    item = DictionaryItem.objects.get(dictionary__code="party_rate", code="flag")
    item.data = {**item.data, "count_households": False, "site_kinds": []}
    item.save()
    dictionaries.forget()
    assert figures(places.town_a)["flag"] == (2, 8)  # both sites, no household
    branch = DictionaryItem.objects.get(
        dictionary__code="party_rate", code="branch_on_grid"
    )
    branch.data = {**branch.data, "kinds": ["joint_branch"]}
    branch.save()
    dictionaries.forget()
    assert figures(places.town_a)["branch_on_grid"] == (0, 4)


def test_the_page_narrows_by_what_the_address_says(
    places: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client = Client()
    client.force_login(cast.town_a)
    page = client.get("/grids/rates/?level=medium&rate=rooted&short=1")
    assert [line.grid.code for line in page.context["lines"]] == [
        places.village_a2.code,
        places.village_a1.code,
    ]
    whole = client.get("/grids/rates/?level=medium")
    assert len(whole.context["lines"]) == 2  # its own town only
    client.force_login(cast.district)
    assert len(client.get("/grids/rates/?level=medium").context["lines"]) == 4
    one = client.get("/grids/rates/?level=medium&town=445302003")
    assert [line.grid.code[:9] for line in one.context["lines"]] == ["445302003"] * 2


def test_excel_has_the_same_figures(
    places: SimpleNamespace, cast: SimpleNamespace
) -> None:
    client = Client()
    client.force_login(cast.town_a)
    data = client.get("/grids/rates/export.xlsx?level=large").content
    rows = list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    assert rows[1][:6] == ("445302001", "云城街道", None, 50, 2, 4)
    listed = client.get(f"/grids/rates/{places.village_a1.code}/rooted/?format=xlsx")
    sheet = load_workbook(io.BytesIO(listed.content)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        places.micro_a1_2_1.code,
        places.micro_a1_2_2.code,
    ]
