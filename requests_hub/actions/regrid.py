"""Open requests and tasks go along when a grid is merged, split, moved or retired."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from grids import following
from grids.following import Shift
from grids.models.places import LEVELS
from requests_hub.actions import base
from requests_hub.models import Request, Task

PLACE = tuple(f"{level}_id" for level in LEVELS)


@transaction.atomic
def follow(shifts: Sequence[Shift]) -> int:
    """Give open requests and tasks the ancestors that the shifts say; how many requests moved.

    Closed ones are never touched, so totals of the past stay. Running it again moves nothing.
    """
    named = Q(pk__in=[])
    for shift in shifts:
        named |= following.inside(shift)
    rows = Request.objects.open().filter(named).order_by("pk")
    before = {row.pk: row.place_ids for row in rows.select_for_update(of=("self",))}
    following.apply(Request.objects.filter(pk__in=before), shifts)
    moved = 0
    for row in Request.objects.filter(pk__in=before).order_by("pk"):
        if row.place_ids != before[row.pk]:
            moved += 1
            data = {"from": before[row.pk], "to": row.place_ids}
            base.tell("request.regridded", row, base.SYSTEM, data)
    _tasks(list(before), shifts)
    return moved


def _tasks(request_ids: list[int], shifts: Sequence[Shift]) -> None:
    """Open tasks lie where their request lies; those without one follow by themselves."""
    theirs = Task.objects.open().filter(request__in=request_ids).order_by("pk")
    for task in theirs.select_related("request").select_for_update(of=("self",)):
        if task.request is not None:
            for name in PLACE:
                setattr(task, name, getattr(task.request, name))
            task.save(update_fields=[name.removesuffix("_id") for name in PLACE])
    following.apply(Task.objects.open().filter(request=None), shifts)
    for shift in shifts:
        if shift.to == shift.grid:
            continue
        for task in Task.objects.open().filter(grid=shift.grid):
            lowest = task.chain[-1] if task.chain else None
            heir = getattr(task, f"{shift.level}_id") or lowest
            if heir not in (None, shift.grid):
                Task.objects.filter(pk=task.pk).update(grid=heir)
