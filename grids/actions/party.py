"""Party bodies: writing, dissolving, merging."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from grids.models import AgreementParty, Grid, PartyMember, PartyOrganisation
from grids.models.party import GROUP
from grids.models.places import LEVELS
from grids.party_workflow import ORGANISATION
from grids.registers import base

Tier = PartyOrganisation.Tier
ABOVE = {Tier.VILLAGE: Tier.TOWN, Tier.GRID_BRANCH: Tier.VILLAGE}
DEFAULT_LEVELS = {
    "town": ["large"],
    "village": ["medium"],
    "grid_branch": ["small", "micro"],
    "member_household": ["small", "micro"],
}
PLACE = ("district_id", *(f"{level}_id" for level in LEVELS))


def levels_of(tier: str) -> list[str]:
    """The levels of grid that a tier is bound to, as the administrators' list says."""
    entry = dictionaries.item("party_tier", tier)
    levels: list[str] = (entry.data if entry else {}).get("levels") or []
    return levels or DEFAULT_LEVELS[tier]


def save_organisation(
    row: PartyOrganisation | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> PartyOrganisation:
    """Make or change a Party body. Tier and the body above follow from the grid when left out.

    A new grid moves the members' place with it; bodies below must lie inside it.

    Raises:
        Invalid: `fields` tier, parent, grid, name. Conflict, NotHere: see `base.write`.
    """
    with transaction.atomic():
        filled = base.place(dict(values), by, roles=base.WRITE)
        if row is not None:
            _must_cover(by, row)
        if row is None or {"grid", "tier", "parent", "kind", "unit_name"} & set(values):
            filled = _fitted(row, filled, values.get("grid"))
        saved = base.write(
            row,
            PartyOrganisation,
            filled,
            by=by,
            source=source,
            version=version,
            event="party_organisation",
        )
        if row is not None and "grid" in values:
            moved = PartyMember.objects.filter(organisation=saved)
            moved.exclude(**saved.place_ids).update(**saved.place_ids)
        _settle({"grid": _("Bodies below it lie outside this grid.")})
    return saved


def _fitted(
    row: PartyOrganisation | None, filled: dict[str, Any], grid: Grid | None
) -> dict[str, Any]:
    """The values with tier and parent completed.

    Raises:
        Invalid: level, tier and the body above do not go together.
    """
    known = (
        {n: getattr(row, n) for n in (*PLACE, "tier", "parent", "kind")} if row else {}
    )
    whole = {**known, **filled}
    level = _lowest(whole)
    if words := bound_fault(whole.get("tier") or "", level):
        raise Invalid(fields={"grid" if grid or row is None else "tier": [words]})
    whole["tier"] = whole.get("tier") or _tier_for(level)
    if "parent" not in filled and not whole.get("parent"):
        whole["parent"] = body_above(whole)
    _check_parent(whole)
    return {**filled, "tier": whole["tier"], "parent": whole["parent"]}


def _lowest(ids: Mapping[str, Any]) -> str:
    found = [level for level in LEVELS if ids.get(f"{level}_id")]
    return found[-1] if found else "district"


def bound_fault(tier: str, level: str) -> str:
    """Why a body of a tier ("": of any) is not bound to a grid of this level; "" when it is."""
    if tier and level not in levels_of(tier):
        return _("A body of this tier is not bound to a grid of this level.")
    if not tier and not _tier_for(level):
        return _("No tier is bound to a grid of this level.")
    return ""


def _tier_for(level: str) -> str:
    """The tier that is bound to this level; "" when none is."""
    return next((tier for tier in Tier.values if level in levels_of(tier)), "")


def body_above(whole: Mapping[str, Any]) -> PartyOrganisation | None:
    """The one body of the tier above whose grid holds this place."""
    tier = ABOVE.get(whole["tier"])
    if tier is None:
        return None
    rows = PartyOrganisation.objects.active().filter(
        tier=tier, unit_name="", district_id=whole["district_id"]
    )
    at = f"{levels_of(tier)[0]}_id"
    found = list(rows.filter(**{at: whole.get(at)})[:2]) if at[:-3] in LEVELS else []
    return found[0] if len(found) == 1 else None


def _check_parent(whole: Mapping[str, Any]) -> None:
    above: PartyOrganisation | None = whole["parent"]
    words = ""
    if whole["tier"] == Tier.TOWN:
        words = _("A town committee stands at the top.") if above else ""
    elif above is None:
        words = _("Name the body above it.")
    elif above.state != "active":
        words = _("The body above it is no longer active.")
    elif not _hangs(whole, above):
        words = _("A body of this tier cannot hang below this one.")
    elif any(
        (pk := getattr(above, name)) is not None and pk != whole.get(name)
        for name in PLACE
    ):
        words = _("Its grid lies outside the grid of the body above it.")
    if words:
        raise Invalid(fields={"parent": [words]})


def _hangs(whole: Mapping[str, Any], above: PartyOrganisation) -> bool:
    tier = whole["tier"]
    if above.tier == ABOVE[tier]:
        return True
    if tier != Tier.GRID_BRANCH:
        return False
    if above.tier == Tier.TOWN:
        return bool(whole.get("unit_name"))
    return whole.get("kind") == GROUP and above.kind != GROUP


def _must_cover(by: Actor, row: Any) -> None:
    if not base.covers(by, row):
        raise NotAllowed(_("This body belongs to another area."))


def _settle(fields: Mapping[str, str]) -> None:
    """Ask the deferred rules now, so that a refusal can be told in words."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise Invalid(fields={k: [v] for k, v in fields.items()}) from error


def _held(organisation: PartyOrganisation) -> PartyOrganisation:
    rows = PartyOrganisation.objects.select_for_update(of=("self",))
    return rows.select_related("parent").get(pk=organisation.pk)


def _close(
    row: PartyOrganisation, step: str, on: dt.date, by: Actor, **fields: Any
) -> PartyOrganisation:
    target = ORGANISATION.take(row.state, step).target
    values = {"state": target, "ended_on": on, **fields}
    return base.write(row, PartyOrganisation, values, by=by, event="party_organisation")


@transaction.atomic
def dissolve(
    organisation: PartyOrganisation,
    *,
    by: Actor,
    reason: str,
    on: dt.date | None = None,
) -> PartyOrganisation:
    """Dissolve a body without members and without active bodies below; asked twice: no change.

    Raises:
        Conflict: members or bodies are left. Invalid: `fields` reason, on. NotAllowed.
    """
    row = _held(organisation)
    _must_cover(by, row)
    if row.state == "dissolved":
        return row
    day = on or timezone.localdate()
    base.check_end(day, reason)
    ORGANISATION.take(row.state, "dissolve")
    members = row.members.filter(ended_on__isnull=True).count()
    below = row.children.filter(state="active").count()
    if members or below:
        words = _(
            "%(members)s members and %(below)s bodies below are left. "
            "Transfer them first, or merge this body into another."
        )
        raise Conflict(words % {"members": members, "below": below})
    row = _close(row, "dissolve", day, by, ended_reason=reason.strip())
    events.record(
        "party_organisation.dissolved",
        row,
        by,
        {"on": day.isoformat(), "reason": reason},
    )
    return row


@transaction.atomic
def restore(organisation: PartyOrganisation, *, by: Actor) -> PartyOrganisation:
    """Take a dissolution back.

    Raises:
        IllegalStep: it is not dissolved. Conflict: the name is taken or the body above is gone.
    """
    row = _held(organisation)
    _must_cover(by, row)
    if row.state == "active":
        return row
    ORGANISATION.take(row.state, "restore")
    if row.parent and row.parent.state != "active":
        raise Conflict(_("The body above it is no longer active."))
    values = {"state": "active", "ended_on": None, "ended_reason": ""}
    row = base.write(row, PartyOrganisation, values, by=by, event="party_organisation")
    events.record("party_organisation.restored", row, by)
    return row


@transaction.atomic
def merge(
    organisation: PartyOrganisation,
    into: PartyOrganisation,
    *,
    by: Actor,
    reason: str,
    on: dt.date | None = None,
) -> PartyOrganisation:
    """Merge a body into another: members, bodies below and agreements go over. Gives `into`.

    Raises:
        Conflict: the two do not go together. Invalid: `fields` reason, on, into. NotAllowed.
    """
    from grids.actions.party_members import move_rows

    first, second = sorted((organisation, into), key=lambda o: o.pk)
    held = {o.pk: _held(o) for o in (first, second)}
    row, target = held[organisation.pk], held[into.pk]
    for each in (row, target):
        _must_cover(by, each)
    if row.state == "merged" and row.merged_into_id == target.pk:
        return target
    day = on or timezone.localdate()
    base.check_end(day, reason)
    ORGANISATION.take(row.state, "merge")
    _check_merge(row, target)
    members = list(row.members.select_for_update().filter(ended_on__isnull=True))
    move_rows(members, target, by=by, on=day, reason=reason.strip())
    for child in row.children.filter(state="active"):
        base.write(child, PartyOrganisation, {"parent": target}, by=by)
    sides = AgreementParty.objects.filter(organisation=row)
    doubled = sides.filter(agreement__parties__organisation=target)
    sides.exclude(pk__in=doubled).update(organisation=target)
    row = _close(row, "merge", day, by, ended_reason=reason.strip(), merged_into=target)
    _settle({"into": _("Bodies below it lie outside the grid of the other body.")})
    data = {"into": target.pk, "members": len(members), "on": day.isoformat()}
    events.record("party_organisation.merged", row, by, {**data, "reason": reason})
    events.record("party_organisation.grew", target, by, {**data, "from": row.pk})
    return target


def _check_merge(row: PartyOrganisation, target: PartyOrganisation) -> None:
    words = ""
    if row.pk == target.pk:
        words = _("A body cannot be merged into itself.")
    elif target.state != "active":
        words = _("The other body is no longer active.")
    elif target.tier != row.tier:
        words = _("Only bodies of one tier can be merged.")
    elif target.parent_id == row.pk:
        words = _("The other body lies below this one.")
    if words:
        raise Invalid(words, fields={"into": [words]})
