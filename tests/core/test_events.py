"""The event log: append-only, in the caller's transaction, with its outbox row."""

import pytest
from django.db import InternalError, connection, transaction

from governance.core import events
from governance.core.models import Event, Outbox, User
from tests.engine import make_event, own_registry


def test_one_statement_writes_event_and_outbox(db, django_assert_num_queries):
    user = User.objects.create(username="u")
    with django_assert_num_queries(1):
        event = events.record("user.made", user, user, {"a": 1})
    row = Outbox.objects.get(pk=event.pk)
    assert (row.attempts, row.done_at) == (0, None)
    assert (event.thread_id, event.actor_label) == (user.pk, "u")


def test_rolled_back_with_the_change(transactional_db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        make_event()
        raise ZeroDivisionError
    assert (Event.objects.count(), Outbox.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE core_event SET name = 'other'",
        "DELETE FROM core_event",
        "TRUNCATE core_event",
    ],
)
def test_nobody_rewrites_history(db, sql):
    make_event()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # TRUNCATE waits for no checks
    with (
        pytest.raises(InternalError, match=r"append|Cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Event.objects.get().name == "probe.rung"


def test_two_consumers_of_one_name_are_a_mistake():
    with own_registry():
        events.consumer("a", "x.y")(lambda event: None)
        with pytest.raises(ValueError, match="called a"):
            events.consumer("a", "x.z")(lambda event: None)


def test_consumers_are_found_by_event_name():
    with own_registry():
        events.consumer("a", "x.y", "x.z")(lambda event: None)
        events.consumer("b", "x.y")(lambda event: None)
        assert [c.name for c in events.consumers_of("x.y")] == ["a", "b"]
        assert [c.name for c in events.consumers_of("x.z")] == ["a"]
        assert events.consumers_of("x.w") == []
