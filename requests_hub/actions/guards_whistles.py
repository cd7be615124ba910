"""What may stand in the way of a step of a whistle or of one department's part in it.

Only what the row itself tells; the desk and the officer read the sentence beside the step.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.core.errors import Conflict
from requests_hub.actions.moments import now
from requests_hub.models import Task, Whistle
from requests_hub.workflow_whistles import MOST_RETURNS

Guard = Callable[[Any], Conflict | None]


def _at(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "Y-m-d H:i")


def _runs(task: Task) -> Conflict | None:
    """What stands still is brought to run again first."""
    if task.paused_at is None:
        return None
    words = _("It is on hold since %(since)s. Let the time run again first.")
    return Conflict(
        words % {"since": _at(task.paused_at)}, state=task.state, legal=["run_again"]
    )


def _may_handle(task: Task) -> Conflict | None:
    """Words and photos may be added while it is on hold."""
    return None if task.state == "handling" else _runs(task)


def _may_return(task: Task) -> Conflict | None:
    if task.is_ruled:
        return Conflict(_("The district has ruled that it is yours; this binds."))
    if task.return_count >= MOST_RETURNS:
        return Conflict(_("It was returned twice already."))
    if task.return_due_at is not None and task.return_due_at < now():
        words = _("It could be returned until %(due)s.")
        return Conflict(words % {"due": _at(task.return_due_at)})
    return _runs(task)


def _may_extend(task: Task) -> Conflict | None:
    """Once, and asked for in time."""
    if task.extension_state:
        words = _("An extension was asked for before; there is one only.")
        return Conflict(words)
    if task.paused_at is not None:
        return _runs(task)
    if task.due_at is None:
        return Conflict(_("It has no deadline to extend."))
    if task.due_at < now():
        words = _(
            "It was due on %(due)s. More time can be asked for only before it is due."
        )
        due = {"due": _at(task.due_at)}
        return Conflict(words % due, due_at=task.due_at.isoformat())
    return None


def _is_extension_asked(task: Task) -> Conflict | None:
    if task.extension_state == "asked":
        return None
    return Conflict(_("No extension waits for an answer."))


def _may_pause(task: Task) -> Conflict | None:
    if task.is_emergency:
        return Conflict(_("The clocks of an emergency never stand."))
    if task.paused_at is not None:
        return Conflict(_("It is on hold already."))
    if task.due_at is not None and task.due_at < now():
        return Conflict(_("It is overdue already; a hold does not undo that."))
    return None


def _is_on_hold(task: Task) -> Conflict | None:
    return None if task.paused_at else Conflict(_("It is not on hold."))


def _unscored_by(side: str) -> Guard:
    def guard(task: Task) -> Conflict | None:
        if getattr(task, f"is_scored_by_{side}"):
            return Conflict(_("Your side has scored it already."))
        return None

    return guard


def _with_departments(whistle: Whistle) -> Conflict | None:
    if whistle.request.state in ("whistled", "reworked"):
        return None
    return Conflict(_("All have answered already; send it back for rework first."))


GUARDS: dict[tuple[str, str], Guard] = {
    ("whistle_task", "claim"): _runs,
    ("whistle_task", "plan"): _runs,
    ("whistle_task", "handle"): _may_handle,
    ("whistle_task", "reply"): _runs,
    ("whistle_task", "send_back"): _may_return,
    ("whistle_task", "ask_extension"): _may_extend,
    ("whistle_task", "grant_extension"): _is_extension_asked,
    ("whistle_task", "refuse_extension"): _is_extension_asked,
    ("whistle_task", "pause"): _may_pause,
    ("whistle_task", "run_again"): _is_on_hold,
    ("whistle_task", "score"): _unscored_by("desk"),
    ("whistle_task", "score_call"): _unscored_by("department"),
    ("whistle", "add_department"): _with_departments,
    ("whistle", "recall"): _with_departments,
}
