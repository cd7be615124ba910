"""Runs of the 15-minute circle."""

from celery import shared_task

from grids.actions import circle


@shared_task(name="grids.do_circle")
def do_circle(run_id: int) -> None:
    """Do one run; one that is done or being done is left alone."""
    circle.do_run(run_id)


@shared_task(name="grids.sweep_circles")
def sweep_circles() -> None:
    """Do what a lost message or a dead worker left behind."""
    for pk in circle.forgotten():
        circle.do_run(pk)
