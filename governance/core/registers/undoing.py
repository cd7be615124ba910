"""Taking an import back: new records go, changed ones get their former values.

What somebody has changed since stays as it is, and is named.
"""

from collections import Counter
from typing import Any

from django.db import DatabaseError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import DomainError
from governance.core.models import ImportRow, ImportRun, User
from governance.core.registers import panels, staging
from governance.core.registers.reading import Reader, empty
from governance.core.registers.spec import Register, Values

State = ImportRun.State
RowState = ImportRow.State


def undo(run: ImportRun, register: Register, ends: float) -> bool:
    """Take back what is left, the last row first; False when another worker has the run."""
    reader = Reader(register, run.by)
    return staging.until(ends, lambda: _batch(run, register, reader))


def _batch(run: ImportRun, register: Register, reader: Reader) -> bool | None:
    with transaction.atomic():
        if staging.hold(run, State.UNDOING) is None:
            return None
        run.refresh_from_db(fields=["done", "state"])
        rows = list(
            ImportRow.objects.filter(run=run, state=RowState.DONE).order_by("-number")[
                : staging.BATCH
            ]
        )
        out: Counter[str] = Counter()
        for row in rows:
            out[_take_back(run, register, row, reader)] += 1
        staging.keep(rows)
        run.done = dict(Counter(run.done) + out)
        run.beat_at = timezone.now()
        if not rows:
            run.state = State.UNDONE
        run.save(update_fields=["done", "beat_at", "state"])
    return bool(rows)


def _take_back(
    run: ImportRun, register: Register, row: ImportRow, reader: Reader
) -> str:
    """Undo one row; gives the word it is counted under."""
    words = _try(run, register, row, reader)
    row.state = RowState.KEPT if words else RowState.UNDONE
    row.words = words
    return "kept" if words else "undone"


def _try(run: ImportRun, register: Register, row: ImportRow, reader: Reader) -> str:
    """Why a row could not be undone; empty when it was."""
    model = register.model
    record = model._default_manager.filter(pk=row.target_id).first()  # noqa: SLF001
    if record is None:
        return "" if row.is_new else _("The record is gone.")
    if not row.is_new and not staging.changes(row):
        return ""
    if getattr(record, "version", None) != row.version_after:
        return _("Somebody has changed it since.")
    try:
        with transaction.atomic():
            if row.is_new:
                remove(register, record, run.by)
            else:
                _set_back(run, register, row, record, reader)
    except DomainError as error:
        return error.message
    except models.ProtectedError:
        return _("Other records hang on it.")
    except DatabaseError:
        return _("The database keeps it.")
    return ""


def remove(register: Register, record: Any, by: User) -> None:
    """Remove a record that an import made."""
    if register.remove is not None:
        register.remove(record, by=by)
        return
    name = record._meta.model_name  # noqa: SLF001 - Django's documented API
    events.record(f"{name}.removed", record, by, {"source": "undo"})
    record.delete()


def _set_back(
    run: ImportRun, register: Register, row: ImportRow, record: Any, reader: Reader
) -> None:
    values: Values = {}
    for name, (before, _after) in staging.changes(row).items():
        column = register.column(name)
        values[name] = reader.value(column, before) if before else empty(column)
    register.save(
        record, values, by=run.by, version=row.version_after, source=f"undo:{run.pk}"
    )


def _name_of(number: str) -> str:
    """How a source "import:<id>" is called: the number and file of the import."""
    run = ImportRun.objects.filter(pk=int(number)).first() if number.isdigit() else None
    if run is None:
        return _("an import")
    words = _("import %(no)s, %(file)s")
    return words % {"no": run.no, "file": run.file_name}


panels.tell_source("import", _name_of)
panels.tell_source("undo", lambda number: _("undo of an import"))
