"""Feeds: mapping, each rule of conflict, running twice, stopping half-way."""

import datetime as dt
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from grids.actions import feed_runs, feeds
from grids.feeds import believing, mapping
from grids.feeds.transport import Delivery
from grids.models import Claim, Feed, FeedRun, FieldRule, Organisation, Place
from tests.grids.feed_makers import (
    CREDIT,
    FIRMS,
    counts,
    csv,
    deliver,
    firm,
    make_feed,
    organisation,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(forest: SimpleNamespace, cast: SimpleNamespace) -> Feed:
    return make_feed(forest, cast.district)


def rule(feed: Feed, column: str, name: str, *order: str) -> None:
    FieldRule.objects.create(
        district=feed.district,
        register=feed.register,
        column=column,
        rule=name,
        order=list(order),
    )


# --- setting up -----------------------------------------------------------------------------


def test_columns_are_proposed_from_the_headings(feed: Feed) -> None:
    found = {entry["source"]: entry["column"] for entry in feed.mapping}
    assert found == {
        "统一社会信用代码": "credit_code",
        "单位名称": "name",
        "企业类型": "kind",
        "经营地址": "address",
        "所属网格": "grid",
        "员工数": "staff_count",
    }
    assert feed.sample == ""


def test_only_the_district_sets_up(
    forest: SimpleNamespace, cast: SimpleNamespace, feed: Feed
) -> None:
    for person in (cast.town_a, cast.officer_a, cast.outsider):
        with pytest.raises(NotAllowed):
            make_feed(forest, person, code=f"by-{person.username}")
        with pytest.raises(NotAllowed):
            feeds.schedule_feed(feed, {"is_active": False}, by=person)
    with pytest.raises(Invalid) as refusal:
        make_feed(forest, cast.district)
    assert "code" in refusal.value.fields


def test_a_mapping_that_cannot_work_is_refused(
    feed: Feed, cast: SimpleNamespace
) -> None:
    twice = [mapping.Entry("单位名称", "name"), mapping.Entry("企业类型", "name")]
    strange = [mapping.Entry("单位名称", "password")]
    exec_it = [mapping.Entry("单位名称", "name", ["exec"])]
    for entries, field in ((twice, "mapping"), (strange, "mapping"), ([], "mapping")):
        with pytest.raises(Invalid) as refusal:
            feeds.map_columns(feed, entries, by=cast.district)
        assert field in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        feeds.map_columns(feed, exec_it, by=cast.district)
    assert "transforms" in refusal.value.fields


def test_two_people_map_one_feed(feed: Feed, cast: SimpleNamespace) -> None:
    entries = [mapping.Entry(**entry) for entry in feed.mapping]
    feeds.map_columns(feed, entries, by=cast.district, version=feed.version)
    with pytest.raises(Conflict):
        feeds.map_columns(feed, entries, by=cast.district, version=feed.version)


# --- running --------------------------------------------------------------------------------


def test_a_delivery_makes_records_with_their_source(feed: Feed) -> None:
    run = deliver(feed, csv(FIRMS, firm(0), firm(1)))
    assert (run.state, counts(run)) == ("done", (2, 0, 0, 0))
    row = Organisation.objects.get(credit_code=CREDIT[0])
    assert row.provenance["name"]["source"] == "feed:market-firms"
    assert row.provenance["name"]["as_of"]
    assert row.medium.code == "445302001009"
    event = Event.objects.get(name="feed.run_ended")
    assert event.data["added"] == 2
    assert "示例" not in json.dumps(event.data, ensure_ascii=False)
    feed.refresh_from_db()
    assert feed.delivered_at is not None


def test_the_same_file_is_nothing_new(feed: Feed) -> None:
    data = csv(FIRMS, firm(0))
    deliver(feed, data)
    run = deliver(feed, data)
    assert run.state == "nothing_new"
    assert Organisation.objects.get().version == 1


def test_the_same_rows_in_another_file_change_nothing(feed: Feed) -> None:
    deliver(feed, csv(FIRMS, firm(0), firm(1)))
    run = deliver(feed, csv(FIRMS, firm(1), firm(0)))
    assert (run.state, counts(run)) == ("done", (0, 0, 2, 0))
    assert set(Organisation.objects.values_list("version", flat=True)) == {1}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["甲厂", "乙厂", "", "丙 厂"]),
            st.sampled_from(["企业", "个体工商户", "不认识"]),
            st.sampled_from(["445302001009", "星岩社区", "没有的网格", ""]),
            st.sampled_from(["", "3", "三", "1,200"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_running_twice_changes_nothing(
    feed: Feed, rows: list[tuple[int, str, str, str, str]]
) -> None:
    Claim.objects.all().delete()
    FeedRun.objects.all().delete()
    Organisation.objects.all().delete()
    data = csv(
        FIRMS,
        *(
            [CREDIT[n], name, kind, "", grid, f'"{staff}"']
            for n, name, kind, grid, staff in rows
        ),
    )
    first = deliver(feed, data)
    if first.state == "refused":
        return
    before = list(Organisation.objects.order_by("pk").values())
    said = list(Claim.objects.order_by("pk").values("said", "state"))
    again = deliver(feed, data + b"\n")
    assert (again.added, again.changed) == (0, 0)
    assert again.faulty == first.faulty
    assert list(Organisation.objects.order_by("pk").values()) == before
    assert list(Claim.objects.order_by("pk").values("said", "state")) == said


def test_row_errors_go_back_with_their_cells(feed: Feed) -> None:
    bad = firm(1, code="91445302MA4W0000X8")
    run = deliver(feed, csv(FIRMS, firm(0), bad, firm(2, grid="没有的网格"), firm(0)))
    assert counts(run) == (1, 0, 0, 3)
    told = {error.number: error for error in run.row_errors.all()}
    assert told[3].column == "credit_code"
    assert json.loads(told[3].cells)["统一社会信用代码"] == "91445302MA4W0000X8"
    assert told[4].column == "grid"
    assert "2" in told[5].words
    assert not any(error.is_taken for error in told.values())


def test_a_file_without_a_mapped_column_is_refused(feed: Feed) -> None:
    run = deliver(feed, csv(FIRMS[1:], firm(0)[1:]))
    assert run.state == "refused"
    assert "统一社会信用代码" in run.words
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", "甲,甲\n1,2\n".encode()]
)
def test_a_file_that_is_no_table_is_refused(feed: Feed, data: bytes) -> None:
    assert deliver(feed, data).state == "refused"


def test_a_file_that_was_cut_off_is_refused(feed: Feed) -> None:
    whole = csv(FIRMS, firm(0), firm(1))
    run = deliver(feed, whole[: whole.rindex("工业路".encode())])
    assert run.state == "refused"
    assert not Organisation.objects.exists()


def test_a_file_with_far_fewer_rows_waits_for_a_word(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    head = ["编号", "名称", "类别", "所属网格"]
    rows = [[f"S{n}", f"塘{n}", "山塘水库", "445302001009"] for n in range(12)]
    feed = make_feed(
        forest, cast.district, code="ponds", register="places", sample=csv(head, *rows)
    )
    deliver(feed, csv(head, *rows))
    run = deliver(feed, csv(head, *rows[:3]))
    assert (run.state, run.proposal, run.done) == ("held", "rows", 0)
    run = feed_runs.go_on(run, by=cast.district, may_shrink=True)
    done = feed_runs.execute(run.pk)
    assert done is not None
    assert (done.state, counts(done)) == ("done", (0, 0, 3, 0))


def test_a_feed_that_is_not_in_use_takes_nothing(
    feed: Feed, cast: SimpleNamespace
) -> None:
    feeds.schedule_feed(feed, {"is_active": False}, by=cast.district)
    with pytest.raises(Conflict):
        feeds.upload(feed, "a.csv", csv(FIRMS, firm()), by=cast.district)


def test_officers_deliver_for_their_own_department_only(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    feed = make_feed(forest, cast.district, unit="transport")
    data = csv(FIRMS, firm())
    for person in (cast.officer_a, cast.town_a, cast.outsider):
        with pytest.raises(NotAllowed):
            feeds.upload(feed, "a.csv", data, by=person)
    run = feeds.upload(feed, "a.csv", data, by=cast.officer_b)
    assert run.by == cast.officer_b
    with pytest.raises(Conflict):
        feeds.upload(feed, "a.csv", data, by=cast.officer_b)


# --- stopping half-way ----------------------------------------------------------------------


def many(count: int) -> bytes:
    head = ["编号", "名称", "类别", "所属网格"]
    rows = [[f"S{n}", f"塘{n}", "山塘水库", "445302001009"] for n in range(count)]
    return csv(head, *rows)


@pytest.fixture
def ponds(forest: SimpleNamespace, cast: SimpleNamespace) -> Feed:
    return make_feed(
        forest, cast.district, code="ponds", register="places", sample=many(3)
    )


def break_at(monkeypatch: pytest.MonkeyPatch, code: str, fault: Exception) -> None:
    """The write of one row fails as a crash would."""
    real = feed_runs.apply

    def broken(register: Any, planned: Any, by: Any, source: str) -> Any:
        if any(row.values.get("code") == code for row in planned):
            real(register, planned[:3], by, source)
            raise fault
        return real(register, planned, by, source)

    monkeypatch.setattr(feed_runs, "apply", broken)


@pytest.mark.parametrize("fault", [OSError("gone"), RuntimeError("bug")])
def test_a_run_that_stops_leaves_whole_batches_and_goes_on(
    ponds: Feed,
    cast: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    fault: Exception,
) -> None:
    monkeypatch.setattr(feed_runs, "BATCH", 5)
    with monkeypatch.context() as patch:
        break_at(patch, "S7", fault)
        delivery = Delivery("a.csv", many(12), timezone.now())
        run = feed_runs.receive(ponds, delivery, by=None)
        if isinstance(fault, RuntimeError):
            with pytest.raises(RuntimeError):
                feed_runs.execute(run.pk)
        else:
            feed_runs.execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done, run.added) == ("broken", 5, 5)
    assert Place.objects.count() == 5
    feed_runs.go_on(run, by=cast.district)
    done = feed_runs.execute(run.pk)
    assert done is not None
    assert (done.state, done.added, Place.objects.count()) == ("done", 12, 12)


def test_the_next_delivery_completes_what_a_dead_worker_left(
    ponds: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_runs, "BATCH", 5)
    with monkeypatch.context() as patch:
        break_at(patch, "S7", OSError("gone"))
        run = deliver(ponds, many(12))
    FeedRun.objects.filter(pk=run.pk).update(
        state="running", touched_at=timezone.now() - dt.timedelta(hours=1)
    )
    again = deliver(ponds, many(12))
    run.refresh_from_db()
    assert run.state == "broken"
    assert (again.state, counts(again)) == ("done", (7, 0, 5, 0))


def test_two_workers_do_not_do_one_run_twice(ponds: Feed) -> None:
    run = deliver(ponds, many(3))
    assert feed_runs.execute(run.pk) is None
    assert Place.objects.count() == 3


# --- positions ------------------------------------------------------------------------------


def test_positions_in_another_datum_hold_the_run(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    from tests.grids.test_sixdata_actions import points

    grids = {grid.pk: grid.code for grid in forest.by_code.values()}
    head = ["编号", "名称", "类别", "经度", "纬度", "所属网格"]
    rows = [
        [f"P{n}", f"点{n}", "隐患点", f"{p.lon:.7f}", f"{p.lat:.7f}", grids[p.grid_id]]
        for n, p in enumerate(points(forest, "gcj02"))
    ]
    feed = make_feed(
        forest,
        cast.district,
        code="hazards",
        register="places",
        sample=csv(head, *rows),
    )
    run = deliver(feed, csv(head, *rows))
    assert (run.state, run.proposal, Place.objects.count()) == ("held", "gcj02", 0)
    feed_runs.go_on(run, by=cast.district, crs="gcj02")
    done = feed_runs.execute(run.pk)
    assert done is not None
    assert counts(done) == (16, 0, 0, 0)
    place = Place.objects.get(code="P0")
    assert (place.lon, place.lat) == pytest.approx((112.005, 22.905), abs=1e-6)
    again = deliver(Feed.objects.get(pk=feed.pk), csv(head, *rows[::-1]))
    assert counts(again) == (0, 0, 16, 0)


# --- whom to believe ------------------------------------------------------------------------


def test_without_a_rule_a_person_is_asked(
    feed: Feed, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    row = organisation(cast, forest.village_a1, staff_count=10)
    run = deliver(feed, csv(FIRMS, firm(0)))
    row.refresh_from_db()
    assert (row.staff_count, row.address) == (10, "工业路1号")
    claim = Claim.objects.get()
    assert (claim.column, claim.shown, claim.state) == ("staff_count", "30", "open")
    assert (run.changed, run.asked) == (1, 1)


def test_the_stronger_source_wins_and_the_weaker_stays_visible(
    feed: Feed, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    rule(feed, "staff_count", "priority", "feed:civil-firms", "manual")
    rule(feed, "address", "priority", "feed:market-firms", "manual")
    row = organisation(cast, forest.village_a1, staff_count=10, address="旧路 1 号")
    run = deliver(feed, csv(FIRMS, firm(0)))
    row.refresh_from_db()
    assert (row.staff_count, row.address) == (10, "工业路1号")
    assert Claim.objects.get(column="staff_count").state == "beside"
    assert (run.asked, run.outranked) == (0, 1)
    civil = make_feed(forest, cast.district, code="civil-firms", unit="civil")
    deliver(civil, csv(FIRMS, firm(0, staff="25")))
    row.refresh_from_db()
    assert row.staff_count == 25
    run = deliver(feed, csv(FIRMS, firm(0, staff="31")))
    row.refresh_from_db()
    assert (row.staff_count, Claim.objects.get(feed=feed).shown) == (25, "31")


def test_a_department_that_is_overruled_stays_visible(
    feed: Feed, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    rule(feed, "staff_count", "priority", "feed:civil-firms", "feed:market-firms")
    deliver(feed, csv(FIRMS, firm(0)))
    civil = make_feed(forest, cast.district, code="civil-firms", unit="civil")
    deliver(civil, csv(FIRMS, firm(0, staff="25")))
    claim = Claim.objects.get(feed=feed, column="staff_count")
    assert (claim.shown, claim.state) == ("30", "beside")
    assert Organisation.objects.get().staff_count == 25


def test_the_newer_date_wins(
    feed: Feed, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    rule(feed, "staff_count", "newest")
    row = organisation(cast, forest.village_a1, staff_count=10)
    old = timezone.now() - dt.timedelta(days=400)
    deliver(feed, csv(FIRMS, firm(0)), as_of=old)
    row.refresh_from_db()
    assert (row.staff_count, Claim.objects.get().state) == (10, "beside")
    deliver(feed, csv(FIRMS, firm(0, staff="31")))
    row.refresh_from_db()
    assert row.staff_count == 31
    assert not Claim.objects.exists()


def test_a_source_corrects_itself(feed: Feed) -> None:
    deliver(feed, csv(FIRMS, firm(0)))
    run = deliver(feed, csv(FIRMS, firm(0, staff="40")))
    assert (counts(run), Organisation.objects.get().staff_count) == ((0, 1, 0, 0), 40)
    assert not Claim.objects.exists()


def test_an_empty_cell_wipes_nothing_out(feed: Feed) -> None:
    deliver(feed, csv(FIRMS, firm(0)))
    deliver(feed, csv(FIRMS, firm(0, staff="", address="")))
    row = Organisation.objects.get()
    assert (row.staff_count, row.address) == (30, "工业路1号")


def test_a_source_that_agrees_again_is_forgotten(
    feed: Feed, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    organisation(cast, forest.village_a1, staff_count=10)
    deliver(feed, csv(FIRMS, firm(0)))
    assert Claim.objects.count() == 1
    deliver(feed, csv(FIRMS, firm(0, staff="10")))
    assert not Claim.objects.exists()


def test_an_import_is_one_source_whatever_its_number() -> None:
    assert believing.kind_of_source("import:17") == "import"
    assert believing.kind_of_source("") == "manual"
    ranked = FieldRule(order=["import", "manual"])
    assert believing.rank(ranked, "import") < believing.rank(ranked, "manual")
    assert believing.rank(ranked, "feed:x") == 2
