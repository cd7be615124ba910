"""Imports: staged, checked, written in batches, taken up after a kill, undone."""

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from benchmarks.import_persons import workbook
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event, ImportRow, ImportRun
from governance.core.registers import Register, imports, running, work
from grids.models import LineGrid, Person
from tests.core.test_registers_pages import PHONE, client_of
from tests.probe_register import probe, save
from tests.registers_help import media, xlsx

__all__ = ["media", "probe"]
HEAD = ["姓名", "编号", "所属网格", "人员类别", "手机", "身份证号"]
GRID = "云城街道/星岩社区/第一网格"


def person(n: int, **more: Any) -> list[Any]:
    row = {
        "name": f"欧阳{n}",
        "code": f"P-{n}",
        "grid": GRID,
        "batch": "群众",
        "phone": "",
        "identity": "",
        **more,
    }
    return list(row.values())


def bring(
    register: Register, user: Any, data: bytes, name: str = "台账.xlsx"
) -> ImportRun:
    run = imports.upload(register, io.BytesIO(data), name, by=user)
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    return run


def do(run: ImportRun, user: Any, mode: str = "skip") -> ImportRun:
    imports.start(run.pk, by=user, mode=mode)
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    return run


def problems(run: ImportRun) -> dict[int, list[str]]:
    rows = ImportRow.objects.filter(run=run).exclude(problems=[])
    return {row.number: [p["words"] for p in row.problems] for row in rows}


@pytest.fixture
def desk(media: Path, forest: SimpleNamespace, cast: SimpleNamespace) -> Any:
    return cast.town_a


def test_a_file_is_checked_imported_and_nothing_is_written_twice(
    probe: Register, desk: Any, media: Path
) -> None:
    save(
        None, {"name": "旧名", "code": "P-2", "grid": _grid(), "batch": "mass"}, by="t"
    )
    rows = [HEAD, *(person(n) for n in range(1, 451))]
    rows.append(person(1))
    book = xlsx(rows)
    run = bring(probe, desk, book)
    assert run.state == "checked"
    assert run.counts == {"new": 449, "changed": 1, "error": 1}
    assert "391" not in str(problems(run))
    assert list(problems(run)) == [452]
    assert LineGrid.objects.count() == 1
    assert not list(media.rglob("*.sealed")), "the file goes once its rows are staged"
    assert do(run, desk).state == "done"
    assert run.done == {"created": 449, "changed": 1}
    assert LineGrid.objects.count() == 450
    changed = LineGrid.objects.get(code="P-2")
    assert changed.name == "欧阳2"
    assert changed.provenance["name"]["source"] == run.source
    again = bring(probe, desk, book)
    assert again.counts == {"same": 450, "error": 1}
    with pytest.raises(Invalid):
        imports.start(again.pk, by=desk, mode="skip")
    assert imports.same_file(again) == run


def _grid() -> Any:
    from grids.models import Grid

    return Grid.objects.get(code="44530200100901")


def test_staged_cells_are_sealed_and_go_after_thirty_days(
    probe: Register, desk: Any
) -> None:
    run = bring(probe, desk, xlsx([HEAD, person(1, phone=PHONE)]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cells, changes FROM core_importrow")
        raw = str(cursor.fetchall())
    assert PHONE not in raw
    assert "欧阳" not in raw
    assert PHONE in ImportRow.objects.get(run=run).cells
    page = client_of(desk).get(f"/imports/{run.pk}/?tab=new").content.decode()
    assert PHONE not in page
    assert "138 ＊＊＊＊ 0917" in page
    ImportRun.objects.update(created_at=timezone.now() - work.KEEP * 2)
    assert work.purge() == 1
    assert not ImportRow.objects.exists()
    run.refresh_from_db()
    assert run.counts == {"new": 1}
    with pytest.raises(Conflict):
        imports.start(run.pk, by=desk, mode="skip")


def test_one_click_corrects_the_same_fault_in_every_row(
    probe: Register, desk: Any
) -> None:
    rows = [person(n, batch="退伍军人") for n in range(3)]
    rows.append(person(9, grid="星岩社X"))
    run = bring(probe, desk, xlsx([HEAD, *rows]))
    assert run.counts == {"error": 4}
    assert "退役军人" in problems(run)[2][0]
    page = client_of(desk).get(f"/imports/{run.pk}/").content.decode()
    assert page.count("/fix/") == 4
    told = ImportRow.objects.get(run=run, number=2).problems[0]
    client = client_of(desk)
    answer = client.post(
        f"/imports/{run.pk}/fix/", {"column": "batch", "key": told["key"]}
    )
    assert answer.status_code == 302
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    assert (run.state, run.counts) == ("checked", {"error": 1, "new": 3})


def test_a_killed_worker_leaves_nothing_half_done(
    probe: Register, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bring(probe, desk, xlsx([HEAD, *(person(n) for n in range(450))]))
    imports.start(run.pk, by=desk, mode="skip")
    written = []

    def die_in_the_second(name: str) -> None:
        written.append(name)
        if len(written) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(running, "fault_point", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        work.advance(run.pk)
    assert LineGrid.objects.count() == 200
    assert ImportRow.objects.filter(run=run, state="done").count() == 200
    run.refresh_from_db()
    assert (run.state, run.seen) == ("running", 200)
    monkeypatch.undo()
    assert work.forgotten() == []
    ImportRun.objects.update(beat_at=timezone.now() - work.SILENT * 2)
    assert work.forgotten() == [run.pk]
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", {"created": 450})
    assert LineGrid.objects.count() == 450
    assert Event.objects.filter(name="probe.created").count() == 450


def test_all_or_nothing_takes_everything_back(
    probe: Register, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bring(probe, desk, xlsx([HEAD, *(person(n) for n in range(250))]))
    save(None, {"name": "抢先", "code": "P-240", "grid": _grid()}, by="t")
    run = do(run, desk, "whole")
    assert run.state == "checked"
    assert "242" in run.fault
    assert LineGrid.objects.count() == 1
    faulty = bring(probe, desk, xlsx([HEAD, person(1), person(1, name="")]))
    with pytest.raises(Invalid):
        imports.start(faulty.pk, by=desk, mode="whole")
    clean = bring(probe, desk, xlsx([HEAD, person(900), person(901)]))
    assert do(clean, desk, "whole").done == {"created": 2}


def test_undo_takes_back_what_nobody_has_touched_since(
    probe: Register, desk: Any, cast: SimpleNamespace
) -> None:
    old = save(
        None, {"name": "旧名", "code": "P-1", "grid": _grid(), "batch": "mass"}, by="t"
    )
    kept = save(None, {"name": "老名", "code": "P-2", "grid": _grid()}, by="t")
    rows = [person(1, batch="党员", phone=PHONE), person(2), person(3), person(4)]
    run = do(bring(probe, desk, xlsx([HEAD, *rows])), desk)
    assert run.done == {"created": 2, "changed": 2}
    kept.refresh_from_db()
    save(kept, {"leader_name": "13912340000"}, by=cast.worker_a)
    with pytest.raises(NotAllowed):
        imports.undo(run.pk, by=cast.district)
    imports.undo(run.pk, by=desk)
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    assert run.state == "undone"
    assert (run.done["undone"], run.done["kept"]) == (3, 1)
    old.refresh_from_db()
    assert (old.name, old.batch, old.leader_name) == ("旧名", "mass", "")
    kept.refresh_from_db()
    assert (kept.name, kept.leader_name) == ("欧阳2", "13912340000")
    assert set(LineGrid.objects.values_list("code", flat=True)) == {"P-1", "P-2"}
    with pytest.raises(Conflict):
        imports.undo(run.pk, by=desk)
    page = client_of(desk).get(f"/imports/{run.pk}/").content.decode()
    assert "1 行" in page


def test_undo_ends_after_a_day(probe: Register, desk: Any) -> None:
    run = do(bring(probe, desk, xlsx([HEAD, person(1)])), desk)
    ImportRun.objects.update(finished_at=timezone.now() - timezone.timedelta(hours=25))
    with pytest.raises(Conflict):
        imports.undo(run.pk, by=desk)


def test_somebody_else_was_quicker_than_the_import(probe: Register, desk: Any) -> None:
    row = save(
        None, {"name": "甲", "code": "P-1", "grid": _grid(), "batch": "mass"}, by="t"
    )
    run = bring(probe, desk, xlsx([HEAD, person(1), person(2)]))
    save(row, {"name": "乙"}, by="t")
    run = do(run, desk)
    assert run.done == {"refused": 1, "created": 1}
    row.refresh_from_db()
    assert row.name == "乙"
    sheet = load_workbook(
        io.BytesIO(
            b"".join(
                client_of(desk).get(f"/imports/{run.pk}/errors/").streaming_content
            )
        )
    ).worksheets[0]
    assert sheet.max_row == 2
    assert sheet.cell(2, 1).value == "欧阳1"


def test_the_pages_of_an_import_and_who_may_see_it(
    probe: Register, desk: Any, cast: SimpleNamespace
) -> None:
    client = client_of(desk)
    assert client.get("/imports/new/probe/").status_code == 200
    assert client.post("/imports/new/probe/").status_code == 422
    data = xlsx([HEAD, person(1), person(2, phone="1380917"), person(3, name="")])
    answer = _upload(client, data)
    assert answer.status_code == 302
    path = answer.url
    assert "import-progress" in client.get(path).content.decode()
    run = ImportRun.objects.get()
    while work.advance(run.pk):
        pass
    polled = client.get(path, headers={"HX-Target": "import-progress"})
    assert polled.headers["HX-Refresh"] == "true"
    page = client.get(path).content.decode()
    assert "1380917" in page
    assert "is-bad" in page
    sheet = load_workbook(
        io.BytesIO(b"".join(client.get(f"{path}errors/").streaming_content))
    ).worksheets[0]
    assert [sheet.cell(r, 1).value for r in (2, 3)] == ["欧阳2", None]
    tinted = [c.value for c in sheet[2] if c.fill.start_color.rgb.endswith("FCE8E6")]
    assert tinted == ["1380917"]
    assert client.post(f"{path}start/", {"skip": "1"}).status_code == 302
    while work.advance(run.pk):
        pass
    assert "/undo/" in client.get(path).content.decode()
    assert client.get("/imports/").content.decode().count("data-row") == 1
    assert client_of(cast.town_b).get(path).status_code == 404
    assert client_of(cast.auditor).get(path).status_code == 200
    assert client_of(cast.auditor).post(f"{path}undo/").status_code == 403
    assert client_of(cast.leader).get("/imports/new/probe/").status_code == 403
    assert (
        "data-row" in client_of(cast.district).get("/imports/?box=all").content.decode()
    )


def _upload(client: Client, data: bytes, name: str = "台账.xlsx") -> Any:
    file = io.BytesIO(data)
    file.name = name
    return client.post("/imports/new/probe/", {"file": file})


def test_several_sheets_or_unknown_headings_ask_a_person(
    probe: Register, desk: Any
) -> None:
    def second(book: Any) -> None:
        sheet = book.create_sheet("城北村")
        sheet.append(HEAD)
        sheet.append(person(7))

    run = bring(probe, desk, xlsx([HEAD, person(1)], second))
    assert run.state == "choosing"
    page = client_of(desk).get(f"/imports/{run.pk}/").content.decode()
    assert "城北村" in page
    imports.choose(probe, run.pk, by=desk, sheet="城北村", columns={})
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    assert (run.state, run.total, run.sheet) == ("checked", 1, "城北村")
    strange = [["姓名", "工号", "所属网格"], ["甲", "A-1", GRID]]
    run = bring(probe, desk, xlsx(strange))
    assert run.state == "choosing"
    assert "编号" in run.fault
    with pytest.raises(Invalid):
        imports.choose(probe, run.pk, by=desk, sheet="没有", columns={})
    imports.choose(probe, run.pk, by=desk, sheet="人员", columns={"code": "1"})
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
    assert run.counts == {"new": 1}
    row = ImportRow.objects.get(run=run)
    assert json.loads(row.cells)["code"] == "A-1"


def test_doubts_wait_for_a_person(probe: Register, desk: Any) -> None:
    import datetime as dt

    day = dt.datetime(2026, 3, 2)  # noqa: DTZ001 - as a sheet has it
    run = bring(probe, desk, xlsx([HEAD, person(1), person(2, code=day)]))
    assert run.counts == {"ask": 1, "new": 1}
    assert imports.accept(run.pk, by=desk, numbers=[3], is_accepted=True) == 1
    assert do(run, desk).done == {"created": 2}
    assert LineGrid.objects.filter(code="2026-03-02").exists()


def test_a_stopped_import_goes_on_or_is_given_up(probe: Register, desk: Any) -> None:
    run = bring(probe, desk, xlsx([HEAD, *(person(n) for n in range(3))]))
    imports.start(run.pk, by=desk, mode="skip")
    imports.stop(run.pk, by=desk)
    assert not work.advance(run.pk)
    assert LineGrid.objects.count() == 0
    assert do(run, desk).done == {"created": 3}
    with pytest.raises(Conflict):
        imports.cancel(run.pk, by=desk)
    other = bring(probe, desk, xlsx([HEAD, person(8)]))
    imports.cancel(other.pk, by=desk)
    assert not ImportRow.objects.filter(run=other).exists()
    with pytest.raises(Conflict):
        imports.start(other.pk, by=desk, mode="skip")


@pytest.mark.parametrize("mode", ["skip", "whole"])
def test_two_thousand_persons_through_the_pages(
    mode: str, media: Path, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    """`make bench-import` does the same with 50,000, real processes and kills."""
    faulty = 7 if mode == "skip" else 0
    data = workbook(2000, faulty=faulty, grids=[forest.small_a1_1.code])
    client = client_of(cast.district)
    file = SimpleUploadedFile("人员.xlsx", data)
    page = client.post("/imports/new/people/", {"file": file})["Location"]
    run = ImportRun.objects.get()
    _work(run)
    assert run.counts == {"ask": 2000 - faulty} | ({"error": 7} if faulty else {})
    assert client.post(f"{page}accept/", {"answer": "yes"}).status_code == 302
    client.post(f"{page}start/", {"skip": "1"} if faulty else {})
    if mode == "skip":
        work.advance(run.pk, seconds=0.5)
        written = Person.objects.count()
        client.post(f"{page}stop/")
        work.advance(run.pk)
        assert Person.objects.count() == written < 1993
        client.post(f"{page}start/", {"skip": "1"})
    _work(run)
    assert (run.state, run.done) == ("done", {"created": 2000 - faulty})
    people = Person.objects.values_list("identity_hash", flat=True)
    assert (len(people), len(set(people))) == (2000 - faulty, 2000 - faulty)
    assert client.get(page).status_code == 200


def _work(run: ImportRun) -> None:
    while work.advance(run.pk):
        pass
    run.refresh_from_db()
