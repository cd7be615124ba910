"""A file of the tree on its way: received, read, previewed, carried out; large ones in the worker."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, DomainError, Invalid
from governance.core.models import User
from grids import rights, tree_file
from grids.actions.tree_import import import_tree
from grids.models import District, Grid, GridUpload
from grids.scoping import scope_of
from grids.tree_file import Line
from grids.tree_plan import Plan, plan

AT_ONCE_BYTES = 1_000_000
AT_ONCE_ROWS = 5_000
MOST_SHOWN = 300
READING, READY, WORKING, DONE, FAILED = "reading", "ready", "working", "done", "failed"


@transaction.atomic
def receive(
    data: bytes, name: str, *, district: District, by: User, retire_missing: bool
) -> GridUpload:
    """Keep a file; a small one is read at once, a large one by the worker.

    Raises:
        Invalid: it is no sheet of a tree (small files; large ones say so on their page).
    """
    upload = GridUpload.objects.create(
        district=district,
        kind=GridUpload.Kind.TREE,
        by=by,
        file_name=name[:200],
        payload=data,
        options={"retire_missing": retire_missing},
        result={"state": READING},
    )
    if len(data) <= AT_ONCE_BYTES:
        _read(upload)
    else:
        events.record("grid.upload_received", upload, by, {})
    return upload


@transaction.atomic
def read_later(pk: int) -> None:
    """Read a large file; what is wrong with the file itself stands on its page."""
    upload = GridUpload.objects.select_for_update().get(pk=pk)
    if upload.result.get("state") != READING:
        return
    try:
        _read(upload)
    except Invalid as error:
        upload.result = {"state": FAILED, "words": error.message}
        upload.save(update_fields=["result"])


def _read(upload: GridUpload) -> None:
    lines = tree_file.read(bytes(upload.payload))
    packed = [[line.number, line.cells, line.faults] for line in lines]
    upload.payload = GridUpload.packed(packed)
    upload.result = {"state": READY, **_summary(_plan(upload, lines))}
    upload.save(update_fields=["payload", "result"])


def lines_of(upload: GridUpload) -> list[Line]:
    """The rows of a file that was read."""
    return [Line(*parts) for parts in upload.data]


def faulty(upload: GridUpload) -> list[tuple[int, dict[str, str], dict[str, str]]]:
    """(number, texts by column, faults by column) of the rows that stand in the way."""
    lines = lines_of(upload)
    rows = _plan(upload, lines).rows
    return [
        (line.number, line.cells, row.faults)
        for line, row in zip(lines, rows, strict=True)
        if row.faults
    ]


def _plan(upload: GridUpload, lines: list[Line]) -> Plan:
    return plan(
        lines,
        upload.district,
        towns=towns_of(upload.by, upload.district),
        retire_missing=bool(upload.options.get("retire_missing")),
    )


def towns_of(user: User, district: District) -> frozenset[str] | None:
    """Codes of the towns whose tree the person writes; None for the whole district."""
    if rights.of_district(user, district):
        return None
    mine = scope_of(user).grids.get("large", frozenset())
    return frozenset(Grid.objects.filter(pk__in=mine).values_list("code", flat=True))


def _summary(found: Plan) -> dict[str, Any]:
    """What the preview shows: counts, faulty rows first, then what changes."""
    rows = sorted(found.rows, key=lambda row: (not row.faults, row.verdict == "same"))
    missing = [
        {"code": g.code, "name": g.name, "left": found.left.get(g.pk, "")}
        for g in found.missing
    ]
    return {
        "counts": found.counts,
        "total": len(found.rows),
        "n_wrong": found.n_wrong,
        "changes": found.changes_anything,
        "rows": [
            {
                "number": row.number,
                "code": row.code,
                "name": row.name,
                "verdict": row.verdict,
                "was": row.was,
                "faults": row.faults,
            }
            for row in rows[:MOST_SHOWN]
        ],
        "missing": sorted(missing, key=lambda row: not row["left"])[:MOST_SHOWN],
        "leaders": sum(bool(row.leader) for row in found.rows),
    }


@transaction.atomic
def confirm(
    upload: GridUpload, *, by: User, on: dt.date | None, reason: str
) -> GridUpload:
    """Carry out what the preview showed: at once, or by the worker when it is long.

    Raises:
        Invalid: no reason, or rows have faults. Conflict: it is not waiting for this.
    """
    upload = GridUpload.objects.select_for_update().get(pk=upload.pk)
    if upload.result.get("state") != READY:
        raise Conflict(_("This file was carried out already."))
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Say why; it stays in the history.")]})
    upload.options |= {"on": on.isoformat() if on else "", "reason": reason.strip()}
    upload.result = {**upload.result, "state": WORKING}
    upload.save(update_fields=["options", "result"])
    if upload.result["total"] <= AT_ONCE_ROWS:
        _run(upload)
    else:
        events.record("grid.upload_confirmed", upload, by, {})
    return upload


@transaction.atomic
def run_later(pk: int) -> None:
    """Carry out a long file; a refusal stands on its page."""
    upload = GridUpload.objects.select_for_update().get(pk=pk)
    if upload.result.get("state") != WORKING:
        return
    try:
        with transaction.atomic():
            _run(upload)
    except DomainError as error:
        upload.result = {**upload.result, "state": FAILED, "words": error.message}
        upload.save(update_fields=["result"])


def _run(upload: GridUpload) -> None:
    on = upload.options.get("on")
    done = import_tree(
        lines_of(upload),
        upload.district,
        by=upload.by,
        on=dt.date.fromisoformat(on) if on else None,
        reason=upload.options["reason"],
        towns=towns_of(upload.by, upload.district),
        retire_missing=bool(upload.options.get("retire_missing")),
    )
    upload.done_at = timezone.now()
    upload.result = {**_summary(done), "state": DONE}
    upload.save(update_fields=["done_at", "result"])
