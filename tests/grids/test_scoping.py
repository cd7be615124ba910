"""Who sees what: every account of the cast against rows all over the district."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grids.actions.posts import appoint, end
from grids.models import Post
from grids.scoping import page_of, scope_of
from requests_hub.models import Task

PLACES = [
    "micro_a1_1_1",
    "micro_a1_2_1",
    "micro_a2_1_1",
    "micro_b1_1_1",
    "micro_b2_1_1",
]
A, A1 = (
    {"micro_a1_1_1", "micro_a1_2_1", "micro_a2_1_1"},
    {"micro_a1_1_1", "micro_a1_2_1"},
)
EVERYTHING = set(PLACES)
SEEN = {
    "district": EVERYTHING,
    "leader": EVERYTHING,
    "admin": EVERYTHING,
    "auditor": EVERYTHING,
    "town_a": A,
    "town_b": {"micro_b1_1_1", "micro_b2_1_1"},
    "worker_a": A1,
    "worker_b": {"micro_b1_1_1"},
    "officer_a": {"micro_a1_1_1", "micro_b1_1_1"},
    "officer_b": {"micro_b2_1_1"},
    "good_person": set(),
    "resident": set(),
    "outsider": set(),
}


def make_tasks(forest: SimpleNamespace, departments: dict[str, Any]) -> dict[str, Task]:
    from grids.locate import place_of

    called = {
        "micro_a1_1_1": "urban_management",
        "micro_b1_1_1": "urban_management",
        "micro_b2_1_1": "transport",
    }
    out = {}
    for name in PLACES:
        place = place_of(getattr(forest, name))
        out[name] = Task.objects.create(
            **place.ids,
            kind="whistle",
            state="called",
            department=departments[called.get(name, "water")],
            created_at=timezone.now(),
        )
    return out


@pytest.fixture
def tasks(forest: SimpleNamespace, departments: dict[str, Any]) -> dict[str, Task]:
    return make_tasks(forest, departments)


@pytest.mark.parametrize("who", SEEN)
def test_each_role_sees_exactly_its_area(
    who: str, cast: SimpleNamespace, tasks: dict[str, Task]
) -> None:
    user = getattr(cast, who)
    seen = set(Task.objects.visible_to(user))
    assert {name for name, task in tasks.items() if task in seen} == SEEN[who]
    paged = page_of(Task.objects.all(), user).rows
    assert set(paged) == seen


def test_nobody_sees_nothing(cast: SimpleNamespace, tasks: dict[str, Task]) -> None:
    assert not Task.objects.visible_to(AnonymousUser()).exists()
    cast.town_a.is_active = False
    assert not Task.objects.visible_to(cast.town_a).exists()
    assert page_of(Task.objects.all(), AnonymousUser()).rows == []


def test_a_scope_is_one_statement(cast: SimpleNamespace) -> None:
    user = type(cast.town_a).objects.get(pk=cast.town_a.pk)
    with CaptureQueriesContext(connection) as seen:
        scope_of(user)
        scope_of(user)
    assert len(seen) == 1


def test_posts_end_and_begin_with_the_day(
    cast: SimpleNamespace, tasks: dict[str, Task]
) -> None:
    post = Post.objects.get(user=cast.town_a)
    end(post, by="test")
    user = type(cast.town_a).objects.get(pk=cast.town_a.pk)
    assert scope_of(user).is_empty
    assert not user.groups.filter(name="township").exists()


def test_holds_asks_role_and_place(
    cast: SimpleNamespace, tasks: dict[str, Task]
) -> None:
    scope = scope_of(cast.town_a)
    assert scope.holds(["township"], tasks["micro_a1_1_1"])
    assert not scope.holds(["township"], tasks["micro_b1_1_1"])
    assert not scope.holds(["district"], tasks["micro_a1_1_1"])
    officer = scope_of(cast.officer_a)
    assert officer.holds(["officer"], tasks["micro_b1_1_1"])
    assert not officer.holds(["officer"], tasks["micro_b2_1_1"])


def test_a_page_over_several_areas_merges_in_order(
    cast: SimpleNamespace, forest: SimpleNamespace, tasks: dict[str, Task]
) -> None:
    appoint(cast.worker_a, "grid_worker", grid=forest.village_b1, by="test")
    # The same area twice must not show a row twice.
    appoint(cast.worker_a, "grid_worker", grid=forest.small_a1_1, by="test")
    user = cast.worker_a
    first = page_of(Task.objects.select_related("department"), user, limit=2)
    assert [t.pk for t in first.rows] == [
        tasks["micro_b1_1_1"].pk,
        tasks["micro_a1_2_1"].pk,
    ]
    rest = page_of(Task.objects.all(), user, limit=2, before_id=first.next_before)
    assert [t.pk for t in rest.rows] == [tasks["micro_a1_1_1"].pk]
    assert rest.next_before is None


def test_each_area_is_read_through_its_index(
    cast: SimpleNamespace, forest: SimpleNamespace, tasks: dict[str, Task]
) -> None:
    appoint(cast.worker_a, "grid_worker", grid=forest.village_b1, by="test")
    with CaptureQueriesContext(connection) as seen:
        page_of(Task.objects.all(), cast.worker_a)
    merged = next(q["sql"] for q in seen if "UNION" in q["sql"])
    arms = [
        re.findall(r'"(?:large|medium|small|micro)_id" = (\d+)', arm)
        for arm in merged.split("UNION")
    ]
    assert sorted(len(areas) for areas in arms) == [0, 1, 1]  # own tasks, two villages
    assert merged.count("LIMIT") >= 3
