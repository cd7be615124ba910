"""What a person's record page shows besides the fields: care, merges, who looked."""

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from governance.core.registers import show
from grids.actions import merging
from grids.models import AccessRecord, Person, PersonPair
from grids.scoping import scope_of

MOST = 20
SEES_ACCESS = (
    "district",
    "township",
    "grid_leader",
    "grid_worker",
    "liaison",
    "auditor",
    "admin",
)


def about_care(_request: HttpRequest, row: Person) -> dict[str, Any] | None:
    """The care entries, the present ones first; None when there never was one."""
    entries = list(row.care.order_by("-ended_on", "-since")[:MOST])
    lines = [(show.label("care_kind", e.kind), e) for e in entries]
    return {"care_lines": lines} if lines else None


def about_merges(request: HttpRequest, row: Person) -> dict[str, Any] | None:
    """The records that were merged into this one, or the one that this was merged into."""
    pairs = PersonPair.objects.filter(kept=row, state=PersonPair.State.MERGED)
    merged = list(pairs.select_related("decided_by").order_by("-id")[:MOST])
    kept = row.merged_into if row.merged_into_id else None
    if not (merged or kept):
        return None
    last = timezone.now() - dt.timedelta(days=merging.UNDO_DAYS)
    may_undo = scope_of(request.user).has_role(*merging.DESK)
    lines = [(pair, may_undo and pair.decided_at >= last) for pair in merged]
    return {"merges": lines, "kept": kept}


def about_access(request: HttpRequest, row: Person) -> dict[str, Any] | None:
    """Who looked at this person's data; one statement."""
    if not scope_of(request.user).has_role(*SEES_ACCESS):
        return None
    rows = AccessRecord.objects.filter(subject_type="person", subject_id=row.pk)
    found = rows.select_related("user").order_by("-id")[:MOST]
    lines = [
        {
            "at": each.at,
            "who": each.user,
            "kind": each.get_kind_display(),
            "reason": show.label("unmask_reason", each.reason) if each.reason else "",
            "words": each.words,
        }
        for each in found
    ]
    return {"access_lines": lines}
