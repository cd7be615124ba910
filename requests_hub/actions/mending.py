"""What one press mends of the auditor's findings; each goes through the action that should have."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, NotAllowed, NotHere
from governance.core.models import User
from grids.scoping import scope_of
from requests_hub.actions import base, escalation
from requests_hub.actions.handling import answer_when_complete
from requests_hub.models import Finding, Task
from requests_hub.models.tasks import LOOK

MENDERS = ("district", "admin")


@transaction.atomic
def mend(finding: Finding, *, by: User) -> None:
    """Do what the finding's kind offers; the next audit says whether it is gone.

    Raises:
        NotAllowed: only the district and administrators. NotHere: what it is about is gone.
        Conflict: this kind is mended elsewhere.
    """
    if not scope_of(by).holds(MENDERS, finding):
        raise NotAllowed(_("Mending is for the district's desk and administrators."))
    action = MENDS.get(finding.kind)
    if action is None:
        raise Conflict(_("This is mended on the page that the finding leads to."))
    action(finding.subject_id)
    Finding.objects.filter(pk=finding.pk).update(mended_at=base.now())


def _give_ladder(pk: int) -> None:
    escalation.give_ladder(_task(pk))


def _move_on(pk: int) -> None:
    """Take the step that the last answer should have taken; nothing if it was taken since."""
    answer_when_complete(base.lock_request(pk))


def _complete_whistle(pk: int) -> None:
    base.complete_whistles(base.lock_request(pk))


def _look_again(pk: int) -> None:
    Task.objects.filter(pk=_task(pk).pk).update(next_at=LOOK)


def _task(pk: int) -> Task:
    row = Task.objects.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such task."))
    return row


MENDS: dict[str, Callable[[int], None]] = {
    "no_ladder": _give_ladder,
    "complete": _move_on,
    "stranded": _move_on,
    "whistle_open": _complete_whistle,
    "no_moment": _look_again,
    "not_looked_at": _look_again,
    "sweep_failed": _look_again,
}
