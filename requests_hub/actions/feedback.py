"""After the answer: check on site, rework, close; and the resident's word."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.core import worktime
from governance.core.errors import Conflict, Invalid
from governance.core.models import Attachment, User
from requests_hub.actions import base
from requests_hub.actions.desk import clock, recall
from requests_hub.actions.handling import ANSWERED
from requests_hub.models import Request, Task
from requests_hub.workflow import SATISFACTION


@transaction.atomic
def verify(request: Request, *, by: User, note: str, files: base.Files = ()) -> Request:
    """Somebody of the grid or the desk has looked at the result."""
    row, step = base.begin(request, "verify", by)
    base.move(
        row,
        step,
        by,
        data={"note": note},
        files=files,
        purpose=Attachment.Purpose.CHECK,
        checked_by=by,
        checked_at=base.now(),
    )
    return row


@transaction.atomic
def rework(
    request: Request,
    *,
    by: base.Actor,
    reason: str,
    tasks: Sequence[Task] = (),
    files: base.Files = (),
) -> Request:
    """Send it back to those who answered: to `tasks`, or to the lead where none are named.

    What the desk had answered itself goes back to the desk.

    Raises:
        Invalid: a task that has not answered, or another request's.
    """
    row, step = base.begin(request, "rework", by)
    answered = [t for t in base.lock_tasks(row) if t.state in ANSWERED]
    chosen = _chosen(answered, tasks)
    moment = base.now()
    columns = clock("rework", moment)
    base.move(
        row,
        step,
        by,
        data={"note": reason, "tasks": [task.pk for task in chosen]},
        files=files,
        purpose=Attachment.Purpose.CHECK,
        checked_by=None,
        checked_at=None,
        **columns,
    )
    for task in chosen:
        base.move(
            task,
            task.machine.take(task.state, "rework"),
            base.SYSTEM,
            data={"note": reason},
            rework_count=task.rework_count + 1,
            replied_at=None,
            **columns,
        )
    if not chosen:
        recall(row)
    return row


def _chosen(answered: list[Task], wanted: Sequence[Task]) -> list[Task]:
    if not wanted:
        return answered[:1]
    by_id = {task.pk: task for task in answered}
    missing = [task for task in wanted if task.pk not in by_id]
    if missing:
        raise Invalid(fields={"tasks": [_("This one has not answered yet.")]})
    return [by_id[task.pk] for task in wanted]


@transaction.atomic
def close(request: Request, *, by: base.Actor, summary: str = "") -> Request:
    """Close a checked request and its tasks; `summary` is what the resident reads.

    Raises:
        Conflict: there is no reply or nobody has checked it.
    """
    row, step = base.begin(request, "close", by)
    text = summary or row.reply
    if not text or row.checked_at is None:
        raise Conflict(_("A request closes only with a reply and a check."))
    moment = base.now()
    for task in base.lock_tasks(row):
        if task.state in ANSWERED:
            base.move(
                task,
                task.machine.take(task.state, "close"),
                base.SYSTEM,
                ended_at=moment,
            )
    base.move(
        row,
        step,
        by,
        data={"note": text},
        reply=text,
        closed_at=moment,
        due_at=None,
        limit="",
    )
    return row


@transaction.atomic
def rate(
    request: Request,
    *,
    by: base.Actor,
    is_solved: bool,
    satisfaction: str,
    comment: str = "",
) -> Request:
    """The resident says whether it is solved and how it went; once per round."""
    row, step = base.begin(request, "rate", by)
    if satisfaction not in dict(SATISFACTION):
        raise Invalid(fields={"satisfaction": [_("Choose one of the answers.")]})
    base.move(
        row,
        step,
        by,
        data={"is_solved": is_solved, "satisfaction": satisfaction},
        is_solved=is_solved,
        satisfaction=satisfaction,
        rating_comment=comment,
        rated_at=base.now(),
    )
    return row


def reopen_until(request: Request) -> datetime | None:
    """The last moment at which a closed request can be opened again."""
    if request.closed_at is None:
        return None
    days = worktime.Amount(settings.REOPEN_WORKING_DAYS, "d")
    return worktime.add_working(request.closed_at, days)


@transaction.atomic
def reopen(
    request: Request, *, by: base.Actor, reason: str, files: base.Files = ()
) -> Request:
    """It is not done: a new round begins, within the window after closing.

    Raises:
        Conflict: the window has ended, with `until`.
    """
    row, step = base.begin(request, "reopen", by)
    until = reopen_until(row)
    if until is None or base.now() > until:
        day = date_format(timezone.localtime(until), "Y-m-d") if until else ""
        raise Conflict(
            _("It could be reopened until %(day)s. Please submit it again.")
            % {"day": day},
            until=day,
        )
    base.move(
        row,
        step,
        by,
        data={"note": reason, "round": row.round + 1},
        files=files,
        purpose=Attachment.Purpose.CHECK,
        round=row.round + 1,
        route="",
        reply="",
        lead_department=None,
        checked_by=None,
        checked_at=None,
        closed_at=None,
        is_solved=None,
        satisfaction="",
        rating_comment="",
        rated_at=None,
        **clock("give", base.now()),
    )
    return row


@transaction.atomic
def withdraw(request: Request, *, by: base.Actor, note: str = "") -> Request:
    """The resident takes the request back before anybody has begun."""
    row, step = base.begin(request, "withdraw", by)
    base.move(row, step, by, data={"note": note}, due_at=None, limit="")
    return row


@transaction.atomic
def add(
    request: Request,
    *,
    by: base.Actor,
    note: str,
    files: base.Files = (),
    session_key: str = "",
) -> Request:
    """More words or photos; the state stays."""
    row, step = base.begin(request, "add", by)
    base.move(row, step, by, data={"note": note}, files=files, session_key=session_key)
    return row
