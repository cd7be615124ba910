"""Answers to our text messages and letters, and the page of what came in."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from governance.core import consumers
from governance.core.errors import Conflict, Invalid
from governance.core.models import Event, Notice
from requests_hub import gateways
from requests_hub.actions import answers, incoming
from requests_hub.models import Incoming, Request, Revisit, Sending
from tests.cast import signed_in
from tests.factories.requests_hub import Makers
from tests.requests_hub.open311_help import program

pytestmark = pytest.mark.django_db
PHONE = "13800990000"


@pytest.fixture
def key(forest: Any, settings: Any) -> str:
    settings.DISTRICT_CODE = forest.district.code
    cache.clear()
    return program(forest.district, "短信网关", may_message=True)


def told(row: Request, phone: str = PHONE, *, days_ago: int = 0) -> None:
    """We have written about this request."""
    name = f"t{row.pk}"
    gateways.send("sms", phone, "", "您的诉求有进展。", name, request=row)
    then = timezone.now() - timedelta(days=days_ago)
    Sending.objects.filter(key=name).update(created_at=then)


def sms(key: str, text: str, number: str = "1", phone: str = PHONE) -> Any:
    form = {"id": number, "from": phone, "text": text}
    answer = Client().post("/gateways/sms/", form, headers={"X-API-Key": key})
    assert answer.status_code == 200
    return answer.json()


def added(row: Request) -> list[str]:
    events = Event.objects.thread(row.pk).filter(name="request.added").order_by("pk")
    return [event.data["note"] for event in events]


def test_an_answer_is_added_to_the_open_request(
    key: str, make: Makers, cast: SimpleNamespace
) -> None:
    row = make.request("accepted", reporter_phone=PHONE)
    told(row)
    first = sms(key, "就在桥头第二盏")
    assert first == {"id": "1", "outcome": "added", "no": row.no}
    assert sms(key, "就在桥头第二盏") == first
    assert added(row) == ["就在桥头第二盏"]
    assert Request.objects.count() == 1
    consumers.deliver(Event.objects.values_list("pk", flat=True))
    assert Notice.objects.filter(user=cast.town_a, text__contains=row.no).exists()


@pytest.mark.parametrize(
    ("text", "solved", "satisfaction", "words"),
    [
        ("1", True, "satisfied", ""),
        ("满意，谢谢", True, "satisfied", "谢谢"),
        ("2", True, "basically", ""),
        ("３。路灯还是不亮", False, "dissatisfied", "路灯还是不亮"),
    ],
)
def test_a_clear_answer_after_closing_is_the_revisit(
    key: str, make: Makers, text: str, solved: bool, satisfaction: str, words: str
) -> None:
    row = make.request("closed", reporter_phone=PHONE)
    told(row)
    assert sms(key, text)["outcome"] == "added"
    row.refresh_from_db()
    assert (row.state, row.is_solved, row.satisfaction, row.rating_comment) == (
        "revisited",
        solved,
        satisfaction,
        words,
    )
    assert Revisit.objects.filter(request=row, way=Revisit.Way.SELF).count() == 1
    assert Incoming.objects.get().words


def test_other_words_after_closing_stay_words(key: str, make: Makers) -> None:
    row = make.request("closed", reporter_phone=PHONE)
    told(row)
    sms(key, "不满意的地方是没有回填")
    sms(key, "1", number="2")
    sms(key, "2", number="3")  # rated already: the words are kept, the rating stays
    row.refresh_from_db()
    assert added(row) == ["不满意的地方是没有回填", "2"]
    assert (row.state, row.satisfaction) == ("revisited", "satisfied")


def test_what_is_no_answer_is_a_new_request(key: str, make: Makers) -> None:
    old = make.request("accepted", reporter_phone=PHONE)
    told(old, days_ago=15)
    assert sms(key, "另一条路的井盖坏了")["outcome"] == "request"
    over = make.request("withdrawn", reporter_phone="13800990001")
    told(over, "13800990001")
    assert sms(key, "还是要修", "2", "13800990001")["outcome"] == "request"
    closed = make.request("closed", reporter_phone="13800990002")
    told(closed, "13800990002")
    Request.objects.filter(pk=closed.pk).update(
        closed_at=timezone.now() - timedelta(days=15)
    )
    assert sms(key, "垃圾没人收", "3", "13800990002")["outcome"] == "request"
    other = make.request("accepted")
    told(other)
    assert sms(key, "别人的手机", "4", "13800990003")["outcome"] == "request"
    assert added(other) == []


def test_the_closing_message_says_how_to_answer(make: Makers) -> None:
    row = make.request("closed", reporter_phone=PHONE)
    consumers.deliver(
        Event.objects.filter(name="request.closed").values_list("pk", flat=True)
    )
    (last,) = Sending.objects.of(row).filter(channel="sms")
    assert "1" in last.body.split("/follow/")[1]


def test_words_are_read_only_where_they_are_clear() -> None:
    assert answers.read("满意") is not None
    assert answers.read("不满意") is None
    assert answers.read("10号楼") is None
    assert answers.read("") is None


# --- The page -----------------------------------------------------------------------------


def test_the_list_says_what_became_of_each(
    key: str, make: Makers, cast: SimpleNamespace
) -> None:
    sms(key, "府前路井盖破损")
    sms(key, "", number="2")
    page = signed_in(cast.district).get("/incoming/")
    words = page.content.decode()
    assert "府前路井盖破损" in words
    assert PHONE not in words
    assert len(page.context["rows"]) == 2
    refused = signed_in(cast.district).get("/incoming/", {"outcome": "refused"})
    (row,) = refused.context["rows"]
    assert (row.outcome, row.words) != ("", "")
    assert signed_in(cast.auditor).get("/incoming/?channel=email").context["rows"] == []
    assert signed_in(cast.town_a).get("/incoming/").status_code == 403


def test_what_was_refused_is_taken_in_once(
    key: str, make: Makers, cast: SimpleNamespace
) -> None:
    sms(key, "", number="2")
    row = Incoming.objects.get()
    with pytest.raises(Invalid):
        incoming.take_again(row, by=cast.district)
    Incoming.objects.update(body="桥头路灯不亮")  # as if the rule had been another
    client = signed_in(cast.district)
    page = f"/incoming/{row.pk}/"
    assert "btn-primary" in client.get(page).content.decode()
    assert client.post(f"{page}again/").status_code == 302
    row.refresh_from_db()
    assert (row.outcome, row.words) == ("request", "")
    assert Request.objects.get().body == "桥头路灯不亮"
    with pytest.raises(Conflict):
        incoming.take_again(row, by=cast.district)
    assert signed_in(cast.auditor).get(page).status_code == 200
    assert signed_in(cast.auditor).post(f"{page}again/").status_code == 403
    assert Event.objects.filter(name="incoming.taken_again").count() == 1


def test_messages_of_private_requests_are_not_the_administrators(
    key: str, make: Makers, cast: SimpleNamespace
) -> None:
    sms(key, "村干部的事，请保密")
    Request.objects.update(is_private=True)
    row = Incoming.objects.get()
    assert signed_in(cast.district).get(f"/incoming/{row.pk}/").status_code == 200
    assert signed_in(cast.admin).get(f"/incoming/{row.pk}/").status_code == 404
    assert signed_in(cast.admin).get("/incoming/").context["rows"] == []
