"""A run that was asked for goes to a worker."""

from functools import partial

from django.db import transaction

from governance.core.events import consumer
from governance.core.models import Event


@consumer("grids.do_circle", "circle.asked")
def do_circle(event: Event) -> None:
    """Hand the run on once the delivery is committed: it writes its progress while it runs."""
    from grids.tasks.circle import do_circle as task

    transaction.on_commit(partial(task.delay, event.subject_id))
