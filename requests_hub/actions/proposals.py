"""Hold and exclusion: one asks with a statement, another decides; holds end by their review day."""

from datetime import date
from typing import Any

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, engine
from governance.core.errors import Invalid
from governance.core.models import Attachment, User
from governance.core.workflow import Step
from requests_hub import deadlines
from requests_hub.actions import base, guards
from requests_hub.models import Proposal, Request

SHORTEST_STATEMENT = 10
BATCH = 100
HEARTBEAT = "holds"
log = structlog.get_logger(__name__)


@transaction.atomic
def hold_ask(
    request: Request,
    *,
    by: User,
    why: str,
    statement: str,
    review_on: date,
    files: base.Files = (),
) -> Request:
    """Ask that a request which cannot be solved now goes to the problem library.

    Raises:
        Invalid: no such reason, an empty statement, a day that is not ahead.
    """
    row, step = base.begin(request, "hold_ask", by)
    if review_on <= timezone.localdate(base.now()):
        words = _("The day to look at it again lies ahead.")
        raise Invalid(fields={"review_on": [words]})
    _ask(row, step, by, Proposal.Kind.HOLD, why, statement, files, review_on=review_on)
    return row


@transaction.atomic
def exclude_ask(
    request: Request, *, by: User, why: str, statement: str, files: base.Files = ()
) -> Request:
    """Ask that a request is left out of the rates; it stays where it is.

    Raises:
        Invalid: no such reason, an empty statement.
    """
    row, step = base.begin(request, "exclude_ask", by)
    _ask(row, step, by, Proposal.Kind.EXCLUDE, why, statement, files)
    return row


def _ask(
    row: Request,
    step: Step,
    by: User,
    kind: str,
    reason: str,
    statement: str,
    files: base.Files,
    **columns: Any,
) -> None:
    """Write the statement down and tell those who decide."""
    entry = dictionaries.item(Proposal.DICTIONARIES[kind], reason)
    if entry is None or not entry.is_active:
        raise Invalid(fields={"why": [_("Choose a reason.")]})
    if len(statement.strip()) < SHORTEST_STATEMENT:
        words = _("At least %(n)s characters: who decides knows nothing else.")
        raise Invalid(fields={"statement": [words % {"n": SHORTEST_STATEMENT}]})
    Proposal.objects.create(
        request=row,
        round=row.round,
        kind=kind,
        reason=reason,
        statement=statement.strip(),
        proposed_by=by,
        proposed_at=base.now(),
        **columns,
        **row.place_ids,
    )
    day = columns.get("review_on")
    base.move(
        row,
        step,
        by,
        data={
            "note": statement.strip(),
            "reason": reason,
            "review_on": day.isoformat() if day else "",
        },
        files=files,
        purpose=Attachment.Purpose.OTHER,
    )


@transaction.atomic
def hold(request: Request, *, by: User, note: str = "") -> Request:
    """Approve a hold: open tasks end, the deadlines stand still until the review day."""
    row, step = base.begin(request, "hold", by)
    proposal = _decide(row, "hold", Proposal.State.APPROVED, by, note)
    proposal.close_due_at = row.close_due_at
    proposal.save(update_fields=["close_due_at"])
    data = {"note": note or proposal.statement, "reason": proposal.reason}
    if proposal.review_on:
        data["review_on"] = proposal.review_on.isoformat()
    base.move(row, step, by, data=data, close_due_at=None)
    return row


@transaction.atomic
def hold_refuse(request: Request, *, by: User, reason: str) -> Request:
    """Refuse a hold: the request goes on where it is, its deadline runs on."""
    row, step = base.begin(request, "hold_refuse", by)
    _decide(row, "hold", Proposal.State.REFUSED, by, reason)
    base.move(row, step, by, data={"note": reason})
    return row


@transaction.atomic
def resume(request: Request, *, by: User, reason: str) -> Request:
    """Take a held request up again, before its review day."""
    row, step = base.begin(request, "resume", by)
    columns = {**base.new_round(row), **_close_due(row)}
    _end(row, "hold", reason)
    base.move(row, step, by, data={"note": reason}, **columns)
    return row


def _close_due(row: Request) -> dict[str, Any]:
    """Until when a held request must be closed: what was left of the time is left again.

    The columns of its clock stood still with the row, so a calendar that was published
    meanwhile counts. A deadline that had passed before stays passed.
    """
    held = Proposal.objects.filter(request=row, kind="hold").standing().first()
    before = held.close_due_at if held else None
    if held is None or before is None or held.decided_at is None:
        return base.close_clock("close", base.now())
    if before <= held.decided_at:
        return {"close_due_at": before}
    if row.close_limit and row.close_from_at is not None:
        before = deadlines.due(row.close_limit, row.close_from_at) or before
    left = deadlines.left_of(
        row.close_limit or str(deadlines.limit("close")), held.decided_at, before
    )
    return {
        "close_limit": left,
        "close_from_at": base.now(),
        "close_due_at": deadlines.due(left, base.now()),
    }


@transaction.atomic
def exclude(request: Request, *, by: User, note: str = "") -> Request:
    """Approve an exclusion: the flag is set, the row stays and is shown apart."""
    row, step = base.begin(request, "exclude", by)
    proposal = _decide(row, "exclude", Proposal.State.APPROVED, by, note)
    data = {"note": note, "reason": proposal.reason}
    base.move(row, step, by, data=data, is_excluded=True)
    return row


@transaction.atomic
def exclude_refuse(request: Request, *, by: User, reason: str) -> Request:
    """Refuse an exclusion: it is counted as before."""
    row, step = base.begin(request, "exclude_refuse", by)
    _decide(row, "exclude", Proposal.State.REFUSED, by, reason)
    base.move(row, step, by, data={"note": reason})
    return row


@transaction.atomic
def include(request: Request, *, by: User, reason: str) -> Request:
    """Count an excluded request again."""
    row, step = base.begin(request, "include", by)
    _end(row, "exclude", reason)
    base.move(row, step, by, data={"note": reason}, is_excluded=False)
    return row


def _decide(row: Request, kind: str, state: str, by: User, note: str) -> Proposal:
    """Write the decision on the open proposal; the guard has found that there is one."""
    proposal = guards.asked(row, kind)
    if proposal is None:  # pragma: no cover - the guard has refused it before
        raise Invalid(_("Nobody has asked for it."))
    proposal.state, proposal.decided_by = state, by
    proposal.decided_at, proposal.decision_note = base.now(), note
    proposal.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    row.__dict__.pop("all_proposals", None)
    return proposal


def _end(row: Request, kind: str, why: str) -> None:
    """What was approved no longer holds."""
    standing = Proposal.objects.filter(request=row, kind=kind).standing()
    standing.update(ended_at=base.now(), end_note=why)


def sweep_reviews() -> int:
    """Bring every held request whose review day has come back to its desk; how many those were.

    Rows that another sweep is working on are left to it; running it again does nothing.
    """
    today = timezone.localdate(base.now())
    due = Proposal.objects.filter(kind="hold", review_on__lte=today).standing()
    ids = due.order_by("review_on", "pk").values_list("request_id", flat=True)
    done = sum(_review_alone(pk) for pk in ids[:BATCH])
    engine.beat(HEARTBEAT)
    return done


def _review_alone(request_id: int) -> bool:
    """One that fails blocks no other; the auditor tells of it the day after."""
    try:
        return _review(request_id)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("review_failed", request=request_id, error=type(error).__name__)
        return False


@transaction.atomic
def _review(request_id: int) -> bool:
    rows = Request.objects.select_for_update(of=("self",), skip_locked=True)
    row = rows.filter(pk=request_id, state="held").first()
    if row is None:
        return False
    columns = {**base.new_round(row), **_close_due(row)}
    _end(row, "hold", "")
    base.system_step(row, "review", **columns)
    return True
