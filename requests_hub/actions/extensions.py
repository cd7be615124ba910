"""One extension of a call: asked before it is due, granted or refused with a reason."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid
from governance.core.models import User
from governance.core.worktime import Amount
from requests_hub import clockwork, deadlines
from requests_hub.actions import base
from requests_hub.actions.pauses import follow_lead
from requests_hub.models import Extension, Task


@transaction.atomic
def ask_extension(task: Task, *, by: User, amount: Amount, reason: str) -> Task:
    """The department asks for more time; once, before it is due, at most the same again.

    Raises:
        Conflict: too late, asked before, or on hold.
        Invalid: more than the limit itself; with field "amount".
    """
    _request, row, step = base.begin_task(task, "ask_extension", by)
    moment = base.now()
    rule = deadlines.Limit.parse(row.limit)
    asked = deadlines.Limit(amount, rule.is_calendar)
    if asked.span > rule.span:
        words = _("At most the time given for it, %(limit)s.") % {
            "limit": deadlines.words(row.limit)
        }
        raise Invalid(fields={"amount": [words]})
    Extension.objects.create(
        task=row,
        amount=str(asked),
        reason=reason,
        asked_at=moment,
        asked_by=by,
        due_before_at=row.due_at or moment,
    )
    data = {"note": reason, "amount": str(asked)}
    base.move(row, step, by, data=data, extension_state=Extension.State.ASKED)
    return row


@transaction.atomic
def grant_extension(task: Task, *, by: User, note: str = "") -> Task:
    """The desk gives the time that was asked for.

    Raises:
        Conflict: none was asked for, or it is decided.
    """
    request, row, step = base.begin_task(task, "grant_extension", by)
    asked = _open(row)
    _decide(asked, Extension.State.GRANTED, by, note)
    row.extension_limit = asked.amount
    stands = clockwork.stands_of(row)
    due: dict[str, Any] = clockwork.reckoned(row, stands, [clockwork.HANDLE])
    base.move(
        row,
        step,
        by,
        data={"note": note},
        extension_limit=asked.amount,
        extension_state=Extension.State.GRANTED,
        **due,
    )
    follow_lead(request, row)
    return row


@transaction.atomic
def refuse_extension(task: Task, *, by: User, reason: str) -> Task:
    """The desk does not give more time; the deadline stays.

    Raises:
        Conflict: none was asked for, or it is decided.
    """
    _request, row, step = base.begin_task(task, "refuse_extension", by)
    _decide(_open(row), Extension.State.REFUSED, by, reason)
    state = Extension.State.REFUSED
    base.move(row, step, by, data={"note": reason}, extension_state=state)
    return row


def _open(row: Task) -> Extension:
    asked = Extension.objects.filter(task=row, state=Extension.State.ASKED).first()
    if asked is None:
        raise Conflict(_("No extension waits for an answer."))
    return asked


def _decide(asked: Extension, state: str, by: User, answer: str) -> None:
    asked.state, asked.answer = state, answer
    asked.decided_at, asked.decided_by = base.now(), by
    asked.save(update_fields=["state", "answer", "decided_at", "decided_by"])
