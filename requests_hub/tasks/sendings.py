"""Carrying messages out. The rows say what is due; a message is only a hint."""

from celery import shared_task

from governance.core.events import consumer
from governance.core.models import Event
from requests_hub.gateways.carrying import carry


@shared_task(name="requests_hub.carry_sending")
def carry_sending(pk: int) -> None:
    """Try one message now, unless somebody else is trying it."""
    carry([pk])


@shared_task(name="requests_hub.sweep_sendings")
def sweep_sendings() -> int:
    """Try what is due: first tries whose hint was lost, and those that failed before."""
    return carry()


@consumer("requests_hub.carry_sending", "sending.queued")
def hint(event: Event) -> None:
    """A message was queued: its row is committed, so a worker may try it at once."""
    carry_sending.apply_async((event.subject_id,), retry=False)
