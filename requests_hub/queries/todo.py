"""Whose turn: everything that waits for one person, over requests and tasks, by deadline."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, Max, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from governance.core.models import Event, User
from grids.scoping import Scope, scope_of
from requests_hub.filters import end_of_today
from requests_hub.models import Request, Task
from requests_hub.models.tasks import FREE
from requests_hub.paging import (
    COUNT_CAP,
    PAGE_SIZE,
    UNKNOWN,
    Page,
    Tally,
    count_once,
    newest_first,
    with_params,
)
from requests_hub.queries.escalation import reminded
from requests_hub.queries.lists import NEVER, deadline_key, joined
from requests_hub.turns import for_list
from requests_hub.workflow import DESK, GRID
from requests_hub.workflow_whistles import DISPUTED

DESK_STATES = ("submitted", "accepted", "reopened", "replied", "checking")
CHECK_STATES = ("replied", "checking")
OFFICER_STATES = ("called", "reported_in", "claimed", "planned", "handling")
HOLDER_STATES = ("offered", "accepted", "doing")


@dataclass(frozen=True)
class Turn:
    """One row of a to-do list: what it is about, and the request it belongs to."""

    subject: Request | Task
    request: Request | None
    due_at: datetime | None
    acted_at: datetime | None = None

    @property
    def is_task(self) -> bool:
        return isinstance(self.subject, Task)

    @property
    def is_late(self) -> bool:
        return bool(self.due_at and self.due_at < timezone.now())


def requests_of(user: User) -> QuerySet[Request]:
    """Requests in a state in which a post of this person has the next step."""
    scope = scope_of(user)
    q = Q(pk__in=[])
    if scope.has_role(*DESK):
        q |= Q(state__in=DESK_STATES)
    if scope.has_role(*GRID):
        q |= Q(state__in=CHECK_STATES)
    return Request.objects.visible_to(user).filter(_own_ground(scope), q)


def _own_ground(scope: Scope) -> Q:
    """Where the person's desk or grid posts stand; a department's view is not its turn."""
    ground = Q(pk__in=[])
    for role, where, pk in scope.held:
        if role in (*DESK, *GRID):
            ground |= Q(**{f"{where}_id": pk})
    return ground


def tasks_of(user: User) -> list[QuerySet[Task]]:
    """Open tasks that wait for this person, for the person's department, or for the grid.

    One queryset for each reason, each with an index of its own: PostgreSQL reads every task
    there ever was for an OR over them. A task may be in two of them.
    """
    scope = scope_of(user)
    reasons = [Q(kind="grid", holder_id=user.pk, state__in=HOLDER_STATES)]
    reasons += [
        Q(kind="whistle", department_id=pk, state__in=OFFICER_STATES)
        for pk in sorted(scope.departments)
    ]
    on_grids = sorted({pk for role, _where, pk in scope.held if role in GRID})
    if on_grids:
        reasons.append(FREE & Q(grid_id__in=on_grids))
    found: list[QuerySet[Task]] = [Task.objects.filter(reason) for reason in reasons]
    if scope.has_role(*DESK):
        found.append(Task.objects.to_decide(scope))
    return found


def task_deadline() -> Case:
    """The clock that runs for a task: to report in while it is called, else to handle."""
    return Case(
        When(state="called", then=Coalesce("report_in_due_at", "due_at")),
        When(state__in=DISPUTED, then=F("decision_due_at")),
        default=F("due_at"),
    )


def counts_of(user: User) -> dict[str, int]:
    """Waiting, late and due today, for menu, tabs and strip; one statement per user object."""
    cached: dict[str, int] | None = user.__dict__.get("_turn_counts")
    if cached is None:
        found = _counted(user, timezone.now(), end_of_today())
        cached = found | {
            "mine": found["requests"] + found["tasks"],
            "late": found["requests_late"] + found["tasks_late"],
            "today": found["requests_today"] + found["tasks_today"],
            "never": 0,
        }
        user.__dict__["_turn_counts"] = cached
    return cached


def _counted(user: User, now: datetime, tonight: datetime) -> dict[str, int]:
    """The counts by kind: the nearest deadlines are read once, and each task once."""
    requests = requests_of(user)
    first, *more = (
        tasks.annotate(by=task_deadline()).order_by().values("pk", "state", "by")
        for tasks in tasks_of(user)
    )
    late = ("by < %s", [now])
    today = ("by BETWEEN %s AND %s", [now, tonight])
    by_due = requests.order_by("due_at").values(by=F("due_at"))
    return count_once(
        Tally(by_due[: COUNT_CAP + 1], {"requests": ("", []), "requests_late": late}),
        Tally(
            by_due.filter(due_at__range=(now, tonight))[: COUNT_CAP + 1],
            {"requests_today": ("", [])},
        ),
        Tally(
            first.union(*more) if more else first,
            {
                "tasks": ("", []),
                "tasks_late": late,
                "tasks_today": today,
                "called": ("state = 'called'", []),
                "called_late": ("state = 'called' AND by < %s", [now]),
                "ruling": ("state = 'ruling'", []),
                "ruling_late": ("state = 'ruling' AND by < %s", [now]),
            },
        ),
    )


def mine(
    user: User, params: QueryDict, *, size: int = PAGE_SIZE, due: str = ""
) -> Page[Any]:
    """What waits for me, nearest deadline first; `due` narrows to "late" or "today".

    Three statements: the order, the requests, the tasks. Rows are `Turn`.
    """
    parts: list[Any] = [
        requests_of(user).annotate(by=Coalesce("due_at", Value(NEVER)), t=_tag("r")),
        *(
            tasks.annotate(by=Coalesce(task_deadline(), Value(NEVER)), t=_tag("t"))
            for tasks in tasks_of(user)
        ),
    ]
    parts = [_narrow(_after(part, params.get("after", "")), due) for part in parts]
    first, *others = (p.order_by().values_list("by", "pk", "t") for p in parts)
    keys = list(first.union(*others).order_by("by", "pk")[: size + 1])
    more = len(keys) > size
    rows = turns((tag, pk) for _by, pk, tag in keys[:size])
    last = keys[size - 1] if more else None
    counts = counts_of(user)
    return Page(
        rows=rows,
        next_query=with_params(params, after=f"{last[0].isoformat()}~{last[1]}")
        if last
        else "",
        first_query=with_params(params, after=None) or "?"
        if params.get("after")
        else "",
        total=counts[
            {"late": "late", "today": "today", "call": "called"}.get(due, "mine")
        ],
    )


def _tag(letter: str) -> Value:
    return Value(letter, output_field=CharField())


def _after(rows: QuerySet[Any], key: str) -> QuerySet[Any]:
    """Rows after the key "<deadline>~<id>"; a bad key is no key."""
    at = deadline_key(key)
    if at is None:
        return rows
    return rows.filter(Q(by__gt=at[0]) | Q(by=at[0], pk__gt=at[1]))


def _narrow(rows: QuerySet[Any], due: str) -> QuerySet[Any]:
    if due == "late":
        return rows.filter(by__lt=timezone.now())
    if due == "call":
        return rows.filter(state="called")
    if due == "today":
        return rows.filter(by__range=(timezone.now(), end_of_today()))
    return rows


def turns(keys: Iterable[tuple[str, int]]) -> list[Turn]:
    """The rows behind ("r", request id) and ("t", task id), in the order given."""
    wanted = list(keys)
    requests = _requests([pk for tag, pk in wanted if tag == "r"])
    tasks = _tasks([pk for tag, pk in wanted if tag == "t"])
    out: list[Turn] = []
    for tag, pk in wanted:
        if tag == "r" and pk in requests:
            out.append(Turn(requests[pk], requests[pk], requests[pk].due_at))
        elif tag == "t" and pk in tasks:
            task = tasks[pk]
            out.append(Turn(task, task.request, _by(task)))
    return out


def _by(task: Task) -> datetime | None:
    """The moment that `task_deadline` sorts by."""
    if task.state in DISPUTED:
        return task.decision_due_at
    by = task.report_in_due_at if task.state == "called" else None
    return by or task.due_at


def _requests(ids: list[int]) -> dict[int, Request]:
    return {row.pk: row for row in joined(Request.objects.filter(pk__in=ids))}


def _tasks(ids: list[int]) -> dict[int, Task]:
    rows = joined(Task.objects.filter(pk__in=ids), "request__").select_related(
        "department", "holder", "whistle", "whistle__blown_by"
    )
    return {row.pk: row for row in rows.annotate(reminders=reminded())}


def done(user: User, params: QueryDict, *, size: int = PAGE_SIZE) -> Page[Any]:
    """Requests that I took a step on, latest first; two statements. Rows are `Turn`."""
    acts = (
        Event.objects.filter(actor=user)
        .exclude(name__in=["request.unmasked", "request.submitted"])
        .filter(Q(name__startswith="request.") | Q(name__startswith="task."))
        .values("thread_id")
        .annotate(last=Max("pk"), at=Max("occurred_at"))
        .order_by("-last")
    )
    before = params.get("before", "")
    if before.isdigit() and len(before) < 19:
        acts = acts.filter(last__lt=int(before))
    found = list(acts[: size + 1])
    rows = _requests([act["thread_id"] for act in found[:size]])
    return Page(
        rows=[
            Turn(rows[act["thread_id"]], rows[act["thread_id"]], None, act["at"])
            for act in found[:size]
            if act["thread_id"] in rows
        ],
        next_query=with_params(params, before=found[size - 1]["last"])
        if len(found) > size
        else "",
        first_query=with_params(params, before=None) or "?" if before else "",
        total=UNKNOWN,
    )


def started(user: User, params: QueryDict, *, size: int = PAGE_SIZE) -> Page[Any]:
    """Requests that I wrote down, latest first; three statements. Rows are `Turn`."""
    rows = for_list(Request.objects.filter(created_by=user))
    page: Page[Any] = newest_first(rows, params, size=size)
    return replace(page, rows=[Turn(row, row, row.due_at) for row in page.rows])
