"""Party bodies follow the grid they are bound to, those above first.

A body whose body above stays behind (its grid moves to another village) hangs below the body of
its new place. Where there is none, or its tier is not bound to the heir's level, the change is
refused: which body leads another is the Party's to say, not this program's.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Conflict
from grids import following
from grids.actions import party
from grids.following import Shift
from grids.models import MemberHousehold, PartyOrganisation
from grids.models.party import GROUP
from grids.models.places import LEVELS

ORDER = ("town", "village", "grid_branch")


def follow(shifts: Sequence[Shift]) -> None:
    """Put the bodies inside these shifts to their new places; called when the tree has changed.

    Raises:
        Conflict: names the body that has no place or no body above there.
    """
    if not shifts:
        return
    for body in _concerned(shifts):
        place = _new_place(body, shifts)
        _check_tier(body.tier, str(body), place)
        above = _above(body, place)
        PartyOrganisation.objects.filter(pk=body.pk).update(
            **place,
            parent=above,
            version=F("version") + 1,
            updated_at=timezone.now(),
        )
    households = MemberHousehold.objects.live().select_related("member")
    for row in households.filter(_any(shifts)):
        _check_tier("member_household", str(row), _new_place(row, shifts))


def _any(shifts: Sequence[Shift]) -> Any:
    q = following.inside(shifts[0])
    for shift in shifts[1:]:
        q |= following.inside(shift)
    return q


def _concerned(shifts: Sequence[Shift]) -> list[PartyOrganisation]:
    rows = PartyOrganisation.objects.active().filter(_any(shifts))
    held = list(rows.select_for_update(of=("self",)))
    return sorted(held, key=lambda b: (ORDER.index(b.tier), b.kind == GROUP))


def _new_place(row: Any, shifts: Sequence[Shift]) -> dict[str, int | None]:
    """The four place columns after the first shift that is about this row."""
    shift = next(s for s in shifts if _is_inside(row, s))
    above = following.place_of(shift.to)
    if above[f"{shift.level}_id"] is None:
        return above
    kept = LEVELS[LEVELS.index(shift.level) + 1 :]
    return above | {f"{level}_id": getattr(row, f"{level}_id") for level in kept}


def _is_inside(row: Any, shift: Shift) -> bool:
    if getattr(row, f"{shift.level}_id") != shift.grid:
        return False
    if not shift.children:
        return True
    below = LEVELS[LEVELS.index(shift.level) + 1]
    return getattr(row, f"{below}_id") in shift.children


def _check_tier(tier: str, name: str, place: dict[str, int | None]) -> None:
    lowest = [level for level in LEVELS if place[f"{level}_id"]][-1]
    if lowest not in party.levels_of(tier):
        words = _(
            "%(body)s cannot be bound to a grid of the heir's level. Move it first."
        )
        raise Conflict(words % {"body": name})


def _above(
    body: PartyOrganisation, place: dict[str, int | None]
) -> PartyOrganisation | None:
    """The body above as it is, where it holds the new place; else the one that does."""
    if body.parent_id is None:
        return None
    above = PartyOrganisation.objects.get(pk=body.parent_id)
    if all(getattr(above, n) in (None, pk) for n, pk in place.items()):
        return above
    whole = {**place, "district_id": body.district_id, "tier": body.tier}
    found = party.body_above(whole)
    if found is None:
        words = _(
            "%(body)s would lie outside the area of %(above)s. First set up the body "
            "that leads it at its new place, then make this change."
        )
        raise Conflict(words % {"body": body.name, "above": above.name})
    return found
