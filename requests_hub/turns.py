"""Whose turn it is: who must act on a request now, what they must do, and by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, OuterRef, Prefetch, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import clocks
from governance.core.models import User
from governance.core.workflow import Text
from grids.scoping import scope_of
from requests_hub import deadlines
from requests_hub.models import Request, Task
from requests_hub.models.requests import RequestQuerySet
from requests_hub.workflow import DESK, GRID
from requests_hub.workflow_whistles import DISPUTED, LET_GO

SHOWN_NAME = Coalesce(NullIf("name", Value("")), "username")
"""As `User.__str__`."""
TASK_VERBS = {
    "called": gettext_lazy("report in"),
    "reported_in": gettext_lazy("claim"),
    "claimed": gettext_lazy("plan"),
    "returned": gettext_lazy("decide on the return"),
    "ruling": pgettext_lazy("whose turn", "rule"),
    "planned": gettext_lazy("handle"),
    "handling": gettext_lazy("reply"),
    "offered": gettext_lazy("take it"),
    "accepted": gettext_lazy("handle"),
    "doing": gettext_lazy("reply"),
}
LOOK_VERB = gettext_lazy("look on site")
DESK_VERBS = {
    "submitted": gettext_lazy("accept"),
    "accepted": gettext_lazy("dispatch"),
    "reopened": gettext_lazy("dispatch"),
    "replied": gettext_lazy("check"),
    "checking": gettext_lazy("close"),
}
NEXT = {
    "submitted": gettext_lazy("Then: the desk decides who handles it"),
    "accepted": gettext_lazy("Then: it is handled"),
    "reopened": gettext_lazy("Then: it is handled again"),
    "dispatched": gettext_lazy("Then: the grid handles it"),
    "signed": gettext_lazy("Then: checked after the reply"),
    "handling": gettext_lazy("Then: checked after the reply"),
    "whistled": gettext_lazy("Then: checked when all have replied"),
    "reworked": gettext_lazy("Then: checked again"),
    "replied": gettext_lazy("Then: closed, or sent back"),
    "checking": gettext_lazy("Then: the resident rates it"),
    "verify": gettext_lazy("Then: the desk decides who handles it"),
    "held": gettext_lazy("Then: looked at again on the review day"),
    "closed": gettext_lazy("The resident may rate it or ask again"),
}
WITH_TASKS = ("verify", "dispatched", "signed", "handling", "whistled", "reworked")
ICONS = {
    "desk": "signpost-split",
    "grid": "person-walking",
    "department": "building",
    "person": "person",
    "district": "bank",
    "nobody": "check-circle",
}


@dataclass(frozen=True)
class Holder:
    """One who must act: `kind` is desk, grid, department, person or nobody."""

    kind: str
    unit: str = ""
    person: str = ""
    verb: Text = ""
    clock: clocks.Clock | None = None
    row: Request | Task | None = None

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def name(self) -> str:
        """Unit and person, as the whose-turn line writes them."""
        return _("%(unit)s, %(person)s") % vars_of(self) if self.both else self.one

    @property
    def both(self) -> bool:
        return bool(self.unit and self.person)

    @property
    def one(self) -> str:
        return self.unit or self.person

    def is_for(self, user: User | AnonymousUser) -> bool:
        """Whether this person can do it."""
        if self.row is None or not isinstance(user, User):
            return False
        scope = scope_of(user)
        holder_id = self.row.holder_id if isinstance(self.row, Task) else None
        if holder_id is not None and self.kind not in ("desk", "district"):
            return bool(holder_id == user.pk)
        if self.kind == "desk":
            return scope.holds(DESK, self.row)
        if self.kind == "district":
            return scope.holds(("district",), self.row)
        if self.kind == "grid":
            return scope.holds(GRID, self.row)
        if self.kind == "department":
            return scope.holds(("officer",), self.row)
        return isinstance(self.row, Request) and self.row.checked_by_id == user.pk


def vars_of(holder: Holder) -> dict[str, str]:
    return {"unit": holder.unit, "person": holder.person}


@dataclass(frozen=True)
class Turn:
    """The most urgent holder, what comes next, and the others who also must act."""

    holder: Holder
    next_step: str = ""
    others: tuple[Holder, ...] = ()

    @property
    def kind(self) -> str:
        return self.holder.kind

    @property
    def unit(self) -> str:
        return self.holder.unit

    @property
    def person(self) -> str:
        return self.holder.person

    @property
    def name(self) -> str:
        return self.holder.name

    @property
    def verb(self) -> str:
        return str(self.holder.verb)

    @property
    def clock(self) -> clocks.Clock | None:
        return self.holder.clock

    @property
    def icon(self) -> str:
        return self.holder.icon

    @property
    def is_over(self) -> bool:
        return self.holder.kind == "nobody"

    def holder_for(self, user: User | AnonymousUser) -> Holder | None:
        """The line that is this person's, if any."""
        return next((h for h in (self.holder, *self.others) if h.is_for(user)), None)

    def is_for(self, user: User | AnonymousUser) -> bool:
        return self.holder_for(user) is not None


def for_list(rows: QuerySet[Request]) -> RequestQuerySet:
    """The rows with all that a list line and its turn need.

    One more statement, for the open tasks; names of places come from memory. Who checks is asked
    of those alone that are being checked: a join would look somebody up for every closed one.
    """
    open_tasks = Task.objects.open().select_related("department", "holder")
    who = User.objects.filter(pk=OuterRef("checked_by")).annotate(shown=SHOWN_NAME)
    checker = Case(When(state="checking", then=Subquery(who.values("shown"))))
    related = rows.select_related("lead_department").annotate(checker=checker)
    return (
        cast(RequestQuerySet, related)
        .named()
        .prefetch_related(
            Prefetch(
                "tasks", open_tasks.order_by("-is_lead", "id"), to_attr="open_tasks"
            )
        )
    )


def open_tasks(request: Request) -> list[Task]:
    """The outstanding tasks, read with the list or now."""
    known = request.__dict__.get("open_tasks")
    if known is None:
        rows = Task.objects.open().filter(request_id=request.pk)
        known = list(
            rows.select_related("department", "holder").order_by("-is_lead", "id")
        )
        for task in known:
            task.request = request
        request.__dict__["open_tasks"] = known
    return list(known)


def turn_of(request: Request) -> Turn:
    """Who must act on a request now."""
    next_step = str(NEXT.get(request.state, ""))
    if request.state in WITH_TASKS:
        holders = _task_holders(open_tasks(request))
    elif request.state in DESK_VERBS:
        holders = [_own_holder(request)]
    else:
        holders = []
    if not holders:
        return Turn(Holder("nobody"), next_step)
    return Turn(holders[0], next_step, tuple(holders[1:]))


def turn_of_task(task: Task) -> Holder:
    """Who must act on one task."""
    found = _task_holders([task])
    return found[0] if found else Holder("nobody")


def _task_holders(tasks: Iterable[Task]) -> list[Holder]:
    holders = [_task_holder(task) for task in tasks if task.state in TASK_VERBS]
    return sorted(holders, key=_urgency)


def _task_holder(task: Task) -> Holder:
    """The department or person; who decides while a return is disputed."""
    kind, unit, person = _task_kind(task), "", ""
    if task.state in DISPUTED:
        kind = "desk" if task.state == "returned" else "district"
        unit = str(task.district) if kind == "district" else town_name(task)
    else:
        unit = task.department.short if task.department else _task_place(task)
        person = str(task.holder) if task.holder else ""
    verb = LOOK_VERB if task.kind == "look" else TASK_VERBS[task.state]
    return Holder(kind, unit, person, verb, task_clock(task), task)


def _task_place(task: Task) -> str:
    """A task lies where its request lies, whose names are usually read already."""
    request = task._state.fields_cache.get("request")  # noqa: SLF001 - asks without a query
    return place_name(request or task)


def _task_kind(task: Task) -> str:
    return "department" if task.department_id else "grid"


def _urgency(holder: Holder) -> float:
    due_at = holder.clock.due_at if holder.clock else None
    return due_at.timestamp() if due_at else float("inf")


def _own_holder(request: Request) -> Holder:
    """The desk; or, for the check, the grid where there is one and it did not answer itself.

    A private request is checked by the desk: the grid's people do not know of it.
    """
    verb, clock = DESK_VERBS[request.state], request_clock(request)
    if request.state == "checking" and request.checked_by_id:
        name = request.__dict__.get("checker") or str(request.checked_by)
        return Holder("person", "", name, verb, clock, request)
    has_grid = request.medium_id is not None and not request.is_private
    if request.state == "replied" and has_grid and request.route == "whistle":
        return Holder("grid", place_name(request), "", verb, clock, request)
    return Holder("desk", town_name(request), "", verb, clock, request)


def town_name(row: Request | Task) -> str:
    """The town that answers for a row, or the district where it has none."""
    return str(row.large.short if row.large else row.district)


def place_name(row: Request | Task) -> str:
    """The village and small grid in which a row lies, shortest form that is still unique."""
    if row.medium is None:
        return town_name(row)
    return row.medium.short + (row.small.short if row.small else "")


def request_clock(request: Request) -> clocks.Clock:
    """The clock of the stage that a request is in; standing once it is closed."""
    return clocks.clock(
        request.due_at,
        started_at=request.due_from_at,
        calendar_time=deadlines.is_calendar(request.limit),
    )


def task_clock(task: Task) -> clocks.Clock:
    """The clock that counts now: to report in, or to have handled it."""
    if task.state == "called":
        return report_in_clock(task)
    if task.state in DISPUTED:
        return decision_clock(task)
    if task.state in ("reported_in", "claimed") and task.plan_due_at:
        return min(plan_clock(task), handling_clock(task), key=_due_first)
    return handling_clock(task)


def _due_first(clock: clocks.Clock) -> float:
    return clock.due_at.timestamp() if clock.due_at else float("inf")


def plan_clock(task: Task) -> clocks.Clock:
    if task.planned_at is None and task.state in LET_GO:
        return clocks.clock(None)
    return clocks.clock(
        task.plan_due_at,
        started_at=task.created_at,
        done_at=task.planned_at or task.ended_at,
        paused=task.is_paused,
        calendar_time=deadlines.is_calendar(task.plan_limit),
    )


def decision_clock(task: Task) -> clocks.Clock:
    """Until when the desk or the district answers a return."""
    return clocks.clock(
        task.decision_due_at,
        started_at=task.decision_from_at,
        calendar_time=deadlines.is_calendar(task.decision_limit),
    )


def report_in_clock(task: Task) -> clocks.Clock:
    if task.reported_in_at is None and task.state in LET_GO:
        return clocks.clock(None)
    return clocks.clock(
        task.report_in_due_at,
        started_at=task.created_at,
        done_at=task.reported_in_at or task.ended_at,
        paused=task.is_paused,
        calendar_time=deadlines.is_calendar(task.report_in_limit),
    )


def handling_clock(task: Task) -> clocks.Clock:
    if task.replied_at is None and task.state in LET_GO:
        return clocks.clock(None)
    return clocks.clock(
        task.due_at,
        started_at=task.due_from_at,
        done_at=task.replied_at or task.ended_at,
        paused=task.is_paused,
        calendar_time=deadlines.is_calendar(task.limit),
    )
