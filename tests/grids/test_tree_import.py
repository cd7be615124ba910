"""A whole tree from Excel: what is read, what is refused, what one transaction writes."""

import datetime as dt
import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from governance.core import consumers
from governance.core.errors import Conflict, Invalid
from governance.core.models import Event
from grids import tree_file
from grids.actions import integrity, tree_uploads
from grids.actions.tree_import import import_tree
from grids.models import Grid, GridChange, GridUpload, Post
from grids.tree_plan import Plan, plan

HEAD = ["代码", "名称", "层级", "上级代码", "区域类型", "网格长", "简称", "原代码"]
TOWN = ["445302009", "测试镇", "大", "", "农村"]
VILLAGE = ["445302009201", "甲村", "中", "445302009", "农村"]
SMALL = ["44530200920101", "第一网格", "小", "445302009201", "农村"]
MICRO = ["44530200920101001", "01", "微", "44530200920101", "农村"]


def sheet(*rows: list[Any], merge: str = "") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for row in (HEAD, *rows):
        page.append(row)
    if merge:
        page.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def faults(forest: SimpleNamespace, *rows: list[Any], **more: Any) -> dict[int, Any]:
    found = plan(tree_file.read(sheet(*rows)), forest.district, **more)
    return {row.number: set(row.faults) for row in found.rows if row.faults}


def test_a_sound_file_is_written_once(forest: SimpleNamespace, cast: Any) -> None:
    lines = tree_file.read(sheet(TOWN, VILLAGE, SMALL, [*MICRO, "worker_a"]))
    done = import_tree(lines, forest.district, by="test", reason="建网")
    assert done.counts == {"new": 4}
    micro = Grid.objects.get(code=MICRO[0])
    assert [g.code for g in micro.get_ancestors()] == [
        r[0] for r in (TOWN, VILLAGE, SMALL)
    ]
    assert Post.objects.current().get(grid=micro).role == "liaison"
    assert GridChange.objects.get(kind="created").sides.count() == 4
    assert integrity.faults() == []
    with pytest.raises(Conflict):
        import_tree(lines, forest.district, by="test", reason="再来")


def test_renamed_moved_and_changed(forest: SimpleNamespace) -> None:
    rows = [
        ["445302001009", "星岩新社区", "中", "445302001", "农村"],
        ["445302003010", "城北村", "中", "445302003", "农村", "", "", "445302001202"],
        ["44530200301001", "第一网格", "小", "", "", "", "", "44530200120201"],
    ]
    lines = tree_file.read(sheet(*rows))
    found = plan(lines, forest.district)
    assert [row.verdict for row in found.rows] == ["renamed", "moved", "moved"]
    import_tree(lines, forest.district, by="test", reason="调整")
    village = Grid.objects.get(pk=forest.village_a2.pk)
    assert (village.code, village.parent_id) == ("445302003010", forest.town_b.pk)
    assert Grid.objects.get(pk=forest.small_a2_1.pk).code == "44530200301001"
    renamed = Grid.objects.get(pk=forest.village_a1.pk)
    assert (renamed.name, renamed.area_type) == ("星岩新社区", "rural")
    assert integrity.faults() == []


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([TOWN, ["445302009201", "甲", "中", "445302001", "农村"]], {3: {"parent"}}),
        ([TOWN, [*TOWN[:1], "乙镇", "大", "", "农村"]], {3: {"code"}}),  # two roots
        ([TOWN, SMALL], {3: {"parent"}}),  # a village is missing between
        ([TOWN, ["44530200920101", "x", "小", "445302009"]], {3: {"parent"}}),
        ([TOWN, VILLAGE, VILLAGE], {4: {"code", "name"}}),
        ([TOWN, VILLAGE, ["445302009202", "甲村", "中"]], {4: {"name"}}),
        ([[*TOWN[:4], "山区"]], {2: {"area_type"}}),
        ([[*TOWN, "没有这人"]], {2: {"leader"}}),
        ([["4.45302E+11", "x", "中", "", ""]], {2: {"code"}}),
        ([[44530200100901001, "x", "微", "", ""]], {2: {"code"}}),
        ([["445302009", "", "大"]], {2: {"name"}}),
        ([["999999009", "x", "大"]], {2: {"code"}}),
        ([["445302009", "x", "中"]], {2: {"level"}}),
        ([["445302009", "x", "巨"]], {2: {"level"}}),
    ],
)
def test_rows_that_are_wrong(
    forest: SimpleNamespace, rows: list[list[Any]], wrong: dict[int, set[str]]
) -> None:
    found = faults(forest, *rows)
    assert {
        n: found.get(n, set()) >= columns for n, columns in wrong.items()
    } == dict.fromkeys(wrong, True), found


def test_numbers_as_codes_are_read_where_no_digit_is_lost(
    forest: SimpleNamespace,
) -> None:
    rows = [[445302009, "测试镇", "大"], [445302009201.0, "甲村", "中", 445302009]]
    assert faults(forest, *rows) == {}


def test_cycles_and_merged_cells_are_named(forest: SimpleNamespace) -> None:
    a, b = "445302009201", "44530200920101"
    found = plan(
        tree_file.read(sheet([a, "甲", "中", b], [b, "乙", "小", a])), forest.district
    )
    assert "itself" in found.rows[0].faults["parent"] or found.rows[0].faults["parent"]
    data = sheet(TOWN, VILLAGE, SMALL, merge="A3:A4")
    merged = plan(tree_file.read(data), forest.district)
    assert {row.number for row in merged.rows if "code" in row.faults} >= {3, 4}


def test_formulas_and_dates_are_named_not_guessed(forest: SimpleNamespace) -> None:
    noon = dt.datetime(2026, 3, 1, 12, 0)  # noqa: DTZ001 - as Excel keeps it
    rows = [
        TOWN,
        ['="445302009"&"201"', "甲村", "中"],
        ["445302009202", dt.date(2026, 3, 1), "中"],
        [noon, "乙村", "中"],
    ]
    found = plan(tree_file.read(sheet(*rows)), forest.district)
    said = {row.number: row.faults for row in found.rows}
    assert said[2] == {}
    assert set(said[3]) == {"code"}
    assert "formula" in said[3]["code"] or "公式" in said[3]["code"]
    assert said[4]["name"] == said[5]["code"]
    assert "date" in said[4]["name"] or "日期" in said[4]["name"]


def test_faulty_rows_come_back_as_a_sheet(
    staff: Client, forest: SimpleNamespace
) -> None:
    page = send(staff, sheet(TOWN, ["445302009201", "甲村", "巨", "445302001"]))
    url = page["Location"]
    assert f"{url}errors/" in staff.get(url).content.decode()
    book = load_workbook(io.BytesIO(staff.get(f"{url}errors/").content))
    head, row = list(book.worksheets[0].values)
    assert list(head[:8]) == HEAD
    assert len(list(book.worksheets[0].values)) == 2
    assert row[:4] == ("445302009201", "甲村", "巨", "445302001")
    assert row[9] == 3
    assert len(row[8].splitlines()) == 2  # the level and the code above it
    assert book.worksheets[0]["C2"].fill.start_color.rgb.endswith("FDE7E9")
    staff.cookies.clear()
    # whoever did not send the file does not get it
    assert staff.get(f"{url}errors/").status_code == 302


def test_all_or_nothing(forest: SimpleNamespace) -> None:
    lines = tree_file.read(sheet(TOWN, ["1", "x"]))
    with pytest.raises(Invalid):
        import_tree(lines, forest.district, by="test", reason="x")
    assert not Grid.objects.filter(code=TOWN[0]).exists()


def test_retiring_what_is_not_named_needs_empty_grids(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    keep = [
        g
        for g in Grid.objects.filter(tree_id=forest.town_a.tree_id)
        if "202" not in g.code[9:12]
    ]
    rows = [[g.code, g.name] for g in sorted(keep, key=lambda g: g.code)]
    found: Plan = plan(
        tree_file.read(sheet(*rows)), forest.district, retire_missing=True
    )
    assert len(found.missing) == 7
    assert found.is_sound
    lines = tree_file.read(sheet(*rows))
    import_tree(lines, forest.district, by="test", reason="x", retire_missing=True)
    assert Grid.objects.get(pk=forest.village_a2.pk).retired_on is not None
    only_town = [[forest.town_a.code, forest.town_a.name]]
    found = plan(
        tree_file.read(sheet(*only_town)), forest.district, retire_missing=True
    )
    assert forest.village_a1.pk in found.left  # worker_a is posted there


@pytest.fixture
def staff(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.district)
    client.cookies["django_language"] = "en"
    return client


def send(client: Client, data: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("tree.xlsx", data)
    return client.post("/grids/import/", {"file": file, **more})


def test_upload_preview_and_write(staff: Client, forest: SimpleNamespace) -> None:
    assert send(staff, b"nonsense\0").status_code == 422
    answer = send(staff, sheet(TOWN, VILLAGE))
    text = staff.get(answer["Location"]).content.decode()
    assert "测试镇" in text
    assert "Import 2 rows" in text
    assert not Grid.objects.filter(code=TOWN[0]).exists()
    assert staff.post(answer["Location"], {"reason": ""}).status_code == 422
    assert staff.post(answer["Location"], {"reason": "建网"}).status_code == 302
    assert Grid.objects.filter(code=VILLAGE[0]).exists()
    assert "Written" in staff.get(answer["Location"]).content.decode()


def test_a_large_file_is_read_and_written_by_the_worker(
    staff: Client, forest: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_uploads, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(tree_uploads, "AT_ONCE_ROWS", 0)
    page = send(staff, sheet(TOWN, VILLAGE))["Location"]
    assert "being read" in staff.get(page).content.decode()
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))
    assert "Import 2 rows" in staff.get(page).content.decode()
    staff.post(page, {"reason": "建网"})
    assert "being written" in staff.get(page).content.decode()
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))
    assert "Written" in staff.get(page).content.decode()
    assert GridUpload.objects.get().done_at is not None


def test_a_town_imports_its_own_tree_only(
    client: Client, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    client.force_login(cast.town_a)
    rows = [["445302003202", "新村", "中"]]
    page = send(client, sheet(*rows))["Location"]
    assert GridUpload.objects.get().result["n_wrong"] == 1
    assert client.post(page, {"reason": "x"}).status_code in (200, 422)
    assert not Grid.objects.filter(code="445302003202").exists()


def test_what_is_exported_changes_nothing_when_it_comes_back(
    staff: Client, forest: SimpleNamespace
) -> None:
    data = staff.get("/grids/export/").content
    found = plan(tree_file.read(data), forest.district)
    assert found.counts == {"same": 30}
    book = load_workbook(io.BytesIO(staff.get("/grids/import/template/").content))
    assert book.sheetnames == ["网格", "说明"]
