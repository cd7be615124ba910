"""Places, objects, notes and organisations of the demo district, and four feeds with files.

Everything is invented; identity numbers start with 999999. A second run adds nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from grids.actions import feed_runs, feeds, sixdata
from grids.demo import OTHER_STREET, STREET
from grids.feeds.mapping import Entry
from grids.feeds.transport import Delivery
from grids.locate import named_grids
from grids.models import (
    Department,
    District,
    Feed,
    Grid,
    GridShape,
    Place,
    PublicObject,
)

BY = "load_demo"
FILES = Path(__file__).resolve().parent / "data" / "demo_feeds"
PLACES = (
    ("school", "小学"),
    ("pond", "山塘"),
    ("market", "农贸市场"),
    ("road", "村道"),
    ("hall", "文化楼"),
    ("hazard", "边坡隐患点"),
)
OBJECTS = (
    ("0113", "消火栓"),
    ("0118", "路灯"),
    ("0103", "雨水井盖"),
    ("0209", "交通标志牌"),
    ("0305", "垃圾箱"),
    ("0402", "行道树"),
)
NOTES = (
    ("safety", "visit", "巷口路灯坏了，晚上看不清路", "worried", 12),
    ("environment", "meeting", "希望垃圾桶再多放两个，天热味道大", "neutral", 8),
    ("traffic", "hotline", "学校门口早上车多，孩子过马路不安全", "worried", 35),
    ("livelihood", "station", "独居老人买药不方便，想有人代办", "neutral", 5),
    ("praise", "visit", "村道修好了，出门方便多了", "positive", 20),
    ("land", "petition", "宅基地界线和邻居说法不一，请来量一下", "opposed", 2),
)
FIRMS = ("石材加工厂", "便民超市", "五金店", "养殖合作社", "物流站")
# code, department, register, name, file, days, code tables by source column
FEEDS: tuple[tuple[str, str, str, str, str, int, dict[str, dict[str, str]]], ...] = (
    ("police-people", "police", "people", "实有人口", "police_people.csv", 30, {}),
    (
        "civil-organisations",
        "civil_affairs",
        "organisations",
        "社会组织登记",
        "civil_organisations.csv",
        30,
        {},
    ),
    (
        "natural-hazards",
        "natural_resources",
        "places",
        "地质灾害隐患点",
        "natural_hazards.csv",
        90,
        {},
    ),
    (
        "emergency-places",
        "emergency",
        "places",
        "避难场所与隐患点",
        "emergency_places.csv",
        90,
        {"类别代码": {"Y": "隐患点", "B": "应急避难场所"}},
    ),
)
DATES = {"核查日期", "更新时间", "登记日期"}
RENAMED = {"类别代码": "kind", "责任单位": "caretaker", "人口类型": "residence"}


def load(district: District) -> None:
    """Add what is not there yet."""
    if not Place.objects.filter(district=district, code="DEMO-1").exists():
        with transaction.atomic():
            _records(district)
    for row in FEEDS:
        if not Feed.objects.filter(code=row[0]).exists():
            _feed(district, row)


def _villages(district: District) -> list[Grid]:
    """Five villages of each demo street."""
    rows = Grid.objects.live().filter(district=district, level="medium")
    out: list[Grid] = []
    for town in (STREET, OTHER_STREET):
        out += rows.filter(code__startswith=town).order_by("code")[:5]
    return out


def _points(villages: Sequence[Grid]) -> Iterator[tuple[Grid, float, float]]:
    """Points inside the micro grids of these villages, each grid once."""
    import shapely

    for village in villages:
        shapes = GridShape.objects.filter(
            grid__level="micro",
            grid__code__startswith=village.code,
            grid__retired_on__isnull=True,
        ).order_by("grid__code")[:6]
        for row in shapes:
            point = shapely.geometry.shape(row.geometry).representative_point()
            yield named_grids([row.grid_id])[row.grid_id], point.x, point.y


def _records(district: District) -> None:
    villages = _villages(district)
    today = timezone.localdate()
    for n, (grid, lon, lat) in enumerate(_points(villages), 1):
        where = {"grid": grid, "lon": lon, "lat": lat}
        kind, word = PLACES[n % len(PLACES)]
        values: dict[str, Any] = {"code": f"DEMO-{n}", "kind": kind, **where}
        sixdata.save_place(None, {**values, "name": f"示例{word}{n}"}, by=BY)
        kind, word = OBJECTS[n % len(OBJECTS)]
        code = f"{district.code}{kind}{n:06d}"
        if not PublicObject.objects.filter(code=code).exists():
            state = "damaged" if n % 11 == 0 else "good"
            values = {"code": code, "name": f"{word}{n}", "state": state, **where}
            sixdata.save_object(None, values, by=BY)
    for n, village in enumerate(villages * 2):
        kind, source, text, tendency, shared = NOTES[n % len(NOTES)]
        values = {"kind": kind, "source": source, "text": text, "tendency": tendency}
        values |= {"share_count": shared, "source_no": f"DEMO-{n + 1}"}
        values |= {"grid": village, "heard_on": today - timedelta(days=n * 4)}
        sixdata.save_sentiment(None, values, by=BY)
        word = FIRMS[n % len(FIRMS)]
        kind = "enterprise" if n % 3 == 0 else "self_employed"
        values = {"name": f"示例{village.name}{word}", "kind": kind, "grid": village}
        values |= {"staff_count": 3 + n * 2, "has_party_body": n % 4 == 0}
        if n < len(villages):
            sixdata.save_organisation(None, values, by=BY)


def _feed(district: District, row: tuple[Any, ...]) -> None:
    code, unit, register, name, file, days, tables = row
    department = Department.objects.filter(code=unit, district=district).first()
    data = (FILES / file).read_bytes()
    if department is None:
        return
    feed = feeds.create_feed(
        district,
        department,
        register=register,
        name=name,
        code=code,
        sample=data,
        by=BY,
    )
    entries = [_entry(entry, tables) for entry in feed.mapping]
    feed = feeds.map_columns(feed, entries, by=BY)
    if code == "natural-hazards":
        order = ("priority", ["feed:natural-hazards", "feed:emergency-places"])
        feeds.set_rules(feed, {"name": order}, by=BY)
    feed = feeds.schedule_feed(feed, {"mode": "upload", "expected_days": days}, by=BY)
    run = feed_runs.receive(feed, Delivery(file, data, timezone.now()), by=BY)
    feed_runs.execute(run.pk)


def _entry(saved: dict[str, Any], tables: dict[str, dict[str, str]]) -> Entry:
    entry = Entry(**saved)
    if entry.source in DATES:
        entry.column, entry.transforms = "@as_of", ["trim", "day_ymd"]
    entry.column = RENAMED.get(entry.source, entry.column)
    entry.codes = tables.get(entry.source, entry.codes)
    return entry
