"""Who is called to a whistle: one more, one let go, one taken back, and when it is over.

A whistle is complete when every department that is still called has closed. Whoever was let go
or taken back was so by name and with a reason; the database asks for both.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid
from governance.core.models import User
from grids.models import Department
from requests_hub.actions import base, endings, escalation, pauses, whistles
from requests_hub.actions.desk import recall as back_to_desk
from requests_hub.actions.endings import ENDED
from requests_hub.actions.handling import answer_when_complete
from requests_hub.models import Request, Task, Whistle


@transaction.atomic
def add_department(
    whistle: Whistle, *, by: User, department: Department, reason: str
) -> Task:
    """Call one more department; its clocks run from now, by the rules of the whistle's kind.

    Raises:
        Conflict: it is called already, or the request is past handling.
        Invalid: out of use, or another district's.
    """
    request, row = base.lock_whistle(whistle)
    step = base.permit(row, "add_department", by)
    _refuse_called(row, department)
    if not department.is_active or department.district_id != request.district_id:
        words = _("%(department)s cannot be called.") % {"department": department}
        raise Invalid(fields={"department": [words]})
    moment = base.now()
    base.move(row, step, by, data={"note": reason, "department": department.pk})
    limits = whistles.limits_of(row.kind, moment)
    columns = whistles.call_columns(limits, moment)
    columns["ladder"] = escalation.snapshot(request.district_id, row.kind)
    return whistles.call(
        row, request, department, by, columns, is_lead=False, reason=reason
    )


def _refuse_called(whistle: Whistle, department: Department) -> None:
    """A department is called once in a whistle, and who was let go is not called again.

    Raises:
        Conflict: it is or was called.
    """
    known = Task.objects.filter(whistle=whistle, department=department).first()
    if known is None:
        return
    words = (
        _("%(department)s was let go from this whistle; it takes a new whistle.")
        if known.state in ENDED
        else _("%(department)s is called already.")
    )
    raise Conflict(words % {"department": department})


@transaction.atomic
def release(task: Task, *, by: base.Actor, reason: str) -> Task:
    """The desk lets a department go, by name and with a reason.

    When no department is left that answers, the request is back at the desk.
    """
    return _let_go(task, "release", by, reason)


@transaction.atomic
def recall(task: Task, *, by: base.Actor, reason: str) -> Task:
    """The sender takes one call back that went out in error; it counts for nobody."""
    return _let_go(task, "recall", by, reason)


@transaction.atomic
def recall_whistle(whistle: Whistle, *, by: base.Actor, reason: str) -> Whistle:
    """The sender takes the whole whistle back; the request is at the desk again.

    Raises:
        Conflict: a department has answered; the others are released by name instead.
    """
    request, row = base.lock_whistle(whistle)
    step = base.permit(row, "recall", by)
    tasks = [t for t in base.lock_tasks(request) if t.whistle_id == row.pk]
    answered = [t for t in tasks if t.state in ("replied", "closed")]
    if answered:
        raise Conflict(
            _("%(department)s has answered already. Release the others by name.")
            % {"department": answered[0].department}
        )
    for task in tasks:
        if task.state not in ENDED:
            _end(task, "recall", by, reason)
    base.move(
        row,
        step,
        by,
        data={"note": reason},
        ended_at=base.now(),
        end_reason=reason,
    )
    back_to_desk(request)
    return row


def _let_go(task: Task, step_name: str, by: base.Actor, reason: str) -> Task:
    request, row = base.lock_task(task)
    base.permit(row, step_name, by)
    _end(row, step_name, by, reason)
    if row.is_lead:
        _hand_on_lead(request, row)
    answer_when_complete(request)
    base.complete_whistles(request)
    return row


def _end(row: Task, step_name: str, by: base.Actor, reason: str) -> None:
    """End a locked task with who and why; a return or a hold ends with it."""
    step = row.machine.take(row.state, step_name)
    columns = endings.columns(row, by, reason)
    base.move(row, step, by, data={"note": reason}, **columns)


def _hand_on_lead(request: Request, row: Task) -> None:
    """The first of the others leads when the leading department is let go."""
    others = [
        t
        for t in base.lock_tasks(request)
        if t.whistle_id == row.whistle_id and t.state not in ENDED
    ]
    if not others:
        return
    heir = others[0]
    row.is_lead, heir.is_lead = False, True
    row.save(update_fields=["is_lead"])
    heir.save(update_fields=["is_lead"])
    request.lead_department = heir.department
    request.save(update_fields=["lead_department"])
    pauses.follow_lead(request, heir)
    base.tell("task.leads", heir, base.SYSTEM, {"before": row.department_id})
