"""What every action of the loop shares: lock, ask the table, change, tell.

Lock order is request, then task, in every action, so that two of them never wait for each other.
"""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import attachments, events
from governance.core.errors import Conflict, NotAllowed, NotHere
from governance.core.models import Attachment, Event, User
from governance.core.workflow import Step
from requests_hub import deadlines
from requests_hub.actions.actors import SYSTEM as SYSTEM
from requests_hub.actions.actors import Actor as Actor
from requests_hub.actions.actors import may_take
from requests_hub.models import Request, Task
from requests_hub.workflow import REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator

Files = Sequence[int | Attachment]

PAST = {
    "accept": "accepted",
    "reject": "rejected",
    "dispatch": "dispatched",
    "whistle": "whistled",
    "reply": "replied",
    "sign": "signed",
    "work": "begun",
    "recall": "recalled",
    "answered": "answered",
    "verify": "verified",
    "rework": "reworked",
    "close": "closed",
    "rate": "rated",
    "reopen": "reopened",
    "withdraw": "withdrawn",
    "add": "added",
    "report_in": "reported_in",
    "claim": "claimed",
    "handle": "handled",
    "release": "released",
    "cancel": "cancelled",
}

# The steps into these say until when it is handled; rework buys no time.
GIVEN = ("dispatched", "whistled")

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """The moment an action happens at; `at` sets another one."""
    return _moment.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> "Iterator[None]":
    """Let actions happen at another moment: work done offline, and the demo's history."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


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


def permit(subject: Request | Task, step_name: str, by: Actor) -> Step:
    """The step, if the table has it from here and this actor may take it.

    The state is asked first: who is inside the scope may know it, and the answer names what is
    legal.

    Raises:
        IllegalStep: not from this state.
        NotAllowed: not this actor.
    """
    step = subject.machine.take(subject.state, step_name)
    if not may_take(step, subject, by):
        raise NotAllowed(
            _("“%(step)s” is not yours to do here.") % {"step": step.label}
        )
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
    subject: Request | Task,
    step: Step,
    by: Actor,
    *,
    data: Mapping[str, Any] | None = None,
    files: Files = (),
    purpose: str = "",
    session_key: str = "",
    **changes: Any,
) -> Event:
    """Take a permitted step: write `changes` and the new state, record the event, tie files.

    `data` goes into the event as it is; no personal data.
    """
    came_from, moment = subject.state, now()
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
    kind = "request" if isinstance(subject, Request) else "task"
    event = tell(
        f"{kind}.{PAST[step.name]}",
        subject,
        by,
        {
            "from": came_from,
            "to": subject.state,
            "step": step.name,
            **_clock_data(changes),
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
) -> dict[str, datetime]:
    """Until when it must be closed, where the step says it anew."""
    if step.target in GIVEN and changes.get("due_at"):
        return {"close_due_at": close_by(changes["due_at"])}
    if step.target == "reopened":
        return {"close_due_at": deadlines.limit("close").after(moment)}
    return {}


def close_by(due_at: datetime) -> datetime:
    """When a request must be closed that is to be handled until `due_at`: a check follows."""
    return deadlines.limit("check").after(due_at)


def tell(
    name: str, subject: Request | Task, by: Actor, data: Mapping[str, Any]
) -> Event:
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


def system_step(request: Request, name: str, **changes: Any) -> Event:
    """A step that follows from another one: taken by the system on a locked request."""
    step = REQUEST.take(request.state, name)
    return move(request, step, SYSTEM, **changes)


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if v not in (None, "", [], ())}


def _clock_data(changes: Mapping[str, Any]) -> dict[str, str]:
    names = (
        "due_at", "limit", "report_in_due_at", "report_in_limit", "close_due_at",
    )  # fmt: skip
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name in names
        if (value := changes.get(name))
    }
