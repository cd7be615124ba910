"""Messages from people: letters and text messages become requests, once."""

import io
from email.message import EmailMessage
from typing import Any, ClassVar

import pytest
from django.core.cache import cache
from django.test import Client
from PIL import Image

from governance.core.models import Attachment, Event
from requests_hub import gateways
from requests_hub.actions import desk, reporting
from requests_hub.gateways import mailbox
from requests_hub.gateways.email import message_id
from requests_hub.gateways.mime import read
from requests_hub.models import Incoming, Request
from requests_hub.tasks.mailbox import fetch_letters
from tests.factories.requests_hub import Makers
from tests.requests_hub.open311_help import program

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(forest: Any, settings: Any) -> str:
    settings.DISTRICT_CODE = forest.district.code
    cache.clear()
    return program(forest.district, "邮件网关", may_message=True)


def letter(
    number: str = "<a1@mail.example.org>",
    body: str = "府前路路灯不亮，请处理。",
    sender: str = "李四 <li@example.org>",
    subject: str = "路灯不亮",
    picture: bytes = b"",
    **heads: str,
) -> bytes:
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["Subject"] = number, sender, subject
    for name, value in heads.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(body, charset="gb18030")
    if picture:
        mail.add_attachment(picture, maintype="image", subtype="png", filename="灯.png")
    return mail.as_bytes()


def post(key: str, data: bytes) -> Any:
    answer = Client().post(
        "/gateways/email/",
        data,
        content_type="message/rfc822",
        headers={"X-API-Key": key},
    )
    return answer.status_code, answer.json()


def test_a_letter_becomes_a_request_once(
    key: str, tmp_path: Any, settings: Any
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    first = post(key, letter(picture=out.getvalue()))
    assert first[0] == 200
    assert post(key, letter(body="别的")) == first
    row = Request.objects.get()
    assert first[1] == {
        "id": "<a1@mail.example.org>",
        "outcome": "request",
        "no": row.no,
    }
    assert (row.channel, row.title, row.reporter_name) == ("email", "路灯不亮", "李四")
    assert row.body == "府前路路灯不亮，请处理。"
    assert Attachment.objects.filter(subject_id=row.pk).count() == 1


def test_who_wrote_a_letter_hears_by_letter(key: str, sign_in: Any) -> None:
    assert post(key, letter())[0] == 200
    row = Request.objects.get()
    assert reporting.channels_of(row) == [("email", "li@example.org")]
    page = sign_in("district").get(f"/requests/{row.no}/").content.decode()
    assert "l***@example.org" in page
    assert "li@example.org" not in page


def test_an_answer_goes_to_the_request_it_answers(
    key: str, make: Makers, cast: Any
) -> None:
    request = make.request("accepted")
    told = gateways.send("email", "li@example.org", "已受理", "…", "k", request=request)
    reply = letter(
        "<b1@x>", "还有一处\n\n> 已受理\n> …", In_Reply_To=message_id(told.pk)
    )
    assert post(key, reply)[1]["outcome"] == "added"
    event = Event.objects.get(name="request.added")
    assert event.data["note"] == "还有一处"
    stranger = letter(
        "<b2@x>", "还有", "mallory@example.org", In_Reply_To=message_id(told.pk)
    )
    assert post(key, stranger)[1]["outcome"] == "request"
    assert Request.objects.count() == 2
    desk.reject(request, by=cast.town_a, reason="不属于本区。")
    late = letter("<b3@x>", "请再看看", In_Reply_To=message_id(told.pk))
    assert post(key, late)[1]["outcome"] == "request"


@pytest.mark.parametrize(
    "heads",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"sender": "MAILER-DAEMON@example.org"},
        {"sender": "no-reply@example.org"},
    ],
)
def test_letters_of_machines_are_left_alone(key: str, heads: dict[str, str]) -> None:
    assert post(key, letter(**heads))[1]["outcome"] == "left"
    assert not Request.objects.exists()


def test_what_is_no_letter_is_refused(key: str) -> None:
    assert post(key, b"")[0] == 400
    assert post(key, b"\xff\x00 no mail")[0] == 400
    assert post("", letter())[0] == 403
    empty = post(key, letter(body=" ", subject=""))
    assert empty[1]["outcome"] == "refused"
    assert Incoming.objects.get().words


def test_html_and_long_numbers_are_read() -> None:
    mail = EmailMessage()
    mail["Message-ID"], mail["From"] = f"<{'x' * 200}@a>", "a@b.org"
    mail.set_content("<p>井盖&nbsp;破损</p><script>x()</script><br>急", subtype="html")
    found = read(mail.as_bytes())
    assert found.body == "井盖\xa0破损\n\n急"
    assert len(found.number) == 64


def test_a_text_message_becomes_a_request(key: str, settings: Any) -> None:
    settings.SMS_IN_FIELDS = {"id": "msgid", "from": "mobile", "text": "content"}
    form = {"msgid": "77", "mobile": "+86 138-0099-0000", "content": "垃圾没人收"}
    heads = {"X-API-Key": key}
    url = "/gateways/sms/"
    first = Client().post(url, form, headers=heads).json()
    again = (
        Client().post(url, form, content_type="application/json", headers=heads).json()
    )
    assert first == again
    row = Request.objects.get()
    assert (row.channel, row.reporter_phone, row.external_id) == (
        "sms",
        "13800990000",
        "77",
    )
    assert Client().post(url, {"msgid": "78"}, headers=heads).status_code == 400
    assert Client().post(url, form).status_code == 403


class Box:
    """A mailbox with three letters."""

    letters: ClassVar[dict[bytes, bytes]] = {}
    seen: ClassVar[list[str]] = []

    def __init__(self, host: str, port: int, timeout: float) -> None:
        assert (host, port) == ("127.0.0.1", 1993)

    def login(self, user: str, password: str) -> None:
        assert (user, password) == ("u@x", "p w")

    def select(self, name: str) -> None:
        assert name == "Reports"

    def search(self, _charset: None, _what: str) -> Any:
        return "OK", [b" ".join(self.letters)]

    def fetch(self, number: str, what: str) -> Any:
        data = self.letters[number.encode()]
        if "SIZE" in what:
            return "OK", [b"%s (RFC822.SIZE %d)" % (number.encode(), len(data))]
        return "OK", [(b"x", data), b")"]

    def store(self, number: bytes, _sign: str, _flag: str) -> None:
        self.seen.append(number.decode())

    def logout(self) -> None:
        pass


def test_a_mailbox_is_fetched_and_a_second_look_adds_nothing(
    key: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetch_letters() == 0  # no mailbox is set
    Box.letters = {b"1": letter(), b"2": b"broken", b"3": letter("<c@x>")}
    Box.seen = []
    monkeypatch.setattr(mailbox.imaplib, "IMAP4_SSL", Box)
    settings.MAIL_IMAP_URL = "imaps://u%40x:p%20w@127.0.0.1:1993/Reports"
    assert fetch_letters() == 3
    assert Box.seen == ["1", "2", "3"]
    assert Request.objects.count() == 2
    fetch_letters()
    assert Request.objects.count() == 2


def test_a_mailbox_that_is_away_is_no_failure(key: str, settings: Any) -> None:
    settings.MAIL_IMAP_URL = "imap://u:p@127.0.0.1:9/INBOX"
    assert fetch_letters() == 0
