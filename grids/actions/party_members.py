"""Party members and member households: writing, moving between bodies, leaving."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from grids.actions.party import levels_of
from grids.models import MemberHousehold, PartyMember, PartyOrganisation
from grids.models.places import LEVELS
from grids.registers import base

LEAST, MOST = 5, 15


def link_limits() -> tuple[int, int]:
    """How many members meet at one household, as the administrators' list says."""
    entry = dictionaries.item("party_tier", "member_household")
    data = entry.data if entry else {}
    return int(data.get("least_members", LEAST)), int(data.get("most_members", MOST))


def save_member(
    row: PartyMember | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> PartyMember:
    """Make or change a member. Another body is a transfer of today, with its history.

    Raises:
        Invalid: `fields` organisation, identity, born_on. Conflict: see `base.write`.
        NotAllowed: the member's body belongs to another area.
    """
    with transaction.atomic():
        filled = {n: v for n, v in values.items() if n != "grid"}
        body = filled.get("organisation") or (row.organisation if row else None)
        _check_body(body, by)
        if row is not None and not base.covers(by, row):
            raise NotAllowed(_("This member belongs to another area."))
        _check_days(row, filled)
        if body is not None and (row is None or row.organisation_id != body.pk):
            filled |= body.place_ids
        if row is None:
            filled.setdefault("since", timezone.localdate())
        elif body is not None and row.organisation_id != body.pk:
            filled |= {
                "since": timezone.localdate(),
                "came_from": str(row.organisation),
            }
        return base.write(
            row,
            PartyMember,
            filled,
            by=by,
            source=source,
            version=version,
            event="party_member",
        )


def _check_body(body: PartyOrganisation | None, by: Actor) -> None:
    words = ""
    if body is None:
        words = _("Name the Party organisation.")
    elif body.state != "active":
        words = _("This Party organisation is no longer active.")
    elif not base.covers(by, body):
        words = _("This Party organisation belongs to another area.")
    if words:
        raise Invalid(fields={"organisation": [words]})


def _check_days(row: PartyMember | None, values: dict[str, Any]) -> None:
    today = timezone.localdate()
    wrong = {}
    days = {
        name: values.get(name, getattr(row, name, None))
        for name in ("born_on", "joined_on", "since")
    }
    for name, day in days.items():
        if name in values and day and day > today:
            wrong[name] = [_("This day is still to come.")]
    born, joined = days["born_on"], days["joined_on"]
    if born and joined and (joined - born).days < 18 * 365:
        wrong["joined_on"] = [_("A member joins at 18 years or later.")]
    if wrong:
        raise Invalid(fields=wrong)


@transaction.atomic
def transfer(
    members: Iterable[PartyMember],
    to: PartyOrganisation,
    *,
    by: Actor,
    reason: str = "",
    on: dt.date | None = None,
) -> int:
    """Move members to another body of the district; those there already stay. Gives how many.

    Raises:
        Invalid: `fields` organisation, on. NotAllowed: a member belongs to another area.
        Conflict: a member has left.
    """
    day = on or timezone.localdate()
    target = PartyOrganisation.objects.select_for_update(of=("self",)).get(pk=to.pk)
    if target.state != "active":
        words = _("This Party organisation is no longer active.")
        raise Invalid(words, fields={"organisation": [words]})
    if day > timezone.localdate():
        raise Invalid(fields={"on": [_("This day is still to come.")]})
    pks = [member.pk for member in members]
    held = PartyMember.objects.select_for_update(of=("self",)).filter(pk__in=pks)
    rows = list(held.select_related("organisation").order_by("pk"))
    for row in rows:
        _check_move(row, target, day, by)
    return move_rows(rows, target, by=by, on=day, reason=reason.strip())


def _check_move(
    row: PartyMember, target: PartyOrganisation, day: dt.date, by: Actor
) -> None:
    if not base.covers(by, row):
        raise NotAllowed(_("This member belongs to another area."))
    if row.ended_on is not None:
        raise Conflict(_("%(name)s has left already.") % {"name": row.name})
    if row.district_id != target.district_id:
        words = _("Both bodies lie in one district; otherwise let the member leave.")
        raise Invalid(words, fields={"organisation": [words]})
    if row.organisation_id != target.pk and day < row.since:
        words = _("%(name)s is in the present body since %(day)s.")
        filled = words % {"name": row.name, "day": row.since}
        raise Invalid(filled, fields={"on": [filled]})


def move_rows(
    rows: Sequence[PartyMember],
    target: PartyOrganisation,
    *,
    by: Actor,
    on: dt.date,
    reason: str,
) -> int:
    """Write the move of locked rows; the trigger ends one spell and begins the next."""
    moved = 0
    for row in rows:
        if row.organisation_id == target.pk:
            continue
        before = row.organisation
        values = {
            "organisation": target,
            "since": max(on, row.since),
            "came_from": before.name,
            "move_reason": reason,
            **target.place_ids,
        }
        saved = base.write(row, PartyMember, values, by=by, event="party_member")
        data = {"from": before.pk, "to": target.pk, "on": on.isoformat()}
        events.record("party_member.transferred", saved, by, {**data, "reason": reason})
        moved += 1
    return moved


@transaction.atomic
def leave(
    member: PartyMember,
    *,
    by: Actor,
    reason: str,
    left_for: str = "",
    on: dt.date | None = None,
) -> PartyMember:
    """Let a member leave the district's bodies; asked twice: no change.

    Raises:
        Invalid: `fields` reason, on. Conflict: they keep a member household.
    """
    held = PartyMember.objects.select_for_update(of=("self",))
    row = held.select_related("organisation").get(pk=member.pk)
    if not base.covers(by, row):
        raise NotAllowed(_("This member belongs to another area."))
    if row.ended_on is not None:
        return row
    day = on or timezone.localdate()
    base.check_end(day, reason)
    if row.households.filter(ended_on__isnull=True).exists():
        raise Conflict(
            _("%(name)s keeps a member household; end it or give it to another first.")
            % {"name": row.name}
        )
    values = {"ended_on": day, "ended_reason": reason.strip(), "left_for": left_for}
    row = base.write(row, PartyMember, values, by=by, event="party_member")
    events.record("party_member.left", row, by, {"on": day.isoformat()})
    return row


def save_household(
    row: MemberHousehold | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> MemberHousehold:
    """Make or change a member household; `linked_members` is a list of members.

    Raises:
        Invalid: `fields` grid, member, linked_members. Conflict: see `base.write`.
    """
    with transaction.atomic():
        filled = base.place(dict(values), by)
        linked: Sequence[PartyMember] | None = filled.pop("linked_members", None)
        if row is not None and not base.covers(by, row):
            raise NotAllowed(_("This household lies in another area."))
        _check_household(row, filled, linked, "grid" in values)
        saved = base.write(
            row,
            MemberHousehold,
            filled,
            by=by,
            source=source,
            version=version,
            event="member_household",
        )
        if linked is not None:
            _link(saved, linked, by)
    return saved


def _link(row: MemberHousehold, linked: Sequence[PartyMember], by: Actor) -> None:
    before = set(row.linked_members.values_list("pk", flat=True))
    after = {member.pk for member in linked}
    if before != after:
        row.linked_members.set(linked)
        told = {"fields": ["linked_members"], "count": len(after)}
        events.record("member_household.linked", row, by, told)


def _check_household(
    row: MemberHousehold | None,
    values: dict[str, Any],
    linked: Sequence[PartyMember] | None,
    is_placed: bool,
) -> None:
    wrong: dict[str, list[str]] = {}
    if row is None and not is_placed:
        wrong["grid"] = [_("Name the micro or small grid it lies in.")]
    if is_placed:
        lowest = [level for level in LEVELS if values.get(f"{level}_id")][-1:]
        if not set(lowest) & set(levels_of("member_household")):
            wrong["grid"] = [_("A member household lies in a micro or small grid.")]
    member = values.get("member") or (row.member if row else None)
    if member is None:
        wrong["member"] = [_("Name the member who keeps it.")]
    elif member.ended_on is not None:
        wrong["member"] = [_("%(name)s has left already.") % {"name": member.name}]
    most = link_limits()[1]
    if linked is not None and len(linked) > most:
        words = _("At most %(most)s members meet at one household; these are %(n)s.")
        wrong["linked_members"] = [words % {"most": most, "n": len(linked)}]
    if wrong:
        raise Invalid(fields=wrong)
