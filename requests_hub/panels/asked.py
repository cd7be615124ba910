"""What a decision is about: what was asked for or said against, beside the form that answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from requests_hub import clockwork, deadlines
from requests_hub.forms.fields import moment
from requests_hub.models import Extension, Proposal, Request, Return, Task


@dataclass(frozen=True)
class Asked:
    """One thing that was asked for: what, in whose words, by whom and when."""

    what: str
    words: str
    who: str
    when: datetime | None


def asked(subject: object, step: str) -> Asked | None:
    """What waits for this decision; None where a step decides on nothing (no statement)."""
    if isinstance(subject, Task) and step in OF_TASKS:
        return OF_TASKS[step](subject)
    if isinstance(subject, Request) and step in OF_REQUESTS:
        return _proposed(subject, OF_REQUESTS[step])
    return None


def _extension(task: Task) -> Asked | None:
    row = Extension.objects.filter(task=task, state=Extension.State.ASKED).first()
    if row is None:
        return None
    stands = clockwork.stands_of(task)
    until = deadlines.due(
        task.limit,
        task.due_from_at or row.asked_at,
        extension=row.amount,
        stands=stands,
    )
    what = _("More time asked for: %(limit)s") % {"limit": deadlines.words(row.amount)}
    if until is not None:
        moved = _("it would end %(date)s") % {"date": moment(until)}
        what = f"{what}{pgettext('between', ', ')}{moved}"
    return Asked(what, row.reason, str(row.asked_by), row.asked_at)


def _returned(task: Task) -> Asked | None:
    rows = Return.objects.filter(task=task).select_related("kind", "returned_by")
    row = rows.order_by("-number").first()
    if row is None:
        return None
    what = _("Return %(n)s of 2: %(kind)s") % {"n": row.number, "kind": row.kind.label}
    return Asked(what, row.reason, str(row.returned_by), row.returned_at)


def _proposed(request: Request, kind: str) -> Asked | None:
    rows = Proposal.objects.open().filter(request=request, kind=kind)
    row = rows.select_related("proposed_by").first()
    if row is None:
        return None
    what = f"{row.get_kind_display()}{pgettext('between', ', ')}{row.reason_words}"
    return Asked(what, row.statement, str(row.proposed_by), row.proposed_at)


OF_TASKS: dict[str, Callable[[Task], Asked | None]] = {
    "grant_extension": _extension,
    "refuse_extension": _extension,
    "send_again": _returned,
    "ask_ruling": _returned,
    "rule": _returned,
}
OF_REQUESTS = {
    "hold": "hold",
    "hold_refuse": "hold",
    "exclude": "exclude",
    "exclude_refuse": "exclude",
}
