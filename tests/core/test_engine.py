"""Signs of life: silence and waiting raise an alarm, an idle engine does not."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from governance.core import engine, events, tasks
from governance.core.models import Delivery, Heartbeat
from tests.engine import make_event, own_registry


@pytest.fixture
def alive(db):
    for name in engine.PROCESSES:
        engine.beat(name)


def _names(checks: list[engine.Check]) -> list[str]:
    return [check.name for check in checks if not check.ok]


def test_nothing_started_is_said_so(db):
    assert _names(engine.report()) == ["relay", "beat", "worker"]


def test_alive_and_idle_is_well(alive):
    assert _names(engine.report()) == []
    assert engine.audit() == []


@pytest.mark.parametrize("name", engine.PROCESSES)
def test_silence_is_an_alarm(alive, name):
    late = timezone.now() - timedelta(seconds=61)
    Heartbeat.objects.filter(name=name).update(beat_at=late)
    assert _names(engine.audit()) == [name]


def _age(event_pk: int, seconds: int) -> None:
    """Make an event look older; the log itself refuses changes, so its trigger is off."""
    import pgtrigger

    with pgtrigger.ignore("core.Event:append_only"), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE core_event SET recorded_at = recorded_at - %s * interval '1 second'"
            " WHERE id = %s",
            [seconds, event_pk],
        )


def test_an_event_that_waits_too_long_is_an_alarm(alive):
    with own_registry():
        events.consumer("one", "probe.rung")(lambda event: None)
        event = make_event()
        assert _names(engine.report()) == []
        _age(event.pk, 200)
        assert _names(engine.report()) == ["outbox"]
        tasks.deliver_batch([event.pk])
        assert _names(engine.report()) == []


def test_a_poisoned_event_is_not_taken_for_a_stuck_engine(alive):
    with own_registry():

        def poison(event: object) -> None:
            raise ValueError

        events.consumer("poison", "probe.rung")(poison)
        event = make_event()
        tasks.deliver_batch([event.pk])
        _age(event.pk, 200)
        assert _names(engine.report()) == []
        Delivery.objects.update(state="set_aside")
        assert engine.set_aside() == 1


def test_the_worker_proves_itself_by_a_task(db):
    assert engine.silence("worker") is None
    tasks.worker_heartbeat()
    assert engine.silence("worker") < 5


def test_the_report_takes_four_statements(alive, django_assert_num_queries):
    with django_assert_num_queries(4):
        engine.report()


def test_the_command_tells_by_its_exit(alive):
    out = StringIO()
    call_command("beat_check", stdout=out)
    assert out.getvalue().count("ok") == 4
    Heartbeat.objects.filter(name="beat").delete()
    call_command("beat_check", "relay", "worker", stdout=out)
    with pytest.raises(CommandError):
        call_command("beat_check", "beat", stdout=out)
    with pytest.raises(CommandError, match="Unknown"):
        call_command("beat_check", "postgres", stdout=out)
