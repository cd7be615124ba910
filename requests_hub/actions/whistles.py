"""The whistle: departments are called, report in, claim, handle and reply."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import Attachment, User
from governance.core.worktime import Amount
from grids.models import Department
from requests_hub import deadlines
from requests_hub.actions import base, escalation
from requests_hub.actions.actors import may_take
from requests_hub.actions.handling import answer_when_complete
from requests_hub.models import Request, Task, Whistle


@transaction.atomic
def whistle(
    request: Request,
    *,
    by: User,
    lead: Department,
    assist: Sequence[Department] = (),
    kind: str = Whistle.Kind.ROUTINE,
    report_in_within: Amount | None = None,
    due: Amount | None = None,
    note: str = "",
) -> Whistle:
    """Call one leading and any number of assisting departments to a request.

    Deadlines run from the call, in working time; for an emergency round the clock.

    Raises:
        Invalid: a department twice, the lead among the others, out of use, another district's.
    """
    row, step = base.begin(request, "whistle", by)
    _check_departments(row, lead, assist)
    if kind not in Whistle.Kind.values:
        raise Invalid(fields={"kind": [_("There is no such kind of whistle.")]})
    moment = base.now()
    report_in = deadlines.asked(report_in_within, f"report_in_{kind}")
    handling = deadlines.asked(due, f"handle_{kind}")
    report_in_due_at, due_at = report_in.after(moment), handling.after(moment)
    if due_at < report_in_due_at:
        raise Invalid(fields={"due": [_("It ends before the time to report in.")]})
    called = Whistle.objects.create(
        request=row, round=row.round, kind=kind, note=note, blown_by=by, blown_at=moment
    )
    base.move(
        row,
        step,
        by,
        data={
            "note": note,
            "kind": kind,
            "whistle": called.pk,
            "lead": lead.pk,
            "assist": [d.pk for d in assist],
            "report_in_limit": str(report_in),
        },
        route=Request.Route.WHISTLE,
        lead_department=lead,
        limit=str(handling),
        due_from_at=moment,
        due_at=due_at,
    )
    ladder = escalation.snapshot(row.district_id, kind)
    for department in (lead, *assist):
        task = Task.objects.create(
            kind=Task.Kind.WHISTLE,
            state="called",
            request=row,
            whistle=called,
            round=row.round,
            department=department,
            is_lead=department == lead,
            title=row.title,
            created_at=moment,
            report_in_limit=str(report_in),
            report_in_due_at=report_in_due_at,
            due_from_at=moment,
            limit=str(handling),
            due_at=due_at,
            ladder=ladder,
            **row.place_ids,
        )
        base.tell(
            "task.called",
            task,
            by,
            {
                "to": "called",
                "step": "whistle",
                "is_lead": task.is_lead,
                "kind": kind,
                "report_in_limit": task.report_in_limit,
                "report_in_due_at": report_in_due_at.isoformat(),
                "limit": task.limit,
                "due_at": due_at.isoformat(),
            },
        )
    return called


def _check_departments(
    request: Request, lead: Department, assist: Sequence[Department]
) -> None:
    if lead in assist:
        words = _("%(department)s leads already.") % {"department": lead}
        raise Invalid(fields={"assist": [words]})
    seen = set()
    for department in assist:
        if department.pk in seen:
            words = _("%(department)s is named twice.") % {"department": department}
            raise Invalid(fields={"assist": [words]})
        seen.add(department.pk)
    for field, departments in (("lead", [lead]), ("assist", assist)):
        for department in departments:
            if (
                not department.is_active
                or department.district_id != request.district_id
            ):
                words = _("%(department)s cannot be called.") % {
                    "department": department
                }
                raise Invalid(fields={field: [words]})


@transaction.atomic
def report_in(
    task: Task, *, by: base.Actor, who: str = "", arrives: str = "", note: str = ""
) -> Task:
    """A called department reports in. A second one gets the first one's answer."""
    _request, row = base.lock_task(task)
    if row.reported_in_at is not None and may_take(
        row.machine.take("called", "report_in"), row, by
    ):
        return row
    step = base.permit(row, "report_in", by)
    base.move(
        row,
        step,
        by,
        data={"who": who, "arrives": arrives, "note": note},
        reported_in_at=base.now(),
    )
    return row


@transaction.atomic
def claim(
    task: Task,
    *,
    by: base.Actor,
    plan: str = "",
    planned_for: datetime | None = None,
) -> Task:
    """One officer takes the task for the department; who comes second is told who was first.

    Raises:
        Conflict: taken, with `taken_by`.
    """
    _request, row = base.lock_task(task)
    base.refuse_taken(row, by)
    step = base.permit(row, "claim", by)
    base.move(
        row,
        step,
        by,
        data={
            "note": plan,
            "planned_for": planned_for.isoformat() if planned_for else "",
        },
        holder=by,
        plan=plan,
        planned_for=planned_for,
    )
    return row


@transaction.atomic
def handle(task: Task, *, by: base.Actor, note: str, files: base.Files = ()) -> Task:
    """Tell what is being done, with photos; the first time, handling begins."""
    _request, row, step = base.begin_task(task, "handle", by)
    base.move(row, step, by, data={"note": note}, files=files)
    return row


@transaction.atomic
def reply(task: Task, *, by: base.Actor, reply: str, files: base.Files = ()) -> Task:
    """A department answers; with the last one outstanding the request goes to be checked."""
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
    answer_when_complete(request)
    return row


@transaction.atomic
def release(task: Task, *, by: base.Actor, reason: str) -> Task:
    """The desk lets a department go, by name and with a reason.

    When no department is left that answers, the request is back at the desk.
    """
    request, row, step = base.begin_task(task, "release", by)
    base.move(row, step, by, data={"note": reason}, ended_at=base.now())
    answer_when_complete(request)
    return row
