"""One dispute as the district reads it: what was said, what the list of branches says, what was ruled before."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.core import clocks, dictionaries
from governance.core.models import User
from grids.models import Department
from requests_hub import turns
from requests_hub.models import Return, Task
from requests_hub.panels.turns import Act, acts
from requests_hub.queries import rulings as queries
from requests_hub.routing.departments import by_category

DECIDING = ("rule", "release")


@dataclass(frozen=True)
class Listed:
    """Whom the list of branches names for a category: shown names, and who leads."""

    category: str
    names: list[str]
    is_named: bool


@dataclass(frozen=True)
class Dispute:
    """A call that waits for a ruling. `first` and `others` are the steps one may take."""

    task: Task
    returns: Sequence[Return]
    clock: clocks.Clock
    listed: Listed | None
    past: Sequence[Return]
    first: Act | None
    others: Sequence[Act]


def disputes(tasks: Sequence[Task], user: User) -> list[Dispute]:
    """The cards of calls read by `queries.to_rule`; two statements for all of them."""
    past = queries.past_of(user, [task.department_id or 0 for task in tasks])
    listed = _listed(tasks)
    return [
        _dispute(task, user, listed.get(task.pk), past.get(task.department_id or 0, []))
        for task in tasks
    ]


def _dispute(
    task: Task, user: User, listed: Listed | None, past: Sequence[Return]
) -> Dispute:
    ahead = [act for act in acts(task, user) if act.name in DECIDING]
    return Dispute(
        task=task,
        returns=task.said,  # type: ignore[attr-defined]
        clock=turns.decision_clock(task),
        listed=listed,
        past=past,
        first=next((act for act in ahead if act.name == "rule"), None),
        others=[act for act in ahead if act.name != "rule"],
    )


def _listed(tasks: Sequence[Task]) -> dict[int, Listed]:
    """What the list of branches says of each; nothing without a category or an entry."""
    entries: dict[int, tuple[str, list[str]]] = {}
    for task in tasks:
        category = task.request.category if task.request else None
        if category is not None and (said := by_category(category.code)):
            path = dictionaries.path_label(category, " / ")
            entries[task.pk] = (path, [said.get("lead", ""), *said.get("assist", [])])
    codes = {code for _path, wanted in entries.values() for code in wanted if code}
    districts = {task.district_id for task in tasks}
    rows = Department.objects.filter(code__in=codes, district_id__in=districts)
    known = {(row.district_id, row.code): row for row in rows} if codes else {}
    found = {}
    for task in tasks:
        if task.pk in entries:
            path, wanted = entries[task.pk]
            units = [known.get((task.district_id, code)) for code in wanted]
            named = [unit for unit in units if unit is not None]
            is_named = any(unit.pk == task.department_id for unit in named)
            found[task.pk] = Listed(path, [unit.short for unit in named], is_named)
    return found
