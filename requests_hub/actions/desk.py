"""The triage desk: accept, refuse, answer, give to the grid, take back."""

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import Attachment, User
from governance.core.worktime import Amount
from grids import locate
from grids.models import Grid
from grids.models.places import LEVELS
from grids.scoping import scope_of
from requests_hub import deadlines, plainwords
from requests_hub.actions import base, endings, escalation
from requests_hub.models import Request, Task
from requests_hub.workflow import GRID


@transaction.atomic
def accept(request: Request, *, by: base.Actor, note: str = "") -> Request:
    """Take a request on; it must then be given to somebody or answered."""
    row, step = base.begin(request, "accept", by)
    base.move(row, step, by, data={"note": note}, accepted_at=base.now())
    return row


@transaction.atomic
def reject(request: Request, *, by: base.Actor, reason: str) -> Request:
    """Refuse a request; the reason is what the resident reads."""
    row, step = base.begin(request, "reject", by)
    base.move(row, step, by, data={"note": reason}, reply=reason)
    return row


@transaction.atomic
def reply(
    request: Request,
    *,
    by: base.Actor,
    reply: str,
    keep_reason: str = "",
    files: base.Files = (),
) -> Request:
    """Answer the resident directly; somebody still checks before it closes.

    Raises:
        Invalid: the words say nothing, and no reason is given why they stay.
    """
    row, step = base.begin(request, "reply", by)
    plainwords.require(reply, field="reply", keep_reason=keep_reason)
    base.move(
        row,
        step,
        by,
        data={"note": reply, "keep_reason": keep_reason},
        files=files,
        purpose=Attachment.Purpose.AFTER,
        reply=reply,
        route=Request.Route.DIRECT,
    )
    return row


@transaction.atomic
def dispatch(
    request: Request,
    *,
    by: base.Actor,
    holder: User | None = None,
    grid: Grid | None = None,
    due: Amount | None = None,
    note: str = "",
) -> Request:
    """Give a request to the grid: to one person, or to whoever of a grid takes it first.

    With neither, the smallest grid that the request lies in is asked.

    Raises:
        Invalid: the person or grid does not serve the place.
    """
    row, step = base.begin(request, "dispatch", by)
    grid_id = asked_grid(row, holder, grid)
    moment = base.now()
    limit = deadlines.asked(due, "grid")
    due_at = limit.after(moment)
    base.move(
        row,
        step,
        by,
        data={"note": note, "holder": holder.pk if holder else None, "grid": grid_id},
        route=Request.Route.GRID,
        limit=str(limit),
        due_from_at=moment,
        due_at=due_at,
    )
    task = Task.objects.create(
        kind=Task.Kind.GRID,
        state="offered",
        request=row,
        round=row.round,
        holder=holder,
        grid_id=grid_id,
        is_lead=False,
        title=row.title,
        created_at=moment,
        due_from_at=moment,
        limit=str(limit),
        due_at=due_at,
        ladder=escalation.snapshot(row.district_id, Task.Kind.GRID),
        **row.place_ids,
    )
    base.tell(
        "task.offered",
        task,
        by,
        {
            "to": "offered",
            "step": "dispatch",
            "holder": task.holder_id,
            "limit": task.limit,
            "due_at": due_at.isoformat(),
        },
    )
    return row


def asked_grid(request: Request, holder: User | None, grid: Grid | None) -> int | None:
    """Id of the grid that is asked: the chosen one, or the smallest; None with a person alone.

    Raises:
        Invalid: the person or grid does not serve the place, or it has none.
    """
    if holder is not None:
        if not (holder.is_active and scope_of(holder).holds(GRID, request)):
            raise Invalid(
                fields={"holder": [_("This person does not serve the place.")]}
            )
        return int(grid.pk) if grid else None
    mine: list[int] = [
        pk for level in LEVELS if (pk := getattr(request, f"{level}_id"))
    ]
    if grid is not None and not _is_around(grid, mine):
        raise Invalid(fields={"grid": [_("The request does not lie in this grid.")]})
    if grid is None and not mine:
        raise Invalid(fields={"holder": [_("Say who: the request has no place yet.")]})
    return int(grid.pk) if grid else mine[-1]


def _is_around(grid: Grid, mine: list[int]) -> bool:
    """Whether the grid is one of the request's own, or lies inside its smallest one."""
    return grid.pk in mine or (bool(mine) and mine[-1] in locate.place_of(grid).chain)


@transaction.atomic
def cancel(task: Task, *, by: base.Actor, reason: str) -> Task:
    """Take a grid task back; the request is at the desk again."""
    request, row, step = base.begin_task(task, "cancel", by)
    base.move(row, step, by, data={"note": reason}, **endings.columns(row, by, reason))
    recall(request)
    return row


def recall(request: Request) -> None:
    """Bring a locked request back to the desk for a new decision, as a new round."""
    base.system_step(request, "recall", **base.new_round(request))
