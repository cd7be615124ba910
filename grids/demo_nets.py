"""Nets of four work lines for the demo street, with the cases that a review desk meets. All invented."""

import io
import json
from typing import Any

from django.db import transaction

from governance.core.models import User
from grids.actions import lines, net_lists, net_matching, nets
from grids.models import Department, District, Grid, GridShape, LineGrid, MatchRun
from grids.names import plain
from grids.net_words import line_label
from grids.seeds.nets import LINES

STREET = "445302001"
DUTIES = (
    ("party", "large", "街道党工委专题研究网格党建", "FREQ=MONTHLY;INTERVAL=3", "township"),
    ("party", "medium", "组织生活和主题党日", "FREQ=MONTHLY", "grid_leader"),
    ("party", "small", "网格支部联系党员中心户", "FREQ=MONTHLY", "grid_worker"),
    ("party", "micro", "党员中心户联户走访", "FREQ=WEEKLY;INTERVAL=2", "liaison"),
    ("security", "large", "平安形势分析", "FREQ=MONTHLY", "township"),
    ("security", "medium", "矛盾纠纷排查", "FREQ=WEEKLY", "grid_leader"),
    ("security", "small", "治安巡查", "FREQ=DAILY", "grid_worker"),
    ("security", "micro", "出租屋和重点场所走访", "FREQ=WEEKLY", "liaison"),
    ("civilised", "medium", "环境卫生大扫除", "FREQ=WEEKLY;BYDAY=FR", "grid_leader"),
    ("civilised", "small", "市容巡查", "FREQ=DAILY", "grid_worker"),
    ("civilised", "micro", "楼道杂物清理", "FREQ=MONTHLY;BYMONTHDAY=1,15", "liaison"),
    ("health", "medium", "健康知识宣传", "FREQ=MONTHLY;INTERVAL=3", "grid_leader"),
    ("health", "small", "独居老人健康随访", "FREQ=MONTHLY", "grid_worker"),
    ("health", "micro", "疫情苗头报告", "", "liaison"),
)  # fmt: skip
Rows = list[dict[str, Any]]


@transaction.atomic
def load(district: District) -> int:
    """Make lines, duties, lists and mappings once; returns how many line grids there are new."""
    by = User.objects.filter(username="district", is_demo=True).first()
    desk = User.objects.filter(username="town_a", is_demo=True).first()
    if (
        by is None
        or desk is None
        or LineGrid.objects.filter(district=district).exists()
    ):
        return 0
    _settings(district, by)
    shapes = GridShape.objects.filter(
        grid__code__startswith=STREET,
        grid__level="small",
        grid__retired_on__isnull=True,
    )
    found = list(shapes.select_related("grid__parent").order_by("grid__code"))
    if not found:
        return 0
    rows = {
        "party": _party(found),
        "security": _security(found),
        "civilised": _civilised(found),
        "health": _health(found),
    }
    for line, features in rows.items():
        file = io.BytesIO(json.dumps(_collection(features)).encode())
        staged = net_lists.hand_in(
            district, line, file, by=desk, file_name=f"{line_label(line)}.geojson"
        )
        net_lists.take_over(staged, by=desk)
        for run in MatchRun.objects.filter(district=district).exclude(state="done"):
            while net_matching.go_on(run.pk).state != MatchRun.State.DONE:
                pass
        clear = LineGrid.objects.live().filter(line=line, desk="clear").order_by("code")
        nets.confirm_clear(clear[: clear.count() * 3 // 4], by=desk)
    return LineGrid.objects.filter(district=district).count()


def _settings(district: District, by: User) -> None:
    departments = {d.code: d for d in Department.objects.filter(district=district)}
    for code, _zh, _en, lead, _prefix, _icon in LINES:
        values = {"lead_department": departments.get(lead), "level": Grid.Level.SMALL}
        lines.set_line(district, code, values, by=by)
    for line, level, what, rule, role in DUTIES:
        duty: dict[str, str] = {"line": line, "level": level, "what": what}
        duty |= {"rule": rule, "role": role}
        lines.save_duty(None, duty, by=by)


def _feature(
    code: str, name: str, parent: str = "", level: str = "小网格", geometry: Any = None
) -> dict[str, Any]:
    words = {"编码": code, "名称": name, "上级名称": parent, "层级": level}
    return {"type": "Feature", "properties": words, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Features as a file of GeoJSON has them."""
    return {"type": "FeatureCollection", "features": features}


def _party(found: list[GridShape]) -> Rows:
    """Names only, numbers in Chinese; one listed twice, one that nobody knows."""
    out = [
        _feature(f"DJ-{n:04d}", f"{plain(s.grid.parent.name)}{s.grid.name}党小组网格" if n % 9 == 4
                 else s.grid.name, s.grid.parent.name)
        for n, s in enumerate(found, 1)
    ]  # fmt: skip
    first = found[0].grid
    out.append(_feature("DJ-0901", first.name, first.parent.name))
    out.append(_feature("DJ-0902", "流动党员网格", "", ""))
    return out


def _security(found: list[GridShape]) -> Rows:
    """Outlines that nearly fit; two grids of one area."""
    out = [
        _feature(
            f"ZZ445302-{n:03d}",
            f"{n:02d}号综治网格" if n % 5 == 2 else s.grid.name,
            s.grid.parent.name,
            geometry=_moved(s.geometry, 0.00006),
        )
        for n, s in enumerate(found, 1)
    ]
    last = found[-1]
    out.append(
        _feature(
            "ZZ445302-900", "新划网格", last.grid.parent.name, geometry=last.geometry
        )
    )
    return out


def _civilised(found: list[GridShape]) -> Rows:
    """Areas of their own: every fourth lies across its neighbours; some grids have none."""
    out = [
        _feature(
            f"CW-B{n:02d}",
            f"{plain(s.grid.parent.name)}片区{n:02d}",
            s.grid.parent.name,
            geometry=_moved(s.geometry, _width(s) * 0.38 if n % 4 == 0 else 0.0001),
        )
        for n, s in enumerate(found, 1)
        if n % 6
    ]
    # the list says one community, the outline lies in another
    for feature in out[7::20]:
        feature["properties"]["上级名称"] = found[0].grid.parent.name
    return out


def _health(found: list[GridShape]) -> Rows:
    """One grid for each village or community, and one in the wrong parent."""
    parents = {s.grid.parent_id: s.grid.parent for s in found}
    out = [
        _feature(
            f"GW-{1200 + n}",
            f"{p.name}公卫网格" if n % 7 == 3 else p.name,
            "云城街道",
            "中网格",
        )
        for n, p in enumerate(sorted(parents.values(), key=lambda g: g.code), 1)
    ]
    out.append(_feature("GW-1290", "园区公卫点", "云城街道", ""))
    return out


def _width(shape: GridShape) -> float:
    return float(shape.max_lon - shape.min_lon)


def _moved(geometry: dict[str, Any], east: float) -> dict[str, Any]:
    """The outline, so many degrees to the east."""

    def shift(node: Any) -> Any:
        if isinstance(node[0], int | float):
            return [round(node[0] + east, 6), *node[1:]]
        return [shift(part) for part in node]

    return {"type": geometry["type"], "coordinates": shift(geometry["coordinates"])}
