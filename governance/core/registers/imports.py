"""What people do with an import: bring a file, choose, fix, start, stop, undo, give up."""

import hashlib
from datetime import timedelta
from pathlib import PurePath
from typing import IO, Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events, locks
from governance.core.errors import Conflict, Invalid, NotAllowed, NotHere
from governance.core.models import ImportRow, ImportRun, User
from governance.core.registers import checking, headings, places, running, sealed
from governance.core.registers.spec import Register
from governance.core.registers.tables import Raw, refused
from governance.core.sheets import MAX_BYTES

State = ImportRun.State
SEE_ALL = frozenset({"district", "leader", "admin", "auditor"})
ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt", ".xls")


def visible_to(user: User, roles: frozenset[str]) -> QuerySet[ImportRun]:
    """One's own imports; who sees the whole district sees all of it."""
    own = Q(by=user)
    if roles & SEE_ALL:
        own |= Q(district_id=places.known().district_id(user))
    return ImportRun.objects.filter(own)


def upload(register: Register, file: IO[bytes], name: str, *, by: User) -> ImportRun:
    """Keep a file sealed and let a worker look at it.

    Raises:
        Invalid: field "file": empty, too large, not a table by its name.
    """
    digest, size = hashlib.sha256(), 0
    for chunk in iter(lambda: file.read(1 << 20), b""):
        size += len(chunk)
        if size > MAX_BYTES:
            raise refused(_("The file is too large: 20 MB at most."))
        digest.update(chunk)
    if not size:
        raise refused(_("The file is empty."))
    shown = PurePath(name.replace("\\", "/")).name[:120] or "file"
    if not shown.lower().endswith(ENDINGS):
        raise refused(_("Choose an Excel file (.xlsx) or a CSV file."))
    file.seek(0)
    path = sealed.store(f"imports/{digest.hexdigest()[:16]}.sealed", file)
    with transaction.atomic():
        run = ImportRun.objects.create(
            no=_next_number(),
            register=register.key,
            by=by,
            district_id=places.known().district_id(by),
            file_name=shown,
            file_bytes=size,
            sha256=digest.hexdigest(),
            path=path,
            beat_at=timezone.now(),
        )
        told = {"register": register.key, "bytes": size}
        events.record("import.uploaded", run, by, told, district_id=run.district_id)
    return run


def _next_number() -> str:
    """IM20261119-04: the day and the number of the day; one at a time."""
    locks.hold("import-number")
    head = f"IM{timezone.localdate():%Y%m%d}-"
    last = ImportRun.objects.filter(no__startswith=head).order_by("-pk").first()
    number = int(last.no.removeprefix(head)) + 1 if last else 1
    return f"{head}{number:02d}"


def same_file(run: ImportRun) -> ImportRun | None:
    """An earlier import of the very same file into the same register."""
    same = ImportRun.objects.filter(
        register=run.register, sha256=run.sha256, by=run.by, pk__lt=run.pk
    )
    return same.filter(state=State.DONE).order_by("-pk").first()


def _held(pk: int, by: User, *states: str) -> ImportRun:
    """The run, locked, if it is the caller's and in one of these states.

    Raises:
        NotHere, NotAllowed: no such run; somebody else's. Conflict: the step does not fit now.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if run is None:
        raise NotHere(_("There is no such import."))
    if run.by_id != by.pk:
        raise NotAllowed(_("Only the one who brought the file may do this."))
    if run.state not in states:
        words = _("This import is “%(state)s”; this step does not fit now.")
        raise Conflict(words % {"state": run.get_state_display()})
    return run


def _ask(run: ImportRun, by: User, what: str) -> None:
    """Leave it to a worker."""
    told = {"register": run.register, "what": what}
    events.record("import.asked", run, by, told, district_id=run.district_id)


@transaction.atomic
def choose(
    register: Register, pk: int, *, by: User, sheet: str, columns: dict[str, str]
) -> ImportRun:
    """Settle which sheet is read and which headings are which columns.

    Args:
        register: the kind of record.
        pk: the run.
        by: who brought the file.
        sheet: name of the sheet.
        columns: column name to position of its heading, as text; "" leaves it to the headings.

    Raises:
        Invalid: field "sheet".
    """
    run = _held(pk, by, State.CHOOSING)
    told = next((s for s in run.sheets if s["name"] == sheet), None)
    if told is None:
        raise Invalid(fields={"sheet": [_("Choose a sheet.")]})
    texts = told["texts"] or told["first"]
    known = {column.name for column in register.typed_columns}
    chosen = {
        name: int(position)
        for name, position in columns.items()
        if name in known and position.isdigit() and int(position) < len(texts)
    }
    found = headings.read(register, Raw(told["row"] or 1, texts), chosen)
    checking.take(run, register, sheet, found)
    run.beat_at = timezone.now()
    run.save()
    if run.state == State.CHECKING:
        _ask(run, by, "check")
    return run


@transaction.atomic
def fix(pk: int, *, by: User, column: str, key: str) -> ImportRun:
    """Write the suggested value into every row with the same fault, and check those again.

    Raises:
        NotHere: no row has this fault any more.
    """
    run = _held(pk, by, State.CHECKED)
    wanted = [{"column": column, "key": key}]
    row = ImportRow.objects.filter(run=run, problems__contains=wanted).first()
    found = [p for p in row.problems if p["column"] == column] if row else []
    to = next((p["suggestion"] for p in found if p["key"] == key), "")
    if not key or not to:
        raise NotHere(_("No row has this fault any more."))
    run.fix = {"column": column, "key": key, "to": to}
    run.state, run.beat_at = State.CHECKING, timezone.now()
    run.save(update_fields=["fix", "state", "beat_at"])
    _ask(run, by, "fix")
    return run


@transaction.atomic
def accept(pk: int, *, by: User, numbers: list[int] | None, is_accepted: bool) -> int:
    """Say of doubtful rows that they are right after all (all of them without `numbers`)."""
    run = _held(pk, by, State.CHECKED)
    rows = ImportRow.objects.filter(run=run, verdict="ask")
    if numbers is not None:
        rows = rows.filter(number__in=numbers)
    return rows.update(is_accepted=is_accepted)


@transaction.atomic
def start(pk: int, *, by: User, mode: str) -> ImportRun:
    """Begin to write, or go on after a stop.

    Raises:
        Invalid: field "mode": all or nothing while rows have errors; or nothing to write.
    """
    run = _held(pk, by, State.CHECKED, State.STOPPED)
    if run.purged_at is not None:
        raise Conflict(_("The rows were removed after 30 days. Bring the file again."))
    if mode not in ImportRun.Mode.values:
        raise Invalid(fields={"mode": [_("Choose what happens to faulty rows.")]})
    if mode == ImportRun.Mode.WHOLE and run.counts.get("error"):
        words = _("All or nothing: correct the faulty rows first.")
        raise Invalid(words, fields={"mode": [words]})
    if not running.wanted(run).filter(state=ImportRow.State.WAITING).exists():
        raise Invalid(_("There is nothing to import."))
    run.mode, run.state, run.fault = mode, State.RUNNING, ""
    run.total = running.wanted(run).count()
    if not run.done:
        run.seen = 0
    run.started_at = run.started_at or timezone.now()
    run.beat_at, run.finished_at = timezone.now(), None
    run.save()
    _ask(run, by, "run")
    return run


@transaction.atomic
def stop(pk: int, *, by: User) -> ImportRun:
    """Stop after the batch that is being written; what is written stays and can be undone."""
    run = _held(pk, by, State.RUNNING)
    run.state, run.finished_at = State.STOPPED, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    told = {"register": run.register, **run.done}
    events.record("import.stopped", run, by, told, district_id=run.district_id)
    return run


@transaction.atomic
def undo(pk: int, *, by: User) -> ImportRun:
    """Take the whole batch back, within 24 hours.

    Raises:
        Conflict: the time is over, or the rows are gone.
    """
    run = _held(pk, by, State.DONE, State.STOPPED)
    if not run.can_be_undone:
        raise Conflict(_("An import can be undone for 24 hours; that time is over."))
    run.state, run.beat_at = State.UNDOING, timezone.now()
    run.save(update_fields=["state", "beat_at"])
    _ask(run, by, "undo")
    return run


@transaction.atomic
def cancel(pk: int, *, by: User) -> ImportRun:
    """Give an import up before anything is written; its rows and file go."""
    waiting = (State.UPLOADED, State.CHOOSING, State.CHECKING, State.CHECKED)
    run = _held(pk, by, *waiting, State.FAILED)
    ImportRow.objects.filter(run=run).delete()
    path, run.path = run.path, ""
    run.state, run.finished_at = State.CANCELLED, timezone.now()
    run.save(update_fields=["path", "state", "finished_at"])
    events.record("import.cancelled", run, by, {}, district_id=run.district_id)
    transaction.on_commit(lambda: sealed.remove(path))
    return run


def time_left(run: ImportRun, seen: int) -> timedelta | None:
    """About how long the rest takes, from the pace so far; None before there is one."""
    began = run.started_at or run.created_at
    spent = (timezone.now() - began).total_seconds()
    if seen < 100 or spent < 1 or run.total <= seen:
        return None
    return timedelta(seconds=spent * (run.total - seen) / seen)


def seen_of(run: ImportRun) -> int:
    """Rows worked on, also while one transaction holds them all."""
    from django.core.cache import cache

    told: Any = cache.get(running.progress_key(run)) if run.is_active else None
    return max(run.seen, int(told or 0))
