"""The 12345 hotline: its numbers and states, both ways; repeats change nothing."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.core import consumers, dictionaries
from governance.core.errors import Invalid
from governance.core.models import Event, ImportRow, ImportRun, Notice
from governance.core.registers import find, import_pages, imports, work
from requests_hub.actions import desk, feedback
from requests_hub.actions.hotline_messages import propose_states, receive
from requests_hub.gateways import carrying
from requests_hub.models import HotlineMessage, HotlineState, Request, Sending
from requests_hub.subscribers import hotline as subscriber
from tests.factories.requests_hub import HERE, Makers
from tests.registers_help import xlsx
from tests.requests_hub.hooks import listening
from tests.requests_hub.open311_help import program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _table(district: Any, settings: Any) -> Iterator[None]:
    dictionaries.forget()
    settings.DISTRICT_CODE = district.code
    propose_states(district.pk)
    assert propose_states(district.pk) == 0
    yield
    dictionaries.forget()


def message(cast: Any, number: str = "GD1", **values: Any) -> HotlineMessage:
    usual = {"number": number, "their_state": "待签收", "body": "路灯不亮"}
    return receive(None, {**usual, **values}, by=cast.town_a)


def told() -> None:
    consumers.deliver(Event.objects.values_list("pk", flat=True))


# --- In -----------------------------------------------------------------------------------


def test_a_message_becomes_a_request_once(cast: Any, forest: Any) -> None:
    first = message(cast, reporter_phone="13800990000")
    again = message(cast, body="别的字")
    assert (again.pk, again.version) == (first.pk, first.version)
    row = Request.objects.get()
    assert (row.channel, row.external_id) == ("hotline", "GD1")
    assert row.body == "路灯不亮"
    assert row.large_id == first.large_id == forest.town_a.pk


def test_other_words_are_added_once(cast: Any) -> None:
    message(cast)
    assert message(cast, body="路灯不亮，第二盏也坏了").has_more
    assert not message(cast, body="路灯不亮，第二盏也坏了").has_more
    assert not message(cast).has_more  # the first words again are nothing new
    assert message(cast, body="都修好了，请撤单", their_state="已撤单").has_more
    row = Request.objects.get()
    assert (row.body, row.state) == ("路灯不亮", "withdrawn")
    notes = [e.data["note"] for e in Event.objects.filter(name="request.added")]
    assert sorted(notes) == ["路灯不亮，第二盏也坏了", "都修好了，请撤单"]
    # it is over here, and still not lost
    assert message(cast, body="又不亮了", their_state="已撤单").has_more
    told()
    notices = Notice.objects.filter(text__contains=row.no)
    assert not notices.filter(user=cast.town_b).exists()
    assert notices.filter(user=cast.town_a).count() == 3
    assert Request.objects.get().state == "withdrawn"


def test_an_unknown_state_is_refused_and_not_guessed(cast: Any) -> None:
    with pytest.raises(Invalid) as refused:
        message(cast, their_state="已转派")
    assert "已转派" in refused.value.fields["their_state"][0]
    assert not Request.objects.exists()
    HotlineState.objects.filter(theirs="待签收").update(theirs="已转派")
    assert message(cast, their_state="已转派").request.state == "submitted"


def answered(cast: Any, **values: Any) -> HotlineMessage:
    """A message that the hotline answered itself, eight and six days ago."""
    usual = {
        "their_state": "已办结",
        "occurred_at": timezone.now() - timedelta(days=8),
        "their_reply": "供电所已更换灯泡。",
        "their_replied_at": timezone.now() - timedelta(days=6),
    }
    return message(cast, **{**usual, **values})


def test_what_was_answered_there_goes_in_as_history(cast: Any, forest: Any) -> None:
    """Closed with their answer at its time, and nobody is told."""
    first = answered(cast, reporter_phone="13800990000", category="010204")
    row = Request.objects.get()
    assert (row.state, row.route, row.reply) == (
        "closed",
        "hotline",
        "供电所已更换灯泡。",
    )
    assert timezone.now() - row.submitted_at > timedelta(days=7)
    assert timezone.now() - row.closed_at > timedelta(days=5)
    assert row.large_id == first.large_id == forest.town_a.pk
    assert row.reporter_phone == "13800990000"
    assert row.category.code == "010204"
    told()
    assert not Sending.objects.exists()
    assert not Notice.objects.filter(text__contains=row.no).exists()
    again = answered(cast)
    assert (again.pk, again.version) == (first.pk, first.version)
    assert Request.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"their_reply": " "}, "their_reply"),
        ({"their_replied_at": None}, "their_replied_at"),
        ({"occurred_at": None}, "occurred_at"),
        ({"occurred_at": datetime(2026, 1, 5, tzinfo=UTC),
          "their_replied_at": datetime(2026, 1, 4, tzinfo=UTC)}, "their_replied_at"),
        ({"their_replied_at": datetime(2099, 1, 1, tzinfo=UTC)}, "their_replied_at"),
        ({"their_state": "已撤单"}, "their_state"),
        ({"their_state": "已退回"}, "their_state"),
        ({"reporter_phone": "12"}, "reporter_phone"),
    ],
)  # fmt: skip
def test_history_without_an_answer_is_refused(
    cast: Any, given: Any, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        answered(cast, **given)
    assert field in refused.value.fields
    assert not Request.objects.exists()


def test_history_that_the_first_file_brought_is_the_same_request(
    cast: Any, make: Any
) -> None:
    row = make.request("closed", channel="hotline", external_id="GD1")
    assert answered(cast).request_id == row.pk
    assert Request.objects.count() == 1


def test_asked_for_again_there_opens_what_was_history(cast: Any) -> None:
    answered(cast, their_replied_at=timezone.now() - timedelta(hours=1))
    message(cast, their_state="重办")
    assert Request.objects.get().state == "reopened"


def test_withdrawn_there_is_withdrawn_here(cast: Any) -> None:
    first = message(cast)
    message(cast, their_state="已撤单")
    first.refresh_from_db()
    assert first.their_state == "已撤单"
    assert Request.objects.get().state == "withdrawn"


def test_what_is_not_possible_here_is_a_fault_of_the_row(cast: Any) -> None:
    message(cast)
    with pytest.raises(Invalid) as refused:
        message(cast, their_state="重办")
    assert "their_state" in refused.value.fields
    assert HotlineMessage.objects.get().their_state == "待签收"


def test_other_states_are_noted_only(cast: Any) -> None:
    message(cast)
    message(cast, their_state="办理中")
    assert HotlineMessage.objects.get().their_state == "办理中"
    assert Request.objects.get().state == "submitted"


def test_a_message_of_the_first_import_is_the_same_request(
    cast: Any, make: Any
) -> None:
    row = make.request("submitted", channel="hotline", external_id="GD9")
    assert message(cast, "GD9").request_id == row.pk


# --- Out ----------------------------------------------------------------------------------


def test_states_and_reply_go_back_in_their_words(
    cast: Any, make: Makers, settings: Any
) -> None:
    with listening() as ear:
        settings.HOTLINE_URL, settings.HOTLINE_TOKEN = f"{ear.url}/back", "t"
        row = message(cast, **HERE).request
        make._to_closed(row)
        told()
        told()
        carrying.carry()
        bodies = [json.loads(body) for _path, _head, body in ear.seen]
        assert ear.seen[0][1]["authorization"] == "Bearer t"
    row.refresh_from_db()
    assert bodies[-1]["state"] == "已办结"
    assert bodies[-1]["reply"] == row.reply
    assert {body["id"] for body in bodies} == {"GD1"}
    assert len(bodies) == Sending.objects.filter(channel="hotline").count()
    assert len(bodies) == len({(b["state"], b["reply"]) for b in bodies})


def test_several_workers_tell_one_state_once(
    cast: Any, make: Makers, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = message(cast, **HERE).request
    make._to_closed(row)
    order: list[str] = []
    read = subscriber._last_told
    monkeypatch.setattr(subscriber.locks, "hold", order.append)
    monkeypatch.setattr(
        subscriber, "_last_told", lambda r: order.append("read") or read(r)
    )
    told()
    assert order[:2] == [f"hotline:{row.pk}", "read"]


def test_other_channels_are_not_told(make: Makers) -> None:
    make.request("closed")
    told()
    assert not Sending.objects.filter(channel="hotline").exists()


def test_a_state_that_is_not_told_stays_here(cast: Any) -> None:
    HotlineState.objects.filter(ours="accepted").update(is_told=False)
    desk.accept(message(cast).request, by=cast.town_a)
    told()
    assert not Sending.objects.exists()


# --- The hotline's own program ----------------------------------------------------------------


@pytest.fixture
def key(forest: Any) -> str:
    return program(forest.district, "12345", may_hotline=True)


def call(key: str, *rows: dict[str, Any]) -> Any:
    answer = Client().post(
        "/api/v1/hotline/messages/",
        {"messages": list(rows)},
        content_type="application/json",
        headers={"X-API-Key": key},
    )
    return answer.status_code, answer.json()


def test_every_row_answers_for_itself(key: str, forest: Any) -> None:
    good = {
        "id": "A1",
        "state": "待签收",
        "body": "井盖破损",
        "time": "2026-11-22T09:30:00+08:00",
        "phone": "13800990000",
        "grid": forest.town_a.code,
    }
    status, body = call(
        key,
        good,
        {"id": "A2", "state": "新词", "body": "x"},
        {"id": "A3", "body": "x", "time": "yesterday"},
        {"id": "A4", "body": "x", "phone": "12"},
        {"state": "待签收"},
        good,
    )
    assert status == 200
    results = body["results"]
    assert [row["result"] for row in results] == [
        "added",
        "error",
        "error",
        "error",
        "error",
        "repeated",
    ]
    assert list(results[1]["fields"]) == ["state"]
    assert list(results[3]["fields"]) == ["phone"]
    assert list(results[4]["fields"]) == ["id"]
    row = Request.objects.get()
    assert results[0]["no"] == row.no
    assert row.large_id == forest.town_a.pk
    assert (
        call(key, {**good, "state": "已撤单"})[1]["results"][0]["result"] == "changed"
    )


def test_history_by_the_program(key: str, forest: Any) -> None:
    done = {
        "id": "H1",
        "state": "已办结",
        "body": "井盖破损",
        "time": "2026-01-05T09:30:00+08:00",
        "reply": "已更换井盖。",
        "reply_time": "2026-01-07 16:00",
        "grid": forest.town_a.code,
    }
    _status, body = call(
        key, done, {**done, "id": "H2", "reply": ""}, {**done, "id": "H3", "time": ""}
    )
    results = body["results"]
    assert [row["result"] for row in results] == ["added", "error", "error"]
    assert [list(row["fields"]) for row in results[1:]] == [["reply"], ["time"]]
    row = Request.objects.get()
    assert (row.state, row.reply) == ("closed", "已更换井盖。")
    assert timezone.localtime(row.closed_at).hour == 16


def test_the_program_reads_what_is_new_for_it(key: str, cast: Any) -> None:
    row = message(cast).request
    desk.accept(row, by=cast.town_a)
    told()
    heads = {"X-API-Key": key}
    first = Client().get("/api/v1/hotline/updates/", headers=heads).json()["results"]
    assert [(r["id"], r["state"]) for r in first] == [("GD1", "已受理")]
    after = first[-1]["cursor"]
    url = f"/api/v1/hotline/updates/?after={after}"
    assert Client().get(url, headers=heads).json() == {"results": []}
    wrong = Client().get("/api/v1/hotline/updates/?after=x", headers=heads)
    assert wrong.status_code == 400


def test_only_the_hotline_may(forest: Any) -> None:
    other = program(forest.district, "别的", may_report=True)
    assert call(other, {"id": "A1", "body": "x"})[0] == 403
    assert call("", {"id": "A1", "body": "x"})[0] == 403


def test_lists_that_are_none_are_refused(key: str) -> None:
    for body in (
        {"messages": "x"},
        {},
        {"messages": [{"id": str(n)} for n in range(201)]},
    ):
        answer = Client().post(
            "/api/v1/hotline/messages/",
            body,
            content_type="application/json",
            headers={"X-API-Key": key},
        )
        assert answer.status_code == 400


# --- Excel ----------------------------------------------------------------------------------


def bring(register: Any, user: Any, data: bytes) -> None:
    """Upload, check that row 3 is refused, and write the rest."""
    run = imports.upload(register, io.BytesIO(data), "热线.xlsx", by=user)
    while work.advance(run.pk):
        pass
    wrong = ImportRow.objects.filter(run=run).exclude(problems=[])
    assert [row.number for row in wrong] == [3]
    assert "已转派" in str(wrong[0].problems)
    imports.start(run.pk, by=user, mode="skip")
    while work.advance(run.pk):
        pass


def test_the_sheet_says_which_rows_are_wrong(cast: SimpleNamespace) -> None:
    heads = ["工单编号", "工单状态", "诉求内容", "来电时间"]
    rows = [
        ["GD1", "待签收", "路灯不亮", "2026-11-22 09:30"],
        ["GD2", "已转派", "井盖破损", "2026-11-22 09:31"],
    ]
    register = find("hotline-messages")
    assert register is not None
    bring(register, cast.town_a, xlsx([heads, *rows]))
    assert Request.objects.count() == 1
    with pytest.raises(Invalid):  # the second time there is nothing to write
        bring(register, cast.town_a, xlsx([heads, *rows]))
    assert Request.objects.count() == 1
    row = Request.objects.get()
    assert row.occurred_at is not None
    assert timezone.localtime(row.occurred_at).hour == 9


def test_reopened_there_is_reopened_here(cast: Any, make: Makers) -> None:
    row = message(cast, **HERE).request
    make._to_closed(row)
    row.refresh_from_db()
    assert feedback.reopen_until(row) is not None
    message(cast, their_state="重办")
    row.refresh_from_db()
    assert row.state == "reopened"


def test_columns_to_be_read_are_no_strange_ones() -> None:
    """They stand in the register's own template and export; other words are told of."""
    register = find("hotline-messages")
    assert register is not None
    only_read = [str(c.label) for c in register.columns if c.read_only]
    run = ImportRun(headings=[[], [*only_read, "备用列"]], columns={})
    assert only_read
    assert import_pages.unknown_headings(register, run) == ["备用列"]
