"""Verify before registering 核实: somebody of the grid looks first, with an own deadline."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import Attachment, User
from governance.core.worktime import Amount
from requests_hub import deadlines
from requests_hub.actions import base, endings, escalation
from requests_hub.actions.desk import asked_grid
from requests_hub.models import Request, Task
from requests_hub.workflow import FINDINGS


@transaction.atomic
def look(
    request: Request,
    *,
    by: User,
    holder: User | None = None,
    due: Amount | None = None,
    note: str = "",
) -> Request:
    """Ask one person of the grid, or whoever of it comes first, to look whether it is so.

    Raises:
        Invalid: the person does not serve the place, or it has none.
    """
    row, step = base.begin(request, "look", by)
    grid_id = asked_grid(row, holder, None)
    moment = base.now()
    limit = deadlines.asked(due, "look")
    columns: dict[str, Any] = {
        "limit": str(limit),
        "due_from_at": moment,
        "due_at": limit.after(moment),
    }
    base.move(
        row,
        step,
        by,
        data={"note": note, "holder": holder.pk if holder else None, "grid": grid_id},
        accepted_at=row.accepted_at or moment,
        **columns,
    )
    task = Task.objects.create(
        kind=Task.Kind.LOOK,
        state="offered",
        request=row,
        round=row.round,
        holder=holder,
        grid_id=grid_id,
        title=row.title,
        plan=note,
        created_at=moment,
        ladder=escalation.snapshot(row.district_id, Task.Kind.GRID),
        **columns,
        **row.place_ids,
    )
    data = {"to": "offered", "step": "look", "kind": "look", "limit": task.limit}
    base.tell("task.offered", task, by, {**data, "holder": task.holder_id})
    return row


@transaction.atomic
def finding(
    task: Task, *, by: User, finding: str, note: str = "", files: base.Files = ()
) -> Task:
    """Say what was found on site; the request is at the desk again, whatever it is.

    Raises:
        Invalid: no such finding; nothing found, or cannot be told, without words.
    """
    request, row, step = base.begin_task(task, "finding", by)
    if finding not in dict(FINDINGS):
        raise Invalid(fields={"finding": [_("Choose one of the answers.")]})
    if finding != "found" and not note:
        raise Invalid(fields={"note": [_("Say in a few words what was seen.")]})
    moment = base.now()
    base.move(
        row,
        step,
        by,
        data={"note": note, "finding": finding},
        files=files,
        purpose=Attachment.Purpose.CHECK,
        finding=finding,
        reply=note,
        replied_at=moment,
        ended_at=moment,
    )
    base.system_step(request, "looked")
    return row


@transaction.atomic
def cancel(task: Task, *, by: base.Actor, reason: str) -> Task:
    """The desk no longer needs the look."""
    request, row, step = base.begin_task(task, "cancel", by)
    base.move(row, step, by, data={"note": reason}, **endings.columns(row, by, reason))
    base.system_step(request, "looked")
    return row
