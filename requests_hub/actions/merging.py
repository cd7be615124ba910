"""Several numbers for one matter: merge into the one that goes on, split off again."""

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import User
from requests_hub.actions import base
from requests_hub.models import Request


@transaction.atomic
def merge(request: Request, *, by: User, target: Request, note: str = "") -> Request:
    """Let a duplicate go along with `target`; those merged into it before go along too.

    Both numbers and follow-up codes keep working. All are locked in the order of their ids.

    Raises:
        Invalid: the target is itself, has ended, was merged, or is out of the actor's sight.
    """
    followers = Request.objects.filter(merged_into_id=request.pk)
    for pk in sorted({request.pk, target.pk, *followers.values_list("pk", flat=True)}):
        base.lock_request(pk)
    row, step = base.begin(request, "merge", by)
    goal = _goal(row, target, by)
    data = {"note": note, "into": goal.no, "into_id": goal.pk}
    base.move(row, step, by, data=data, merged_into=goal)
    along = list(
        Request.objects.select_for_update(of=("self",))
        .filter(merged_into=row)
        .order_by("pk")
    )
    for follower in along:
        follower.merged_into = goal
        follower.save(update_fields=["merged_into"])
        base.tell("request.follows", follower, by, {"into": goal.no, "of": row.no})
    joined = [row.no, *(follower.no for follower in along)]
    base.tell("request.joined", goal, by, {"numbers": joined, "note": note})
    return row


def is_goal(request: Request) -> bool:
    """Whether another may be merged into it: it goes on, and by itself."""
    return request.state != "merged" and request.state_info.is_open


def _goal(row: Request, target: Request, by: User) -> Request:
    """The target, read again under its lock."""
    goal = Request.objects.visible_to(by).filter(pk=target.pk).first()
    words = ""
    if goal is None:
        words = _("There is no request with this number in your area.")
    elif goal.pk == row.pk:
        words = _("A request cannot go along with itself.")
    elif goal.state == "merged":
        words = _("%(no)s goes along with another one itself.") % {"no": goal.no}
    elif not goal.state_info.is_open:
        words = _("%(no)s has ended; choose one that goes on.") % {"no": goal.no}
    if words or goal is None:
        raise Invalid(fields={"target": [words]})
    return goal


@transaction.atomic
def split(request: Request, *, by: User, reason: str) -> Request:
    """Undo a merge: the number goes its own way again, from the desk."""
    row, step = base.begin(request, "split", by)
    goal = row.merged_into
    base.move(
        row,
        step,
        by,
        data={"note": reason, "from_no": goal.no if goal else ""},
        merged_into=None,
        accepted_at=row.accepted_at or base.now(),
        **base.new_round(row),
    )
    if goal is not None:
        base.tell("request.parted", goal, by, {"number": row.no, "note": reason})
    return row
