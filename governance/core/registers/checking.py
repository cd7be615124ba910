"""Reading an uploaded file: which sheet and columns it has, then every row, batch by batch."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import ImportRow, ImportRun
from governance.core.registers import headings, sealed, staging, tables
from governance.core.registers.headings import Headings
from governance.core.registers.reading import Reader
from governance.core.registers.spec import Register
from governance.core.registers.tables import Raw, Table

MOST_ROWS = 50_000
State = ImportRun.State


def look(run: ImportRun, register: Register, _ends: float) -> bool:
    """Find sheet and headings; where they are not clear, a person must choose."""
    with sealed.unpacked(run.path) as file:
        found = tables.tables(file)
    ours = headings.own_sheets(headings.OWN_SHEETS)
    sheets = [table for table in found if table.name not in ours and table.head]
    if not sheets:
        raise tables.refused(_("The file has no rows."))
    read = {table.name: headings.find(register, table) for table in sheets}
    known = [table for table in sheets if read[table.name].columns]
    with transaction.atomic():
        if staging.hold(run, State.UPLOADED) is None:
            return False
        _keep(run, register, sheets, read, known)
    return True


def _keep(
    run: ImportRun,
    register: Register,
    sheets: list[Table],
    read: dict[str, Headings],
    known: list[Table],
) -> None:
    run.sheets = [
        {
            "name": table.name,
            "about": table.about,
            "row": read[table.name].row,
            "texts": read[table.name].texts,
            "first": _first_texts(table),
        }
        for table in sheets[:20]
    ]
    run.state = State.CHOOSING
    if len(known) == 1:
        take(run, register, known[0].name, read[known[0].name])
    elif not known:
        run.fault = _(
            "No heading of this file is known here. Compare it with the template."
        )
    run.beat_at = timezone.now()
    run.save()


def _first_texts(table: Table) -> list[str]:
    """The first row that says anything: the headings, where nobody knows better."""
    return table.head[0].texts[:60] if table.head else []


def take(run: ImportRun, register: Register, sheet: str, found: Headings) -> None:
    """Settle on a sheet; go on to checking when its headings are clear (the caller saves)."""
    run.sheet = sheet
    run.columns = found.columns
    run.headings = [found.row, found.texts]
    run.fault = unclear(register, found)
    about = next((s["about"] for s in run.sheets if s["name"] == sheet), 0)
    run.total = max(about - found.row, 0)
    run.seen = 0
    run.state = State.CHECKING if found.is_clear else State.CHOOSING


def unclear(register: Register, found: Headings) -> str:
    """What is wrong with the headings, in sentences; empty when they are clear."""
    parts = []
    if found.doubled:
        words = _("Two columns have the same heading: %(names)s. Keep one.")
        parts.append(words % {"names": "、".join(dict.fromkeys(found.doubled))})
    for name, near in found.missing.items():
        label = register.column(name).label
        if near:
            words = _("The column “%(label)s” is missing; is it “%(near)s”?")
            parts.append(words % {"label": label, "near": near})
        else:
            parts.append(_("The column “%(label)s” is missing.") % {"label": label})
    return " ".join(parts)


def check(run: ImportRun, register: Register, ends: float) -> bool:
    """Read and plan the rows that are left, or those that a fix has touched."""
    if run.fix:
        return _fix(run, register)
    reader = Reader(register, run.by)
    with sealed.unpacked(run.path) as file:
        rows = _data_rows(run, file)
        left = islice(rows, run.seen, None)
        while batch := tuple(islice(left, staging.BATCH)):
            if not _check_batch(run, register, batch, reader):
                return False
            if time.monotonic() > ends:
                return True
    return _finish(run)


def _data_rows(run: ImportRun, file: Any) -> Iterator[Raw]:
    """The rows below the headings.

    Raises:
        Invalid: there are more than may come in one file.
    """
    heading_row = run.headings[0] if run.headings else 1
    wanted = run.columns.values()
    count = 0
    for raw in tables.rows(file, run.sheet):
        says = any(raw.texts[p] for p in wanted if p < len(raw.texts))
        if raw.number <= heading_row or not (says or raw.flags):
            continue
        count += 1
        if count > MOST_ROWS:
            words = _("At most %(n)s rows in one file. Split it.")
            raise Invalid(words % {"n": f"{MOST_ROWS:,}"})
        yield raw


def _check_batch(
    run: ImportRun, register: Register, batch: tuple[Raw, ...], reader: Reader
) -> bool:
    """Plan and stage one batch; False when the run is no longer ours to check."""
    with transaction.atomic():
        held = staging.hold(run, State.CHECKING)
        if held is None or held.seen != run.seen:
            return False
        cells = [(raw.number, staging.cells_of(raw, run.columns)) for raw in batch]
        odd = {r.number: staging.odd_cells(register, r, run.columns) for r in batch}
        planned = staging.plan_batch(register, cells, odd, run.by, reader)
        prints = staging.mark_doubles(run, register, planned)
        ImportRow.objects.bulk_create(
            staging.staged(run, row, prints[row.number], odd[row.number])
            for row in planned
        )
        run.seen += len(batch)
        run.total = max(run.total, run.seen)
        run.beat_at = timezone.now()
        run.save(update_fields=["seen", "total", "beat_at"])
    return True


def _finish(run: ImportRun) -> bool:
    """Count the verdicts; the run waits for its person."""
    with transaction.atomic():
        if staging.hold(run, State.CHECKING) is None:
            return False
        if not run.seen:
            raise tables.refused(_("The file has headings but no rows."))
        recount(run)
        run.state, run.total, run.beat_at = State.CHECKED, run.seen, timezone.now()
        run.save(update_fields=["state", "total", "counts", "beat_at"])
    return True


def recount(run: ImportRun) -> None:
    """Rows by verdict (the caller saves)."""
    rows = ImportRow.objects.filter(run=run).values_list("verdict")
    run.counts = dict(rows.annotate(n=Count("pk")).order_by("verdict"))


def _fix(run: ImportRun, register: Register) -> bool:
    """Write the right value into the next rows with the same fault, and plan them again."""
    with transaction.atomic():
        if staging.hold(run, State.CHECKING) is None:
            return False
        fix = run.fix
        wanted = [{"column": fix["column"], "key": fix["key"]}]
        rows = ImportRow.objects.filter(
            run=run, problems__contains=wanted, state=ImportRow.State.WAITING
        )
        batch = list(rows.order_by("number")[: staging.BATCH])
        replan(run, register, batch, {fix["column"]: fix["to"]})
        if len(batch) < staging.BATCH:
            run.fix = {}
            run.state = State.CHECKED
        recount(run)
        run.beat_at = timezone.now()
        run.save(update_fields=["fix", "state", "counts", "beat_at"])
    return True


def replan(
    run: ImportRun,
    register: Register,
    rows: list[ImportRow],
    fixed: dict[str, str] | None = None,
) -> None:
    """Plan staged rows again, with some cells set to what they should have been."""
    cells = [(row.number, {**staging.cells(row), **(fixed or {})}) for row in rows]
    odd = {row.number: staging.odd_of(row) for row in rows}
    reader = Reader(register, run.by)
    planned = staging.plan_batch(register, cells, odd, run.by, reader)
    prints = staging.mark_doubles(run, register, planned)
    by_number = {row.number: row for row in planned}
    for row in rows:
        again = staging.staged(
            run, by_number[row.number], prints[row.number], odd[row.number]
        )
        for name in FIELDS:
            setattr(row, name, getattr(again, name))
    ImportRow.objects.bulk_update(rows, FIELDS, batch_size=staging.BATCH)


FIELDS = (
    "cells",
    "verdict",
    "changes",
    "problems",
    "fingerprint",
    "target_id",
    "is_new",
)
