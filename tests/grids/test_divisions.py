"""Loading the official divisions: refused row by row, written whole, twice is once."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from grids import divisions
from grids.management.commands.load_divisions import DEMO_FILE
from grids.models import District, Grid

HEAD = "code,parent_code,name,kind\n"
GOOD = (
    HEAD + "445302,,云城区,district\n445302001,445302,云城街道,street\n"
    "445302001009,445302001,星岩社区居民委员会,community\n"
    "445302001201,445302001,牧羊村民委员会,village\n"
)


def faults(text: str | bytes) -> list[tuple[int, str]]:
    return divisions.read(text if isinstance(text, bytes) else text.encode()).faults


def test_the_demo_file_is_right() -> None:
    reading = divisions.read(DEMO_FILE.read_bytes())
    assert reading.is_good
    assert len(reading.rows) == 132
    names = {row.code: (row.grid_name, row.short_name) for row in reading.rows}
    assert names["445302001009"] == ("星岩社区", "星岩")
    assert names["445302001201"] == ("牧羊村", "牧羊")
    assert names["445302001"] == ("云城街道", "")


def test_a_mark_of_excel_at_the_start_is_no_fault() -> None:
    assert faults(b"\xef\xbb\xbf" + GOOD.encode()) == []
    assert faults(GOOD.replace("\n", "\r\n")) == []


@pytest.mark.parametrize(
    ("bad", "line"),
    [
        ("445302001010,445302002,甲,community", 6),  # parent disagrees with the code
        ("445302002001,445302002,甲,community", 6),  # no such parent
        ("445302001009,445302001,甲,community", 6),  # twice
        ("445302,,又一个,district", 6),  # two roots with one code
        ("445303,,云安区,district", 6),  # a second district
        ("445302001010,445302001,甲,suburb", 6),  # unknown kind
        ("445302001010,445302001,,community", 6),  # no name
        ("445302001010,445302001, ,community", 6),
        ("4453020010,445302001,甲,community", 6),  # digits
        ("445302003,445302001,甲,street", 6),
        ("4.45302E+11,445302001,甲,community", 6),  # a spreadsheet's number
        ("445302001010.0,445302001,甲,community", 6),
        ("44530200101X,445302001,甲,community", 6),
        ("４４５３０２００１０１０,445302001,甲,community", 6),  # full-width digits
        ("445302001010,445302001010,甲,community", 6),  # its own parent
        (",445302001,甲,community", 6),
        ("445302001010,445302001,甲", 6),  # three columns
        ("445302001010,445302001,甲,community,x", 6),
        ("445302001010,445302001,甲\ufffd,community", 6),
        ("445302001010,445302001," + "长" * 61 + ",community", 6),
    ],
)
def test_each_bad_row_is_named(bad: str, line: int) -> None:
    found = faults(GOOD + bad + "\n")
    assert found
    assert {number for number, _text in found} == {line}


def test_circles_are_refused() -> None:
    text = (
        HEAD
        + "445302,,云城区,district\n445302001,445302002,甲,street\n445302002,445302001,乙,street\n"
    )
    assert [line for line, _text in faults(text)] == [3, 4]


def test_every_bad_row_is_reported_not_only_the_first() -> None:
    bad = "".join(f"44530200101{n},445302001,,community\n" for n in range(10))
    assert len(faults(GOOD + bad)) == 10


@pytest.mark.parametrize(
    "content",
    [
        GOOD.encode("gb18030"),
        b"",
        b"PK\x03\x04\0\0",
        b"a;b;c\n1;2;3\n",
        HEAD.encode(),
        GOOD.encode("utf-16"),
    ],
)
def test_wrong_files_are_refused(content: bytes) -> None:
    assert faults(content)


@pytest.mark.django_db
def test_load_twice_changes_nothing(tmp_path: Path, capsys: Any) -> None:
    call_command("load_divisions")
    assert (District.objects.count(), Grid.objects.count()) == (1, 131)
    levels = Grid.objects.values_list("level", flat=True)
    assert (list(levels).count("large"), list(levels).count("medium")) == (8, 123)
    before = list(Grid.objects.order_by("pk").values())
    call_command("load_divisions")
    assert list(Grid.objects.order_by("pk").values()) == before
    call_command("check_grid_tree")


@pytest.mark.django_db
def test_a_bad_file_and_a_dry_run_write_nothing(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(GOOD + "445302001010,445302001,,community\n")
    with pytest.raises(CommandError):
        call_command("load_divisions", str(file))
    assert "6" in capsys.readouterr().err
    file.write_text(GOOD)
    call_command("load_divisions", str(file), dry_run=True)
    assert not District.objects.exists()
    with pytest.raises(CommandError):
        call_command("load_divisions", str(tmp_path / "none.csv"))


@pytest.mark.django_db
def test_a_longer_file_adds_what_is_new_and_keeps_names(
    tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "d.csv"
    file.write_text(GOOD)
    call_command("load_divisions", str(file))
    Grid.objects.filter(code="445302001009").update(name="自定名")
    file.write_text(GOOD + "445302001010,445302001,马岗社区居民委员会,community\n")
    call_command("load_divisions", str(file))
    assert Grid.objects.get(code="445302001009").name == "自定名"
    assert Grid.objects.filter(code="445302001010").exists()
    assert "445302001009" in capsys.readouterr().out
    call_command("check_grid_tree")
