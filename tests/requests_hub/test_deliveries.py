"""Set-aside follow-ups: staff read them in words, run them again or leave them with a reason."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.core import consumers, events
from governance.core.actions import deliveries as actions
from governance.core.engine import audit
from governance.core.errors import Conflict, Invalid
from governance.core.events import _consumers
from governance.core.models import Delivery, Event, Outbox
from requests_hub.queries import deliveries
from tests.cast import signed_in
from tests.engine import due_now

pytestmark = pytest.mark.django_db
CONSUMER = "requests_hub.webhooks"


@pytest.fixture
def poisoned(make: Any, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Delivery:
    """A follow-up that fails whenever it is tried, until it was set aside."""
    settings.OUTBOX_MAX_ATTEMPTS = 2
    request = make.request("submitted")
    event = events.record("request.probed", request, "system", {})

    def broken(_event: Event) -> None:
        raise TimeoutError("137 ms")

    entry = events.Consumer(CONSUMER, frozenset({"request.probed"}), broken)
    monkeypatch.setitem(events._by_event, "request.probed", [entry])
    for _try in range(2):
        consumers.deliver([event.pk])
        due_now(event)
    return Delivery.objects.get(event=event)


def test_every_consumer_has_words() -> None:
    assert set(_consumers) <= set(deliveries.SUBSCRIBERS)


def test_the_page_says_what_for_whom_how_often_and_why(
    poisoned: Delivery, cast: Any
) -> None:
    assert poisoned.state == "set_aside"
    (line,) = signed_in(cast.admin).get("/deliveries/").context["rows"]
    assert (line.row, line.row.attempts) == (poisoned, 2)
    page = signed_in(cast.admin).get("/deliveries/").content.decode()
    for words in ("订阅推送", "所需的服务器没有应答", line.record):
        assert words in page, words
    assert "137 ms" not in page
    one = signed_in(cast.auditor).get(f"/deliveries/{poisoned.pk}/").content.decode()
    assert "TimeoutError: 137 ms" in one
    assert f"/deliveries/{poisoned.pk}/again/" not in one  # the auditor only reads


def test_nobody_else_sees_them(poisoned: Delivery, cast: Any) -> None:
    assert signed_in(cast.town_a).get("/deliveries/").status_code == 403
    assert deliveries.visible_to(cast.outsider).count() == 0


def test_administrators_have_a_count_in_their_menu(
    poisoned: Delivery, cast: Any
) -> None:
    def count() -> Any:
        menu = signed_in(cast.admin).get("/deliveries/").context["shell"]["menu"]
        items = [item for group in menu for item in group["items"]]
        return next(i["count"] for i in items if i["url"] == "/deliveries/")

    assert count() == 1
    actions.close(poisoned, by=cast.admin, reason="对方已停用")
    assert count() == 0


@pytest.mark.parametrize("address", ["/deliveries/{}/again/", "/deliveries/again/"])
def test_run_again_works_once_the_cause_is_gone(
    poisoned: Delivery,
    cast: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
) -> None:
    heard: list[int] = []
    entry = events.Consumer(CONSUMER, frozenset(), lambda event: heard.append(event.pk))
    monkeypatch.setitem(events._by_event, "request.probed", [entry])
    consumers.deliver([poisoned.event_id])
    assert heard == []
    answer = signed_in(cast.admin).post(address.format(poisoned.pk))
    assert answer.status_code == 302
    assert Outbox.objects.get(pk=poisoned.event_id).done_at is None
    consumers.deliver([poisoned.event_id])
    poisoned.refresh_from_db()
    assert (heard, poisoned.state) == ([poisoned.event_id], "done")
    told = Event.objects.get(name="delivery.run_again")
    assert (told.actor, told.data) == (cast.admin, {"consumer": CONSUMER})


def test_left_for_good_with_a_reason_it_warns_nobody_and_is_not_tried(
    poisoned: Delivery, cast: Any, capsys: Any
) -> None:
    client = signed_in(cast.admin)
    page = f"/deliveries/{poisoned.pk}/"
    assert client.post(f"{page}close/", {"reason": " "}).status_code == 422
    assert client.post(f"{page}close/", {"reason": "对方已停用"}).status_code == 302
    poisoned.refresh_from_db()
    assert poisoned.state == "closed"
    assert consumers.deliver([poisoned.event_id]).skipped == 1
    assert Outbox.objects.get(pk=poisoned.event_id).done_at
    audit()
    assert "deliveries_set_aside" not in "".join(capsys.readouterr())
    assert "对方已停用" in client.get(page).content.decode()
    assert [li.row for li in client.get("/deliveries/?state=closed").context["rows"]]
    client.post(f"{page}again/")  # taken back
    poisoned.refresh_from_db()
    assert poisoned.state == "failed"


def test_what_is_not_set_aside_cannot_be_left(poisoned: Delivery, cast: Any) -> None:
    with pytest.raises(Invalid):
        actions.close(poisoned, by=cast.admin, reason="字" * 201)
    actions.close(poisoned, by=cast.admin, reason="对方已停用")
    with pytest.raises(Conflict):
        actions.close(poisoned, by=cast.admin, reason="再来一次")
    assert Event.objects.filter(name="delivery.closed").count() == 1


def test_many_lines_ask_no_more_than_one(
    poisoned: Delivery, make: Any, cast: Any
) -> None:
    def asked() -> int:
        user = type(cast.district).objects.get(pk=cast.district.pk)
        with CaptureQueriesContext(connection) as caught:
            deliveries.lines(deliveries.troubled(user), user)
        return len(caught)

    one = asked()
    for _number in range(3):
        event = Event.objects.filter(subject_id=make.request("submitted").pk)[0]
        Delivery.objects.create(event=event, consumer=CONSUMER, state="set_aside")
    assert asked() == one
