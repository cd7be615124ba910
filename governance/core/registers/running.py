"""Writing the staged rows: batch by batch, or all or nothing in one transaction."""

from collections import Counter
from collections.abc import Sequence

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.faults import fault_point
from governance.core.models import ImportRow, ImportRun
from governance.core.registers import plan as planning
from governance.core.registers import staging
from governance.core.registers.plan import Applied
from governance.core.registers.reading import Reader
from governance.core.registers.spec import Planned, Register

State = ImportRun.State
RowState = ImportRow.State
PROGRESS_SECONDS = 3600


class Refused(Exception):
    """A row was refused where all or nothing was wanted; `words` say which and why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def wanted(run: ImportRun) -> QuerySet[ImportRow]:
    """Rows that this run would write: new and changed ones, doubts that somebody accepted."""
    clear = Q(verdict__in=(planning.NEW, planning.CHANGED))
    accepted = Q(verdict=planning.ASK, is_accepted=True)
    return ImportRow.objects.filter(clear | accepted, run=run)


def progress_key(run: ImportRun) -> str:
    return f"import-progress:{run.pk}"


def run(run: ImportRun, register: Register, ends: float) -> bool:
    """Write what is left, until the time is over; False when another worker has the run."""
    if run.mode == ImportRun.Mode.WHOLE:
        return _whole(run, register)
    reader = Reader(register, run.by)
    return staging.until(ends, lambda: _batch(run, register, reader))


def _batch(run: ImportRun, register: Register, reader: Reader) -> bool | None:
    """Write one batch; True when rows are left, None when the run is not ours (any more)."""
    with transaction.atomic():
        if staging.hold(run, State.RUNNING) is None:
            return None
        run.refresh_from_db(fields=["done", "seen", "state"])
        rows = _next(run)
        done = _write(run, register, rows, reader)
        fault_point("import.written")
        _count(run, done)
        if not rows:
            _finish(run)
        run.beat_at = timezone.now()
        run.save(update_fields=["done", "seen", "beat_at", "state", "finished_at"])
    return bool(rows)


def _next(run: ImportRun) -> list[ImportRow]:
    rows = wanted(run).filter(state=RowState.WAITING).order_by("number")
    return list(rows[: staging.BATCH])


def _finish(run: ImportRun) -> None:
    run.state, run.finished_at = State.DONE, timezone.now()


def _count(run: ImportRun, done: Counter[str]) -> None:
    run.done = dict(Counter(run.done) + done)
    run.seen += done.total()


def _whole(run: ImportRun, register: Register) -> bool:
    """Write all rows in one transaction; one refused row takes everything back."""
    try:
        with transaction.atomic():
            held = ImportRun.objects.filter(pk=run.pk, state=State.RUNNING)
            if not staging.lock(run.pk) or not held.exists():
                return False
            _all(run, register)
            _finish(run)
            if not held.update(
                done=run.done,
                seen=run.seen,
                state=run.state,
                finished_at=run.finished_at,
            ):
                raise Refused(_("It was stopped."))
    except Refused as error:
        words = _("%(why)s Nothing was written.") % {"why": error.words}
        ImportRun.objects.filter(pk=run.pk).update(
            state=State.CHECKED, fault=words, seen=0, beat_at=timezone.now()
        )
    finally:
        cache.delete(progress_key(run))
    return True


def _all(run: ImportRun, register: Register) -> None:
    """Every row, with progress told outside the transaction.

    Raises:
        Refused: a row cannot be written, or somebody stopped the run.
    """
    reader = Reader(register, run.by)
    while rows := _next(run):
        done = _write(run, register, rows, reader)
        bad = next((row for row in rows if row.state == RowState.REFUSED), None)
        if bad is not None:
            words = _("Row %(row)s: %(why)s") % {"row": bad.number, "why": bad.words}
            raise Refused(words)
        _count(run, done)
        cache.set(progress_key(run), run.seen, PROGRESS_SECONDS)
        if not ImportRun.objects.filter(pk=run.pk, state=State.RUNNING).exists():
            raise Refused(_("It was stopped."))


def _write(
    run: ImportRun, register: Register, rows: Sequence[ImportRow], reader: Reader
) -> Counter[str]:
    """Plan the rows afresh, write those that still do what was shown, keep what became of each."""
    cells = [(row.number, staging.cells(row)) for row in rows]
    odd = {row.number: staging.odd_of(row) for row in rows}
    planned = staging.plan_batch(register, cells, odd, run.by, reader)
    by_number = {row.number: row for row in rows}
    refused: dict[int, str] = {}
    writing = []
    for plan in planned:
        words = _moved(by_number[plan.number], plan)
        if words:
            refused[plan.number] = words
        else:
            writing.append(plan)
    applied = planning.apply(register, writing, run.by, run.source)
    out: Counter[str] = Counter()
    for done in applied:
        out[_keep(by_number[done.number], done)] += 1
    for number, words in refused.items():
        row = by_number[number]
        row.state, row.words = RowState.REFUSED, words
        out["refused"] += 1
    staging.keep(rows)
    return out


def _moved(row: ImportRow, plan: Planned) -> str:
    """Why a row would no longer do what its person saw; empty when it still does."""
    if plan.has_error:
        return " ".join(p.words for p in plan.problems if not p.asks)
    if row.is_new != (plan.target is None):
        return _("Somebody has written or ended this record since the check.")
    seen = staging.changes(row)
    now = {name: tuple(pair) for name, pair in plan.changes.items()}
    if any(now.get(name) != pair for name, pair in seen.items() if name in now):
        return _("Somebody has changed this record since the check.")
    if set(now) - set(seen):
        return _("Somebody has changed this record since the check.")
    return ""


def _keep(row: ImportRow, done: Applied) -> str:
    """Note what became of a row; gives the word it is counted under."""
    if done.record is None:
        row.state, row.words = RowState.REFUSED, done.error
        return "refused"
    row.state, row.words = RowState.DONE, ""
    row.target_id, row.is_new = done.record.pk, done.is_new
    row.version_after = getattr(done.record, "version", None)
    if done.is_new:
        return "created"
    return "changed" if staging.changes(row) else "same"
