"""The grid's own people handle a request; how a task is answered, theirs or a department's."""

from django.db import transaction

from governance.core.models import Attachment
from requests_hub.actions import base
from requests_hub.actions.base import ANSWERED as ANSWERED
from requests_hub.actions.desk import recall
from requests_hub.actions.endings import ENDED
from requests_hub.models import Request, Task


@transaction.atomic
def claim(task: Task, *, by: base.Actor, note: str = "") -> Task:
    """One of the grid takes the task; who comes second is told who was first.

    Raises:
        Conflict: taken, with `taken_by`.
    """
    request, row = base.lock_task(task)
    base.refuse_taken(row, by)
    step = base.permit(row, "claim", by)
    base.move(row, step, by, data={"note": note}, holder=by)
    base.system_step(request, "sign")
    return row


@transaction.atomic
def handle(task: Task, *, by: base.Actor, note: str, files: base.Files = ()) -> Task:
    """Tell what is being done, with photos; the first time, handling begins."""
    request, row, step = base.begin_task(task, "handle", by)
    base.move(row, step, by, data={"note": note}, files=files)
    if request.state == "signed":
        base.system_step(request, "work")
    return row


@transaction.atomic
def reply(task: Task, *, by: base.Actor, reply: str, files: base.Files = ()) -> Task:
    """The holder says it is done, with the result; the last one sends the request to be checked.

    Raises:
        Conflict: on hold.
    """
    request, row, step = base.begin_task(task, "reply", by)
    base.move(
        row,
        step,
        by,
        data={"note": reply},
        files=files,
        purpose=Attachment.Purpose.AFTER,
        reply=reply,
        replied_at=base.now(),
    )
    if request.state == "signed":
        base.system_step(request, "work")
    answer_when_complete(request)
    return row


def answer_when_complete(request: Request) -> None:
    """Move a locked request on when none of its tasks is outstanding any more.

    The lead's reply becomes the draft of what the resident reads. Without any reply (everybody
    was released) the request is back at the desk.
    """
    tasks = base.lock_tasks(request)
    if any(task.state not in (*ANSWERED, *ENDED) for task in tasks):
        return
    replies = [task.reply for task in tasks if task.state in ANSWERED]
    if not replies:
        recall(request)
        return
    base.system_step(request, "answered", reply=replies[0])
