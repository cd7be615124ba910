"""Many assignments at once, for a first load: a fixed number of statements a batch."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from governance.core import events
from governance.core.bulk import insert_many
from governance.core.events import Actor
from governance.core.ids import reserve_ids
from grids import locate
from grids.actions.teams import Holder
from grids.models import Assignment, District, Grid, Post, TeamSlot


@dataclass(frozen=True)
class Planned:
    """One assignment to be made; `post` is the account's post that already stands behind it."""

    grid: Grid
    slot: TeamSlot
    holder: Holder
    starts_on: dt.date
    ended_on: dt.date | None = None
    post: Post | None = None
    deputy: str = ""


@transaction.atomic
def load_assignments(
    district: District, planned: Sequence[Planned], *, by: Actor, source: str
) -> int:
    """Make assignments of a district that has none; returns how many, 0 when it has some.

    No account's post begins here: name the one that is there.
    """
    if Assignment.objects.filter(district=district).exists() or not planned:
        return 0
    at = timezone.now().isoformat(timespec="seconds")
    told = {key: {"source": source, "at": at} for key in ("grid", "slot", "holder")}
    ids = reserve_ids(len(planned))
    insert_many([_row(pk, one, told) for pk, one in zip(ids, planned, strict=True)])
    data = {"assignments": len(planned)}
    events.record("district.teams_loaded", district, by, data, district_id=district.pk)
    return len(planned)


def _row(pk: int, one: Planned, told: dict[str, dict[str, str]]) -> Assignment:
    user = one.holder.user
    return Assignment(
        id=pk,
        **locate.place_of(one.grid).ids,
        slot=one.slot,
        user=user,
        holder=one.holder.shown,
        unit=one.holder.unit,
        phone_tail=user.phone_tail if user else "",
        holder_key=one.holder.key,
        deputy=one.deputy,
        starts_on=one.starts_on,
        ended_on=one.ended_on,
        post=one.post,
        provenance=told,
    )
