"""Lists of terms: the seeds, reading from memory, files with faults."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from openpyxl import Workbook
from pytest_django import DjangoAssertNumQueries

from governance.core import dictionaries, dictionary_import, seeds
from governance.core.actions import dictionaries as actions
from governance.core.errors import Invalid
from governance.core.models import Dictionary, DictionaryItem, Event
from requests_hub.seeds.loop import OWN_CATEGORIES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    dictionaries.forget()
    yield
    dictionaries.forget()


def lines(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def test_the_category_tree_is_there_as_a_proposal() -> None:
    rows = dictionaries.items("request_category")
    leaves = [row for row in rows if len(row.code) == 6]
    assert len(leaves) == 517 + len(OWN_CATEGORIES)  # published, and our own
    assert len(dictionaries.children("request_category")) == 15
    assert all(row.is_proposal for row in rows)
    lamp = dictionaries.item("request_category", "010204")
    assert lamp is not None
    assert [step.label for step in dictionaries.path(lamp)] == [
        "城乡建设",
        "城市建设和市政管理",
        "城市公共设施",
    ]


@pytest.mark.parametrize(
    ("code", "first", "top"),
    [
        ("public_category", ("light", "路灯井盖", "lightbulb"), 6),
        ("field_category", ("tidy", "市容环境", "trash"), 6),
    ],
)
def test_every_tile_leads_to_a_category(
    code: str, first: tuple[str, str, str], top: int
) -> None:
    tiles = dictionaries.children(code)
    assert len(tiles) == top
    assert (tiles[0].code, tiles[0].label_zh, tiles[0].icon) == first
    for tile in dictionaries.items(code):
        target = dictionaries.item("request_category", tile.data["category"])
        assert target is not None
        assert len(target.code) == 6


def test_labels_follow_the_language() -> None:
    tile = dictionaries.item("public_category", "noise")
    assert tile is not None
    with translation.override("en"):
        assert tile.label == "Noise"
    with translation.override("zh-hans"):
        assert tile.label == "噪音扰民"


def test_loading_again_adds_nothing_and_keeps_what_was_edited() -> None:
    DictionaryItem.objects.filter(code="light").update(label_zh="路灯", is_active=False)
    before = Event.objects.count()
    call_command("load_dictionaries", stdout=io.StringIO())
    assert Event.objects.count() == before
    tile = dictionaries.item("public_category", "light")
    assert tile is not None
    assert tile.label_zh == "路灯"
    assert "light" not in dict(dictionaries.choices("public_category"))
    assert len(dictionaries.items("public_category", active=False)) == 6


def test_loading_fills_an_empty_database() -> None:
    DictionaryItem.objects.update(parent=None)
    DictionaryItem.objects.all().delete()
    Dictionary.objects.all().delete()
    call_command("load_dictionaries", stdout=io.StringIO())
    wanted = {seed.code: len(seed.entries) for seed in seeds.every()}
    found = {row.code: row.items.count() for row in Dictionary.objects.all()}
    assert found == wanted


def test_reading_costs_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dictionaries.items("request_category")
    with django_assert_num_queries(0):
        for _n in range(20):
            dictionaries.items("public_category")
            dictionaries.item("request_category", "010204")


def test_an_import_adds_and_updates(tmp_path: Path) -> None:
    path = tmp_path / "colour.csv"
    path.write_bytes("编码,名称,上级\nred,红,\nred-dark,深红,red\n".encode("gb18030"))
    call_command("import_dictionary", path, "--label-zh", "颜色", stdout=io.StringIO())
    row = dictionaries.item("colour", "red-dark")
    assert row is not None
    assert row.parent is not None
    assert row.parent.label_zh == "红"
    path.write_text("code,label_zh,parent\nred,大红,\n")
    call_command("import_dictionary", path, stdout=io.StringIO())
    assert [r.label_zh for r in dictionaries.items("colour")] == ["大红", "深红"]
    last = Event.objects.filter(name="dictionary.filled").latest("id")
    assert last.data == {"code": "colour", "added": 0, "changed": 1}


def test_excel_is_read_as_well() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "label_zh", "order"])
    sheet.append([101, "一零一", 5.0])
    book.save(out)
    out.seek(0)
    entries = dictionary_import.from_file(out)
    assert [(e.code, e.label_zh, e.order) for e in entries] == [("101", "一零一", 5)]


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("code,label_zh\n,红\n", 2, "code"),
        ("code,label_zh\na b,红\n", 2, "code"),
        ("code,label_zh\na,红\na,蓝\n", 3, "code"),
        ("code,label_zh\na,\n", 2, "label_zh"),
        ("code,label_zh,parent\na,红,b\n", 2, "parent"),
        ("code,label_zh,parent\na,红,a\n", 2, "parent"),
        ("code,label_zh,parent\na,红,b\nb,蓝,\n", 2, "parent"),
        ("code,label_zh,order\na,红,first\n", 2, "order"),
        ("code,label_zh,data\na,红,{\n", 2, "data"),
        ("code,label_zh,data\na,红,[1]\n", 2, "data"),
    ],
)
def test_a_fault_names_its_cell(text: str, row: int, column: str) -> None:
    with pytest.raises(Invalid) as refusal:
        dictionary_import.from_file(lines(text))
    rows = refusal.value.extra["rows"]
    assert isinstance(rows, list)
    assert [(fault["row"], fault["column"]) for fault in rows] == [(row, column)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00\x01",
        b"PK\x03\x04 not a workbook",
        b"code\na\n",
        b"code,label_zh\n",
        b'code,label_zh\n"a,b',
    ],
)
def test_a_file_that_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        dictionary_import.from_file(io.BytesIO(data))
    assert list(refusal.value.fields) == ["file"]


def test_a_fault_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "colour.csv"
    path.write_text("code,label_zh\nred,红\nblue,\n")
    with pytest.raises(CommandError, match="3"):
        call_command("import_dictionary", path)
    assert not Dictionary.objects.filter(code="colour").exists()
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_dictionary", tmp_path / "nowhere.csv")


def test_an_orphan_is_refused_whole() -> None:
    entry = dictionary_import.Entry("a", "甲", parent="gone")
    with pytest.raises(Invalid) as refusal:
        actions.fill("colour", [entry])
    assert list(refusal.value.fields) == ["parent"]
    assert not Dictionary.objects.filter(code="colour").exists()
