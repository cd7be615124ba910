"""The whistle: departments are called, report in, claim, plan, handle and reply."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import User
from governance.core.worktime import Amount
from grids.models import Department
from requests_hub import deadlines
from requests_hub.actions import base, escalation
from requests_hub.actions.actors import may_take
from requests_hub.deadlines import Limit
from requests_hub.models import Request, Task, Whistle

MOST_STEPS = 20


@transaction.atomic
def whistle(
    request: Request,
    *,
    by: User,
    lead: Department,
    assist: Sequence[Department] = (),
    kind: str = Whistle.Kind.ROUTINE,
    report_in_within: Amount | None = None,
    plan_within: Amount | None = None,
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
    limits = limits_of(kind, moment, report_in_within, plan_within, due)
    columns = call_columns(limits, moment)
    columns["ladder"] = escalation.snapshot(row.district_id, kind)
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
            "report_in_limit": columns["report_in_limit"],
        },
        route=Request.Route.WHISTLE,
        lead_department=lead,
        is_called=True,
        limit=columns["limit"],
        due_from_at=moment,
        due_at=columns["due_at"],
    )
    for department in (lead, *assist):
        call(called, row, department, by, columns, is_lead=department == lead)
    return called


def limits_of(
    kind: str,
    moment: datetime,
    report_in: Amount | None = None,
    plan: Amount | None = None,
    due: Amount | None = None,
) -> dict[str, Limit]:
    """The limits of a call by the rules of its kind, or as the desk asked.

    A plan that the rules alone set lies between the report-in and the end.

    Raises:
        Invalid: the limits do not follow one another.
    """
    found = {
        "report_in": deadlines.asked(report_in, f"report_in_{kind}"),
        "plan": deadlines.asked(plan, f"plan_{kind}"),
        "handle": deadlines.asked(due, f"handle_{kind}"),
        "return": deadlines.limit(f"return_{kind}"),
    }
    at = {name: limit.after(moment) for name, limit in found.items()}
    if at["handle"] < at["report_in"]:
        raise Invalid(fields={"due": [_("It ends before the time to report in.")]})
    if at["report_in"] <= at["plan"] <= at["handle"]:
        return found
    if plan is not None:
        words = _("The plan is due between the report-in and the end.")
        raise Invalid(fields={"plan_within": [words]})
    later = at["plan"] > at["handle"]
    return {**found, "plan": found["handle"] if later else found["report_in"]}


def call_columns(limits: dict[str, Limit], moment: datetime) -> dict[str, Any]:
    """The clocks of a task that is called at `moment`."""
    columns: dict[str, Any] = {
        "created_at": moment,
        "due_from_at": moment,
        "return_from_at": moment,
        "limit": str(limits["handle"]),
        "due_at": limits["handle"].after(moment),
    }
    for name in ("report_in", "plan", "return"):
        columns[f"{name}_limit"] = str(limits[name])
        columns[f"{name}_due_at"] = limits[name].after(moment)
    return columns


def call(
    whistle: Whistle,
    request: Request,
    department: Department,
    by: base.Actor,
    columns: dict[str, Any],
    *,
    is_lead: bool,
    reason: str = "",
) -> Task:
    """Make the task of one called department, and tell it."""
    task = Task.objects.create(
        kind=Task.Kind.WHISTLE,
        state="called",
        request=request,
        whistle=whistle,
        round=request.round,
        department=department,
        is_lead=is_lead,
        title=request.title,
        **columns,
        **request.place_ids,
    )
    told = ("report_in", "plan", "return")
    base.tell(
        "task.called",
        task,
        by,
        {
            "to": "called",
            "step": "whistle",
            "is_lead": is_lead,
            "kind": whistle.kind,
            "note": reason,
            **{f"{n}_limit": columns[f"{n}_limit"] for n in told},
            **{f"{n}_due_at": columns[f"{n}_due_at"].isoformat() for n in told},
            "limit": task.limit,
            "due_at": columns["due_at"].isoformat(),
        },
    )
    return task


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
    plan_steps: Sequence[str] = (),
) -> Task:
    """One officer takes the task for the department; who comes second is told who was first.

    With a plan it is planned at once.

    Raises:
        Conflict: taken, with `taken_by`; or on hold.
    """
    _request, row = base.lock_task(task)
    base.refuse_taken(row, by)
    step = base.permit(row, "claim", by)
    base.move(row, step, by, holder=by)
    if plan:
        _plan(row, by, plan, planned_for, plan_steps)
    return row


@transaction.atomic
def plan(
    task: Task,
    *,
    by: base.Actor,
    plan: str,
    planned_for: datetime | None = None,
    plan_steps: Sequence[str] = (),
) -> Task:
    """Say how, by when and in which steps; again, to change it.

    Raises:
        Invalid: the day lies in the past, or there are too many steps.
        Conflict: on hold.
    """
    _request, row, _step = base.begin_task(task, "plan", by)
    _plan(row, by, plan, planned_for, plan_steps)
    return row


def _plan(
    row: Task,
    by: base.Actor,
    plan: str,
    planned_for: datetime | None,
    plan_steps: Sequence[str],
) -> None:
    moment = base.now()
    today = timezone.localdate(moment)
    if planned_for is not None and timezone.localdate(planned_for) < today:
        words = _("This day is over already.")
        raise Invalid(fields={"planned_for": [words]})
    if len(plan_steps) > MOST_STEPS:
        words = _("At most %(n)s steps.") % {"n": MOST_STEPS}
        raise Invalid(fields={"plan_steps": [words]})
    done = {step["text"]: step["done_at"] for step in row.plan_steps}
    base.move(
        row,
        row.machine.take(row.state, "plan"),
        by,
        data={
            "note": plan,
            "planned_for": planned_for.isoformat() if planned_for else "",
            "steps": list(plan_steps),
        },
        plan=plan,
        planned_for=planned_for,
        planned_at=row.planned_at or moment,
        plan_steps=[{"text": t, "done_at": done.get(t)} for t in plan_steps],
    )


@transaction.atomic
def handle(
    task: Task,
    *,
    by: base.Actor,
    note: str,
    done_steps: Sequence[int] = (),
    files: base.Files = (),
) -> Task:
    """Tell what is being done, with photos; the first time, handling begins.

    Args:
        task: the call.
        by: its officer.
        note: what is being done.
        done_steps: numbers (from 0) of the steps of the plan that are done now.
        files: photos.
    """
    _request, row, step = base.begin_task(task, "handle", by)
    moment = base.now().isoformat()
    steps = [dict(each) for each in row.plan_steps]
    for n in done_steps:
        if not 0 <= n < len(steps):
            raise Invalid(fields={"done_steps": [_("There is no such step.")]})
        steps[n]["done_at"] = steps[n]["done_at"] or moment
    changes: dict[str, Any] = {"plan_steps": steps} if done_steps else {}
    data = {"note": note, "done": [steps[n]["text"] for n in done_steps]}
    base.move(row, step, by, data=data, files=files, **changes)
    return row
