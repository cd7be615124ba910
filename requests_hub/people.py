"""Who hears of what: the people behind a task or request, as their posts stand now."""

from django.db.models import Q

from grids.models import Post
from grids.models.places import LEVELS
from requests_hub.models import EscalationContact, Request, Task
from requests_hub.workflow import GRID


def holders_of(task: Task) -> set[int]:
    """Ids of those who can act on a task now."""
    if task.holder_id is not None:
        return {task.holder_id}
    if task.department_id is not None:
        return posted(Q(role="officer", department_id=task.department_id))
    return grid_people_of(task)


def grid_people_of(row: Request | Task) -> set[int]:
    """Ids of the grid's people whose grid covers the place."""
    grids = [pk for level in LEVELS if (pk := getattr(row, f"{level}_id"))]
    return posted(Q(role__in=GRID, grid_id__in=grids))


def desk_of(row: Request | Task) -> set[int]:
    """Ids of the town's desk; the district's where a row has no town."""
    if row.large_id is None:
        return centre_of(row)
    return posted(Q(role="township", grid_id=row.large_id))


def heads_of(task: Task) -> set[int]:
    """Ids of those who head the unit: as the contacts say; of a grid task else the desk."""
    named = _contacts(task, "head")
    return named if named or task.department_id else desk_of(task)


def leaders_of(task: Task) -> set[int]:
    """Ids of the leaders in charge of the unit; all leaders of the district where none is."""
    named = _contacts(task, "leader")
    return named or posted(Q(role="leader", district_id=task.district_id))


def deciders_of(task: Task) -> set[int]:
    """Ids of those who owe the answer to a return: the desk, or the district that rules."""
    return centre_of(task) if task.state == "ruling" else desk_of(task)


def heads_of_deciders(task: Task) -> set[int]:
    """Ids of those who head the desk that decides, where contacts name them."""
    named = _town_contacts(task, "head") if task.state != "ruling" else set()
    return named or deciders_of(task)


def leaders_of_deciders(task: Task) -> set[int]:
    """Ids of the leaders in charge of the town; all leaders of the district where none is."""
    named = _town_contacts(task, "leader")
    return named or posted(Q(role="leader", district_id=task.district_id))


def centre_of(row: Request | Task) -> set[int]:
    """Ids of the district centre."""
    return posted(Q(role="district", district_id=row.district_id))


def unit_of(task: Task) -> str:
    """The unit that holds a task, in short: department, or grid, or person."""
    if task.department is not None:
        return task.department.short
    return str(task.grid.name if task.grid else task.holder or "")


def _contacts(task: Task, role: str) -> set[int]:
    if task.department_id is None:
        return _town_contacts(task, role)
    return _named(role, district_id=task.district_id, department_id=task.department_id)


def _town_contacts(task: Task, role: str) -> set[int]:
    return _named(
        role, district_id=task.district_id, department=None, large_id=task.large_id
    )


def _named(role: str, **unit: int | None) -> set[int]:
    rows = EscalationContact.objects.live().filter(
        **unit, role=role, user__is_active=True
    )
    return set(rows.values_list("user_id", flat=True))


def posted(condition: Q) -> set[int]:
    """Ids of active people who hold a post like this now."""
    rows = Post.objects.current().filter(condition, user__is_active=True)
    return set(rows.values_list("user_id", flat=True))
