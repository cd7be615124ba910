"""Writing places, objects, sentiment notes and organisations; closing and passing on a note."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.errors import Conflict, Invalid, NotHere
from governance.core.events import Actor
from governance.core.identifiers import BadNumber, read_credit_code
from grids import locate, positions
from grids.models import Department, Organisation, Place, PublicObject, Sentiment
from grids.registers.base import place, write


def save_place(
    row: Place | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Place:
    """Make or change a place; the grid comes from the position where none is named.

    Raises:
        Invalid: by field. Conflict: changed since `version`. NotHere: out of scope or gone.
    """
    values = _in_a_grid(row, positions.settle(row, values))
    return write(row, Place, place(values, by), by=by, source=source, version=version)


def save_object(
    row: PublicObject | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> PublicObject:
    """Make or change an object; its class follows from its 16-digit code.

    Raises:
        Invalid: by field. Conflict: changed since `version`. NotHere: out of scope or gone.
    """
    values = _in_a_grid(row, positions.settle(row, values))
    values = _owned(place(values, by))
    if "code" in values or row is None:
        code = str(values.get("code", "")).strip()
        values |= {"code": code, "kind": component_class(code, _district(row, values))}
    return write(row, PublicObject, values, by=by, source=source, version=version)


def save_sentiment(
    row: Sentiment | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Sentiment:
    """Make or change a sentiment note.

    Raises:
        Invalid: by field; a closed note says what was done, one passed on to whom.
        Conflict: changed since `version`. NotHere: out of scope or gone.
    """
    values = place(_in_a_grid(row, values), by)
    if "passed_unit" in values:
        values = {**values, "passed_to": values["passed_unit"] or None}
        del values["passed_unit"]
    state = _after(row, values, "state") or "open"
    if state == "closed" and not _after(row, values, "done"):
        raise Invalid(fields={"done": [_("Say what was done before you close it.")]})
    if state == "passed_on" and not _after(row, values, "passed_to"):
        raise Invalid(fields={"passed_unit": [_("Say which department has it now.")]})
    return write(row, Sentiment, values, by=by, source=source, version=version)


def save_organisation(
    row: Organisation | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Organisation:
    """Make or change an organisation; a credit code is checked and is there once.

    Raises:
        Invalid: by field. Conflict: changed since `version`. NotHere: out of scope or gone.
    """
    values = place(_in_a_grid(row, positions.settle(row, values)), by)
    if values.get("credit_code"):
        values["credit_code"] = _credit_code(values["credit_code"])
        _is_free(row, values["credit_code"])
    return write(row, Organisation, values, by=by, source=source, version=version)


@transaction.atomic
def pass_on(note: Sentiment, department: Department, *, by: Actor) -> Sentiment:
    """Hand a note to a department. Repeating it changes nothing.

    Raises:
        Conflict: it is closed. NotHere: it is gone.
    """
    held = Sentiment.objects.select_for_update(of=("self",)).filter(pk=note.pk).first()
    if held is None:
        raise NotHere(_("This record is no longer there."))
    if held.state == Sentiment.State.CLOSED:
        raise Conflict(_("This note is closed."))
    if held.passed_to_id == department.pk and held.state == "passed_on":
        return held
    values = {"state": Sentiment.State.PASSED_ON, "passed_to": department}
    saved = write(held, Sentiment, values, by=by)
    data = {"department": department.code}
    events.record("sentiment.passed_on", saved, by, data)
    return saved


def component_class(code: str, division: str) -> str:
    """Class and subclass (4 digits) of a component code.

    Raises:
        Invalid: field "code": not 16 digits, another division, or a class nobody knows.
    """
    words = ""
    if not re.fullmatch(r"\d{16}", code, re.ASCII):
        words = _("A component code has 16 digits; this one has %(n)s characters.")
    elif division and not code.startswith(division):
        words = _("The code starts with %(code)s; this district is %(division)s.")
    elif dictionaries.item("object_class", code[6:10]) is None:
        words = _("%(kind)s is no class of the list of objects.")
    if words:
        told = {"n": len(code), "code": code[:6], "kind": code[6:10]}
        raise Invalid(fields={"code": [words % {**told, "division": division}]})
    return code[6:10]


def _district(row: Any | None, values: Mapping[str, Any]) -> str:
    """Six digits of the district that the record lies in."""
    pk = values.get("large_id") or getattr(row, "large_id", None)
    found = locate.places_of([pk]) if pk else []
    return found[0].code[:6] if found else ""


def _in_a_grid(row: Any | None, values: dict[str, Any]) -> dict[str, Any]:
    """A new record names its grid, or a position inside one."""
    if row is None and "grid" not in values:
        words = _("Name the grid, or give a position inside the district.")
        raise Invalid(fields={"grid": [words]})
    return values


def _owned(values: dict[str, Any]) -> dict[str, Any]:
    """`owner_unit` as a department of ours, or as the name of another unit."""
    if "owner_unit" not in values:
        return values
    rest = {name: value for name, value in values.items() if name != "owner_unit"}
    unit = values["owner_unit"]
    if isinstance(unit, Department):
        return {**rest, "owner": unit, "owner_name": ""}
    return {**rest, "owner": None, "owner_name": unit or ""}


def _after(row: Any | None, values: Mapping[str, Any], name: str) -> Any:
    return values[name] if name in values else getattr(row, name, None)


def _credit_code(text: str) -> str:
    try:
        return read_credit_code(text)
    except BadNumber as error:
        raise Invalid(fields={"credit_code": [str(error)]}) from error


def _is_free(row: Organisation | None, code: str) -> None:
    rows = Organisation.objects.live().filter(credit_code=code)
    others = rows.exclude(pk=row.pk) if row else rows
    other = others.first()
    if other is not None:
        words = _("%(name)s already has this credit code.") % {"name": other.name}
        raise Invalid(fields={"credit_code": [words]})
