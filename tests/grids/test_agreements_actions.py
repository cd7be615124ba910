"""Agreements: items, reviews, renewing, ending, and reminders that fire once."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from governance.core import consumers
from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed
from governance.core.models import Event, Notice
from governance.core.registers.spec import Planned
from grids.actions import agreement_reminders, agreements
from grids.actions.agreements import ItemRow
from grids.models import Agreement, AgreementItem
from grids.registers.agreements import check_rows, read_items
from tests.factories import party as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 15)


@pytest.fixture
def bodies(forest: SimpleNamespace) -> SimpleNamespace:
    return make.make_tree(forest)


@pytest.fixture
def row(bodies: SimpleNamespace, forest: SimpleNamespace) -> Agreement:
    return make.make_agreement(
        forest.small_a1_1,
        [bodies.small_a1_1.name, "云城区水务局", "新世纪商场"],
        items=[
            ItemRow("修好三巷水管", "云城区水务局", dt.date(2026, 6, 1)),
            ItemRow("联合主题党日", "", dt.date(2026, 12, 1)),
        ],
    )


def test_sides_are_recognised_by_name(
    row: Agreement, bodies: SimpleNamespace, departments: dict[str, object]
) -> None:
    agreements.save_agreement(
        row, {"sides": [bodies.small_a1_1.name, "云城区水务局", "药业公司"]}, by="test"
    )
    body, department, unit = row.parties.all()
    assert body.organisation == bodies.small_a1_1
    assert department.department == departments["water"]
    assert unit.unit_name == "药业公司"


def test_one_side_is_not_an_agreement(row: Agreement, forest: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as error:
        make.make_agreement(forest.small_a1_1, ["只有一家"])
    assert "sides" in error.value.fields
    row.parties.filter(order__gt=0).delete()
    with (
        pytest.raises(IntegrityError, match="at least two sides"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_item_is_done_and_opened_again(
    row: Agreement, cast: SimpleNamespace
) -> None:
    item = row.items.first()
    assert item is not None
    with pytest.raises(NotAllowed):
        agreements.finish(item, by=cast.town_b)
    done = agreements.finish(item, by=cast.town_a, note="已验收")
    assert (done.state, done.note) == ("done", "已验收")
    agreements.finish(item, by=cast.town_a)
    assert Event.objects.filter(name="agreement.item_done").count() == 1
    with pytest.raises(IllegalStep):
        agreements.drop(item, by=cast.town_a, reason="x")
    again = agreements.reopen(item, by=cast.town_a)
    assert (again.state, again.done_on) == ("open", None)
    with pytest.raises(Invalid):
        agreements.drop(item, by=cast.town_a, reason="")
    assert (
        agreements.drop(item, by=cast.town_a, reason="已由市政承担").state == "dropped"
    )


def test_raw_sql_cannot_skip_a_step_of_an_item(row: Agreement) -> None:
    item = row.items.first()
    assert item is not None
    agreements.drop(item, by="test", reason="x")
    sql = "UPDATE grids_agreementitem SET state = 'done', done_on = now() WHERE id = %s"
    with (
        pytest.raises(IntegrityError, match="illegal state dropped -> done"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, [item.pk])


def test_items_written_anew_keep_their_state(row: Agreement) -> None:
    first = row.items.get(what="修好三巷水管")
    agreements.finish(first, by="test")
    agreements.save_agreement(
        row,
        {"items": [ItemRow("修好三巷水管", "水务局"), ItemRow("新增一项")]},
        by="test",
    )
    states = dict(row.items.values_list("what", "state"))
    assert states == {
        "修好三巷水管": "done",
        "联合主题党日": "dropped",
        "新增一项": "open",
    }


def test_reviews_are_one_a_year(row: Agreement, cast: SimpleNamespace) -> None:
    agreements.review(row, by=cast.town_a, year=2026, verdict="fair", score=80)
    agreements.review(row, by=cast.town_a, year=2026, verdict="good", score=95)
    assert [(r.year, r.score) for r in row.reviews.all()] == [(2026, 95)]
    with pytest.raises(Invalid) as error:
        agreements.review(row, by=cast.town_a, year=2019, verdict="x", score=101)
    assert set(error.value.fields) == {"year", "verdict", "score"}


def test_no_item_is_due_after_the_term(row: Agreement, cast: SimpleNamespace) -> None:
    late = dt.date(row.term_to.year + 1, 1, 5)
    with pytest.raises(Invalid) as refused:
        agreements.save_agreement(
            row, {"items": [ItemRow("再修水管", "", late)]}, by=cast.town_a
        )
    assert "再修水管" in refused.value.fields["items"][0]
    with pytest.raises(Invalid) as refused:  # the term cut below an item's day
        agreements.save_agreement(
            row, {"term_to": dt.date(2026, 11, 30)}, by=cast.town_a
        )
    assert "联合主题党日" in refused.value.fields["term_to"][0]
    longer = {"term_to": late, "items": [ItemRow("再修水管", "", late)]}
    agreements.save_agreement(row, longer, by=cast.town_a)
    assert row.items.get(what="再修水管").due == late


def test_an_import_names_items_due_after_the_term(row: Agreement) -> None:
    values = {"items": read_items("甲 | 乙 | 2099-01-01\n丙 | 乙 | 2026-03-01")}
    fresh = Planned(1, {}, {**values, "term_to": dt.date(2026, 12, 31)})
    known = Planned(2, {}, values, target=row)
    empty = Planned(3, {}, values)
    check_rows([fresh, known, empty], None)
    assert [[p.column for p in r.problems] for r in (fresh, known, empty)] == [
        ["items"],
        ["items"],
        [],
    ]


def test_renewing_carries_open_items(row: Agreement, cast: SimpleNamespace) -> None:
    agreements.finish(row.items.get(what="联合主题党日"), by=cast.town_a)
    term = {"term_from": dt.date(2027, 1, 1), "term_to": dt.date(2028, 12, 31)}
    fresh = agreements.renew(row, by=cast.town_a, **term)
    assert [i.what for i in fresh.items.all()] == ["修好三巷水管"]
    assert [str(s) for s in fresh.parties.all()] == [str(s) for s in row.parties.all()]
    row.refresh_from_db()
    assert row.state == "renewed"
    assert agreements.renew(row, by=cast.town_a, **term) == fresh
    with pytest.raises(Conflict):
        agreements.finish(row.items.get(what="修好三巷水管"), by=cast.town_a)


def test_ending_drops_what_is_open(row: Agreement, cast: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        agreements.end(row, by=cast.town_a, reason="")
    ended = agreements.end(row, by=cast.town_a, reason="单位撤销")
    assert ended.state == "ended"
    assert not row.items.filter(state="open").exists()
    agreements.end(row, by=cast.town_a, reason="again")
    assert Event.objects.filter(name="agreement.ended").count() == 1


def names() -> list[str]:
    events = Event.objects.filter(name__in=agreement_reminders.NAMES.values())
    return sorted(events.values_list("name", flat=True))


def test_each_reminder_fires_once_under_repeated_sweeps(row: Agreement) -> None:
    assert agreement_reminders.sweep(dt.date(2026, 5, 20)) == 0
    assert agreement_reminders.sweep(DAY) == 1
    assert [agreement_reminders.sweep(DAY) for _n in range(3)] == [0, 0, 0]
    assert names() == ["agreement.item_overdue"]
    assert (
        agreement_reminders.sweep(dt.date(2026, 12, 5)) == 3
    )  # term, review, second item
    assert agreement_reminders.sweep(dt.date(2027, 1, 2)) == 1
    row.refresh_from_db()
    assert row.state == "expired"
    assert agreement_reminders.sweep(dt.date(2027, 1, 3)) == 0
    assert names() == [
        "agreement.ending",
        "agreement.expired",
        "agreement.item_overdue",
        "agreement.item_overdue",
        "agreement.review_due",
    ]


def test_a_new_day_of_an_item_is_a_new_reminder(row: Agreement) -> None:
    agreement_reminders.sweep(DAY)
    AgreementItem.objects.filter(what="修好三巷水管").update(due=dt.date(2026, 7, 1))
    assert agreement_reminders.sweep(DAY) == 0
    assert agreement_reminders.sweep(dt.date(2026, 7, 2)) == 1


def test_a_review_written_is_not_reminded_of(row: Agreement) -> None:
    agreements.review(row, by="test", year=2026, verdict="good")
    agreement_reminders.sweep(dt.date(2026, 12, 5))
    assert "agreement.review_due" not in names()


def test_a_later_end_brings_an_expired_agreement_back(row: Agreement) -> None:
    agreement_reminders.sweep(dt.date(2027, 1, 2))
    row.refresh_from_db()
    agreements.save_agreement(row, {"term_to": dt.date(2099, 12, 31)}, by="test")
    row.refresh_from_db()
    assert row.state == "active"


def test_the_people_of_the_grid_are_told_once(
    row: Agreement,
    cast: SimpleNamespace,
    django_capture_on_commit_callbacks: object,
) -> None:
    agreement_reminders.sweep(DAY)
    event = Event.objects.get(name="agreement.item_overdue")
    for _n in range(2):
        consumers.deliver([event.pk])
    told = set(
        Notice.objects.filter(event=event).values_list("user__username", flat=True)
    )
    assert told == {"town_a", "worker_a"}
    notice = Notice.objects.filter(event=event).first()
    assert notice is not None
    assert "修好三巷水管" in notice.text
    assert notice.url == f"/agreements/{row.pk}/"
