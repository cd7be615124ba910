"""Requests that follow their category: batch after batch, each woken by the one before."""

from celery import shared_task

from governance.core.events import consumer
from governance.core.models import Event
from requests_hub.actions import sensitive


@shared_task(name="requests_hub.sweep_flags")
def sweep_flags() -> None:
    """Go on where a batch was left behind; called twice, the second finds nothing."""
    sensitive.sweep()


@consumer("requests_hub.follow_category", "categoryflag.batch_done")
def go_on(event: Event) -> None:
    """A batch was committed: do the next."""
    sensitive.go_on(event.subject_id)
