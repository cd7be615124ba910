"""The directory of units and resources: writing, searching from a place, taking and giving back."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.core.errors import Conflict, Invalid, NotAllowed
from grids import resources as search
from grids.actions import resources
from grids.models import Department, Resource, SupportUnit
from tests.factories.support import make_resource, make_unit


def test_units_are_listed_once_by_name(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    unit = make_unit("爱心社", by=cast.town_a, grid=forest.village_a1)
    assert unit.grid_id == forest.village_a1.pk
    with pytest.raises(Invalid):
        make_unit("爱心社", by=cast.town_a, grid=forest.village_a1)
    with pytest.raises(Invalid):
        make_unit("别处社", by=cast.town_a, grid=forest.village_b1)
    whole = make_unit("全区社", by=cast.town_a)
    assert whole.grid_id is None
    assert SupportUnit.objects.visible_to(cast.town_b).count() == 2  # a directory
    assert SupportUnit.objects.visible_to(cast.officer_a).count() == 2
    assert SupportUnit.objects.visible_to(cast.resident).count() == 0
    with pytest.raises(Conflict):
        resources.save_unit(unit, {"address": "x"}, by=cast.town_a, version=7)


def test_departments_are_kept_by_themselves_or_the_district(
    cast: SimpleNamespace, departments: dict[str, Department]
) -> None:
    row = departments["urban_management"]
    saved = resources.save_department(
        row, {"duty_phone": "0766-1234567"}, by=cast.officer_a, version=1
    )
    assert (saved.duty_phone, saved.version) == ("0766-1234567", 2)
    with pytest.raises(NotAllowed):
        resources.save_department(row, {"duty_phone": "1"}, by=cast.officer_b)
    with pytest.raises(NotAllowed):
        resources.save_department(
            None, {"name": "新", "code": "new"}, by=cast.officer_a
        )
    made = resources.save_department(
        None, {"name": "新局", "code": "new", "kind": "department"}, by=cast.district
    )
    assert made.district_id == row.district_id


def test_a_resource_has_one_provider_and_an_area(
    cast: SimpleNamespace, forest: SimpleNamespace, departments: Any
) -> None:
    unit = make_unit("爱心社", by=cast.town_a)
    base = {"name": "礼堂", "kind": "venue"}
    with pytest.raises(Invalid):
        resources.save_resource(None, base, by=cast.town_a)
    with pytest.raises(Invalid):
        resources.save_resource(
            None,
            {**base, "unit": unit, "department": departments["water"]},
            by=cast.town_a,
        )
    with pytest.raises(Invalid) as refused:
        resources.save_resource(None, {**base, "unit": unit}, by=cast.town_a)
    assert "areas" in refused.value.fields
    row = make_resource("礼堂", by=cast.town_a, unit=unit, areas=[forest.town_a])
    with pytest.raises(Invalid):
        make_resource("礼堂", by=cast.town_a, unit=unit, areas=[forest.town_a])
    with pytest.raises(NotAllowed):
        resources.save_resource(row, {"hours": "9-5"}, by=cast.officer_a)
    own = make_resource(
        "应急车", by=cast.officer_a, department=departments["urban_management"]
    )
    assert own.is_whole_district
    with pytest.raises(NotAllowed):
        make_resource("水车", by=cast.officer_a, department=departments["water"])


def test_taking_stays_within_the_capacity_and_is_given_back(
    cast: SimpleNamespace, departments: Any
) -> None:
    row = make_resource(
        "帐篷", by=cast.town_a, department=departments["water"], capacity=10
    )
    first = resources.take(row, 7, purpose="转移安置", by=cast.town_a)
    with pytest.raises(Conflict):
        resources.take(row, 4, purpose="又", by=cast.town_a)
    with pytest.raises(Invalid):
        resources.take(row, 0, purpose="无", by=cast.town_a)
    with pytest.raises(Invalid):
        resources.take(row, 1, purpose=" ", by=cast.town_a)
    row.refresh_from_db()
    assert (row.in_use, row.left) == (7, 3)
    with pytest.raises(Invalid):
        resources.save_resource(row, {"capacity": 5}, by=cast.town_a)
    resources.give_back(first, by=cast.town_a)
    resources.give_back(first, by=cast.town_a)
    row.refresh_from_db()
    assert row.left == 10


def test_what_serves_a_place_nearest_first_then_by_words(
    cast: SimpleNamespace, forest: SimpleNamespace, departments: Any
) -> None:
    unit = make_unit("爱心社", by=cast.town_a)
    water = departments["water"]
    make_resource("全区法律咨询", by=cast.district, department=water, kind="legal")
    make_resource("街道礼堂", by=cast.town_a, unit=unit, areas=[forest.town_a])
    make_resource("社区停车场", by=cast.town_a, unit=unit, areas=[forest.village_a1])
    make_resource("别处停车场", by=cast.town_b, unit=unit, areas=[forest.town_b])
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    make_resource(
        "过期车", by=cast.town_a, unit=unit, areas=[forest.town_a], until=yesterday
    )
    grid = forest.micro_a1_1_1
    names = [f.resource.name for f in search.resources_for(grid)]
    assert names == ["社区停车场", "街道礼堂", "全区法律咨询"]
    found = search.resources_for(grid, "邻居打官司，想找法律咨询")
    assert found[0].resource.name == "全区法律咨询"
    assert found[0].words
    assert [f.near for f in found] == ["district", "medium", "large"]


def test_full_and_paused_ones_are_left_out(
    cast: SimpleNamespace, forest: SimpleNamespace, departments: Any
) -> None:
    row = make_resource(
        "帐篷", by=cast.town_a, department=departments["water"], capacity=1
    )
    resources.take(row, 1, purpose="用", by=cast.town_a)
    assert search.resources_for(forest.town_a) == []
    Resource.objects.update(in_use=0, state="paused")
    assert search.resources_for(forest.town_a) == []
    Resource.objects.update(state="offered")
    assert len(search.resources_for(forest.town_a)) == 1


def test_one_statement_for_any_number(
    cast: SimpleNamespace,
    forest: SimpleNamespace,
    departments: Any,
    django_assert_num_queries: Any,
) -> None:
    for n in range(5):
        make_resource(f"物{n}", by=cast.town_a, department=departments["water"])
    search.resources_for(forest.town_a)
    with django_assert_num_queries(1):
        assert len(search.resources_for(forest.town_a, "物资", most=3)) == 3
