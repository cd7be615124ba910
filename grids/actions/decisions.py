"""The steps of a decision, from being made to being checked, and taking the last one back."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed, NotHere
from governance.core.events import Actor
from governance.core.models import Event, User
from governance.core.registers.spec import Values
from governance.core.workflow import Step
from grids.models import Decision
from grids.registers import base
from grids.scoping import posts_of
from grids.workflow import DECISION, KEEPERS

UNDO_SECONDS = 60
PAST = {
    "begin": "begun",
    "note": "noted",
    "finish": "finished",
    "check": "checked",
    "send_back": "sent_back",
    "drop": "dropped",
    "resume": "resumed",
}
RESTORED = ("done_on", "done_by_id", "dropped_reason")


def permit(row: Decision, name: str, by: Actor) -> Step:
    """The step, if this person may take it now.

    Raises:
        IllegalStep: not from this state. NotAllowed: not this person.
    """
    step = DECISION.take(row.state, name)
    if not _may(row, step, by):
        raise NotAllowed(_("This step belongs to others."))
    if name == "check" and isinstance(by, User) and row.done_by_id == by.pk:
        words = _("Who reported it done does not check it; ask somebody else.")
        raise NotAllowed(words)
    return step


def _may(row: Decision, step: Step, by: Actor) -> bool:
    if not isinstance(by, User):
        return base.covers(by, row, KEEPERS)
    if base.covers(by, row, set(step.roles) & set(KEEPERS)):
        return True
    if "owner" in step.roles and row.owner_id == by.pk:
        return True
    departments = {p.department_id for p in posts_of(by) if p.role == "officer"}
    return "officer" in step.roles and row.department_id in departments - {None}


def possible(row: Decision, by: Actor) -> list[Step]:
    """The steps this person may take now, in the order of the table."""
    out = []
    for name in DECISION.legal_from(row.state):
        try:
            out.append(permit(row, name, by))
        except (IllegalStep, NotAllowed):
            continue
    return out


@transaction.atomic
def take(row: Decision, name: str, *, by: Actor, note: str = "") -> Decision:
    """Take one step of a decision.

    Raises:
        IllegalStep, NotAllowed: see `permit`. Invalid: field "note" is needed.
        NotHere: it is gone.
    """
    row = _held(row)
    step = permit(row, name, by)
    note = note.strip()
    if any(field.required for field in step.fields) and not note:
        raise Invalid(fields={"note": [_("This must not be empty.")]})
    before = {
        "done_on": row.done_on.isoformat() if row.done_on else None,
        "done_by_id": row.done_by_id,
        "dropped_reason": row.dropped_reason,
    }
    start = row.state
    values = _values(step, by, note)
    if values:
        row = base.write(row, Decision, values, by=by)
    data: dict[str, Any] = {"from": start, "to": row.state, "note": note}
    if values:
        data["before"] = before
    events.record(f"decision.{PAST[name]}", row, by, data)
    return row


def _held(row: Decision) -> Decision:
    rows = Decision.objects.select_for_update(of=("self",))
    found = rows.filter(pk=row.pk).select_related("committee", "meeting").first()
    if found is None:
        raise NotHere(_("This decision is no longer there."))
    return found


def _values(step: Step, by: Actor, note: str) -> Values:
    """What a step writes besides the history."""
    if step.target is None:
        return {}
    values: Values = {"state": step.target}
    if step.name == "finish":
        values["done_on"] = timezone.localdate()
        values["done_by_id"] = by.pk if isinstance(by, User) else None
    elif step.name == "send_back":
        values |= {"done_on": None, "done_by_id": None}
    elif step.name == "drop":
        values["dropped_reason"] = note[:200]
    elif step.name == "resume":
        values["dropped_reason"] = ""
    return values


@transaction.atomic
def undo(row: Decision, *, by: User) -> Decision:
    """Take back the step that this person took within the last minute.

    Raises:
        Conflict: nothing of theirs to take back, or it is too late.
    """
    row = _held(row)
    names = [f"decision.{word}" for word in PAST.values()] + ["decision.undone"]
    last = (
        Event.objects.filter(subject_id=row.pk, name__in=names).order_by("-id").first()
    )
    if last is None or not _is_fresh(last, by) or "before" not in last.data:
        raise Conflict(_("It is too late to undo this."))
    before = last.data["before"]
    values: Values = {name: before[name] for name in RESTORED}
    if values["done_on"]:
        values["done_on"] = dt.date.fromisoformat(values["done_on"])
    values["state"] = last.data["from"]
    row = base.write(row, Decision, values, by=by)
    data = {"from": last.data["to"], "to": row.state, "step": last.name}
    events.record("decision.undone", row, by, data)
    return row


def _is_fresh(event: Event, by: User) -> bool:
    age = (timezone.now() - event.recorded_at).total_seconds()
    return event.actor_id == by.pk and age <= UNDO_SECONDS
