"""Who may act: an account, the resident who holds the follow-up code, or the system."""

from dataclasses import dataclass
from typing import Final

from governance.core.errors import NotHere
from governance.core.models import User
from governance.core.workflow import Step
from grids.scoping import Scope, scope_of
from requests_hub import codes
from requests_hub.models import Request, Task, Whistle
from requests_hub.workflow import GRID


@dataclass(frozen=True)
class Reporter:
    """The resident behind one request, proven by its follow-up code."""

    request_id: int

    def __str__(self) -> str:
        return "resident"


SYSTEM: Final = "system"
Actor = User | Reporter | str
Subject = Request | Task | Whistle


def reporter_by_code(text: str) -> tuple[Request, Reporter]:
    """The request that a follow-up code opens, and its reporter.

    Raises:
        Invalid: not a code, or a digit is wrong.
        NotHere: no request has this code.
    """
    request = Request.objects.filter(follow_code=codes.read(text)).first()
    if request is None:
        raise NotHere("")
    return request, Reporter(request.pk)


def may_take(step: Step, subject: Subject, actor: Actor) -> bool:
    """Whether the step's roles fit this actor at this subject; the state is not asked."""
    if actor == SYSTEM:
        return "system" in step.roles
    if isinstance(actor, Reporter):
        return "reporter" in step.roles and subject.pk == actor.request_id
    if not isinstance(actor, User):
        return False
    if isinstance(subject, Whistle):
        return scope_of(actor).holds(set(step.roles) - {"system"}, subject.request)
    return any(_holds(role, subject, actor, scope_of(actor)) for role in step.roles)


def _holds(role: str, subject: Subject, user: User, scope: Scope) -> bool:
    if role == "system":
        return False
    if role == "reporter":
        return isinstance(subject, Request) and subject.created_by_id == user.pk
    if role == "called":
        return isinstance(subject, Request) and _is_called(subject, scope)
    if role == "holder":
        return isinstance(subject, Task) and subject.holder_id == user.pk
    if role in GRID and isinstance(subject, Task) and subject.holder_id is not None:
        return False  # offered to somebody by name
    return scope.holds((role,), subject)


def _is_called(request: Request, scope: Scope) -> bool:
    """Whether one of the person's departments has an open task of this request."""
    if not scope.departments:
        return False
    known = request.__dict__.get("open_tasks")
    if known is None:
        known = list(Task.objects.open().filter(request_id=request.pk))
    return any(task.department_id in scope.departments for task in known)
