"""What ends with a task: its hold, a return that waits for an answer; and who ended it, and why."""

from typing import Any

from governance.core.models import User
from requests_hub.actions.actors import Actor
from requests_hub.actions.moments import now
from requests_hub.models import Pause, Return, Task

ENDED = ("released", "recalled", "cancelled", "closed", "done")


def columns(row: Task, by: Actor, reason: str) -> dict[str, Any]:
    """The columns of a locked task that ends now; what was open about it is closed."""
    user, moment = by if isinstance(by, User) else None, now()
    found: dict[str, Any] = {
        "ended_at": moment,
        "ended_by": user,
        "end_reason": reason,
    }
    if row.paused_at is not None:
        Pause.objects.filter(task=row, ended_at=None).update(
            ended_at=max(moment, row.paused_at), ended_by=user
        )
        found |= {"paused_at": None, "paused_until_at": None}
    if row.decision_due_at is not None:
        Return.objects.filter(task=row, outcome=Return.Outcome.OPEN).update(
            outcome=Return.Outcome.LET_GO,
            decided_at=moment,
            decided_by=user,
            answer=reason,
        )
        found["decision_due_at"] = None
    return found
