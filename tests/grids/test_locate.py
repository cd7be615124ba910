"""Points to grids, grids to ancestors."""

from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids import locate
from grids.actions import tree_life
from grids.models import Grid


def test_a_point_finds_its_micro_grid_and_all_ancestors(
    forest: SimpleNamespace,
) -> None:
    place = locate.locate(112.005, 22.905)
    assert place is not None
    assert place.grid_id == forest.micro_a1_1_1.pk
    assert place.ids == {
        "district_id": forest.district.pk,
        "large_id": forest.town_a.pk,
        "medium_id": forest.village_a1.pk,
        "small_id": forest.small_a1_1.pk,
        "micro_id": forest.micro_a1_1_1.pk,
    }


def test_outside_is_none_and_far_outside_is_said(forest: SimpleNamespace) -> None:
    assert locate.locate(112.06, 22.91) is None
    assert not locate.is_far_outside(112.06, 22.91)
    assert locate.is_far_outside(113.0, 22.91)


def test_a_shared_edge_belongs_to_the_lower_code(forest: SimpleNamespace) -> None:
    place = locate.locate(112.005, 22.91)
    assert place is not None
    assert place.code == forest.micro_a1_1_1.code


def test_warm_answers_need_no_statement(
    forest: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    locate.locate(112.005, 22.905)
    with django_assert_num_queries(0):
        locate.locate(112.015, 22.905)
        locate.place_of(forest.micro_b1_1_1)


def test_a_recheck_is_one_small_statement(
    forest: SimpleNamespace, monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    locate.locate(112.005, 22.905)
    monkeypatch.setattr(locate, "CHECK_SECONDS", 0)
    with django_assert_num_queries(1):
        locate.locate(112.015, 22.905)


def test_a_change_elsewhere_is_seen_after_the_recheck(
    forest: SimpleNamespace, monkeypatch: Any
) -> None:
    locate.locate(112.005, 22.905)
    known = locate._snapshot, locate._checked_at
    tree_life.retire_grid(forest.micro_a1_1_1, by="test")
    # Another process's view: it still has the old snapshot.
    locate._snapshot, locate._checked_at = known
    monkeypatch.setattr(locate, "CHECK_SECONDS", 0)
    place = locate.locate(112.005, 22.905)
    assert place is not None
    assert place.level == "small"


def test_only_the_version_is_asked_for(
    forest: SimpleNamespace, monkeypatch: Any
) -> None:
    locate.locate(112.005, 22.905)
    monkeypatch.setattr(locate, "CHECK_SECONDS", 0)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        locate.locate(112.015, 22.905)
    assert "gridversion" in seen[0]["sql"]


def test_grids_from_memory_are_the_ones_in_the_database(
    forest: SimpleNamespace,
) -> None:
    grid = forest.micro_a1_1_1
    named = locate.named_grids([grid.pk])[grid.pk]
    stored = Grid.objects.get(pk=grid.pk)
    for field in ("pk", "district_id", "code", "name", "short_name", "level"):
        assert getattr(named, field) == getattr(stored, field), field
    assert named.parent_id == stored.parent_id
