"""After the answer: check on site, rework, close; and the resident's word."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid
from governance.core.models import Attachment, User
from requests_hub import plainwords
from requests_hub.actions import base, revisits
from requests_hub.actions.base import ANSWERED
from requests_hub.actions.desk import recall
from requests_hub.actions.guards import reopen_until as reopen_until
from requests_hub.models import Request, Revisit, Task
from requests_hub.workflow import OUTCOMES, SATISFACTION


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

    What the desk had answered itself goes back to the desk. An emergency is done again round the
    clock.

    Raises:
        Invalid: a task that has not answered, or another request's.
    """
    row, step = base.begin(request, "rework", by)
    answered = [t for t in base.lock_tasks(row) if t.state in ANSWERED]
    chosen = _chosen(answered, tasks)
    is_emergency = any(task.is_emergency for task in chosen)
    rule = f"{step.effects.clock}{'_emergency' if is_emergency else ''}"
    columns = base.clock(rule, base.now())
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
            extension_limit="",
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
def close(
    request: Request,
    *,
    by: base.Actor,
    outcome: str = "solved",
    summary: str = "",
    keep_reason: str = "",
) -> Request:
    """Close a checked request and its tasks, solved or not; the resident reads `summary`.

    Args:
        request: checked, with a reply.
        by: of the grid or the desk.
        outcome: "solved", or "not_solved" with a summary that says why.
        summary: what was done; the lead's reply where it is left out.
        keep_reason: why words that say nothing stay as they are.

    Raises:
        Conflict: there is no reply or nobody has checked it.
        Invalid: the words say nothing, or it is not solved and nothing says why.
    """
    row, step = base.begin(request, "close", by)
    text = summary or row.reply
    if not text or row.checked_at is None:
        raise Conflict(_("A request closes only with a reply and a check."))
    if outcome not in dict(OUTCOMES):
        raise Invalid(fields={"outcome": [_("Choose one of the answers.")]})
    if outcome == "not_solved" and not summary:
        words = _("Say why it is not solved, and what the resident can do.")
        raise Invalid(fields={"summary": [words]})
    plainwords.require(text, field="summary", keep_reason=keep_reason)
    base.move(
        row,
        step,
        by,
        data={"note": text, "outcome": outcome, "keep_reason": keep_reason},
        reply=text,
        outcome=outcome,
        closed_at=base.now(),
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
    """The resident says whether it is solved and how it went; once per round.

    It counts as the revisit of this round.
    """
    row, step = base.begin(request, "rate", by)
    if satisfaction not in dict(SATISFACTION):
        raise Invalid(fields={"satisfaction": [_("Choose one of the answers.")]})
    answers = revisits.Answers(is_solved, satisfaction, comment)
    revisits.keep(row, answers, by=None, way=Revisit.Way.SELF)
    base.move(row, step, by, data=answers.as_data(), **answers.columns(base.now()))
    return row


@transaction.atomic
def reopen(
    request: Request, *, by: base.Actor, reason: str, files: base.Files = ()
) -> Request:
    """It is not done: a new round begins, within the window after closing.

    Raises:
        Conflict: the window has ended, with `until`.
    """
    row, step = base.begin(request, "reopen", by)
    base.move(
        row,
        step,
        by,
        data={
            "note": reason,
            "round": row.round + 1,
            "by_desk": isinstance(by, User),
        },
        files=files,
        purpose=Attachment.Purpose.CHECK,
        **base.new_round(row),
    )
    return row


@transaction.atomic
def withdraw(request: Request, *, by: base.Actor, note: str = "") -> Request:
    """The resident takes the request back before anybody has begun."""
    row, step = base.begin(request, "withdraw", by)
    base.move(row, step, by, data={"note": note})
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
    """More words or photos; the state stays.

    What is added to a merged request is told in the request that goes on as well.
    """
    row, step = base.begin(request, "add", by)
    base.move(row, step, by, data={"note": note}, files=files, session_key=session_key)
    if row.merged_into is not None:
        base.tell("request.added", row.merged_into, by, {"note": note, "of": row.no})
    return row
