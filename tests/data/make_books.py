"""Writes the files from which a fictitious district is set up; the same bytes every time.

`python -m tests.data.make_books [folder]` writes them anew. Nobody in them exists: identity
numbers begin with 999999, which no division has. Faults are planted; `PLANTED` names them.

The lie of the land, in degrees (WGS 84): eight micro grids, each 0.005° high and wide, stand on
one meridian, so that walking distances follow from latitude alone (1° = 111,195.08 m). Those of
清溪镇 begin at 22.900, those of 云岭街道 at 22.940.
"""

import datetime as dt
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

FOLDER = Path(__file__).parent / "setup"
MADE = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - a sheet keeps hours without a zone
HOUR = rb"(<dcterms:modified[^>]*>)[^<]*"
Rows = Sequence[Sequence[Any]]

PLANTED = {
    "grids.xlsx": "two towns with one code; a code against its parent; a cycle",
    "staff.xlsx": "a role that the district may not give; a misspelt grid; an unknown role",
    "party-organisations.xlsx": "a village body bound to a small grid",
    "party-members.xlsx": "a body that is not there",
    "people.xlsx": "4.45302E+17; a wrong check digit; a misspelt grid; a row twice",
    "organisations.xlsx": "a wrong check character",
    "sites.xlsx": "a kind that is not there",
    "assignments.xlsx": "a post that the team has not",
}

TOWNS = (
    ("999901001", "清溪镇", "农村", ("上村", "下村"), 22.900),
    ("999901002", "云岭街道", "社区", ("东社区", "西社区"), 22.940),
)
WEST, STEP = 112.0, 0.005


# --- grids --------------------------------------------------------------------------------------


def villages() -> Iterator[tuple[str, str, str, str]]:
    """(code, name, code of the town, area type) of the four."""
    for town, _name, area, names, _south in TOWNS:
        for n, name in enumerate(names, 1):
            yield f"{town}{n:03}", name, town, area


def micros() -> Iterator[tuple[str, str, float]]:
    """(code, name, southern edge in degrees) of the eight, from south to north in each town."""
    for town, _name, _area, names, south in TOWNS:
        for n, village in enumerate(names, 1):
            for k in (1, 2):
                edge = south + ((n - 1) * 2 + k - 1) * STEP
                yield f"{town}{n:03}01{k:03}", f"{village}微网格{k}", round(edge, 3)


def tree(leaders: dict[str, str]) -> list[list[Any]]:
    rows: list[list[Any]] = [["代码", "名称", "层级", "上级代码", "区域类型", "网格长"]]
    for code, name, area, _villages, _south in TOWNS:
        rows.append([code, name, "大", "", area, leaders.get(code, "")])
    for code, name, town, area in villages():
        rows.append([code, name, "中", town, area, leaders.get(code, "")])
        small = f"{code}01"
        words = [small, f"{name}第一网格", "小", code, area, leaders.get(small, "")]
        rows.append(words)
    for code, name, _edge in micros():
        area = "农村" if code.startswith(TOWNS[0][0]) else "社区"
        rows.append([code, name, "微", code[:14], area, leaders.get(code, "")])
    return rows


def faulty_tree() -> list[list[Any]]:
    """The tree with three faults, each in rows of its own."""
    rows = tree({})
    at = {row[0]: row for row in rows}
    at["99990100200201"][3] = "999901002001"  # below its neighbour's village
    at["99990100100101"][3] = "99990100100101001"  # below its own child
    rows.append(["999901001", "清溪乡", "大", "", "农村", ""])
    return rows


def outlines() -> bytes:
    """The squares of the micro grids."""
    east = round(WEST + STEP, 3)
    features = []
    for code, name, south in micros():
        north = round(south + STEP, 3)
        ring = [[WEST, south], [east, south], [east, north], [WEST, north]]
        shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        words = {"代码": code, "名称": name}
        features.append({"type": "Feature", "properties": words, "geometry": shape})
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


# --- people and numbers -------------------------------------------------------------------------


def identity(birth: str, order: int) -> str:
    """A number with prefix 999999 and the check digit of GB 11643."""
    first = f"999999{birth}{order:03}"
    total = sum(int(d) * (2 ** (17 - n) % 11) for n, d in enumerate(first))
    return first + "10X98765432"[total % 11]


def credit(order: int) -> str:
    """A credit code of nobody with the check character of GB 32100."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    first = f"91999901MA{order:07}"
    total = sum(letters.index(c) * (3**n % 31) for n, c in enumerate(first))
    return first + letters[(31 - total % 31) % 31]


MICRO = [code for code, _name, _edge in micros()]
HOMES = (
    0,
    0,
    0,
    1,
    2,
    4,
    7,
    7,
)  # the micro grid of each household, by its place in MICRO


def households() -> Rows:
    lines = [
        [f"H-{n}", MICRO[at], f"示例路 {n} 号"] for n, at in enumerate(HOMES, start=1)
    ]
    return [["户号", "网格", "地址"], *lines]


def people() -> Rows:
    head = ["姓名", "身份证号", "网格", "户号", "与户主关系", "手机"]
    names = ("石一", "石二", "石三", "石四", "石五", "石六", "石七", "石八")
    good: list[list[Any]] = [
        [name, identity("19800101", n), MICRO[at], f"H-{n}", "户主", f"1380000000{n}"]
        for n, (name, at) in enumerate(zip(names, HOMES, strict=True), start=1)
    ]
    wrong = identity("19900202", 11)
    wrong = wrong[:17] + ("1" if wrong[17] != "1" else "2")
    bad = [
        ["方九", "4.45302E+17", MICRO[0], "H-1", "配偶", ""],
        ["方十", wrong, MICRO[0], "H-1", "子", ""],
        [
            "方十一",
            identity("19900303", 12),
            "清溪镇/上材/上村第一网格",
            "H-1",
            "女",
            "",
        ],
        list(good[0]),
    ]
    return [head, *good, *bad]


# --- everything else ----------------------------------------------------------------------------

DEPARTMENTS = (
    ["名称", "简称", "编码", "类别", "值班电话", "职责"],
    ["示例区民政局", "民政局", "civil_affairs", "部门", "", "养老助残、临时救助"],
    ["示例区住建局", "住建局", "housing", "部门", "", "房屋安全、物业"],
)
STAFF = (
    ["账号", "姓名", "角色", "网格", "部门", "职务", "任职日期"],
    ["town_qx", "陶清", "镇街工作人员", "清溪镇", "", "综治办", "2026-01-05"],
    ["town_yl", "陶岭", "镇街工作人员", "云岭街道", "", "党建办", "2026-01-05"],
    ["lead_sc", "梁上", "网格长", "99990100100101", "", "", "2026-01-05"],
    ["work_sc", "吴上", "网格员", MICRO[0], "", "", "2026-01-05"],
    ["call_sc", "连上", "联络员", MICRO[0], "", "", "2026-01-05"],
    ["desk_mz", "民办", "部门经办", "", "民政局", "", "2026-01-05"],
    ["audit_x", "沈计", "审计员", "", "", "", "2026-01-05"],
    ["lead_xc", "梁下", "网格长", "清溪镇/下材", "", "", "2026-01-05"],
    ["work_xc", "吴下", "巡查员", MICRO[2], "", "", "2026-01-05"],
)
BODIES = (
    ["党组织名称", "党组织类别", "层级", "网格", "书记"],
    ["清溪镇党委", "党（工）委", "", "999901001", "陶清"],
    ["上村党总支", "党总支", "", "999901001001", "梁上"],
    ["上村第一网格党支部", "党支部", "", "99990100100101", "梁上"],
    ["上村微网格1党小组", "党小组", "", MICRO[0], "连上"],
    [
        "下村第一网格党支部",
        "党支部",
        "村（社区）党组织",
        "99990100100201",
        "梁下",
    ],
)
MEMBERS = (
    ["党组织", "姓名", "性别", "党员类别", "党员身份", "入党日期"],
    ["上村第一网格党支部", "梁上", "男", "农村党员", "正式党员", "2010-07-01"],
    ["上村第一网格党支部", "连上", "女", "无职党员", "正式党员", "2015-07-01"],
    ["上村第九网格党支部", "吴上", "男", "流动党员", "预备党员", "2025-07-01"],
)
SITES = (
    ["名称", "类别", "网格", "经度", "纬度", "坐标系", "状态"],
    ["上村党群服务中心", "党群服务中心", "", 112.0025, 22.9025, "", "使用中"],
    ["东社区红色驿站", "红色驿站", "", 112.0025, 22.9449, "", "使用中"],
    ["西社区红色物业", "红色物业", "", 112.0025, 22.9575, "", "使用中"],
    ["下村棋牌室", "棋牌室", "", 112.0025, 22.9125, "", "使用中"],
)
TEN = (
    "网格长",
    "专职网格员",
    "网格党支部书记",
    "挂点领导",
    "社区民警",
    "法律顾问",
    "家庭医生",
    "人民调解员",
    "志愿服务队",
    "网格阵地",
)


def organisations() -> Rows:
    bad = credit(3)
    bad = bad[:17] + ("0" if bad[17] != "0" else "1")
    return [
        ["统一社会信用代码", "名称", "类别", "网格", "党组织"],
        [credit(1), "清溪竹器厂", "企业", MICRO[0], "有"],
        [credit(2), "云岭小吃店", "个体工商户", MICRO[4], "无"],
        [bad, "云岭书店", "企业", MICRO[5], "无"],
    ]


def assignments() -> Rows:
    """21 of the 76 posts that the proposed templates ask for, one open post, one unknown post."""
    rows = [["999901001001", post, f"上村{post}", ""] for post in TEN]
    rows += [["999901001002", post, f"下村{post}", ""] for post in TEN[2:6]]
    small = "99990100100101"
    rows += [[small, "网格长", "梁上", "lead_sc"], [small, "网格员", "夏上", ""]]
    rows += [[small, "联络员", "余上", ""]]
    rows += [[MICRO[0], "网格长", "梁上", ""], [MICRO[0], "网格员", "吴上", "work_sc"]]
    rows += [[MICRO[0], "联络员", "连上", "call_sc"]]
    rows += [["999901002001", "网格长", "岳东", ""]]
    rows += [[MICRO[4], "楼栋长", "楼东", ""], [MICRO[4], "巡逻队长", "巡东", ""]]
    head = ["网格", "岗位", "任职人", "账号", "起算"]
    return [head, *([*row, "2026-01-05"] for row in rows)]


# --- files --------------------------------------------------------------------------------------


def book(rows: Rows, title: str) -> bytes:
    """An Excel file of these rows that carries no hour of its own."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = title
    for number, row in enumerate(rows, 1):
        for position, value in enumerate(row, 1):
            cell = sheet.cell(number, position, None if value == "" else value)
            if isinstance(value, str):
                cell.number_format = "@"
    made.properties.created = MADE
    out = io.BytesIO()
    made.save(out)
    return _still(out)


def _still(file: io.BytesIO) -> bytes:
    """The same archive with one date in every place where the hour of writing stood."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w") as target:
        for name in sorted(source.namelist()):
            data = source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(HOUR, rb"\g<1>2026-01-01T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, data)
    return out.getvalue()


LEADERS = {"99990100100201": "lead_sc"}


def files() -> dict[str, bytes]:
    """Every file by its name."""
    tables: dict[str, Rows] = {
        "grids": faulty_tree(),
        "grids_fixed": tree({}),
        "grids_leaders": tree(LEADERS),
        "departments": DEPARTMENTS,
        "staff": STAFF,
        "party-organisations": BODIES,
        "party-members": MEMBERS,
        "households": households(),
        "people": people(),
        "organisations": organisations(),
        "sites": SITES,
        "assignments": assignments(),
    }
    out = {f"{name}.xlsx": book(rows, name) for name, rows in tables.items()}
    return {**out, "outlines.geojson": outlines()}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files().items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
