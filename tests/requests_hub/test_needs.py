"""A need becomes a request in one tap: done, refused, out of scope, repeated, linked both ways."""

from types import SimpleNamespace

import pytest
from django.test import Client

from governance.core.errors import Conflict, NotAllowed
from governance.core.models import Event
from grids.actions.households import note_need, settle_need
from grids.models import Household, HouseholdNeed, MeetingNeed
from requests_hub.actions.needs import ask_for_household, ask_for_meeting
from requests_hub.models import NeedRequest, Request
from tests.factories.persons import make_household, make_person
from tests.factories.support import make_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(forest: SimpleNamespace) -> Household:
    home = make_household(forest.micro_a1_1_1, phone="13800008888")
    make_person(forest.micro_a1_1_1, 1, household_no="H-1", relation="02")
    return home


@pytest.fixture
def need(home: Household, cast: SimpleNamespace) -> HouseholdNeed:
    return note_need(home, by=cast.worker_a, kind="repair", words="轮椅坏了")


@pytest.fixture
def put(forest: SimpleNamespace, cast: SimpleNamespace) -> MeetingNeed:
    meeting = make_meeting(forest.village_a1, by=cast.town_a)
    return MeetingNeed.objects.create(
        meeting=meeting, what="活动室漏雨", put_by="村委会"
    )


def test_a_households_need_becomes_its_private_request(need, cast) -> None:
    row = ask_for_household(need, by=cast.worker_a)
    assert (row.title, row.channel, row.is_private) == ("轮椅坏了", "field", True)
    assert row.micro_id == need.household.micro_id
    assert row.address == ""
    assert ask_for_household(need, by=cast.town_a) == row
    assert Request.objects.count() == 1
    assert Event.objects.filter(name="request.from_need").count() == 1


def test_a_settled_need_or_one_elsewhere_is_refused(need, cast) -> None:
    for name in ("worker_b", "town_b", "officer_a", "leader"):
        with pytest.raises(NotAllowed):
            ask_for_household(need, by=getattr(cast, name))
    settle_need(need, by=cast.worker_a, state="done", words="修好了")
    with pytest.raises(Conflict):
        ask_for_household(need, by=cast.worker_a)
    assert not NeedRequest.objects.exists()


def test_a_need_of_a_meeting_becomes_a_request(put, cast) -> None:
    with pytest.raises(NotAllowed):
        ask_for_meeting(put, by=cast.town_b)
    row = ask_for_meeting(put, by=cast.town_a)
    assert (row.title, row.channel, row.is_private) == ("活动室漏雨", "staff", False)
    assert row.medium_id == put.meeting.committee.medium_id
    assert ask_for_meeting(put, by=cast.district) == row
    MeetingNeed.objects.filter(pk=put.pk).update(is_dropped=True)
    other = MeetingNeed.objects.create(
        meeting=put.meeting, what="x", put_by="y", is_dropped=True
    )
    with pytest.raises(Conflict):
        ask_for_meeting(other, by=cast.town_a)


def test_the_pages_lead_both_ways(client: Client, need, put, cast) -> None:
    client.force_login(cast.town_a)
    home, meeting = f"/households/{need.household_id}/", f"/meetings/{put.meeting_id}/"
    for page, path in (
        (home, f"/needs/{need.pk}/request/"),
        (meeting, f"/meetings/needs/{put.pk}/request/"),
    ):
        assert path in client.get(page).content.decode()
        answer = client.post(path)
        assert answer.status_code == 302, answer.content.decode()[-1500:]
        assert answer.url == f"{page}#needs"
        row = Request.objects.latest("pk")
        shown = client.get(page).content.decode()
        assert f"/requests/{row.no}/" in shown
        assert path not in shown
        assert (
            f'href="{page}#needs"'
            in client.get(f"/requests/{row.no}/").content.decode()
        )
    client.force_login(cast.officer_a)
    assert client.post(f"/needs/{need.pk}/request/").status_code in (403, 404)
