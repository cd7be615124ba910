"""Looking whether the review day of a hold has come."""

from celery import shared_task

from governance.core import engine
from requests_hub.actions import proposals

engine.expect(proposals.HEARTBEAT, 1800)


@shared_task(name="requests_hub.sweep_holds")
def sweep_holds() -> None:
    """Bring back what is due; a late, doubled or missing call does no harm."""
    proposals.sweep_reviews()
