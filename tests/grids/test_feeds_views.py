"""The pages of the six data and of feeds: set up in four steps, deliver, settle, undo."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from governance.core.models import Event
from grids import feed_lists
from grids.actions import feed_runs
from grids.actions import sixdata as records
from grids.feeds import mapping
from grids.models import Claim, Feed, FeedRun, FieldRule, Organisation
from tests.grids.feed_makers import (
    CREDIT,
    FIRMS,
    csv,
    deliver,
    department,
    firm,
    make_feed,
)
from tests.statements import own

pytestmark = pytest.mark.django_db


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are the page's own."""
    asked: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield asked
    asked += own(captured.captured_queries)


@pytest.fixture
def feed(forest: SimpleNamespace, cast: SimpleNamespace) -> Feed:
    return make_feed(forest, cast.district, unit="transport")


def known(cast: SimpleNamespace, forest: SimpleNamespace) -> Organisation:
    values = {"credit_code": CREDIT[0], "name": "示例石材0厂", "kind": "enterprise"}
    values |= {"grid": forest.village_a1, "staff_count": 10}
    return records.save_organisation(None, values, by=cast.town_a)


def signed_in(client: Client, person: Any) -> Client:
    client.force_login(person)
    return client


def file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("firms.csv", data, "text/csv")


def test_the_overview_counts_my_area(
    cast: SimpleNamespace, forest: SimpleNamespace, client: Client, feed: Feed
) -> None:
    known(cast, forest)
    deliver(feed, csv(FIRMS, firm(1)))
    page = signed_in(client, cast.town_a).get("/registry/").content.decode()
    assert "/registry/organisations/" in page
    assert "交通局" in page
    counts = signed_in(client, cast.town_a).get("/registry/").context["counts"]
    assert [c.kind.key for c in counts][-1] == "organisations"
    assert (counts[-1].total, counts[-1].part) == (2, 2)
    counts = signed_in(client, cast.town_b).get("/registry/").context["counts"]
    assert counts[-1].total == 0


def test_the_panel_of_a_grid_asks_one_statement(
    cast: SimpleNamespace, forest: SimpleNamespace, client: Client
) -> None:
    from grids import six

    known(cast, forest)
    with counted() as asked:
        counts = six.counted(cast.town_a, forest.small_a1_1)
    assert len(asked) <= 2  # the posts of the person, the six numbers
    assert counts[-1].total == 0
    assert six.counted(cast.town_a, forest.village_a1)[-1].total == 1
    page = signed_in(client, cast.town_a).get("/grids/445302001009/")
    assert 'id="six-data"' in page.content.decode()
    page = signed_in(client, cast.town_b).get("/grids/445302001009/")
    assert 'id="six-data"' not in page.content.decode()


def test_a_feed_is_set_up_in_four_steps(
    cast: SimpleNamespace, forest: SimpleNamespace, client: Client
) -> None:
    department(forest, "market", "市场监管局")
    web = signed_in(client, cast.district)
    assert web.get("/registry/feeds/new/").status_code == 200
    form = {
        "department": "market",
        "register": "organisations",
        "name": "市场主体",
        "code": "market-firms",
    }
    assert web.post("/registry/feeds/new/", form).status_code == 422
    answer = web.post(
        "/registry/feeds/new/", {**form, "file": file(csv(FIRMS, firm()))}
    )
    feed = Feed.objects.get()
    assert answer.headers["Location"] == f"/registry/feeds/{feed.pk}/columns/"
    page = web.get(answer.headers["Location"]).content.decode()
    assert "示例石材0厂" in page
    assert CREDIT[0] not in page
    columns = {
        "version": feed.version,
        "crs": "wgs84",
        "codes_2": "企业 = 企业\n厂 = 企业",
    }
    for n, entry in enumerate(feed.mapping):
        columns[f"column_{n}"] = entry["column"]
        columns[f"transforms_{n}"] = entry["transforms"]
    twice = {**columns, "column_1": "credit_code"}
    assert web.post(answer.headers["Location"], twice).status_code == 422
    answer = web.post(answer.headers["Location"], columns)
    assert answer.headers["Location"] == f"/registry/feeds/{feed.pk}/rules/"
    assert web.get(answer.headers["Location"]).status_code == 200
    rules = {"rule_staff_count": "priority", "rule_name": "newest"}
    rules |= {"rank_staff_count_2": "1", "rank_staff_count_0": "2"}
    answer = web.post(answer.headers["Location"], rules)
    assert answer.headers["Location"] == f"/registry/feeds/{feed.pk}/schedule/"
    assert web.get(answer.headers["Location"]).status_code == 200
    rule = FieldRule.objects.get(column="staff_count")
    assert rule.order[:2] == ["feed:market-firms", "manual"]
    bad = {"mode": "url", "url": "http://10.0.0.1/", "every_hours": "6"}
    assert web.post(answer.headers["Location"], bad).status_code == 422
    form = {"mode": "upload", "expected_days": "30", "is_active": "on"}
    answer = web.post(answer.headers["Location"], form)
    assert answer.headers["Location"] == f"/registry/feeds/{feed.pk}/"
    feed.refresh_from_db()
    assert (feed.is_active, feed.sample, feed.expected_days) == (True, "", 30)
    assert feed.mapping[2]["codes"] == {"企业": "企业", "厂": "企业"}


def test_an_officer_delivers_and_sees_what_became_of_it(
    cast: SimpleNamespace, feed: Feed, client: Client
) -> None:
    web = signed_in(client, cast.officer_b)
    page = web.get(reverse("feed", args=[feed.pk]))
    assert page.status_code == 200
    bad = firm(1, code="91445302MA4W0000X8")
    answer = web.post(
        reverse("feed_upload", args=[feed.pk]), {"file": file(csv(FIRMS, firm(), bad))}
    )
    run = FeedRun.objects.get()
    assert answer.headers["Location"] == reverse("feed_run", args=[run.pk])
    assert "hx-get" in web.get(answer.headers["Location"]).content.decode()
    feed_runs.execute(run.pk)
    page = web.get(answer.headers["Location"]).content.decode()
    assert "hx-get" not in page
    assert reverse("feed_errors", args=[run.pk]) in page
    sheet = web.get(reverse("feed_errors", args=[run.pk]))
    table = load_workbook(io.BytesIO(sheet.content)).active
    assert table is not None
    assert [cell.value for cell in table[2]][:2] == [3, "91445302MA4W0000X8"]
    assert Event.objects.filter(name="feed.errors_exported").exists()
    other = signed_in(client, cast.officer_a)
    assert other.get(reverse("feed", args=[feed.pk])).status_code == 404
    assert other.get(reverse("feed_run", args=[run.pk])).status_code == 404
    town = signed_in(client, cast.town_a)
    assert town.get(reverse("feed_run", args=[run.pk])).status_code == 200
    assert town.get(reverse("feed_errors", args=[run.pk])).status_code == 403
    assert town.post(reverse("feed_upload", args=[feed.pk])).status_code == 403


def test_a_held_run_is_asked_about_and_put_aside(
    cast: SimpleNamespace, feed: Feed, client: Client
) -> None:
    run = FeedRun.objects.create(
        feed=feed, state="held", stored="x", words="3 行，上次 12 行", proposal="rows"
    )
    web = signed_in(client, cast.district)
    page = web.get(reverse("feed_run", args=[run.pk])).content.decode()
    assert "3 行，上次 12 行" in page
    assert 'value="go_on"' in page
    newer = FeedRun.objects.create(feed=feed, state="done")
    page = web.get(reverse("feed_run", args=[run.pk])).content.decode()
    assert 'value="go_on"' not in page  # it would be refused
    assert f"/registry/feeds/runs/{newer.pk}/" in page
    url = reverse("feed_go_on", args=[run.pk])
    assert signed_in(client, cast.town_a).post(url).status_code == 403
    web = signed_in(client, cast.district)
    web.post(url, {"verb": "discard"})
    run.refresh_from_db()
    assert run.state == "refused"
    assert web.post(url, {"verb": "discard"}).status_code == 409


def test_the_page_of_a_run_is_read_anew_when_it_ends(
    cast: SimpleNamespace, feed: Feed, client: Client
) -> None:
    run = FeedRun.objects.create(feed=feed, state="running", total=9)
    web, url = signed_in(client, cast.district), reverse("feed_run", args=[run.pk])
    asks = {"HTTP_HX_REQUEST": "true", "HTTP_X_REFRESH": "1"}
    assert "HX-Refresh" not in web.get(url, **asks)
    FeedRun.objects.filter(pk=run.pk).update(state="held", words="?")
    assert web.get(url, **asks)["HX-Refresh"] == "true"


def test_a_difference_is_settled_and_taken_back(
    cast: SimpleNamespace, forest: SimpleNamespace, feed: Feed, client: Client
) -> None:
    row = known(cast, forest)
    deliver(feed, csv(FIRMS, firm()))
    claim = Claim.objects.get()
    web = signed_in(client, cast.town_a)
    page = web.get("/registry/conflicts/").content.decode()
    assert "30" in page
    assert "交通局" in page
    record = reverse("registry_record", args=["organisations", row.pk])
    assert "交通局" in web.get(record).content.decode()
    answer = web.post(
        "/registry/conflicts/decide/",
        {"take_one": claim.pk, "next": "/registry/conflicts/?box=open"},
    )
    assert answer.headers["Location"].endswith(f"&done={claim.pk}")
    row.refresh_from_db()
    assert row.staff_count == 30
    page = web.get(answer.headers["Location"]).content.decode()
    assert "data-undo" in page
    web.post(f"/registry/conflicts/undo/?done={claim.pk}")
    row.refresh_from_db()
    assert row.staff_count == 10
    answer = web.post(
        "/registry/conflicts/decide/", {"verb": "keep", "pick": [claim.pk]}
    )
    claim.refresh_from_db()
    assert claim.state == "kept"
    away = {"verb": "keep", "pick": [claim.pk], "next": "https://evil.example/"}
    answer = web.post("/registry/conflicts/decide/", away)
    assert answer.headers["Location"].startswith("/registry/conflicts/")


def test_others_do_not_settle(
    cast: SimpleNamespace, forest: SimpleNamespace, feed: Feed, client: Client
) -> None:
    known(cast, forest)
    deliver(feed, csv(FIRMS, firm()))
    form = {"take_one": Claim.objects.get().pk}
    for person, status in ((cast.officer_b, 403), (cast.auditor, 403)):
        web = signed_in(client, person)
        assert web.post("/registry/conflicts/decide/", form).status_code == status
        assert "take_one" not in web.get("/registry/conflicts/").content.decode()
    web = signed_in(client, cast.town_b)
    web.post("/registry/conflicts/decide/", form)
    assert Organisation.objects.get().staff_count == 10


def test_sensitive_words_stay_masked(
    cast: SimpleNamespace, forest: SimpleNamespace, client: Client
) -> None:
    head = [*FIRMS[:3], "所属网格", "联系电话"]
    row = known(cast, forest)
    records.save_organisation(row, {"phone": "13800000001"}, by=cast.town_a)
    data = csv(head, [CREDIT[0], "示例石材0厂", "企业", "445302001009", "13900000002"])
    feed = make_feed(forest, cast.district, code="phones", sample=data)
    deliver(feed, data)
    page = signed_in(client, cast.town_a).get("/registry/conflicts/").content.decode()
    assert "13900000002" not in page
    assert "13800000001" not in page
    assert "139" in page


def test_pages_ask_the_same_number_of_statements(
    cast: SimpleNamespace, forest: SimpleNamespace, feed: Feed, client: Client
) -> None:
    known(cast, forest)
    deliver(feed, csv(FIRMS, firm()))
    web = signed_in(client, cast.town_a)
    urls = ["/registry/", "/registry/feeds/", "/registry/conflicts/"]
    before = []
    for url in urls:
        web.get(url)
        with counted() as asked:
            web.get(url)
        before.append(len(asked))
    for n in (1, 2):
        records.save_organisation(
            None,
            {
                "credit_code": CREDIT[n],
                "name": f"示例{n}",
                "kind": "enterprise",
                "grid": forest.village_a1,
                "staff_count": 3,
            },
            by=cast.town_a,
        )
    other = make_feed(forest, cast.district, code="more", unit="water")
    deliver(
        other, csv(FIRMS, firm(0, staff="9"), firm(1), firm(2)), as_of=timezone.now()
    )
    for url, count in zip(urls, before, strict=True):
        with counted() as asked:
            web.get(url)
        assert len(asked) == count, url


def test_samples_hide_people_and_show_codes_of_grids(
    cast: SimpleNamespace, forest: SimpleNamespace, client: Client, feed: Feed
) -> None:
    code = forest.micro_a1_1_1.code
    row = {"a": "999999199001011234", "b": "13812345678", "c": code, "d": "2026-11-23"}
    feed.sample = json.dumps([row])
    feed.save(update_fields=["sample"])
    entries = [mapping.Entry(name, "") for name in row]
    told = [line.samples[0] for line in feed_lists.lines_of(feed, entries)]
    assert told[:2] == ["9999＊＊＊＊＊＊＊＊＊＊＊＊34", "1381＊＊＊＊＊78"]
    assert told[2:] == [code, "2026-11-23"]


def test_the_list_counts_what_waits_in_my_area(
    cast: SimpleNamespace, forest: SimpleNamespace, feed: Feed
) -> None:
    known(cast, forest)
    deliver(feed, csv(FIRMS, firm()))
    assert Claim.objects.open().count() == 1
    people = (cast.district, cast.town_b)
    assert [feed_lists.feeds_of(who)[0].asked for who in people] == [1, 0]
