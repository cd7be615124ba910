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


def centre_of(row: Request | Task) -> set[int]:
    """Ids of the district centre."""
    return posted(Q(role="district", district_id=row.district_id))


def unit_of(task: Task) -> str:
    """The unit that holds a task, in short: department, or grid, or person."""
    if task.department is not None:
        return task.department.short
    return str(task.grid.name if task.grid else task.holder or "")


def _contacts(task: Task, role: str) -> set[int]:
    rows = EscalationContact.objects.live().filter(
        district_id=task.district_id, role=role, user__is_active=True
    )
    if task.department_id is not None:
        rows = rows.filter(department_id=task.department_id)
    else:
        rows = rows.filter(department=None, large_id=task.large_id)
    return set(rows.values_list("user_id", flat=True))


def posted(condition: Q) -> set[int]:
    """Ids of active people who hold a post like this now."""
    rows = Post.objects.current().filter(condition, user__is_active=True)
    return set(rows.values_list("user_id", flat=True))
