"""Signed calls to subscriptions: stored, tried again, sent again by hand, never inside."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.core import consumers, dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event, Notice
from requests_hub.actions import subscriptions
from requests_hub.gateways import carrying
from requests_hub.models import Sending, Subscription
from requests_hub.seeds.intake import EVENTS, INSIDE
from requests_hub.workflow import REQUEST
from tests.factories.requests_hub import Makers
from tests.requests_hub.hooks import Ear, listening
from tests.requests_hub.open311_help import program, row_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists() -> Iterator[None]:
    dictionaries.forget()
    yield
    dictionaries.forget()


@pytest.fixture
def ear(settings: Any) -> Iterator[Ear]:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with listening() as ear:
        yield ear


def subscribe(cast: Any, ear: Ear, *names: str, **more: Any) -> Subscription:
    values = {
        "name": "市平台",
        "url": f"{ear.url}/hook",
        "event_names": list(names or ["request.submitted"]),
        "is_active": True,
        **more,
    }
    return subscriptions.save_subscription(None, values, by=cast.district)


def told() -> None:
    """What the workers do with all that happened."""
    consumers.deliver(Event.objects.values_list("pk", flat=True))


def good(secret: str, call: tuple[str, dict[str, str], bytes]) -> bool:
    """Checked as a receiver does it."""
    _path, head, body = call
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    want = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{want}" in head["webhook-signature"].split()


def test_an_event_is_one_signed_call(make: Makers, cast: Any, ear: Ear) -> None:
    row = subscribe(cast, ear)
    request = make.request(
        "submitted", body="电话13800990000，井盖破损", reporter_phone="13800990000"
    )
    told()
    told()
    assert Sending.objects.get(channel="webhook").title == "诉求已提交"
    assert ear.seen == []
    carrying.carry()
    (call,) = ear.seen
    assert good(row.secret, call)
    assert not good(subscriptions.new_secret(), call)
    body = json.loads(call[2])
    assert body["type"] == "request.submitted"
    assert body["data"]["service_request_id"] == request.no
    assert b"13800990000" not in call[2]
    assert call[1]["webhook-id"] == f"msg_{Sending.objects.get().pk}"


def test_a_test_call_tries_the_receiver(cast: Any, ear: Ear, sign_in: Any) -> None:
    row, keeper = subscribe(cast, ear), sign_in("district")
    answer = keeper.post(f"/subscriptions/{row.pk}/ping/")
    sending = Sending.objects.get()
    assert answer.url == f"/sendings/{sending.pk}/"
    assert keeper.post(f"/subscriptions/{row.pk}/ping/").status_code == 302
    assert Sending.objects.count() == 2
    carrying.carry()
    assert len(ear.seen) == 2
    assert good(row.secret, ear.seen[0])
    body = json.loads(ear.seen[0][2])
    assert (body["type"], body["data"]) == ("ping", {"subscription": "市平台"})
    assert "测试推送" in keeper.get("/sendings/").content.decode()


def test_a_subscription_out_of_use_is_not_tried(cast: Any, ear: Ear) -> None:
    row = subscribe(cast, ear, is_active=False)
    with pytest.raises(Conflict):
        subscriptions.ping(row, by=cast.district)
    assert not Sending.objects.exists()


def test_only_what_was_subscribed_to(make: Makers, cast: Any, ear: Ear) -> None:
    subscribe(cast, ear, "request.closed")
    subscribe(cast, ear, "request.submitted", name="停用", is_active=False)
    make.request("accepted")
    told()
    assert not Sending.objects.exists()


def test_every_event_of_the_loop_is_told_or_kept_inside_on_purpose() -> None:
    recorded = {f"request.{s.effects.event}" for s in REQUEST.steps} - {"request."}
    told_of = {code for code, _zh, _en in EVENTS}
    assert recorded <= told_of | INSIDE, recorded - told_of - INSIDE
    assert not told_of & INSIDE
    assert told_of <= {row.code for row in dictionaries.items("webhook_event")}


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("verify", "request.look_asked"),
        ("held", "request.held"),
        ("merged", "request.merged"),
    ],
)
def test_what_was_set_aside_is_told(
    state: str, event: str, make: Makers, cast: Any, ear: Ear
) -> None:
    subscribe(cast, ear, event)
    row = make.request(state)
    told()
    (sent,) = Sending.objects.filter(channel="webhook", request=row)
    body = json.loads(sent.body)
    assert (body["type"], body["data"]["status"]) == (
        event,
        "closed" if state == "merged" else "open",
    )


def test_of_a_private_request_only_its_state(make: Makers, cast: Any, ear: Ear) -> None:
    subscribe(cast, ear)
    make.request("submitted", body="家里的事", is_private=True)
    told()
    data = json.loads(Sending.objects.get().body)["data"]
    assert data["is_private"] is True
    assert not {"title", "place", "reply", "service_name"} & set(data)


def test_a_failing_receiver_is_left_in_peace_and_tried_again(
    make: Makers, cast: Any, ear: Ear
) -> None:
    row = subscribe(cast, ear)
    ear.answer = lambda n: (500 if n < 2 else 204, {}, b"")
    for _n in range(3):
        make.request("submitted")
    told()
    assert carrying.carry() == 1  # the others wait for the pause to end
    row.refresh_from_db()
    assert row.failures == 1
    assert row.paused_until is not None
    Subscription.objects.update(paused_until=timezone.now())
    assert carrying.carry() == 2
    Sending.objects.waiting().update(next_at=timezone.now())
    assert carrying.carry() == 1
    assert set(Sending.objects.values_list("state", flat=True)) == {"sent"}
    row.refresh_from_db()
    assert (row.failures, row.failing_since) == (0, None)
    numbers = [head["webhook-id"] for _path, head, _body in ear.seen]
    assert len(numbers) == 4
    assert len(set(numbers)) == 3  # a try again has the number of the first


def test_after_days_of_failure_it_is_switched_off_and_said(
    make: Makers, cast: Any, ear: Ear
) -> None:
    row = subscribe(cast, ear)
    ear.answer = lambda _n: (500, {}, b"")
    make.request("submitted")
    told()
    Subscription.objects.update(failing_since=timezone.now() - timedelta(days=6))
    carrying.carry()
    row.refresh_from_db()
    assert row.is_active is False
    told()
    notice = Notice.objects.get(user=cast.district, url__contains="subscriptions")
    assert "市平台" in notice.text
    Sending.objects.update(next_at=timezone.now())
    Subscription.objects.update(paused_until=None)
    carrying.carry()
    assert Sending.objects.get().state == "given_up"
    assert len(ear.seen) == 1
    again = subscriptions.save_subscription(row, {"is_active": True}, by=cast.district)
    again.refresh_from_db()
    assert (again.failures, again.failing_since) == (0, None)


def test_redirects_are_not_followed(make: Makers, cast: Any, ear: Ear) -> None:
    subscribe(cast, ear)
    ear.answer = lambda _n: (302, {"Location": "http://169.254.169.254/"}, b"")
    make.request("submitted")
    told()
    carrying.carry()
    assert len(ear.seen) == 1
    assert "302" in Sending.objects.get().last_error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://localhost:6379/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://user:pw@example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "not an address",
    ],
)
def test_addresses_inside_are_refused(
    cast: Any, district: Any, settings: Any, url: str
) -> None:
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    with pytest.raises(Invalid) as refused:
        subscribe(cast, Ear(), url=url)
    assert "url" in refused.value.fields


def test_an_address_that_turned_inward_is_not_called(
    make: Makers, cast: Any, ear: Ear, settings: Any
) -> None:
    """The name is looked up again at every try."""
    subscribe(cast, ear)
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    make.request("submitted")
    told()
    carrying.carry()
    assert ear.seen == []
    assert Sending.objects.get().state == "waiting"


def test_while_a_secret_is_replaced_both_are_good(
    make: Makers, cast: Any, ear: Ear
) -> None:
    row = subscribe(cast, ear)
    old = row.secret
    new = subscriptions.renew_secret(row, by=cast.district)
    make.request("submitted")
    told()
    carrying.carry()
    assert good(old, ear.seen[0])
    assert good(new, ear.seen[0])
    Subscription.objects.update(old_secret_until=timezone.now())
    make.request("submitted")
    told()
    carrying.carry()
    assert not good(old, ear.seen[1])
    assert good(new, ear.seen[1])


def test_unknown_events_and_other_people_are_refused(
    cast: Any, ear: Ear, district: Any
) -> None:
    with pytest.raises(Invalid):
        subscribe(cast, ear, "request.invented")
    row = subscribe(cast, ear)
    with pytest.raises(NotAllowed):
        subscriptions.save_subscription(row, {"name": "x"}, by=cast.town_a)


# --- Pages --------------------------------------------------------------------------------


@pytest.fixture
def desk(cast: SimpleNamespace) -> Client:
    client = Client()
    client.force_login(cast.district)
    return client


def test_the_page_of_calls_has_a_button_to_send_again(
    make: Makers, cast: Any, ear: Ear, desk: Client
) -> None:
    row = subscribe(cast, ear)
    ear.answer = lambda n: (410 if n == 1 else 200, {}, b"")
    make.request("submitted")
    told()
    carrying.carry()
    call = Sending.objects.get()
    assert call.state == "given_up"
    page = desk.get(f"/sendings/{call.pk}/").content.decode()
    assert "request.submitted" in page
    assert "410" in page
    listed = desk.get(f"/sendings/?state=given_up&subscription={row.pk}")
    assert f"/sendings/{call.pk}/" in listed.content.decode()
    assert desk.get("/sendings/?before=x&channel=nothing&state=x").status_code == 200
    assert desk.post(f"/sendings/{call.pk}/again/").status_code == 302
    Subscription.objects.update(paused_until=None)
    carrying.carry()
    call.refresh_from_db()
    assert call.state == "sent"


def test_keys_and_secrets_are_shown_once(cast: Any, ear: Ear, desk: Client) -> None:
    client = row_of(program(cast.district.posts.first().district))
    page = desk.post(f"/programs/{client.pk}/keys/new/")
    assert "no-store" in page["Cache-Control"]
    text = re.search(r"og[0-9a-f]{8}\.[\w-]{43}", page.content.decode())
    assert text is not None
    assert row_of(text[0]) == client
    record = desk.get(f"/registry/api-clients/{client.pk}/").content.decode()
    assert text[0] not in record
    assert text[0].partition(".")[0] in record
    newest = client.keys.first()
    assert newest is not None
    desk.post(f"/programs/{client.pk}/keys/{newest.pk}/end/")
    newest.refresh_from_db()
    assert not newest.is_good
    row = subscribe(cast, ear)
    page = desk.post(f"/subscriptions/{row.pk}/secret/")
    row.refresh_from_db()
    assert row.secret in page.content.decode().replace("&#x3D;", "=")
    record = desk.get(f"/registry/subscriptions/{row.pk}/").content.decode()
    assert row.secret not in record
