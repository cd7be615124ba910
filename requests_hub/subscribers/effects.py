"""Who is told of a step: what the step's effects say, and nothing else."""

from collections.abc import Callable, Iterable

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from governance.core.workflow import Step, Told, Workflow
from requests_hub.actions import reporting
from requests_hub.models import Request, Task
from requests_hub.people import (
    centre_of,
    desk_of,
    grid_people_of,
    holders_of,
    posted,
    unit_of,
)
from requests_hub.workflow import APPROVERS, REQUEST, TASK_MACHINES


def approvers_of(request: Request) -> set[int]:
    """Ids of those who decide on holds and exclusions of the district."""
    return posted(Q(role__in=APPROVERS, district_id=request.district_id))


def checkers_of(request: Request) -> set[int]:
    """Ids of the grid's people, who check what is done; nobody's for a private request."""
    return set() if request.is_private else grid_people_of(request)


AUDIENCES: dict[str, Callable[[Request], set[int]]] = {
    "desk": desk_of,
    "grid": checkers_of,
    "approvers": approvers_of,
}
OF_TASKS: dict[str, Callable[[Task], set[int]]] = {
    "desk": desk_of,
    "unit": holders_of,
    "district": centre_of,
}


def _by_event(machine: Workflow) -> dict[str, Step]:
    return {s.effects.event: s for s in machine.steps if s.effects.tells}


STEPS = {f"request.{event}": step for event, step in _by_event(REQUEST).items()}
TASK_STEPS = {kind: _by_event(machine) for kind, machine in TASK_MACHINES.items()}
TASK_EVENTS = sorted({f"task.{event}" for own in TASK_STEPS.values() for event in own})


@consumer("requests_hub.tell_by_effects", *STEPS)
def tell_by_effects(event: Event) -> None:
    """Leave a line for each audience of the step; the reporter gets a message."""
    request = Request.objects.filter(pk=event.subject_id).first()
    if request is None:
        return
    words = {"title": request.title, "no": request.no}
    for told in STEPS[event.name].effects.tells:
        if told.who == "reporter":
            with translation.override(settings.LANGUAGE_CODE):
                reporting.tell_reporter(request, event)
        else:
            _tell(AUDIENCES[told.who](request), event, told, words)


@consumer("requests_hub.tell_of_calls", *TASK_EVENTS)
def tell_of_tasks(event: Event) -> None:
    """The same for a step of one task: its unit, the desk of the place, the district."""
    rows = Task.objects.select_related("request", "department", "grid", "holder")
    task = rows.filter(pk=event.subject_id).first()
    if task is None or task.request is None:
        return
    step = TASK_STEPS[task.kind].get(event.name.removeprefix("task."))
    words = {"title": task.title, "no": task.request.no, "unit": unit_of(task)}
    for told in step.effects.tells if step else ():
        _tell(OF_TASKS[told.who](task), event, told, words)


def _tell(
    people: Iterable[int], event: Event, told: Told, words: dict[str, str]
) -> None:
    """One line for each of them but who did it."""
    others = sorted(pk for pk in people if pk != event.actor_id)
    with translation.override(settings.LANGUAGE_CODE):
        notify(others, event, str(told.words) % words, f"/requests/{words['no']}/")
