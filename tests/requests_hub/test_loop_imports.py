"""The hotline's file."""

import csv
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from governance.core.models import Event, Outbox
from requests_hub.actions import hotline as actions
from requests_hub.models import ImportRun, Request

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
