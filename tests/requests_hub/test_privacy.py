"""A private request reaches its handlers and nobody else, by whatever way one looks."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from governance.core import dictionaries
from governance.core.models import Event, Notice, User
from grids.actions.posts import appoint
from requests_hub.actions import desk, handling, privacy, suggestions
from requests_hub.actions.intake import is_sensitive
from requests_hub.categories import CATEGORIES
from requests_hub.models import HotlineMessage, Request, Task, Whistle
from requests_hub.panels import similar
from requests_hub.queries import hot
from requests_hub.seeds.loop import PRIVATE_CATEGORIES
from requests_hub.turns import turn_of
from tests.cast import signed_in
from tests.factories import grids
from tests.factories.requests_hub import Makers, answered, submit, task_of, whistled
from tests.requests_hub.open311_help import get

pytestmark = pytest.mark.django_db
WORDS = "村干部冒领补贴，请保密。"
ACCUSED = "050601"


@pytest.fixture(autouse=True)
def _lists(settings: Any, forest: Any) -> None:
    settings.DISTRICT_CODE = forest.district.code
    dictionaries.forget()
    call_command("load_dictionaries", verbosity=0)
    dictionaries.forget()


@pytest.fixture
def cast(cast: SimpleNamespace, forest: Any) -> SimpleNamespace:
    """With the leader of the worker's grid, who stands beside them."""
    user = grids.make_user("grid_leader_a", "罗永强")
    appoint(user, "grid_leader", grid=forest.village_a1, by="test")
    return SimpleNamespace(**vars(cast), grid_leader_a=user)


@pytest.fixture
def private(make: Makers) -> Request:
    return submit(
        make.district, body=WORDS, category=dictionaries.item(CATEGORIES, ACCUSED)
    )


def seen_by(user: User, row: Request) -> bool:
    return Request.objects.visible_to(user).filter(pk=row.pk).exists()


# --- Which are private ------------------------------------------------------------------------


def test_every_proposed_category_exists_and_is_flagged() -> None:
    for code in PRIVATE_CATEGORIES:
        item = dictionaries.item(CATEGORIES, code)
        assert item is not None, code
        assert is_sensitive(item), code
    street_light = dictionaries.item(CATEGORIES, "010204")
    assert street_light is not None
    assert not is_sensitive(street_light)


def test_a_request_becomes_private_with_its_category(
    make: Makers, cast: SimpleNamespace, private: Request
) -> None:
    assert private.is_private
    row = make.request("accepted")
    assert not row.is_private
    suggestions.classify(row, by=cast.town_a, category="130811")
    assert Request.objects.get(pk=row.pk).is_private
    suggestions.classify(row, by=cast.town_a, category="010204")
    # only the desk's own step makes it public again
    assert Request.objects.get(pk=row.pk).is_private
    privacy.unhide(row, by=cast.town_a, reason="与个人无关")
    assert not Request.objects.get(pk=row.pk).is_private


# --- Who sees it ------------------------------------------------------------------------------


def test_its_handlers_see_it_and_those_around_do_not(
    private: Request, cast: SimpleNamespace
) -> None:
    for name in ("town_a", "district", "auditor"):
        assert seen_by(getattr(cast, name), private), name
    for name in (
        "leader", "admin", "town_b", "worker_a", "grid_leader_a", "worker_b",
        "officer_a", "officer_b", "good_person", "resident", "outsider",
    ):  # fmt: skip
        assert not seen_by(getattr(cast, name), private), name


def test_whoever_it_was_given_to_sees_it(
    private: Request, cast: SimpleNamespace, departments: Any
) -> None:
    whistled(private, cast, departments["urban_management"])
    assert seen_by(cast.officer_a, private)
    assert not seen_by(cast.officer_b, private)
    task = task_of(private)
    assert list(Task.objects.visible_to(cast.officer_a)) == [task]
    assert list(Task.objects.visible_to(cast.district)) == [task]
    for name in ("leader", "admin", "worker_a", "grid_leader_a", "town_b"):
        user = getattr(cast, name)
        assert not Task.objects.visible_to(user).exists(), name
        assert not Whistle.objects.visible_to(user).exists(), name


def test_the_grid_worker_who_was_given_it_sees_it(
    private: Request, cast: SimpleNamespace
) -> None:
    desk.accept(private, by=cast.town_a)
    desk.dispatch(private, by=cast.town_a, holder=cast.worker_a)
    assert seen_by(cast.worker_a, private)
    assert not seen_by(cast.grid_leader_a, private)
    handling.claim(task_of(private), by=cast.worker_a)
    assert Task.objects.visible_to(cast.worker_a).exists()
    assert not Task.objects.visible_to(cast.grid_leader_a).exists()


def test_without_a_name_any_of_the_grids_people_may_take_it(
    private: Request, cast: SimpleNamespace, forest: Any
) -> None:
    desk.accept(private, by=cast.town_a)
    desk.dispatch(private, by=cast.town_a, grid=forest.village_a1)
    assert seen_by(cast.worker_a, private)
    assert Task.objects.visible_to(cast.worker_a).exists()


def test_the_desk_checks_it_and_the_grid_is_not_told(
    private: Request, cast: SimpleNamespace, departments: Any
) -> None:
    whistled(private, cast, departments["urban_management"])
    answered(task_of(private), cast.officer_a)
    row = Request.objects.get(pk=private.pk)
    assert row.state == "replied"
    assert turn_of(row).kind == "desk"
    assert list(Request.objects.awaiting(cast.town_a)) == [row]
    assert not Request.objects.awaiting(cast.worker_a).exists()
    told = Notice.objects.filter(user__in=[cast.worker_a, cast.grid_leader_a])
    assert not told.exists()


def test_a_grid_worker_sees_what_they_brought_in(
    make: Makers, cast: SimpleNamespace
) -> None:
    row = submit(
        make.district, body="邻家孩子常挨打", channel="field", by=cast.worker_a,
        is_private=True,
    )  # fmt: skip
    assert seen_by(cast.worker_a, row)
    assert not seen_by(cast.grid_leader_a, row)


# --- The ways out -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["leader", "admin", "worker_a", "grid_leader_a"])
def test_lists_pages_files_and_the_api_keep_it(
    name: str, private: Request, cast: SimpleNamespace, departments: Any
) -> None:
    whistled(private, cast, departments["urban_management"])
    task = task_of(private)
    user = getattr(cast, name)
    client, program = signed_in(user), APIClient()
    program.force_authenticate(user)
    assert client.get(f"/requests/{private.no}/").status_code in (403, 404)
    assert client.get("/requests/").content.decode().count(private.no) == 0
    assert program.get(f"/api/v1/requests/{private.no}/").status_code == 404
    assert program.get("/api/v1/requests/").json()["results"] == []
    assert program.get(f"/api/v1/tasks/{task.pk}/").status_code == 404
    assert program.get("/api/v1/tasks/").json()["results"] == []
    assert program.get(f"/api/v1/whistles/{task.whistle_id}/").status_code == 404


def test_open311_keeps_it(private: Request, make: Makers) -> None:
    open_one = make.request("submitted")
    listed = {row["service_request_id"] for row in get("requests.json")[1]}
    assert listed == {open_one.no}
    assert get(f"requests/{private.no}.json")[0] == 404
    assert get("requests.json", service_request_id=private.no) == (200, [])
    # flagged after it came in: gone with its category
    Request.objects.filter(pk=private.pk).update(is_private=False)
    assert get(f"requests/{private.no}.json")[0] == 404


def test_no_resident_is_offered_it_as_the_same(private: Request) -> None:
    found = similar.public(
        private.district,
        body=WORDS,
        position=(private.lon, private.lat),
        category=private.category,
    )
    assert found == []


def test_the_hot_list_of_the_grid_does_not_count_it(
    make: Makers, cast: SimpleNamespace
) -> None:
    from requests_hub.actions import likeness

    category = dictionaries.item(CATEGORIES, ACCUSED)
    rows = [submit(make.district, body=WORDS, category=category) for _n in range(3)]
    for event in Event.objects.filter(name="request.submitted"):
        likeness.note(event.subject_id)
    day = timezone.localdate()
    span = hot.Span(day - timedelta(days=1), day)
    assert rows
    for name in ("worker_a", "leader", "admin"):
        assert hot.ranked(getattr(cast, name), span) == [], name


def test_the_list_of_hotline_messages_keeps_it(
    private: Request, cast: SimpleNamespace
) -> None:
    HotlineMessage.objects.create(
        district=private.district, number="GD1", request=private,
        large=private.large, medium=private.medium,
    )  # fmt: skip
    words = signed_in(cast.town_a).get("/registry/hotline-messages/").content.decode()
    assert "GD1" in words
    page = signed_in(cast.admin).get("/registry/hotline-messages/")
    assert "GD1" not in page.content.decode()
