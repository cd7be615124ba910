"""Feeds: settling what differs, alarms of what is overdue, which feed is due."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from grids.actions import claims, feeds
from grids.actions import sixdata as records
from grids.models import Claim, Feed, Organisation
from tests.grids.feed_makers import (
    CREDIT,
    FIRMS,
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


# --- settling -------------------------------------------------------------------------------


@pytest.fixture
def claim(feed: Feed, forest: SimpleNamespace, cast: SimpleNamespace) -> Claim:
    organisation(cast, forest.village_a1, staff_count=10)
    deliver(feed, csv(FIRMS, firm(0)))
    return Claim.objects.get()


def staff() -> int | None:
    return Organisation.objects.get().staff_count


def test_taking_theirs_and_undoing(claim: Claim, cast: SimpleNamespace) -> None:
    before = Organisation.objects.get().provenance["staff_count"]
    taken = claims.take(claim, by=cast.town_a)
    assert (staff(), taken.state) == (30, "taken")
    row = Organisation.objects.get()
    assert row.provenance["staff_count"]["source"] == "feed:market-firms"
    assert claims.take(claim, by=cast.town_a).decided_at == taken.decided_at
    undone = claims.undo(claim, by=cast.town_a)
    assert (staff(), undone.state) == (10, "open")
    assert Organisation.objects.get().provenance["staff_count"] == before
    with pytest.raises(Conflict):
        claims.undo(claim, by=cast.town_a)


def test_what_was_kept_is_not_asked_again(
    claim: Claim, feed: Feed, cast: SimpleNamespace
) -> None:
    claims.keep(claim, by=cast.district)
    run = deliver(feed, csv(FIRMS, firm(0), firm(1)))
    claim.refresh_from_db()
    assert (staff_of(CREDIT[0]), claim.state) == (10, "kept")
    assert run.changed == 0
    deliver(feed, csv(FIRMS, firm(0, staff="33"), firm(1)))
    claim.refresh_from_db()
    assert (claim.shown, claim.state) == ("33", "open")


def staff_of(code: str) -> int | None:
    return Organisation.objects.get(credit_code=code).staff_count


def test_writing_something_else(claim: Claim, cast: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        claims.write_other(claim, "许多", by=cast.town_a)
    claims.write_other(claim, "28", by=cast.town_a)
    assert staff() == 28
    assert Organisation.objects.get().provenance["staff_count"]["source"] == "manual"
    with pytest.raises(Conflict):
        claims.take(claim, by=cast.town_a)


def test_undo_does_not_wipe_out_later_work(claim: Claim, cast: SimpleNamespace) -> None:
    claims.take(claim, by=cast.town_a)
    records.save_organisation(
        Organisation.objects.get(), {"staff_count": 50}, by=cast.town_a
    )
    with pytest.raises(Conflict):
        claims.undo(claim, by=cast.town_a)
    assert staff() == 50


def test_who_may_settle(claim: Claim, cast: SimpleNamespace) -> None:
    for person in (cast.town_b, cast.worker_a, cast.officer_a, cast.auditor):
        with pytest.raises(NotAllowed):
            claims.take(claim, by=person)
    assert list(Claim.objects.visible_to(cast.town_b)) == []
    assert list(Claim.objects.visible_to(cast.town_a)) == [claim]
    assert claims.settle_many([claim], "take", by=cast.town_b) == (0, 1)
    assert claims.settle_many([claim], "take", by=cast.town_a) == (1, 0)


# --- times ----------------------------------------------------------------------------------


def test_overdue_feeds_raise_one_alarm(
    feed: Feed, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    feeds.schedule_feed(feed, {"mode": "upload", "expected_days": 30}, by=cast.district)
    assert feeds.alarm_overdue() == 0
    long_ago = timezone.now() - dt.timedelta(days=33)
    Feed.objects.filter(pk=feed.pk).update(created_at=long_ago)
    assert (feeds.alarm_overdue(), feeds.alarm_overdue()) == (1, 0)
    event = Event.objects.get(name="feed.overdue")
    assert event.data["days"] == 3
    deliver(feed, csv(FIRMS, firm()))
    feed.refresh_from_db()
    assert (feed.alarmed_at, feed.overdue_days) == (None, 0)


def test_the_district_hears_of_an_overdue_feed(
    feed: Feed, cast: SimpleNamespace
) -> None:
    from governance.core.models import Notice
    from grids.subscribers.feeds import tell_overdue, tell_trouble

    Feed.objects.filter(pk=feed.pk).update(
        expected_days=1, created_at=timezone.now() - dt.timedelta(days=9)
    )
    feeds.alarm_overdue()
    tell_overdue(Event.objects.get(name="feed.overdue"))
    assert Notice.objects.get(user=cast.district).url == f"/registry/feeds/{feed.pk}/"
    deliver(feed, b"")
    tell_trouble(Event.objects.get(name="feed.run_ended"))
    assert Notice.objects.filter(user=cast.district).count() == 2


def test_each_due_feed_is_given_out_once(feed: Feed, cast: SimpleNamespace) -> None:
    Feed.objects.filter(pk=feed.pk).update(
        next_at=timezone.now() - dt.timedelta(minutes=1), every_hours=6
    )
    assert feeds.due_feeds() == [feed.pk]
    assert feeds.due_feeds() == []
    feed.refresh_from_db()
    assert feed.next_at is not None
    assert feed.next_at > timezone.now() + dt.timedelta(hours=5)
