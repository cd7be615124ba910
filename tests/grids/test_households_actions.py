"""Care, visits, needs, services: done, refused, out of scope, repeated."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from governance.core.errors import Conflict, Invalid, NotAllowed
from grids.actions import households as actions
from grids.models import Household
from tests.factories import party
from tests.factories.persons import make_care, make_household, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(forest) -> Household:
    home = make_household(forest.micro_a1_1_1)
    make_person(forest.micro_a1_1_1, 1, household_no="H-1", relation="02")
    return Household.objects.get(pk=home.pk)


def test_the_care_list_sets_when_the_next_visit_falls_due(home) -> None:
    person = home.members.get()
    make_care(person, "low_income")
    home.refresh_from_db()
    assert home.next_visit_on == timezone.localdate()
    make_care(person, "disabled", visit_every_days=14)
    home.refresh_from_db()
    assert home.next_visit_on == timezone.localdate()


def test_a_visit_moves_the_next_one_by_the_shortest_interval(home, cast) -> None:
    make_care(home.members.get(), "low_income")
    make_care(home.members.get(), "living_alone")
    actions.visit(home, by=cast.worker_a, condition="well", checks=["power", "no such"])
    home.refresh_from_db()
    today = timezone.localdate()
    assert home.last_visit_on == today
    assert home.next_visit_on == today + dt.timedelta(days=30)
    assert home.visits.get().checks == ["power"]


def test_nobody_met_is_no_contact(home, cast) -> None:
    make_care(home.members.get())
    actions.visit(home, by=cast.worker_a, condition="not_met")
    home.refresh_from_db()
    assert home.last_visit_on is None
    assert home.next_visit_on == timezone.localdate()


def test_a_visit_sent_twice_is_one(home, cast) -> None:
    given = {"condition": "well", "words": "都好", "needs": [("repair", "装扶手")]}
    one = actions.visit_once(home, by=cast.worker_a, key="k-1", **given)
    two = actions.visit_once(home, by=cast.worker_a, key="k-1", **given)
    assert one == two
    assert home.visits.count() == 1
    assert home.needs.get().visit == one


@pytest.mark.parametrize("who", ["worker_b", "town_b", "leader", "auditor"])
def test_outside_ones_area_nobody_visits(home, cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        actions.visit(home, by=getattr(cast, who), condition="well")


def test_wrong_visits_are_refused(home, cast) -> None:
    tomorrow = timezone.now() + dt.timedelta(days=1)
    long_ago = timezone.now() - dt.timedelta(days=90)
    for given in (
        {"condition": "?"},
        {"condition": "well", "visited_at": tomorrow},
        {"condition": "well", "visited_at": long_ago},
    ):
        with pytest.raises(Invalid):
            actions.visit(home, by=cast.worker_a, **given)


def test_a_need_is_noted_once_and_settled_once(home, cast) -> None:
    need = actions.note_need(home, by=cast.worker_a, kind="repair", words="装扶手")
    again = actions.note_need(home, by=cast.town_a, kind="repair", words="装扶手 ")
    assert again == need
    done = actions.settle_need(need, by=cast.worker_a, state="done", words="已装")
    assert done.settled_at is not None
    assert actions.settle_need(need, by=cast.worker_a, state="done") == done
    with pytest.raises(Conflict):
        actions.settle_need(need, by=cast.worker_a, state="dropped")


def test_services_and_the_linked_member(home, cast) -> None:
    actions.note_service(home, by=cast.worker_a, kind="meals")
    with pytest.raises(Invalid):
        actions.note_service(home, by=cast.worker_a, kind="?")
    first = actions.link_member(home, by=cast.worker_a, member_name="周平")
    assert actions.link_member(home, by=cast.worker_a, member_name="周平") == first
    actions.link_member(home, by=cast.worker_a, member_name="李红")
    first.refresh_from_db()
    assert first.ended_on == timezone.localdate()
    assert home.links.get(ended_on=None).member_name == "李红"


def test_one_entry_of_a_kind_and_none_outside_the_area(home, cast) -> None:
    person = home.members.get()
    make_care(person)
    with pytest.raises(Invalid):
        make_care(person)
    given = {"person": person, "kind": "disabled"}
    with pytest.raises(NotAllowed):
        actions.save_care(None, given, by=cast.worker_b)
    ends = {**given, "until": dt.date(2000, 1, 1)}
    with pytest.raises(Invalid) as refused:
        actions.save_care(None, ends, by=cast.worker_a)
    assert "until" in refused.value.fields


def test_the_linked_member_is_chosen_among_those_of_the_place(
    home, cast, forest
) -> None:
    bodies = party.make_tree(forest)
    near = party.make_member(bodies.small_a1_1, "周近")
    far = party.make_member(bodies.village_a2, "周远")
    actions.link_member(home, by=cast.worker_a, member_name="从前写的名字")
    client = Client()
    client.force_login(cast.worker_a)
    page = client.get(f"/households/{home.pk}/").content.decode()
    assert "从前写的名字" in page  # what was typed before stays readable
    assert f'value="member-{near.pk}"' in page
    assert f'value="user-{cast.worker_a.pk}"' in page
    assert "周远" not in page
    path = f"/households/{home.pk}/link/"
    for key in ("", "周近", f"member-{far.pk}", f"user-{cast.town_b.pk}"):
        assert client.post(path, {"member": key}).status_code == 400, key
    assert home.links.get(ended_on=None).member_name == "从前写的名字"
    assert client.post(path, {"member": f"member-{near.pk}"}).status_code == 302
    assert home.links.get(ended_on=None).member_name == "周近"
    client.post(path, {"member": f"user-{cast.worker_a.pk}"})
    assert home.links.get(ended_on=None).user == cast.worker_a
