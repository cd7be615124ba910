"""From the outbox to the consumers: once each, in any order, nobody blocked."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from governance.core import consumers, events
from governance.core.actions.deliveries import run_again
from governance.core.models import Delivery, Event, Outbox, User
from governance.core.relay import AwayError, Doorbell, Relay
from tests.engine import delivery, due_now, make_event, outbox, own_registry


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    with own_registry():
        yield


def _mark(event: Event) -> None:
    """An effect that would show if it came twice."""
    User.objects.create(username=f"effect-{event.pk}-{random.getrandbits(40)}")


def _effects() -> Counter[str]:
    names = User.objects.filter(username__startswith="effect-")
    return Counter(n.split("-")[1] for n in names.values_list("username", flat=True))


class Bell(Doorbell):
    """The queue of these tests: a list, which can be away or full."""

    def __init__(self) -> None:
        self.rung: list[list[int]] = []
        self.is_away = self.is_lost = False
        self.queued = 0

    def waiting(self) -> int:
        if self.is_away:
            raise AwayError
        return self.queued

    def ring(self, event_ids: list[int]) -> None:
        if self.is_lost:
            raise AwayError
        self.rung.append(event_ids)


# --- Consumers ---------------------------------------------------------------------------


def test_each_consumer_acts_once_and_the_row_is_closed(db):
    events.consumer("one", "probe.rung")(_mark)
    events.consumer("two", "probe.rung")(_mark)
    event = make_event()
    assert consumers.deliver([event.pk]).done == 2
    again = consumers.deliver([event.pk, event.pk])
    assert (again.done, again.skipped) == (0, 2)
    assert _effects() == {str(event.pk): 2}
    assert outbox(event).done_at
    assert {d.state for d in Delivery.objects.all()} == {"done"}


def test_two_workers_with_the_same_batch_have_one_effect(transactional_db):
    events.consumer("one", "probe.rung")(_mark)
    ids = [make_event().pk for _number in range(12)]
    gate = threading.Barrier(6)

    def work(seed: int) -> None:
        mine = random.Random(seed).sample(ids, len(ids))  # noqa: S311
        gate.wait()
        try:
            for pk in mine:
                consumers.deliver([pk])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert _effects() == {str(pk): 1 for pk in ids}
    assert not Outbox.objects.filter(done_at=None).exists()
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


def test_the_order_of_delivery_does_not_matter(db):
    events.consumer("one", "probe.rung")(_mark)
    ids = [make_event().pk for _number in range(5)]
    for pk in reversed(ids):
        consumers.deliver([pk])
    assert _effects() == {str(pk): 1 for pk in ids}


def test_a_failure_rolls_back_is_counted_and_blocks_nobody(db):
    def poison(event: Event) -> None:
        _mark(event)
        raise ValueError("no such grid")

    events.consumer("poison", "probe.rung")(poison)
    events.consumer("well", "probe.rung")(_mark)
    first, second = make_event(), make_event("probe.other")
    events.consumer("also", "probe.other")(_mark)
    tally = consumers.deliver([first.pk, second.pk])
    assert (tally.done, tally.failed) == (2, 1)
    assert _effects() == {str(first.pk): 1, str(second.pk): 1}
    failed = delivery(first, "poison")
    assert (failed.state, failed.attempts) == ("failed", 1)
    assert failed.last_error == "ValueError: no such grid"
    assert outbox(first).done_at is None
    assert outbox(first).next_at == failed.next_at
    assert outbox(second).done_at


def test_pauses_grow_and_no_try_comes_early(db):
    calls: list[int] = []

    def poison(event: Event) -> None:
        calls.append(event.pk)
        raise ValueError

    events.consumer("poison", "probe.rung")(poison)
    event = make_event()
    pauses: list[float] = []
    for number in range(1, 4):
        consumers.deliver([event.pk])
        consumers.deliver([event.pk])  # too early: nothing happens
        assert len(calls) == number
        row = delivery(event, "poison")
        assert row.next_at
        pauses.append((row.next_at - row.changed_at).total_seconds())
        due_now(event)
    assert pauses == pytest.approx([4, 8, 16])


def test_set_aside_after_the_last_try_and_run_again_by_hand(db, settings):
    settings.OUTBOX_MAX_ATTEMPTS = 3
    broken = [True]

    def sometimes(event: Event) -> None:
        if broken[0]:
            raise ValueError("still broken")
        _mark(event)

    events.consumer("sometimes", "probe.rung")(sometimes)
    event = make_event()
    for _number in range(5):
        consumers.deliver([event.pk])
        due_now(event)
    row = delivery(event, "sometimes")
    assert (row.state, row.attempts) == ("set_aside", 3)
    assert outbox(event).done_at
    broken[0] = False
    assert run_again(Delivery.objects.all()) == 1
    assert outbox(event).done_at is None
    consumers.deliver([event.pk])
    assert delivery(event, "sometimes").state == "done"
    assert outbox(event).done_at
    assert run_again(Delivery.objects.all()) == 0
    assert _effects() == {str(event.pk): 1}


def test_one_try_only_sets_aside_at_once(db, settings):
    settings.OUTBOX_MAX_ATTEMPTS = 1

    def poison(event: Event) -> None:
        raise ValueError

    events.consumer("poison", "probe.rung")(poison)
    event = make_event()
    consumers.deliver([event.pk])
    assert delivery(event, "poison").state == "set_aside"
    assert outbox(event).done_at


def test_a_batch_past_its_time_leaves_the_rest_to_the_relay(db):
    events.consumer("one", "probe.rung")(_mark)
    ids = [make_event().pk for _number in range(3)]
    tally = consumers.deliver(ids, seconds=-1)
    assert (tally.done, tally.left) == (0, 3)
    assert Outbox.objects.filter(done_at=None).count() == 3


def test_cost_of_a_batch_is_steady(db, django_assert_max_num_queries):
    """Two per delivery (claim, effect) and their savepoints; four for the batch."""
    events.consumer("one", "probe.rung")(_mark)
    ids = [make_event().pk for _number in range(10)]
    with django_assert_max_num_queries(4 + 10 * 4):
        consumers.deliver(ids)


# --- Relay -------------------------------------------------------------------------------


def test_what_nobody_wants_is_closed_without_a_message(db):
    event, bell = make_event(), Bell()
    assert Relay(bell).step() == 1
    assert bell.rung == []
    assert outbox(event).done_at


def test_a_batch_is_one_message_and_leased(db):
    events.consumer("one", "probe.rung")(_mark)
    ids = sorted(make_event().pk for _number in range(5))
    bell = Bell()
    relay = Relay(bell)
    assert relay.step() == 5
    assert relay.step() == 0
    assert bell.rung == [ids]
    row = Outbox.objects.get(pk=ids[0])
    lease = (row.next_at - timezone.now()).total_seconds()
    assert 0 < lease <= settings.OUTBOX_LEASE_SECONDS
    assert row.attempts == 1


def test_a_lost_message_is_sent_again_when_the_lease_is_over(db):
    events.consumer("one", "probe.rung")(_mark)
    event, bell = make_event(), Bell()
    relay = Relay(bell)
    relay.step()
    Outbox.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    relay.step()
    assert bell.rung == [[event.pk], [event.pk]]
    assert outbox(event).attempts == 2


def test_redis_away_leaves_the_rows_due(db):
    events.consumer("one", "probe.rung")(_mark)
    event, bell = make_event(), Bell()
    bell.is_away = True
    with pytest.raises(AwayError):
        Relay(bell).step()
    assert outbox(event).attempts == 0


def test_a_message_that_could_not_be_sent_gives_the_lease_back(db):
    events.consumer("one", "probe.rung")(_mark)
    event, bell = make_event(), Bell()
    bell.is_lost = True
    with pytest.raises(AwayError):
        Relay(bell).step()
    assert outbox(event).next_at <= timezone.now()


def test_a_full_queue_is_not_filled_further(db):
    events.consumer("one", "probe.rung")(_mark)
    event, bell = make_event(), Bell()
    bell.queued = 4
    assert Relay(bell).step() == 0
    assert outbox(event).attempts == 0


def test_several_relays_share_the_rows(transactional_db, settings):
    settings.OUTBOX_BATCH = 7
    events.consumer("one", "probe.rung")(_mark)
    ids = [make_event().pk for _number in range(100)]
    bells = [Bell() for _number in range(4)]
    gate = threading.Barrier(4)

    def work(bell: Bell) -> None:
        gate.wait()
        try:
            relay = Relay(bell)
            while relay.step():
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, bells))
    rung = [pk for bell in bells for batch in bell.rung for pk in batch]
    assert sorted(rung) == sorted(ids)
    assert max(len(batch) for bell in bells for batch in bell.rung) <= 7


def test_a_due_row_is_found_by_the_partial_index(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT event_id FROM core_outbox WHERE done_at IS NULL"
            " AND next_at <= now() ORDER BY next_at LIMIT 200"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "core_outbox_due" in plan


def test_the_loop_outlives_redis_and_stops_when_asked(transactional_db):
    events.consumer("one", "probe.rung")(_mark)
    event, bell = make_event(), Bell()
    bell.is_away = True
    relay = Relay(bell)

    def run() -> None:
        try:
            relay.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    bell.is_away = False
    deadline = timezone.now() + timedelta(seconds=10)
    while not bell.rung and timezone.now() < deadline:
        relay.stopping.wait(0.05)
    relay.stopping.set()
    thread.join(10)
    assert not thread.is_alive()
    assert bell.rung == [[event.pk]]
