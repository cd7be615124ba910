"""The folder of the statistics, and their nightly recount."""

from celery import shared_task

from requests_hub.actions import statistics


@shared_task(name="requests_hub.fold_statistics")
def fold_statistics() -> int:
    """Fold what is unfolded, or build anew if asked; a second folder does nothing."""
    statistics.rebuild_if_asked()
    return statistics.fold()


@shared_task(name="requests_hub.recount_statistics")
def recount_statistics() -> None:
    """Count every figure against the rows once a night; an alarm where one differs."""
    if statistics.is_recount_due():
        statistics.recount()
