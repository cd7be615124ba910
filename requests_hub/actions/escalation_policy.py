"""The escalation policy: a new version begins on a day to come, old ones stay as they were."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import locks
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.registers.spec import Values
from governance.core.worktime import Amount
from grids.registers import base
from requests_hub import policies
from requests_hub.models import EscalationContact, EscalationRung, Ladder

KEEPERS = frozenset({"district", "admin"})


def first_day() -> date:
    """The earliest day on which a version may begin: all tasks of one day have one ladder."""
    return timezone.localdate() + timedelta(days=1)


def save_rung(
    row: EscalationRung | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> EscalationRung:
    """Write one rung of a version that has not begun.

    Raises:
        Invalid: "starts_on" today or earlier, an amount that cannot be read, a clock that the
        kind does not have, a repeat that does not fit. Conflict, NotHere: see `base.write`.
    """
    given = dict(values)
    _check_day(row, given)
    for name in ("offset", "every"):
        if given.get(name):
            given[name] = _amount(name, str(given[name]))
    if given.get("when") == "at":
        given["offset"] = ""
    given["most"] = (
        given.get("most") or 0 if "most" in given or row is None else row.most
    )
    _check_clock(row, given)
    placed = {"grid": None} if row is None else {}
    given = base.place({**given, **placed}, by, roles=KEEPERS)
    return base.write(row, EscalationRung, given, by=by, source=source, version=version)


def _check_day(row: EscalationRung | None, values: dict[str, Any]) -> None:
    days = [values.get("starts_on"), getattr(row, "starts_on", None)]
    if any(day and day < first_day() for day in days):
        words = _(
            "A version that has begun stays as it is; begin a new one tomorrow or later."
        )
        raise Invalid(fields={"starts_on": [words]})


def _check_clock(row: EscalationRung | None, values: dict[str, Any]) -> None:
    """A grid task has one clock; who waits for a decision is not called to account for it."""
    kind, step, what = (
        values.get(name) or getattr(row, name, "") for name in ("kind", "step", "what")
    )
    if kind == Ladder.Kind.GRID and step != Ladder.Step.HANDLING:
        words = _("A grid task has one clock: handling.")
        raise Invalid(fields={"step": [words]})
    if step == Ladder.Step.DECISION and what != Ladder.What.REMINDER:
        words = _("Whoever decides a return can only be reminded.")
        raise Invalid(fields={"what": [words]})


def _amount(name: str, text: str) -> str:
    try:
        return str(Amount.parse(text))
    except Invalid as error:
        raise Invalid(fields={name: [error.message]}) from error


@transaction.atomic
def start_version(
    district_id: int, kind: str, step: str, starts_on: date, *, by: Actor
) -> int:
    """Begin a new version as a copy of what will hold on that day; gives how many rungs.

    Raises:
        Invalid: "starts_on". Conflict: that version is there already.
    """
    _check_day(None, {"starts_on": starts_on})
    locks.hold(f"escalation-policy:{district_id}")
    known = policies.versions(district_id, kind, step).get((kind, step), [])
    if any(version.starts_on == starts_on for version in known):
        raise Conflict(_("There is a version of this day already."))
    source = policies.in_force(known, kind, step, starts_on)
    if source is None:
        raise Invalid(fields={"step": [_("This kind has no such clock.")]})
    for rung in source.rungs:
        values = {"kind": kind, "starts_on": starts_on, **rung.as_dict()}
        save_rung(None, values, by=by)
    return len(source.rungs)


@transaction.atomic
def drop_rung(row: EscalationRung, *, by: Actor) -> EscalationRung:
    """Take a rung out of a version that has not begun.

    Raises:
        Invalid: it has begun. Conflict: the last one of its version.
    """
    if not base.covers(by, row, KEEPERS):
        raise NotAllowed(_("The policy belongs to the district."))
    _check_day(row, {})
    return base.end(row, by=by, on=timezone.localdate())


def save_contact(
    row: EscalationContact | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> EscalationContact:
    """Write who heads a unit or which leader is in charge of it.

    Raises:
        Invalid: neither department nor town, an account that is closed. Conflict, NotHere.
    """
    given = dict(values)
    if row is None:
        given.setdefault("grid", None)
    grid = given.get("grid")
    if grid is not None and grid.level != "large":
        raise Invalid(fields={"grid": [_("Name a town or street.")]})
    department = given.get("department") or getattr(row, "department", None)
    if department is None and grid is None and getattr(row, "large_id", None) is None:
        raise Invalid(fields={"department": [_("Name a department or a town.")]})
    if department is not None and grid is not None:
        raise Invalid(fields={"grid": [_("Either a department or a town.")]})
    given = base.place(given, by, roles=KEEPERS)
    return base.write(
        row, EscalationContact, given, by=by, source=source, version=version
    )
