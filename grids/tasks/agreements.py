"""Looking for what is due in agreements."""

from celery import shared_task

from grids.actions import agreement_reminders


@shared_task(name="grids.remind_agreements")
def remind_agreements() -> None:
    """Tell each due step once; a late, doubled or missing call does no harm."""
    agreement_reminders.sweep()
