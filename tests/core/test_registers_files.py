"""Excel of a register: the template, the export, what a sheet must never do."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from pytest_django import Settings

from governance.core.models import Event, Notice, RegisterExport
from governance.core.registers import Register, exports
from tests.core.test_registers_pages import IDENTITY, PHONE, client_of, make
from tests.probe_register import probe, save
from tests.registers_help import media

__all__ = ["media", "probe"]


def book(answer: Any) -> Any:
    return load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def test_the_template_has_marks_notes_lists_and_text_columns(
    probe: Register, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    answer = client_of(cast.town_a).get("/registry/probe/template/")
    assert answer.status_code == 200
    found = book(answer)
    sheet = found.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:3] == ["姓名（必填）", "编号（必填）", "所属网格（必填）"]
    assert "P-001" in sheet["B1"].comment.text
    assert found["_lists"].sheet_state == "hidden"
    rules = {str(r.sqref): r.formula1 for r in sheet.data_validations.dataValidation}
    assert rules["F2:F5000"] == "_lists!$F$1:$F$3"
    assert [c.value for c in found["_lists"]["F"][:3]] == ["群众", "党员", "退役军人"]
    grids = [c.value for c in found["_lists"]["C"] if c.value]
    assert "云城街道/星岩社区/第一网格" in grids
    assert all("河口" not in name for name in grids)
    for letter in "BGH":
        assert sheet.column_dimensions[letter].number_format == "@"


def take(client: Client, query: str = "", **more: str) -> Any:
    path = f"/registry/probe/export/?{query}"
    return client.post(path, {"query": query, **more})


def test_an_export_is_masked_marked_and_logged(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    make(cast, forest, 3)
    client = client_of(cast.town_a)
    answer = take(client, f"grid={forest.village_a1.code}")
    found = book(answer)
    sheet = found.worksheets[0]
    assert sheet.max_row == 4
    everything = str([[c.value for c in row] for s in found for row in s])
    assert PHONE not in everything
    assert IDENTITY not in everything
    assert "138 ＊＊＊＊ 0917" in everything
    assert "陈志强 (town_a)" in everything
    assert "陈志强" in sheet.oddFooter.center.text
    event = Event.objects.get(name="register.exported")
    assert event.data["count"] == 3
    assert event.data["filter"] == ["grid"]
    assert event.actor == cast.town_a
    outside = book(take(client_of(cast.town_b)))
    assert outside.worksheets[0].max_row == 1


def test_whole_values_need_the_desk_and_a_reason(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    make(cast, forest)
    assert take(client_of(cast.worker_a), values="whole", reason="x").status_code == 403
    desk = client_of(cast.town_a)
    assert take(desk, values="whole", reason=" ").status_code == 422
    assert not RegisterExport.objects.exists()
    found = book(take(desk, values="whole", reason="区里统一核对"))
    row = [cell.value for cell in found.worksheets[0][2]]
    assert PHONE in row
    assert IDENTITY in row
    log = RegisterExport.objects.get()
    assert (log.is_whole, log.reason, log.total) == (True, "区里统一核对", 1)


def test_cells_that_look_like_formulas_stay_text(
    probe: Register, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    for n, text in enumerate(["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"]):
        save(None, {"name": text, "code": f"F{n}", "grid": forest.village_a1}, by="t")
    sheet = book(take(client_of(cast.town_a))).worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        assert row[0].data_type == "s"
        assert row[0].quotePrefix


def test_a_large_export_is_written_by_a_worker(
    probe: Register,
    forest: SimpleNamespace,
    cast: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    media: Settings,
) -> None:
    make(cast, forest, 3)
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    client = client_of(cast.town_a)
    answer = take(client)
    assert answer.status_code == 302
    assert "every 2s" in client.get(answer.url).content.decode()
    export = RegisterExport.objects.get()
    assert exports.write(export.pk)
    assert not exports.write(export.pk)
    notice = Notice.objects.get(user=cast.town_a)
    assert notice.url == answer.url
    page = client.get(notice.url).content.decode()
    assert f"{notice.url}file/" in page
    assert book(client.get(f"{notice.url}file/")).worksheets[0].max_row == 4
    assert client_of(cast.district).get(f"{notice.url}file/").status_code == 404
    export.refresh_from_db()
    sealed = (media / export.path).read_bytes()
    assert "赖玉珍".encode() not in sealed
    assert not sealed.startswith(b"PK")
    RegisterExport.objects.update(finished_at=timezone.now() - exports.KEEP * 2)
    assert exports.sweep() == 1
    assert not (media / export.path).exists()
    assert client.get(f"{notice.url}file/").status_code == 404


def test_a_print_is_masked_and_says_where_it_ends(
    probe: Register,
    forest: SimpleNamespace,
    cast: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from governance.core.registers import views

    make(cast, forest, 3)
    monkeypatch.setattr(views, "PRINT_MOST", 2)
    page = client_of(cast.town_a).get("/registry/probe/print/").content.decode()
    assert page.count("赖玉珍") == 2
    assert "reg-cut" in page
    assert PHONE not in page
