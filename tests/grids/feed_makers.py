"""Feeds and files for tests."""

from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from grids.actions import feed_runs, feeds
from grids.actions import sixdata as records
from grids.feeds.transport import Delivery
from grids.models import Department, Feed, FeedRun, Organisation

FIRMS = ["统一社会信用代码", "单位名称", "企业类型", "经营地址", "所属网格", "员工数"]
CREDIT = ["91445302MA4W0000X7", "N2445302MF00000006", "54445302MF0000000H"]


def csv(headings: list[str], *rows: list[str]) -> bytes:
    return ("\n".join(",".join(row) for row in (headings, *rows)) + "\n").encode()


def firm(n: int = 0, **changes: str) -> list[str]:
    """A row of the organisations file."""
    row = {
        "code": CREDIT[n],
        "name": f"示例石材{n}厂",
        "kind": "企业",
        "address": f"工业路{n + 1}号",
        "grid": "445302001009",
        "staff": "30",
    }
    return list({**row, **changes}.values())


def department(forest: SimpleNamespace, code: str, name: str) -> Department:
    row, _made = Department.objects.get_or_create(
        code=code,
        defaults={"district": forest.district, "name": name, "short_name": name},
    )
    return row


def make_feed(
    forest: SimpleNamespace,
    by: Any,
    *,
    code: str = "market-firms",
    unit: str = "market",
    register: str = "organisations",
    sample: bytes = b"",
    **schedule: Any,
) -> Feed:
    """A feed in use, its columns as proposed."""
    feed = feeds.create_feed(
        forest.district,
        department(forest, unit, unit),
        register=register,
        name=f"{unit} 数据",
        code=code,
        sample=sample or csv(FIRMS, firm()),
        by=by,
    )
    return feeds.schedule_feed(feed, {"mode": "upload", **schedule}, by=by)


def deliver(feed: Feed, data: bytes, *, by: Any = None, as_of: Any = None) -> FeedRun:
    """Receive a file and work on it to its end."""
    moment = as_of or timezone.now()
    run = feed_runs.receive(feed, Delivery("list.csv", data, moment), by=by)
    return feed_runs.execute(run.pk) or FeedRun.objects.get(pk=run.pk)


def counts(run: FeedRun) -> tuple[int, int, int, int]:
    """New, changed, same, faulty."""
    return run.added, run.changed, run.same, run.faulty


def organisation(cast: SimpleNamespace, grid: Any, **values: Any) -> Organisation:
    base = {"credit_code": CREDIT[0], "name": "示例石材0厂", "kind": "enterprise"}
    return records.save_organisation(
        None, {**base, "grid": grid, **values}, by=cast.town_a
    )
