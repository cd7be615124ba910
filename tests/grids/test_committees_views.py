"""Pages about joint committees: the list, a meeting's board, decisions and their steps."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from grids.models import CommitteeMember, Decision, JointMeeting, NeedMatch
from tests.factories.support import make_meeting, make_resource


@pytest.fixture
def meeting(cast: SimpleNamespace, forest: SimpleNamespace) -> JointMeeting:
    return make_meeting(forest.village_a1, by=cast.town_a)


def login(client: Client, user: Any) -> Client:
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def test_a_meeting_from_need_to_checked_decision(
    client: Client, cast: SimpleNamespace, meeting: JointMeeting, departments: Any
) -> None:
    login(client, cast.town_a)
    at = f"/meetings/{meeting.pk}/"
    client.post(f"{at}needs/new/", {"what": "停车位", "put_by": "社区", "amount": 40})
    client.post(f"{at}offers/new/", {"what": "夜间车位", "offered_by": "物业"})
    need, offer = meeting.needs.get(), meeting.offers.get()
    assert "fits:" in client.get(at).content.decode()
    client.post(f"{at}match/", {"need": need.pk, "offer": offer.pk})
    assert NeedMatch.objects.count() == 1
    form = client.get(f"{at}decide/?need={need.pk}").content.decode()
    assert 'value="物业"' in form  # whoever gives it does it
    given = {
        "what": "开放车位",
        "department": departments["transport"].pk,
        "due_on": timezone.localdate().isoformat(),
    }
    client.post(f"{at}decide/?need={need.pk}", given)
    decision = Decision.objects.get()
    assert (decision.need, decision.owner_unit) == (need, "云城区交通运输局")
    login(client, cast.officer_b)
    steps = f"/decisions/{decision.pk}/"
    assert client.get(f"{steps}check/").status_code in (403, 409)
    assert client.post(f"{steps}finish/", {"note": ""}).status_code == 422
    assert client.post(f"{steps}finish/", {"note": "开放了"}).status_code == 302
    assert "decisions" in client.get(at).content.decode()
    login(client, cast.town_a)
    assert client.post(f"{steps}check/", {"note": ""}).status_code == 302
    decision.refresh_from_db()
    assert decision.state == "checked"
    assert client.post(f"{steps}undo/").status_code == 302
    decision.refresh_from_db()
    assert decision.state == "done"
    login(client, cast.town_b)
    assert client.get(at).status_code == 404
    assert client.post(f"{steps}undo/").status_code == 404


def test_minutes_attendance_and_files(
    client: Client, cast: SimpleNamespace, meeting: JointMeeting
) -> None:
    login(client, cast.town_a)
    at = f"/meetings/{meeting.pk}/"
    member = CommitteeMember.objects.get(name="单位甲")
    client.post(f"{at}record/", {"attended": [member.pk], "minutes": "议定一项"})
    meeting.refresh_from_db()
    assert meeting.minutes == "议定一项"
    assert list(meeting.attended.all()) == [member]
    assert "议定一项" in client.get(f"{at}print/").content.decode()
    bad = SimpleUploadedFile("x.txt", b"hello", "text/plain")
    assert client.post(f"{at}files/new/", {"file": bad}).status_code == 422


def test_members_join_and_leave(
    client: Client, cast: SimpleNamespace, meeting: JointMeeting
) -> None:
    login(client, cast.town_a)
    at = f"/committees/{meeting.committee_id}/"
    given = {"name": "丙", "kind": "part_time", "starts_on": "2026-01-01"}
    assert client.post(f"{at}members/new/", given).status_code == 422
    assert (
        client.post(f"{at}members/new/", {**given, "unit": "银行"}).status_code == 302
    )
    member = CommitteeMember.objects.get(name="丙")
    client.post(f"/committees/members/{member.pk}/end/", {"on": "2026-02-01"})
    member.refresh_from_db()
    assert str(member.ends_on) == "2026-02-01"


def test_offers_come_from_the_directory(
    client: Client, cast: SimpleNamespace, meeting: JointMeeting, departments: Any
) -> None:
    row = make_resource(
        "移动排水泵", by=cast.town_a, department=departments["water"], capacity=5
    )
    login(client, cast.town_a)
    at = f"/meetings/{meeting.pk}/"
    assert "移动排水泵" in client.get(f"{at}offers/new/").content.decode()
    client.post(f"{at}offers/new/", {"resource": row.pk})
    offer = meeting.offers.get()
    assert (offer.what, offer.offered_by, offer.amount) == (
        "移动排水泵",
        "云城区水务局",
        5,
    )


def test_the_list_counts_and_narrows(
    client: Client, cast: SimpleNamespace, meeting: JointMeeting
) -> None:
    login(client, cast.town_a)
    page = client.get("/committees/")
    assert [r.members for r in page.context["rows"]] == [2]
    assert client.get("/committees/?tab=decisions&state=overdue").status_code == 200
    login(client, cast.town_b)
    assert client.get("/committees/").context["rows"] == []
