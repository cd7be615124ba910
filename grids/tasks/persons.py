"""Looking whether visits are still due when they are said to be."""

from celery import shared_task

from grids.actions import visits


@shared_task(name="grids.sweep_visits_due")
def sweep_visits_due() -> None:
    """Care begins and ends by its dates; a late, doubled or missing call does no harm."""
    visits.sweep_due()
