"""A call stands still for a stated reason, and runs again: intervals, never a moved deadline."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import DictionaryItem, User
from requests_hub import clockwork, deadlines
from requests_hub.actions import base
from requests_hub.models import Pause, Request, Task


@transaction.atomic
def pause(task: Task, *, by: User, kind: str, reason: str, until: datetime) -> Task:
    """The desk lets the clocks of a call stand, until a day at the latest.

    Raises:
        Conflict: on hold already, overdue already, or an emergency.
        Invalid: the day lies in the past or too far away, or no such kind.
    """
    request, row, step = base.begin_task(task, "pause", by)
    moment = base.now()
    latest = deadlines.limit("longest_pause").after(moment)
    if not moment < until <= latest:
        day = date_format(timezone.localtime(latest), "Y-m-d H:i")
        words = _("A moment from now until %(day)s is expected.") % {"day": day}
        raise Invalid(fields={"until": [words]})
    entry = base.entry_of("pause_kind", kind)
    columns = open_pause(row, by, reason=reason, until=until, kind=entry)
    data = {"note": reason, "kind": kind}
    base.move(row, step, by, data=data, **columns)
    follow_lead(request, row)
    return row


@transaction.atomic
def run_again(task: Task, *, by: base.Actor, note: str = "") -> Task:
    """The clocks run again; every deadline moves by what was on hold.

    Raises:
        Conflict: it is not on hold.
    """
    request, row, step = base.begin_task(task, "run_again", by)
    base.move(row, step, by, data={"note": note}, **close(row, by))
    follow_lead(request, row)
    return row


def open_pause(
    row: Task,
    by: base.Actor,
    *,
    reason: str,
    until: datetime | None,
    kind: DictionaryItem | None = None,
) -> dict[str, Any]:
    """Begin an interval on a locked task; gives the columns that follow from it."""
    moment = base.now()
    Pause.objects.create(
        task=row,
        kind=kind,
        reason=reason,
        began_at=moment,
        until_at=until,
        began_by=by if isinstance(by, User) else None,
    )
    return {
        "paused_at": moment,
        "paused_until_at": until,
        **clockwork.reckoned(row, clockwork.stands_of(row), clockwork.CALL),
    }


def close(row: Task, by: base.Actor) -> dict[str, Any]:
    """End the open interval of a locked task; gives the columns that follow from it."""
    Pause.objects.filter(task=row, ended_at=None).update(
        ended_at=max(base.now(), row.paused_at or base.now()),
        ended_by=by if isinstance(by, User) else None,
    )
    return {
        "paused_at": None,
        "paused_until_at": None,
        **clockwork.reckoned(row, clockwork.stands_of(row), clockwork.CALL),
    }


def follow_lead(request: Request, row: Task) -> None:
    """While a request is with departments its deadline is that of the leading one.

    Told in its history, which is what figures of a past day are reckoned from.
    """
    if not row.is_lead or request.state not in ("whistled", "reworked"):
        return
    if request.due_at == row.due_at:
        return
    changes: dict[str, Any] = {"due_at": row.due_at}
    if row.due_at is not None and request.state == "whistled":
        changes |= base.close_after(row.due_at)
    for name, value in changes.items():
        setattr(request, name, value)
    request.save(update_fields=list(changes))
    if row.due_at is not None:
        data = base.clock_data(changes)
        base.tell("request.deadline_followed", request, base.SYSTEM, data)
