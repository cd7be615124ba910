"""Die at each named point of the engine, once; what follows must make it whole."""

import os
import signal
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from governance.core import consumers, events
from governance.core.faults import VARIABLE
from governance.core.models import Delivery, Event, Outbox
from governance.core.relay import Relay
from tests.core.test_outbox import Bell
from tests.engine import make_event, own_registry

pytestmark = pytest.mark.faults


@pytest.fixture
def marks_table(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fault_mark (event_id bigint)")
    with own_registry():
        events.consumer("probe", "probe.rung")(_mark)
        yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE fault_mark")


def _mark(event: Event) -> None:
    """An effect without any constraint: a second one would be seen."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO fault_mark VALUES (%s)", [event.pk])


def _marks() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id FROM fault_mark ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def _in_child(work: Callable[[], object], point: str = "") -> int:
    """Do `work` in a process of its own that dies at `point`; gives the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            # the parent's connection stays the parent's: psycopg2 closes it in its maker only
            connection.connection = None
            os.environ[VARIABLE] = point
            work()
            connection.close()
            code = 0
        finally:
            os._exit(code)
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


@pytest.mark.parametrize("point", ["delivery.claimed", "delivery.handled"])
def test_a_worker_that_dies_leaves_all_or_nothing(marks_table, point):
    ids = sorted(make_event().pk for _number in range(3))
    assert _in_child(lambda: consumers.deliver(ids), point) == signal.SIGKILL
    assert _marks() == []
    assert not Delivery.objects.exists()
    assert _in_child(lambda: consumers.deliver(ids)) == 0
    assert _in_child(lambda: consumers.deliver(ids)) == 0
    assert _marks() == ids
    assert not Outbox.objects.filter(done_at=None).exists()


def test_a_worker_that_dies_before_closing_the_rows_is_made_good(marks_table):
    """The effects are there, the outbox rows still open: the repeat only closes them."""
    ids = sorted(make_event().pk for _number in range(2))
    assert _in_child(lambda: consumers.deliver(ids), "delivery.settling") == 9
    assert _marks() == ids
    assert Outbox.objects.filter(done_at=None).count() == 2
    assert _in_child(lambda: consumers.deliver(ids)) == 0
    assert _marks() == ids
    assert not Outbox.objects.filter(done_at=None).exists()


@pytest.mark.parametrize("point", ["relay.leased", "relay.rung"])
def test_a_relay_that_dies_leaves_rows_that_come_due_again(marks_table, point):
    event = make_event()
    assert _in_child(lambda: Relay(Bell()).step(), point) == signal.SIGKILL
    row = Outbox.objects.get(pk=event.pk)
    assert (row.attempts, row.done_at) == (1, None)
    assert row.next_at > timezone.now()
    Outbox.objects.update(next_at=timezone.now())
    assert _in_child(lambda: Relay(Bell()).step()) == 0
    assert Outbox.objects.get(pk=event.pk).attempts == 2
