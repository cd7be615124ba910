"""Changes of the tree that were planned for a day."""

from celery import shared_task

from grids.actions import plans


@shared_task(name="grids.carry_out_plans")
def carry_out_plans() -> int:
    """Do what has come due; sent often by beat, mostly there is nothing."""
    return plans.carry_out_due()
