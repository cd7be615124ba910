"""Lists of a line's grids as they are handed in, for the tests of many nets."""

import io
import json
from types import SimpleNamespace
from typing import Any

from openpyxl import Workbook

from grids.actions import net_lists, net_matching
from grids.models import LineGrid, LineList, MatchRun

HEAD = ("编码", "名称", "上级名称", "层级")


def sheet(*rows: tuple[Any, ...], head: tuple[str, ...] = HEAD) -> io.BytesIO:
    book, out = Workbook(), io.BytesIO()
    book.active.append(head)
    for row in rows:
        book.active.append(row)
    book.save(out)
    out.seek(0)
    return out


ROWS = (
    ("ZZ-1", "星岩第1网格", "星岩社区", "小"),
    ("ZZ-2", "02网格", "星岩社区", "小"),
    ("ZZ-3", "第一网格", "城北村委会", "小"),
    ("ZZ-4", "江滨片区", "", ""),
)


def run_all() -> None:
    """What the worker would do."""
    for run in MatchRun.objects.exclude(state="done"):
        while net_matching.go_on(run.pk).state != "done":
            pass


def handed_in(
    forest: SimpleNamespace, cast: SimpleNamespace, *rows: Any, line: str = "security"
) -> LineList:
    """A list of town A, taken over and matched."""
    staged = net_lists.hand_in(
        forest.district, line, sheet(*(rows or ROWS)), by=cast.town_a
    )
    net_lists.take_over(staged, by=cast.town_a)
    run_all()
    return staged


def row(code: str) -> LineGrid:
    return LineGrid.objects.get(code=code)


def desks() -> dict[str, str]:
    return dict(LineGrid.objects.live().values_list("code", "desk"))


def drawn(*features: tuple[str, str, Any]) -> io.BytesIO:
    data = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"编码": code, "名称": name, "层级": "小"},
                "geometry": shape,
            }
            for code, name, shape in features
        ],
    }
    return io.BytesIO(json.dumps(data).encode())
