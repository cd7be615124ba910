"""Re-coding, merging, splitting and retiring: what goes along, what stays, what is refused."""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.core import consumers
from governance.core.errors import Conflict, Invalid
from governance.core.models import Event
from grids import locate
from grids.actions import codes, integrity, tree, tree_life
from grids.actions.tree_life import Part
from grids.models import Grid, GridChange, GridShape, Post
from requests_hub.models import Request, Task
from tests.factories.grids import box
from tests.factories.requests_hub import Makers


@pytest.fixture(autouse=True)
def _sound(db: None) -> Iterator[None]:
    """Whatever a test did, the forest is whole after it."""
    yield
    assert integrity.faults() == []


def deliver() -> None:
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))


def places(row: Request) -> tuple[int | None, ...]:
    row.refresh_from_db()
    return row.large_id, row.medium_id, row.small_id, row.micro_id


def last(kind: str) -> GridChange:
    change = GridChange.objects.filter(kind=kind).order_by("-pk").first()
    assert change is not None
    return change


def test_recode_changes_all_below_and_keeps_the_old_code_taken(
    forest: SimpleNamespace,
) -> None:
    old = forest.village_a1.code
    grid = tree.recode_grid(
        forest.village_a1, code="445302001188", by="test", reason="区划代码调整"
    )
    micro = Grid.objects.get(pk=forest.micro_a1_2_1.pk)
    assert (grid.code, micro.code) == ("445302001188", "44530200118802001")
    change = last("recoded")
    assert (change.before[0]["code"], change.after[0]["code"]) == (old, grid.code)
    assert change.reason == "区划代码调整"
    with pytest.raises(Conflict, match=r"given again|不再使用"):
        tree.create_grid(parent=forest.town_a, code=old, name="新村", by="test")
    back = tree.recode_grid(grid, code=old, by="test")
    assert back.code == old


def test_a_code_once_used_is_refused_by_the_database_too(
    forest: SimpleNamespace,
) -> None:
    old = forest.village_a1.code
    tree.recode_grid(forest.village_a1, code="445302001188", by="test")
    with pytest.raises(IntegrityError, match="used by another"), transaction.atomic():
        Grid.objects.filter(pk=forest.village_a2.pk).update(code=old)


@pytest.mark.parametrize("code", ["44530200118", "445302003188", "44530200100901"])
def test_recode_refuses_what_does_not_fit(forest: SimpleNamespace, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        tree.recode_grid(forest.village_a1, code=code, by="test")
    assert "code" in refused.value.fields


def test_days_lie_within_limits_and_in_order(forest: SimpleNamespace) -> None:
    today = timezone.localdate()
    grid = forest.village_a1
    tree.rename_grid(grid, name="甲", by="test", on=today - dt.timedelta(days=30))
    for wrong in (
        today - dt.timedelta(days=31),
        today + dt.timedelta(days=1),
        dt.date(1999, 12, 31),
    ):
        with pytest.raises(Invalid) as refused:
            tree.rename_grid(grid, name="乙", by="test", on=wrong)
        assert "on" in refused.value.fields
    tree.rename_grid(grid, name="乙", by="test", on=today - dt.timedelta(days=30))


def test_merge_takes_children_people_and_open_work_but_not_the_past(
    forest: SimpleNamespace, cast: SimpleNamespace, make: Makers
) -> None:
    a, b = forest.village_a1, forest.village_a2
    open_row, closed_row = make.request("dispatched"), make.request("closed")
    before = places(closed_row)
    change = tree_life.merge_grids(
        [a], into=b, name="星城社区", by=cast.town_a, reason="村居合并"
    )
    a.refresh_from_db()
    b.refresh_from_db()
    assert (a.heir_id, a.retired_on) == (b.pk, timezone.localdate())
    assert b.name == "星城社区"
    names = list(
        Grid.objects.live().filter(parent=b).order_by("code").values_list("code")
    )
    assert [code[-2:] for (code,) in names] == ["01", "02", "03", "04"]
    post = Post.objects.current().get(user=cast.worker_a)
    assert post.grid_id == b.pk
    assert places(open_row) == before
    deliver()
    assert places(open_row)[:2] == (forest.town_a.pk, b.pk)
    assert places(open_row)[2:] == before[2:]
    assert places(closed_row) == before
    task = Task.objects.get(request=open_row)
    assert task.medium_id == b.pk
    keys = {row["key"]: row["n"] for row in change.effects}
    assert keys["grids.post"] == 2
    assert keys["requests_hub.request"] == 1
    shape = GridShape.objects.get(grid=b)
    assert (shape.min_lon, shape.max_lon) == (112.0, 112.04)
    deliver()
    assert places(open_row)[:2] == (forest.town_a.pk, b.pk)
    assert locate.place_of(forest.micro_a1_1_1.pk).medium_id == b.pk


def test_open_work_may_stay(
    forest: SimpleNamespace, cast: SimpleNamespace, make: Makers
) -> None:
    row = make.request("dispatched")
    before = places(row)
    change = tree_life.merge_grids(
        [forest.village_a1], into=forest.village_a2, work="stay", by=cast.town_a
    )
    deliver()
    assert places(row) == before
    assert "requests_hub.request" not in {e["key"] for e in change.effects}


def test_merge_of_towns_recodes_their_villages(forest: SimpleNamespace) -> None:
    tree_life.merge_grids([forest.town_b], into=forest.town_a, by="test")
    village = Grid.objects.get(pk=forest.village_b1.pk)
    assert village.code == "445302001001"
    micro = Grid.objects.get(pk=forest.micro_b1_1_1.pk)
    assert micro.code == "44530200100101001"
    assert next(g.pk for g in micro.get_ancestors()) == forest.town_a.pk


def test_merge_refuses_other_levels_itself_and_the_retired(
    forest: SimpleNamespace,
) -> None:
    with pytest.raises(Invalid):
        tree_life.merge_grids([forest.small_a1_1], into=forest.village_a1, by="test")
    with pytest.raises(Invalid):
        tree_life.merge_grids([forest.village_a1], into=forest.village_a1, by="test")
    tree_life.merge_grids([forest.village_a1], into=forest.village_a2, by="test")
    with pytest.raises(Conflict):
        tree_life.merge_grids([forest.village_a1], into=forest.village_a2, by="test")


def test_split_by_children_and_by_position(
    forest: SimpleNamespace, cast: SimpleNamespace, make: Makers
) -> None:
    micro = forest.micro_a1_1_1  # 112.00–112.01, 22.90–22.91
    west, east = (
        make.request("dispatched", lon=112.002, lat=22.905),
        make.request("dispatched", lon=112.008, lat=22.905),
    )
    part = Part("东片", geometry=box(112.005, 22.90, 112.01, 22.91))
    change = tree_life.split_grid(micro, parts=[part], by=cast.town_a)
    new = Grid.objects.get(name="东片")
    assert (new.code, new.level) == (forest.small_a1_1.code + "003", "micro")
    deliver()
    assert places(west)[3] == micro.pk
    assert places(east)[3] == new.pk
    assert {row["to"]: row["n"] for row in change.effects if "request" in row["key"]}
    assert GridShape.objects.get(grid=micro).max_lon == pytest.approx(112.005)
    assert {row["name"] for row in change.after} == {"01", "东片"}

    village = forest.village_a1
    part = Part("新社区", code="445302001010", children=(forest.small_a1_2.pk,))
    tree_life.split_grid(village, parts=[part], by=cast.town_a)
    small = Grid.objects.get(pk=forest.small_a1_2.pk)
    assert small.code == "44530200101002"
    assert small.parent is not None
    assert small.parent.name == "新社区"
    assert GridShape.objects.get(grid=small.parent).min_lon == 112.01
    assert GridShape.objects.get(grid=village).max_lon == 112.01


def test_split_that_ends_the_old_grid(
    forest: SimpleNamespace, cast: SimpleNamespace, make: Makers
) -> None:
    village = forest.village_a1
    row = make.request("dispatched")
    parts = [
        Part("甲社区", code="445302001011", children=(forest.small_a1_1.pk,)),
        Part("乙社区", code="445302001012"),
    ]
    with pytest.raises(Invalid):
        tree_life.split_grid(village, parts=parts, ends=True, by=cast.town_a)
    tree_life.split_grid(village, parts=parts, ends=True, heir=2, by=cast.town_a)
    village.refresh_from_db()
    first, second = (Grid.objects.get(name=n) for n in ("甲社区", "乙社区"))
    assert village.heir_id == second.pk
    assert Grid.objects.get(pk=forest.small_a1_2.pk).parent_id == second.pk
    deliver()
    assert places(row)[1] == first.pk
    assert Post.objects.current().get(user=cast.worker_a).grid_id == second.pk


def test_split_refuses_a_child_twice(forest: SimpleNamespace) -> None:
    twice = [
        Part("甲", code="445302001011", children=(forest.small_a1_1.pk,)),
        Part("乙", code="445302001012", children=(forest.small_a1_1.pk,)),
    ]
    with pytest.raises(Invalid):
        tree_life.split_grid(forest.village_a1, parts=twice, by="test")
    assert not Grid.objects.filter(name__in=["甲", "乙"]).exists()


def test_retire_needs_an_heir_for_what_is_left(
    forest: SimpleNamespace, cast: SimpleNamespace, make: Makers
) -> None:
    micro = forest.micro_a1_1_1
    row, closed = make.request("dispatched"), make.request("closed")
    with pytest.raises(Conflict, match=r"heir|承接"):
        tree_life.retire_grid(micro, by=cast.town_a)
    with pytest.raises(Invalid):
        tree_life.retire_grid(micro, heir=forest.village_b1, by=cast.town_a)
    Task.objects.filter(request=row).update(grid=micro)
    tree_life.retire_grid(micro, heir=forest.small_a1_1, by=cast.town_a, reason="撤销")
    deliver()
    assert Task.objects.get(request=row).grid_id == forest.small_a1_1.pk
    assert places(row)[2:] == (forest.small_a1_1.pk, None)
    assert places(closed)[3] == micro.pk
    assert last("retired").effects
    free = codes.next_code(forest.small_a1_1)
    assert free.endswith("003")


def test_a_village_moves_with_its_new_official_code(forest: SimpleNamespace) -> None:
    moved = tree.move_grid(
        forest.village_a1, to=forest.town_b, code="445302003010", by="test"
    )
    assert moved.parent_id == forest.town_b.pk
    assert Grid.objects.get(pk=forest.micro_a1_1_1.pk).code == "44530200301001001"
    assert locate.place_of(forest.micro_a1_1_1.pk).large_id == forest.town_b.pk


def test_open_work_moves_with_its_grid(forest: SimpleNamespace, make: Makers) -> None:
    row, closed = make.request("dispatched"), make.request("closed")
    tree.move_grid(forest.small_a1_1, to=forest.village_b1, by="test")
    deliver()
    assert places(row)[:3] == (
        forest.town_b.pk,
        forest.village_b1.pk,
        forest.small_a1_1.pk,
    )
    assert places(closed)[:2] == (forest.town_a.pk, forest.village_a1.pk)


def test_events_out_of_order_end_in_the_same_place(
    forest: SimpleNamespace, make: Makers
) -> None:
    row = make.request("dispatched")
    tree.move_grid(forest.small_a1_1, to=forest.village_b1, by="test")
    tree.move_grid(forest.small_a1_1, to=forest.village_b2, by="test")
    for pk in Event.objects.order_by("-pk").values_list("pk", flat=True):
        consumers.deliver([pk])
    assert places(row)[:2] == (forest.town_b.pk, forest.village_b2.pk)
