"""The hotline's file."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.core.models import Event, Outbox
from requests_hub.actions import bulletins, statistics
from requests_hub.actions import hotline as actions
from requests_hub.assessment.periods import Period
from requests_hub.models import ImportRun, Request, Sending, Subscription
from requests_hub.queries import areas, assessment
from requests_hub.queries.aside import to_revisit
from requests_hub.subscribers import webhooks

HEAD = ["message_id", "user_id", "subject", "posted_at", "body", "opposed", "liked"]


def write(path: Path, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(rows)
    return path


def message(n, body="路灯坏了\n已经一周", at="2019/2/28 11:25:05"):
    return [str(188000 + n), "A000", f"反映问题{n}", at, body, "0", "0"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_goes_in_whole_and_once(forest, tmp_path, encoding):
    path = write(tmp_path / "m.csv", [message(n) for n in range(1203)], encoding)
    call_command("import_messages", str(path))
    assert Request.objects.filter(channel="hotline").count() == 1203
    assert Event.objects.filter(name="request.submitted").count() == 1203
    assert Outbox.objects.count() >= 1203
    request = Request.objects.get(external_id="188000")
    assert request.large_id == forest.town_a.pk
    assert request.medium_id is None
    assert request.body == "路灯坏了\n已经一周"
    assert request.occurred_at.year == 2019
    assert request.submitted_at.year > 2019
    call_command("import_messages", str(path))
    assert Request.objects.count() == 1203
    assert (
        Event.objects.count()
        == 1203 + Event.objects.exclude(name="request.submitted").count()
    )
    assert ImportRun.objects.latest("id").repeated == 1203


def test_bad_rows_are_told_with_line_and_reason(forest, tmp_path):
    rows = [
        message(1),
        message(2, at="yesterday"),
        ["", "A", "没有编号", "2019/2/28 11:25:05", "x", "0", "0"],
        ["5", "A"],
        message(6),
    ]
    path = write(tmp_path / "m.csv", rows)
    call_command("import_messages", str(path))
    assert Request.objects.count() == 2
    with (tmp_path / "m.csv.errors.csv").open(encoding="utf-8-sig") as file:
        told = list(csv.DictReader(file))
    # a message of two lines takes two
    assert [row["line"] for row in told] == ["4", "6", "7"]
    assert all(row["reason"] for row in told)


def test_it_goes_on_where_it_was_stopped(forest, tmp_path, monkeypatch):
    path = write(tmp_path / "m.csv", [message(n) for n in range(1200)])
    real, calls = actions.import_batch, []

    def stops(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(actions, "import_batch", stops)
    with pytest.raises(KeyboardInterrupt):
        call_command("import_messages", str(path))
    assert Request.objects.count() == 500
    assert ImportRun.objects.get().finished_at is None
    call_command("import_messages", str(path))
    assert Request.objects.count() == 1200
    assert len(calls) == 4
    run = ImportRun.objects.get()
    assert (run.done, run.added, run.repeated) == (1200, 1200, 0)


def test_scattering_gives_demo_positions_that_do_not_change(forest, tmp_path, district):
    path = write(tmp_path / "m.csv", [message(n) for n in range(60)])
    call_command("import_messages", str(path), "--scatter", "7")
    requests = Request.objects.all()
    assert all(r.micro_id and r.lon and r.lat for r in requests)
    assert len({r.micro_id for r in requests}) > 8
    place = actions.scattered(district, 7)
    one = requests[0]
    again = place(type("M", (), {"external_id": one.external_id})())
    assert (again[0], again[1]) == (one.lon, one.lat)


def test_what_is_no_such_file_is_refused_with_a_sentence(forest, tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="message_id"):
        call_command("import_messages", str(path))
    with pytest.raises(CommandError):
        call_command("import_messages", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError):
        call_command("import_messages", str(path), "--town", "999")


ANSWERED = [*HEAD, "reply", "replied_at"]


def answered(n, reply="已换灯泡。", at="2019/3/4 10:00:00", **more):
    return [*message(n, **more), reply, at]


def write_answered(path: Path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([ANSWERED, *rows])
    return path


def test_history_is_received_and_closed_when_it_was(forest, cast, tmp_path):
    late = answered(2, at="2019/6/3 09:00:00")
    path = write_answered(tmp_path / "m.csv", [answered(1), late, answered(3, "", "")])
    call_command("import_messages", str(path), "--history")
    call_command("import_messages", str(path), "--history")
    one, two, three = Request.objects.order_by("external_id")
    assert (one.state, one.reply, one.route) == ("closed", "已换灯泡。", "hotline")
    days = [timezone.localdate(at) for at in (one.submitted_at, one.closed_at)]
    assert [str(day) for day in days] == ["2019-02-28", "2019-03-04"]
    assert one.due_at is None
    assert one.closed_at < one.close_due_at < two.closed_at
    assert (three.state, three.submitted_at.year) == ("submitted", 2019)
    assert three.due_at > three.submitted_at + timedelta(days=365)
    events = Event.objects.thread(one.pk).order_by("occurred_at")
    assert [e.name for e in events] == ["request.submitted", "request.carried_over"]
    assert events[1].occurred_at == one.closed_at
    assert [row.pk for row in to_revisit(cast.town_a)] == []


def test_the_figures_of_history_lie_on_its_days(forest, tmp_path):
    rows = [answered(1), answered(2, at="2019/6/3 09:00:00"), answered(3, "", "")]
    path = write_answered(tmp_path / "m.csv", rows)
    call_command("import_messages", str(path), "--history")
    held = areas.Held(forest.district.pk, "district", (0,))
    month = Period("month", date(2019, 3, 1), date(2019, 3, 31))
    march = assessment.total(held, month)
    assert march.get("received", 0) == 0
    assert (march["close_due"], march["close_done"], march["close_met"]) == (2, 2, 1)
    assert march["closed"] == 1
    assert statistics.recount().is_ok
    shown = bulletins.draft(forest.district.pk, month)["figures"]["whole"]
    assert (shown["close_due"], shown["close_done"], shown["close_met"]) == (2, 1, 1)


def test_answers_that_cannot_be_are_told(forest, tmp_path):
    rows = [
        answered(1, at="2018/1/1 10:00:00"),
        answered(2, reply=""),
        answered(3, at=""),
        answered(4, at="soon"),
    ]
    path = write_answered(tmp_path / "m.csv", rows)
    call_command("import_messages", str(path), "--history")
    assert not Request.objects.exists()
    with (tmp_path / "m.csv.errors.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 4


def test_only_what_the_hotline_closed_is_taken_over_as_closed(make):
    request = make.request("submitted")
    rows = Request.objects.filter(pk=request.pk)
    rows.update(reply="已办", checked_at=timezone.now())
    with pytest.raises(DatabaseError, match="hotline"), transaction.atomic():
        rows.update(state="closed")


@pytest.mark.parametrize(("option", "calls"), [([], 1), (["--history"], 0)])
def test_history_calls_no_receiver(forest, tmp_path, monkeypatch, option, calls):
    path = write_answered(tmp_path / "m.csv", [answered(1)])
    call_command("import_messages", str(path), *option)
    Subscription.objects.create(
        district=forest.district,
        url="https://a.example/",
        event_names=["request.submitted"],
    )
    webhooks.fan_out(Event.objects.get(name="request.submitted"))
    assert Sending.objects.count() == calls
