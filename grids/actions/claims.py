"""Settling what two sources say apart: take theirs, keep ours, write something else, undo."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotHere
from governance.core.models import User
from governance.core.registers import Register, find, show
from governance.core.registers.reading import Reader, empty
from grids.feeds.believing import POSITION, columns_of
from grids.feeds.standing import clerk
from grids.models import Claim
from grids.scoping import scope_of

DECIDE = ("township", "district")
UNDO_HOURS = 24
State = Claim.State


def may_decide(user: User, claim: Claim) -> bool:
    """Desk staff whose area the record lies in."""
    return scope_of(user).holds(DECIDE, claim)


def take(claim: Claim, *, by: User) -> Claim:
    """Write what the source says into the record. Repeating it changes nothing.

    Raises:
        NotAllowed, NotHere, Conflict: settled otherwise. Invalid: the value no longer fits.
    """
    return _settle(claim, by, State.TAKEN, None)


def keep(claim: Claim, *, by: User) -> Claim:
    """Leave the record as it is; the same word is not asked about again.

    Raises:
        NotAllowed, NotHere, Conflict: settled otherwise.
    """
    return _settle(claim, by, State.KEPT, None)


def write_other(claim: Claim, text: str, *, by: User) -> Claim:
    """Write a third value, typed by hand.

    Raises:
        NotAllowed, NotHere, Conflict. Invalid: field "text".
    """
    if not text.strip():
        raise Invalid(fields={"text": [_("Write what is right.")]})
    return _settle(claim, by, State.KEPT, text.strip())


def settle_many(claims: Iterable[Claim], verb: str, *, by: User) -> tuple[int, int]:
    """Take or keep several; gives how many were settled and how many were refused."""
    act = {"take": take, "keep": keep}[verb]
    good = bad = 0
    for claim in claims:
        try:
            act(claim, by=by)
            good += 1
        except DomainError:
            bad += 1
    return good, bad


@transaction.atomic
def _settle(claim: Claim, by: User, state: str, typed: str | None) -> Claim:
    held = _held(claim, by)
    if held.state == state and held.decided_by_id:
        return held
    if held.state not in {State.OPEN, State.BESIDE}:
        raise Conflict(_("Somebody has settled this already."))
    register, record = _record_of(held)
    held.undo = json.dumps(
        {
            "before": _cells_of(register, record, held.column),
            "provenance": dict(record.provenance),
            "state": held.state,
            "wrote": False,
        },
        ensure_ascii=False,
    )
    if state == State.TAKEN:
        record = _write(held, json.loads(held.said), by, held.feed.source)
    elif typed is not None:
        record = _write(held, _typed(held.column, typed), by, "manual")
    if state == State.TAKEN or typed is not None:
        memory = json.loads(held.undo)
        memory |= {"wrote": True, "version": record.version}
        held.undo = json.dumps(memory, ensure_ascii=False)
    held.state, held.decided_by, held.decided_at = state, by, timezone.now()
    held.save()
    data = {"column": held.column, "feed": held.feed.code, "typed": typed is not None}
    events.record(f"claim.{state}", held, by, data, thread_id=held.record_id)
    return held


@transaction.atomic
def undo(claim: Claim, *, by: User) -> Claim:
    """Take back a decision within a day, while nobody has changed the record since.

    Raises:
        NotAllowed, NotHere. Conflict: too late, or the record has changed.
    """
    held = _held(claim, by)
    if held.decided_at is None or not held.undo:
        raise Conflict(_("There is nothing to take back."))
    if timezone.now() - held.decided_at > timedelta(hours=UNDO_HOURS):
        raise Conflict(_("A decision can be taken back for 24 hours."))
    memory = json.loads(held.undo)
    if memory["wrote"]:
        _reg, record = _record_of(held)
        if record.version != memory["version"]:
            raise Conflict(_("The record has been changed since; edit it instead."))
        record = _write(held, memory["before"], by, "manual")
        record.provenance = memory["provenance"]
        record.save(update_fields=["provenance"])
    held.state, held.undo = memory["state"], ""
    held.decided_by = held.decided_at = None
    held.save()
    events.record(
        "claim.undone", held, by, {"column": held.column}, thread_id=held.record_id
    )
    return held


def _held(claim: Claim, by: User) -> Claim:
    rows = Claim.objects.select_for_update(of=("self",)).select_related(
        "feed__district"
    )
    held: Claim | None = rows.filter(pk=claim.pk).first()
    if held is None:
        raise NotHere(_("The source no longer says anything else."))
    if not may_decide(by, held):
        raise NotAllowed(_("This is settled by the desk of the town or district."))
    return held


def _record_of(claim: Claim) -> tuple[Register, Any]:
    register = find(claim.register)
    rows = register.visible(clerk(claim.feed)) if register else None
    record = rows.filter(pk=claim.record_id).first() if rows is not None else None
    if register is None or record is None:
        raise NotHere(_("This record is no longer there."))
    return register, record


def _write(claim: Claim, cells: dict[str, str], by: User, source: str) -> Any:
    """Write cells as a file would have them; an empty one empties the field."""
    register, record = _record_of(claim)
    reader = Reader(register, clerk(claim.feed))
    values: dict[str, Any] = {}
    for name, text in cells.items():
        column = register.column(name)
        try:
            values[name] = reader.value(column, text) if text else empty(column)
        except ValueError as error:
            raise Invalid(str(error), fields={"text": [str(error)]}) from error
    try:
        return register.save(record, values, by=by, source=source)
    except Invalid as error:
        words = next(iter(error.fields.values()), [error.message])
        raise Invalid(words[0], fields={"text": list(words)}) from error


def _cells_of(register: Register, record: Any, field: str) -> dict[str, str]:
    if field == POSITION:
        has = record.has_position
        lon, lat = (str(record.lon), str(record.lat)) if has else ("", "")
        return {"lon": lon, "lat": lat, "crs": "wgs84"}
    return {field: show.text(register.column(field), record)}


def _typed(field: str, text: str) -> dict[str, str]:
    if field != POSITION:
        return {columns_of(field)[0]: text}
    parts = [part.strip() for part in text.replace("，", ",").split(",")]
    if len(parts) != 2:
        words = _("Write longitude and latitude with a comma between.")
        raise Invalid(fields={"text": [words]})
    return {"lon": parts[0], "lat": parts[1], "crs": "wgs84"}
