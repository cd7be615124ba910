"""Dry runs of rules, rules that cannot work, and learning from the desk's decisions."""

from celery import shared_task

from governance.core.events import consumer
from governance.core.models import Event
from grids.models import District
from requests_hub.actions import routing, trials


@shared_task(name="requests_hub.run_trial", time_limit=1800)
def run_trial(pk: int) -> None:
    """Do one trial; one that is done or being done is left alone."""
    trials.run_trial(pk)


@shared_task(name="requests_hub.sweep_routing")
def sweep_routing() -> None:
    """Do trials that were left behind; switch off rules whose departments are gone."""
    for pk in trials.forgotten():
        trials.run_trial(pk)
    routing.switch_off_closed()


@shared_task(name="requests_hub.learn_categories", time_limit=3600)
def learn_categories(district_id: int | None = None, by_id: int | None = None) -> int:
    """Learn a version in each district that has enough new decisions; gives how many."""
    from governance.core.models import User
    from requests_hub.actions import learning

    by = User.objects.filter(pk=by_id).first() if by_id else None
    rows = District.objects.all()
    rows = rows.filter(pk=district_id) if district_id else rows
    return sum(learning.retrain(row, by=by) is not None for row in rows)


@consumer("requests_hub.run_trial", "routingtrial.started")
def hint(event: Event) -> None:
    """A trial was asked for: its row is committed, so a worker may do it at once."""
    run_trial.apply_async((event.subject_id,), retry=False)
