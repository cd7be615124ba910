"""What a worker does for an import: look, check, import, undo; a batch at a time.

Every batch is one transaction that holds the run's advisory lock: what it wrote and how far it
got are committed together, so a killed worker's batch is simply done again, once. Nobody works on
a run for longer than `SECONDS` in one message; the next message goes on from the rows.
"""

import time
from datetime import timedelta

import structlog
from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import DomainError
from governance.core.models import ImportRow, ImportRun
from governance.core.notices import notify
from governance.core.registers import checking, running, sealed, spec, undoing
from governance.core.registers.spec import Register

log = structlog.get_logger(__name__)
SECONDS = 45.0
SILENT = timedelta(seconds=60)
KEEP = timedelta(days=30)
State = ImportRun.State


def advance(run_id: int, seconds: float = SECONDS) -> bool:
    """Work on a run for at most about `seconds`; True when something is left to do."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if not _step(run_id, ends):
                return False
        except OperationalError:
            raise  # the database is away: the sweep takes it up again
        except DomainError as error:
            _fail(run_id, error.message)
            return False
        except Exception:  # a fault of ours must not be tried for ever
            log.exception("import_broken", run_id=run_id)
            _fail(
                run_id,
                _("A fault of the system stopped this. Nothing more is written."),
            )
            return False
    return True


def _step(run_id: int, ends: float) -> bool:
    """The next piece of work; False when there is none, or another worker has the run."""
    run = ImportRun.objects.select_related("by").get(pk=run_id)
    register = spec.find(run.register)
    if register is None or not run.is_active:
        return False
    before = run.state
    step = STEPS[State(run.state)]
    if not step(run, register, ends):
        return False
    run.refresh_from_db()
    if run.state != before or run.state == State.CHECKED:
        _after(run, register, before)
    return run.is_active


def _after(run: ImportRun, register: Register, before: str) -> None:
    """What follows from the end of a piece of work: the file goes, who asked is told."""
    is_recheck = before == State.CHECKING and not run.path
    if run.path and run.state not in (State.UPLOADED, State.CHOOSING, State.CHECKING):
        sealed.remove(run.path)
        ImportRun.objects.filter(pk=run.pk).update(path="")
    name = EVENTS.get((before, run.state))
    if name is None or is_recheck:
        return
    told = {"register": run.register, **run.counts, **run.done}
    event = events.record(name, run, run.by, told, district_id=run.district_id)
    notify([run.by_id], event, _told(run, register), page_of(run))


def _told(run: ImportRun, register: Register) -> str:
    words = {"file": run.file_name, "what": register.plural, "n": run.total}
    if run.state == State.CHECKED:
        return _("%(file)s is checked: %(n)s rows.") % words
    if run.state == State.DONE:
        return _("%(file)s is imported into %(what)s.") % words
    if run.state == State.UNDONE:
        return _("The import of %(file)s is undone.") % words
    return _("%(file)s needs you before it can be imported.") % words


def page_of(run: ImportRun) -> str:
    return reverse("import_run", kwargs={"pk": run.pk})


def _fail(run_id: int, words: str) -> None:
    """Stop with a sentence; what was written stays, and can be undone."""
    now = timezone.now()
    rows = ImportRun.objects.filter(pk=run_id)
    sealed.remove(rows.values_list("path", flat=True).get())
    rows.update(path="")
    rows.filter(state__in=(State.UPLOADED, State.CHECKING)).update(
        state=State.FAILED, fault=words, finished_at=now
    )
    rows.filter(state__in=(State.RUNNING, State.UNDOING)).update(
        state=State.STOPPED, fault=words, finished_at=now
    )


STEPS = {
    State.UPLOADED: checking.look,
    State.CHECKING: checking.check,
    State.RUNNING: running.run,
    State.UNDOING: undoing.undo,
}
EVENTS: dict[tuple[str, str], str] = {
    (State.UPLOADED, State.CHOOSING): "import.unclear",
    (State.CHECKING, State.CHECKED): "import.checked",
    (State.RUNNING, State.DONE): "import.done",
    (State.RUNNING, State.STOPPED): "import.stopped",
    (State.UNDOING, State.UNDONE): "import.undone",
}


def forgotten() -> list[int]:
    """Runs that should be worked on and show no sign of life."""
    silent = timezone.now() - SILENT
    rows = ImportRun.objects.filter(
        state__in=(State.UPLOADED, State.CHECKING, State.RUNNING, State.UNDOING),
        beat_at__lt=silent,
    )
    return list(rows.order_by("beat_at").values_list("pk", flat=True)[:20])


def purge() -> int:
    """Remove staged rows and files of runs older than 30 days; the counts stay."""
    old = ImportRun.objects.filter(
        purged_at__isnull=True, created_at__lt=timezone.now() - KEEP
    )
    count = 0
    for run in old.order_by("pk")[:50]:
        with transaction.atomic():
            ImportRow.objects.filter(run=run).delete()
            sealed.remove(run.path)
            run.path, run.purged_at = "", timezone.now()
            run.save(update_fields=["path", "purged_at"])
        count += 1
    return count
