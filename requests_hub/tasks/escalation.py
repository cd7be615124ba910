"""Looking at deadlines and for what nobody waits for; a doubled call does no harm."""

from celery import shared_task

from governance.core import engine
from requests_hub.actions import audit, escalation

engine.expect(escalation.HEARTBEAT, 180)
engine.expect(audit.HEARTBEAT, 900)


@shared_task(name="requests_hub.sweep_deadlines")
def sweep_deadlines() -> None:
    """Fire the rungs that are due."""
    escalation.sweep()


@shared_task(name="requests_hub.audit_loop")
def audit_loop() -> None:
    """Look whether every open task and request has a next moment; tell what has not."""
    audit.run()
