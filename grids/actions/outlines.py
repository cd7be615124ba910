"""Many outlines from a file, in one transaction, each with its line in the history."""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, Invalid
from governance.core.models import User
from grids import rights
from grids.actions import history, tree
from grids.actions.bulk import bulk_draw
from grids.models import Grid, GridChange, GridChangeSide, GridUpload
from grids.polygon_files import Verdict


@tree.structural
def draw_all(
    rows: Sequence[Verdict],
    upload: GridUpload,
    *,
    by: User,
    on: dt.date | None = None,
    reason: str = "",
) -> int:
    """Give each matched grid its outline; returns how many.

    Raises:
        Conflict: the file was carried out before, or nothing is to be written.
        NotAllowed: one of the grids is not theirs.
        Invalid: no reason.
    """
    upload = GridUpload.objects.select_for_update().get(pk=upload.pk)
    if upload.done_at:
        raise Conflict(_("This file was carried out already."))
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Say why; it stays in the history.")]})
    drawn = {r.grid.pk: r for r in rows if r.grid and r.geometry and r.will_be_written}
    if not drawn:
        raise Conflict(_("Nothing is to be written."))
    day = history.day(on)
    grids = tree.locked(*(Grid(pk=pk) for pk in drawn))
    grids = grids if isinstance(grids, list) else [grids]
    rights.refuse_others(by, *grids)
    outlines = {grid.pk: drawn[grid.pk].geometry or {} for grid in grids}
    bulk_draw(upload.district, outlines, by=by, is_schematic=False)
    _write_history(grids, by=by, on=day, reason=reason)
    upload.done_at = timezone.now()
    upload.result = {"drawn": len(grids)}
    upload.save(update_fields=["done_at", "result"])
    return len(grids)


def _write_history(
    grids: Sequence[Grid], *, by: User, on: dt.date, reason: str
) -> None:
    """A row of history for all: one change that concerns every grid of the file."""
    change = GridChange.objects.create(
        district_id=grids[0].district_id,
        kind="drawn",
        on=on,
        reason=reason.strip()[: history.MOST_REASON],
        by=by,
        by_label=str(by)[:80],
    )
    GridChangeSide.objects.bulk_create(
        [GridChangeSide(change=change, grid=grid) for grid in grids], 1000
    )
