"""Messages out: once by key, tried with pauses, never in the caller's transaction."""

import json
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from governance.core.errors import Invalid
from governance.core.models import Event
from requests_hub import gateways
from requests_hub.actions import sendings
from requests_hub.gateways import carrying
from requests_hub.gateways.email import message_id
from requests_hub.models import Sending
from tests.factories.requests_hub import Makers
from tests.requests_hub.hooks import Ear, listening

pytestmark = pytest.mark.django_db
PHONE = "13800990000"


@pytest.fixture
def ear() -> Iterator[Ear]:
    with listening() as ear:
        yield ear


@pytest.fixture
def sms(settings: Any, ear: Ear) -> Ear:
    settings.SMS_URL = f"{ear.url}/send"
    return ear


def queue(district: Any, key: str = "k1", **more: Any) -> Sending:
    inputs = {"channel": "sms", "address": PHONE, "subject": "", "body": "已办结"}
    return gateways.send(**{**inputs, **more}, key=key, district_id=district.pk)


def test_one_key_is_one_message(district: Any, sms: Ear) -> None:
    first = queue(district)
    again = queue(district, body="别的")
    assert again.pk == first.pk
    assert again.body == "已办结"
    assert Event.objects.filter(name="sending.queued").count() == 1
    assert sms.seen == []  # nothing leaves before a worker carries it
    assert carrying.carry() == 1
    assert carrying.carry() == 0
    assert len(sms.seen) == 1


def test_address_and_text_are_stored_unreadable(district: Any) -> None:
    row = queue(district)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT address, body FROM requests_hub_sending WHERE id = %s", [row.pk]
        )
        stored = cursor.fetchone()
    assert PHONE not in stored[0]
    assert stored[1].startswith("v2:")
    assert gateways.shown("sms", row.address) == "138****0000"
    assert gateways.shown("email", "zhang@example.org") == "z***@example.org"


def test_a_rolled_back_caller_sends_nothing(district: Any, sms: Ear) -> None:
    def caller() -> None:
        with transaction.atomic():
            queue(district)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        caller()
    assert carrying.carry() == 0
    assert not Sending.objects.exists()


@pytest.mark.parametrize(
    ("channel", "address"),
    [("sms", "0766-8820000"), ("sms", "1380099"), ("email", "nobody"), ("fax", "1")],
)
def test_addresses_that_reach_nobody_are_refused(
    district: Any, channel: str, address: str
) -> None:
    with pytest.raises(Invalid):
        queue(district, channel=channel, address=address)


def test_json_template_escapes_what_it_is_filled_with(
    district: Any, sms: Ear, settings: Any
) -> None:
    settings.SMS_BODY = '{"to": "{phone}", "msg": "{text}", "id": "{key}"}'
    row = queue(district, body='您好"\n{phone}')
    carrying.carry()
    path, headers, body = sms.seen[0]
    assert path == "/send"
    assert headers["content-type"].startswith("application/json")
    assert json.loads(body) == {
        "to": PHONE,
        "msg": '您好"\n{phone}',
        "id": str(row.pk),
    }


def test_form_template(district: Any, sms: Ear, settings: Any) -> None:
    settings.SMS_BODY = "mobile={phone}&content={text}"
    settings.SMS_HEADERS = {"X-Token": "t"}
    queue(district, body="a&b=1")
    carrying.carry()
    _path, headers, body = sms.seen[0]
    assert body == b"mobile=13800990000&content=a%26b%3D1"
    assert headers["x-token"] == "t"


def test_failed_tries_come_again_with_growing_pauses(
    district: Any, sms: Ear, time_machine: Any
) -> None:
    sms.answer = lambda _n: (503, {}, b"later")
    row = queue(district)
    pauses = []
    for _n in range(sendings.MOST_TRIES):
        assert carrying.carry() == 1
        row.refresh_from_db()
        if row.next_at is None:
            break
        pauses.append((row.next_at - timezone.now()).total_seconds())
        Sending.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert [round(p / 5) * 5 for p in pauses] == list(sendings.PAUSES)
    assert row.state == "given_up"
    assert row.attempts == sendings.MOST_TRIES
    assert row.tries[-1]["code"] == 503
    assert "503" in row.last_error
    assert PHONE not in json.dumps(row.tries)
    assert Event.objects.filter(name="sending.given_up").count() == 1


def test_a_wrong_message_is_not_tried_again(district: Any, sms: Ear) -> None:
    sms.answer = lambda _n: (400, {}, b"bad number")
    row = queue(district)
    carrying.carry()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("given_up", 1)


def test_an_answer_without_the_expected_word_is_a_failure(
    district: Any, sms: Ear, settings: Any
) -> None:
    settings.SMS_TAKEN = r'"code":\s*0'
    sms.answer = lambda n: (200, {}, b'{"code": 7}' if n == 1 else b'{"code": 0}')
    row = queue(district)
    carrying.carry()
    row.refresh_from_db()
    assert row.state == "waiting"
    Sending.objects.update(next_at=timezone.now())
    carrying.carry()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 2)


def test_a_try_that_dies_is_repeated_after_its_lease(district: Any, sms: Ear) -> None:
    queue(district)
    taken = sendings.lease(5)
    assert len(taken) == 1
    assert sendings.lease(5) == []
    Sending.objects.update(next_at=timezone.now())
    assert carrying.carry() == 1
    late = sendings.Try(timezone.now(), 1, 500, "late")
    row = sendings.settle(taken[0], late)  # the first one comes back after all
    assert (row.state, len(row.tries)) == ("sent", 1)


def test_sending_again_by_hand(
    district: Any, sms: Ear, cast: SimpleNamespace, settings: Any
) -> None:
    sms.answer = lambda n: (400 if n == 1 else 200, {}, b"")
    row = queue(district)
    carrying.carry()
    sendings.resend(row, by=cast.district)
    assert carrying.carry() == 1
    row.refresh_from_db()
    assert row.state == "sent"
    assert Event.objects.filter(name="sending.queued").count() == 2


def test_one_broken_gateway_does_not_stop_the_others(
    district: Any, sms: Ear, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_URL = "smtp://localhost"

    def broken(self: Any, *_args: Any, **_more: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", broken)
    letter = queue(district, "m", channel="email", address="a@example.org")
    text = queue(district, "t")
    assert carrying.carry() == 2
    letter.refresh_from_db()
    text.refresh_from_db()
    assert (letter.state, letter.last_error) == ("waiting", "ZeroDivisionError")
    assert text.state == "sent"


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        (451, "waiting", "稍后会再试"),
        (550, "given_up", "邮件服务器不接收此地址"),
    ],
)
def test_a_passing_trouble_of_the_mail_server_is_no_refusal_of_the_address(
    district: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    state: str,
    words: str,
) -> None:
    settings.MAIL_URL = "smtp://localhost"

    def refuse(self: Any, *_args: Any, **_more: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"a@example.org": (code, b"no")})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    row = queue(district, "m", channel="email", address="a@example.org")
    carrying.carry()
    row.refresh_from_db()
    assert (row.state, row.tries[-1]["code"]) == (state, code)
    assert words in row.last_error


def test_a_letter_has_one_number_however_often_it_is_tried(
    make: Makers, settings: Any
) -> None:
    settings.MAIL_URL = "smtp://localhost"
    request = make.request("submitted")
    row = gateways.send(
        "email", "li@EXAMPLE.org", "您的诉求\n已受理", "正文", "r1", request=request
    )
    carrying.carry()
    (letter,) = mail.outbox
    assert letter.to == ["li@example.org"]
    assert letter.subject == "您的诉求 已受理"
    assert letter.message()["Message-ID"] == message_id(row.pk)
    assert letter.message()["Auto-Submitted"] == "auto-generated"
    assert list(Sending.objects.of(request)) == [row]


def test_without_a_provider_the_log_says_what_would_have_gone_out(
    district: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    row = queue(district, body="只给本人看的话")
    carrying.carry()
    row.refresh_from_db()
    assert (row.state, row.receipt) == ("sent", "log")
    said = capsys.readouterr()
    assert "138****0000" in said.out + said.err
    assert PHONE not in said.out + said.err
    assert "只给本人看的话" not in said.out + said.err


def test_who_may_list_messages(district: Any, cast: SimpleNamespace) -> None:
    queue(district)
    for name, count in (
        ("district", 1),
        ("auditor", 1),
        ("town_a", 0),
        ("outsider", 0),
    ):
        rows = Sending.objects.visible_to(getattr(cast, name))
        assert rows.count() == count, name
