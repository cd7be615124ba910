"""A department returns a call with a typed reason; the desk sends it again; the district rules.

Twice at most, inside the window. The second return goes to the district, whose ruling binds:
what it ruled cannot be returned. While a return is decided the clocks of the call stand, except
those of an emergency.
"""

from typing import Any

from django.db import transaction

from governance.core.models import User
from requests_hub import deadlines
from requests_hub.actions import base, pauses
from requests_hub.models import Request, Return, Task
from requests_hub.workflow_whistles import MOST_RETURNS


@transaction.atomic
def send_back(
    task: Task,
    *,
    by: User,
    kind: str,
    reason: str,
    files: base.Files = (),
) -> Task:
    """Return a call as not one's own; the second time the district decides.

    Raises:
        Conflict: ruled by the district, returned twice, or the window is over.
        Invalid: no such kind of return.
    """
    request, row, step = base.begin_task(task, "send_back", by)
    number = row.return_count + 1
    Return.objects.create(
        task=row,
        number=number,
        kind=base.entry_of("return_kind", kind),
        reason=reason,
        returned_at=base.now(),
        returned_by=by,
    )
    columns = _to_decide(row, "decide_return")
    if not row.is_emergency:
        until = columns["decision_due_at"]
        columns |= pauses.open_pause(row, by, reason=reason, until=until)
    base.move(
        row,
        step,
        by,
        data={"note": reason, "kind": kind, "number": number},
        files=files,
        return_count=number,
        **columns,
    )
    pauses.follow_lead(request, row)
    if number == MOST_RETURNS:
        _to_district(row, base.SYSTEM, "")
    return row


@transaction.atomic
def send_again(task: Task, *, by: User, reason: str) -> Task:
    """The desk stands by its call; a new return window opens."""
    request, row, step = base.begin_task(task, "send_again", by)
    _decide(row, by, Return.Outcome.SENT_AGAIN, reason)
    _run_again(request, row, by, step.name, reason, _window(row))
    return row


@transaction.atomic
def ask_ruling(task: Task, *, by: base.Actor, note: str = "") -> Task:
    """The desk leaves it to the district."""
    _request, row, _step = base.begin_task(task, "ask_ruling", by)
    _to_district(row, by, note)
    return row


@transaction.atomic
def rule(task: Task, *, by: User, reason: str) -> Task:
    """The district rules that it is theirs: dispatched by force, no further return."""
    request, row, step = base.begin_task(task, "rule", by)
    _decide(row, by, Return.Outcome.RULED, reason)
    over = {"is_ruled": True, "return_limit": "", "return_due_at": None}
    _run_again(request, row, by, step.name, reason, over)
    return row


def _to_decide(row: Task, rule_code: str) -> dict[str, Any]:
    """The columns of a decision that somebody owes from now."""
    code = f"{rule_code}_emergency" if row.is_emergency else rule_code
    limit, moment = deadlines.limit(code), base.now()
    return {
        "decision_limit": str(limit),
        "decision_from_at": moment,
        "decision_due_at": limit.after(moment),
    }


def _to_district(row: Task, by: base.Actor, note: str) -> None:
    columns = _to_decide(row, "ruling")
    if row.paused_at is not None:
        columns["paused_until_at"] = columns["decision_due_at"]
    step = row.machine.take(row.state, "ask_ruling")
    base.move(row, step, by, data={"note": note}, **columns)


def _decide(row: Task, by: User, outcome: str, reason: str) -> None:
    Return.objects.filter(task=row, outcome=Return.Outcome.OPEN).update(
        outcome=outcome, decided_at=base.now(), decided_by=by, answer=reason
    )


def _window(row: Task) -> dict[str, Any]:
    limit, moment = deadlines.Limit.parse(row.return_limit), base.now()
    return {"return_from_at": moment, "return_due_at": limit.after(moment)}


def _run_again(
    request: Request,
    row: Task,
    by: User,
    step_name: str,
    reason: str,
    columns: dict[str, Any],
) -> None:
    """Back to the department; who had reported in need not do so again."""
    if row.paused_at is not None:
        columns = {**columns, **pauses.close(row, by)}
    columns |= {"decision_limit": "", "decision_from_at": None, "decision_due_at": None}
    step = row.machine.take(row.state, step_name)
    base.move(row, step, by, data={"note": reason}, **columns)
    if row.reported_in_at is not None:
        base.move(row, row.machine.take("called", "had_reported_in"), base.SYSTEM)
    pauses.follow_lead(request, row)
