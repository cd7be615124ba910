"""What goes on by itself when its day has come: a hold ends, an undecided return goes up.

Each in a transaction of its own and at the moment that was named, so that a late look neither
lengthens a hold nor buys time for who decides.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from requests_hub import ladders
from requests_hub.actions import base, pauses, returns
from requests_hub.models import Request, Task
from requests_hub.workflow_whistles import DISPUTED


@transaction.atomic
def go_on(pk: int, now: datetime) -> bool:
    """Let one task go on; what somebody is working on is left for the next look."""
    task = Task.objects.filter(pk=pk).first()
    if task is None or not _is_free(task.request_id):
        return False
    task.refresh_from_db()
    moment = ladders.goes_on_at(task)
    if moment is None or moment > now:
        return False
    with base.at(moment):
        if task.state == DISPUTED[0]:
            words = _("Not decided in time; the district rules.")
            returns.ask_ruling(task, by=base.SYSTEM, note=words)
        else:
            words = _("The day until which it was on hold has come.")
            pauses.run_again(task, by=base.SYSTEM, note=words)
    return True


def _is_free(request_id: int | None) -> bool:
    """Whether nobody holds the request now; it is ours from here on."""
    rows = Request.objects.select_for_update(of=("self",), skip_locked=True)
    return request_id is not None and rows.filter(pk=request_id).exists()
