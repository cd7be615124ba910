"""What every action of the loop shares: lock, ask the table, change, tell.

Lock order is request, then task, in every action, so that two of them never wait for each other.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from governance.core import attachments, dictionaries, events
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.models import Attachment, DictionaryItem, Event, User
from governance.core.workflow import AS_ASKED, Step
from requests_hub import deadlines
from requests_hub.actions import endings, guards
from requests_hub.actions.actors import SYSTEM as SYSTEM
from requests_hub.actions.actors import Actor as Actor
from requests_hub.actions.actors import Subject, may_take
from requests_hub.actions.moments import at as at
from requests_hub.actions.moments import now as now
from requests_hub.models import Proposal, Request, Task, Whistle
from requests_hub.workflow import REQUEST

Files = Sequence[int | Attachment]

# What ends an open task when its request goes another way, in this order of preference.
ENDING_STEPS = ("release", "cancel", "close")
ANSWERED = ("replied", "confirming")
CLOCK_COLUMNS = (
    "due_at",
    "limit",
    "report_in_due_at",
    "report_in_limit",
    "close_due_at",
    "close_from_at",
    "close_limit",
    "plan_due_at",
    "plan_limit",
    "extension_limit",
    "return_due_at",
    "decision_due_at",
    "paused_until_at",
)

# The steps into these say until when it is handled; rework buys no time.
GIVEN = ("dispatched", "whistled")


def lock_request(pk: int) -> Request:
    """The request, locked until the transaction ends.

    Raises:
        NotHere: there is none.
    """
    row = Request.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such request."))
    return row


def lock_task(task: Task) -> tuple[Request, Task]:
    """A task and its request, locked in that order: request first.

    Raises:
        NotHere: there is none.
    """
    if task.request_id is None:
        raise NotHere(_("There is no such task."))
    request = lock_request(task.request_id)
    row = Task.objects.select_for_update(of=("self",)).filter(pk=task.pk).first()
    if row is None:
        raise NotHere(_("There is no such task."))
    return request, row


def lock_tasks(request: Request) -> list[Task]:
    """The tasks of a locked request's present round, locked, lead first."""
    rows = Task.objects.select_for_update(of=("self",)).filter(
        request_id=request.pk, round=request.round
    )
    return list(rows.order_by("-is_lead", "id"))


def lock_whistle(whistle: Whistle) -> tuple[Request, Whistle]:
    """A whistle and its request, locked in that order: request first.

    Raises:
        NotHere: there is none.
    """
    request = lock_request(whistle.request_id)
    row = Whistle.objects.select_for_update(of=("self",)).filter(pk=whistle.pk).first()
    if row is None:
        raise NotHere(_("There is no such whistle."))
    row.request = request
    return request, row


def permit(subject: Subject, step_name: str, by: Actor) -> Step:
    """The step, if the table has it from here and this actor may take it.

    The state is asked first: who is inside the scope may know it, and the answer names what is
    legal.

    Raises:
        IllegalStep: not from this state.
        NotAllowed: not this actor.
        Conflict: something else stands in its way (see `guards`).
    """
    step = subject.machine.take(subject.state, step_name)
    if not may_take(step, subject, by):
        raise NotAllowed(
            _("“%(step)s” is not yours to do here.") % {"step": step.label}
        )
    guards.check(step, subject, by)
    return step


def refuse_taken(task: Task, by: Actor) -> None:
    """Say who has the task, to those who could have taken it.

    Raises:
        Conflict: somebody has claimed it.
    """
    steps = [s for s in task.machine.steps if s.name == "claim"]
    if task.holder_id is None or task.state in steps[0].sources:
        return
    free = Task(
        **{
            "kind": task.kind,
            "department_id": task.department_id,
            **task.place_ids,
        }
    )
    if may_take(steps[0], free, by):
        raise Conflict(
            _("%(who)s has taken it already.") % {"who": task.holder},
            taken_by=str(task.holder),
            state=task.state,
            legal=task.machine.legal_from(task.state),
        )


def begin(request: Request, step_name: str, by: Actor) -> tuple[Request, Step]:
    """Lock a request, read it again and ask whether the step is possible."""
    row = lock_request(request.pk)
    return row, permit(row, step_name, by)


def begin_task(task: Task, step_name: str, by: Actor) -> tuple[Request, Task, Step]:
    """The same for a task; its request is locked first."""
    request, row = lock_task(task)
    return request, row, permit(row, step_name, by)


def move(
    subject: Subject,
    step: Step,
    by: Actor,
    *,
    data: Mapping[str, Any] | None = None,
    files: Files = (),
    purpose: str = "",
    session_key: str = "",
    **changes: Any,
) -> Event:
    """Take a permitted step: its declared effects, `changes`, the new state, the event, files.

    `data` goes into the event as it is; no personal data. A column in `changes` wins over what
    the step's effects say.
    """
    came_from, moment = subject.state, now()
    if isinstance(subject, Request):
        _settle_tasks(subject, step, by, str((data or {}).get("note", "")))
        _drop_proposals(subject, step)
    changes = {**_clock_of(step, moment), **changes}
    if step.target is not None:
        changes["state"] = step.target
        if isinstance(subject, Request):
            changes.setdefault("stage_at", moment)
    if isinstance(subject, Request) and "limit" in changes:
        changes.setdefault("due_from_at", moment if changes["limit"] else None)
        changes = {**_close_due(step, changes, moment), **changes}
    if changes:
        for name, value in changes.items():
            setattr(subject, name, value)
        subject.save(update_fields=list(changes))
    event = tell(
        f"{type(subject).__name__.lower()}.{step.effects.event}",
        subject,
        by,
        {
            "from": came_from,
            "to": subject.state,
            "step": step.name,
            **clock_data(changes),
            **_filled(data or {}),
        },
    )
    if files:
        thread: Any = subject if isinstance(subject, Request) else subject.request
        attachments.bind(
            files,
            thread,
            purpose or Attachment.Purpose.DURING,
            by if isinstance(by, User) else None,
            event,
            session_key=session_key,
        )
    return event


def _close_due(
    step: Step, changes: Mapping[str, Any], moment: datetime
) -> dict[str, Any]:
    """Until when it must be closed, where the step says it anew."""
    if step.target in GIVEN and changes.get("due_at"):
        return close_after(changes["due_at"])
    return close_clock("close", moment) if step.target == "reopened" else {}


def close_after(due_at: datetime) -> dict[str, Any]:
    """The clock of closing of what is to be handled until `due_at`: a check follows."""
    return close_clock("check", due_at)


def close_clock(rule: str, moment: datetime) -> dict[str, Any]:
    """The columns of a request that may stay open as long as `rule` says from `moment` on."""
    limit = deadlines.limit(rule)
    return {
        "close_limit": str(limit),
        "close_from_at": moment,
        "close_due_at": limit.after(moment),
    }


def clock(rule: str, moment: datetime) -> dict[str, Any]:
    """The columns of a stage that may last as long as `rule` says."""
    limit = deadlines.limit(rule)
    return {
        "limit": str(limit),
        "due_from_at": moment,
        "due_at": limit.after(moment),
    }


def _clock_of(step: Step, moment: datetime) -> dict[str, Any]:
    """The deadline columns that a step's effects begin or end."""
    rule = step.effects.clock
    if rule in ("", AS_ASKED):
        return {}
    return {"due_at": None, "limit": ""} if rule == "stop" else clock(rule, moment)


def _settle_tasks(request: Request, step: Step, by: Actor, reason: str) -> None:
    """What becomes of the open tasks of this round, as the step's effects say.

    Raises:
        IllegalStep: a task cannot be ended from where it stands.
    """
    if not step.effects.tasks:
        return
    for task in lock_tasks(request):
        if not task.state_info.is_open:
            continue
        if step.effects.tasks == "close" and task.state not in ANSWERED:
            continue
        ends = {s.name for s in task.machine.steps_from(task.state)}
        name = next((n for n in ENDING_STEPS if n in ends), ENDING_STEPS[-1])
        move(
            task,
            task.machine.take(task.state, name),
            SYSTEM,
            data={"note": reason, "because": step.name},
            **(
                {"ended_at": now()}
                if name == "close"
                else endings.columns(task, by, reason or str(step.label))
            ),
        )
    complete_whistles(request)


def complete_whistles(request: Request) -> None:
    """Complete the running whistles of a locked request of which nobody is called any more."""
    rows = Whistle.objects.select_for_update(of=("self",)).filter(
        request_id=request.pk, state="running"
    )
    for row in rows:
        states = set(row.tasks.values_list("state", flat=True))
        if states <= set(endings.ENDED):
            row.request = request
            move(row, row.machine.take(row.state, "complete"), SYSTEM, ended_at=now())


def _drop_proposals(request: Request, step: Step) -> None:
    """What was asked for can no longer be decided when the request goes another way."""
    for kind in step.effects.drops:
        open_rows = Proposal.objects.filter(request=request, kind=kind).open()
        open_rows.update(state=Proposal.State.DROPPED, ended_at=now())


def new_round(request: Request) -> dict[str, Any]:
    """The columns of a request that begins again: nothing answered, checked or rated yet."""
    return {
        "round": request.round + 1,
        "route": "",
        "reply": "",
        "lead_department": None,
        "checked_by": None,
        "checked_at": None,
        "closed_at": None,
        "outcome": "",
        "is_solved": None,
        "satisfaction": "",
        "rating_comment": "",
        "rated_at": None,
    }


def tell(name: str, subject: Subject, by: Actor, data: Mapping[str, Any]) -> Event:
    """Record an event in the history of the request."""
    thread_id = subject.pk if isinstance(subject, Request) else subject.request_id
    extra: dict[str, Any] = {}
    if isinstance(subject, Task):
        extra = {"task": subject.pk, "department": subject.department_id}
    return events.record(
        name,
        subject,
        by if isinstance(by, User) else str(by),
        {**data, **_filled(extra)},
        thread_id=thread_id,
        district_id=subject.district_id,
        occurred_at=now(),
    )


def entry_of(dictionary: str, code: str) -> DictionaryItem:
    """An entry in use of a dictionary.

    Raises:
        Invalid: there is none; with field "kind".
    """
    entry = dictionaries.item(dictionary, code)
    if entry is None or not entry.is_active:
        raise Invalid(fields={"kind": [_("Choose one of the answers.")]})
    return entry


def system_step(request: Request, name: str, **changes: Any) -> Event:
    """A step that follows from another one: taken by the system on a locked request."""
    step = REQUEST.take(request.state, name)
    return move(request, step, SYSTEM, **changes)


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if v not in (None, "", [], ())}


def clock_data(changes: Mapping[str, Any]) -> dict[str, str]:
    """The deadlines among changed columns, as an event keeps them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name in CLOCK_COLUMNS
        if (value := changes.get(name))
    }
