"""Running a delivery: in batches, each whole or not at all, going on where it stopped.

`execute()` may be called by any number of workers and again after a crash: a batch is written
together with its counts, and a second worker that finds the counts ahead of it stops.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import crypto, events
from governance.core.errors import Conflict, DomainError, Invalid
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers import Register, find
from governance.core.registers.plan import Applied, apply, plan
from governance.core.registers.reading import Reader
from governance.core.registers.spec import Planned
from grids import positions
from grids.feeds import mapping, tables
from grids.feeds.believing import Judge, rules_of
from grids.feeds.standing import clerk
from grids.feeds.tables import Table
from grids.feeds.transport import Delivery
from grids.models import Feed, FeedRowError, FeedRun

log = structlog.get_logger(__name__)
BATCH = 200
STALE = timedelta(minutes=3)
SHRINKS_TO = 0.5
ENOUGH_ROWS = 10
State = FeedRun.State


@dataclass
class Work:
    """What a run needs in memory. `cells` and `dates` are by row number, in order."""

    run: FeedRun
    register: Register
    table: Table
    reader: Reader
    cells: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    dates: dict[int, datetime] = field(default_factory=dict)
    twice: dict[int, int] = field(default_factory=dict)

    @property
    def feed(self) -> Feed:
        return self.run.feed


def digest_of(feed: Feed, data: bytes) -> str:
    """Of the file and of how it is read: another mapping makes it another delivery."""
    how = json.dumps([feed.mapping, feed.crs, feed.register], sort_keys=True)
    return hashlib.sha256(data + b"\0" + how.encode()).hexdigest()


def receive(feed: Feed, delivery: Delivery, *, by: Actor) -> FeedRun:
    """Keep a delivered file and queue it; the same file as last time ends at once.

    Raises:
        Conflict: the feed is not in use, or a delivery is being worked on.
    """
    user = by if isinstance(by, User) else None
    digest = digest_of(feed, delivery.data)
    with transaction.atomic():
        held = Feed.objects.select_for_update().get(pk=feed.pk)
        if not held.is_active:
            raise Conflict(_("This feed is not in use yet."))
        give_up_stale(held)
        if held.runs.filter(state__in=[State.WAITING, State.RUNNING]).exists():
            raise Conflict(_("The last delivery is still being worked on."))
        run = FeedRun(
            feed=held,
            by=user,
            file_name=delivery.name,
            digest=digest,
            as_of=delivery.as_of,
        )
        last = held.runs.filter(state=State.DONE).first()
        if last is not None and last.digest == digest and not last.faulty:
            # after errors the same file is read again: the missing grid may be there now
            return _nothing_new(run, last, by)
        run.stored = _store(held, delivery.data)
        run.save()
        events.record(
            "feed.received", run, by, {"feed": held.code}, district_id=held.district_id
        )
        _queue(run)
    return run


def _nothing_new(run: FeedRun, last: FeedRun, by: Actor) -> FeedRun:
    newest = run.feed.runs.first()
    if newest is not None and newest.state == State.NOTHING_NEW and run.by is None:
        run = newest  # a schedule that finds the same file each hour makes one line
    run.state, run.total, run.ended_at = State.NOTHING_NEW, last.total, timezone.now()
    run.done = run.same = last.total
    run.save()
    _delivered(run, by)
    return run


def _store(feed: Feed, data: bytes) -> str:
    """Where the file waits, encrypted: it is full of personal data."""
    text = crypto.encrypt(base64.b64encode(data).decode())
    name = f"feeds/{feed.code}/{timezone.now():%Y%m%d%H%M%S%f}"
    return default_storage.save(name, ContentFile(text.encode()))


def _load(run: FeedRun) -> bytes:
    with default_storage.open(run.stored) as file:
        return base64.b64decode(crypto.decrypt(file.read().decode()))


def _queue(run: FeedRun) -> None:
    """A hint to the workers; the sweep finds the row if the hint is lost."""
    from grids.tasks.feeds import run_feed

    transaction.on_commit(partial(run_feed.delay, run.pk), robust=True)


@transaction.atomic
def go_on(
    run: FeedRun, *, by: Actor, crs: str = "", may_shrink: bool = False
) -> FeedRun:
    """Let a run that stopped or waits for a word continue where it is.

    Args:
        run: held or broken.
        by: who said so.
        crs: the datum in which the positions are to be read; kept for later deliveries.
        may_shrink: the file is right although it has far fewer rows than the last.

    Raises:
        Conflict: it is not waiting for anybody, its file is gone, or a newer run is open.
    """
    held = FeedRun.objects.select_for_update().select_related("feed").get(pk=run.pk)
    if held.state not in {State.HELD, State.BROKEN} or not held.stored:
        raise Conflict(_("This run is not waiting for anybody."))
    if newer_than(held):
        raise Conflict(_("A newer delivery has taken its place."))
    if crs and held.done == 0:
        Feed.objects.filter(pk=held.feed_id).update(crs=crs)
        held.feed.crs = crs
        held.digest = digest_of(held.feed, _load(held))
    held.position_checked |= held.proposal not in {"", "rows"}
    held.may_shrink |= may_shrink
    held.proposal = ""
    held.state, held.words, held.touched_at = State.WAITING, "", timezone.now()
    held.save()
    data = {"crs": crs, "may_shrink": may_shrink}
    events.record("feed.went_on", held, by, data, district_id=held.feed.district_id)
    _queue(held)
    return held


def newer_than(run: FeedRun) -> FeedRun | None:
    """The latest delivery since, unless it was refused: an older one cannot go on over it."""
    later = FeedRun.objects.filter(feed=run.feed_id, pk__gt=run.pk)
    return later.exclude(state=State.REFUSED).order_by("-pk").first()


@transaction.atomic
def discard(run: FeedRun, *, by: Actor) -> FeedRun:
    """Put a file aside that waits for a word; nothing more of it is written.

    Raises:
        Conflict: it is not waiting for anybody.
    """
    held = FeedRun.objects.select_for_update().select_related("feed").get(pk=run.pk)
    if held.state not in {State.HELD, State.BROKEN} or not held.stored:
        raise Conflict(_("This run is not waiting for anybody."))
    held.by = by if isinstance(by, User) else held.by
    _end(held, State.REFUSED, _("Put aside: %(why)s") % {"why": held.words})
    return held


def give_up_stale(feed: Feed | None = None) -> int:
    """Mark runs whose worker is gone as stopped half-way; gives how many."""
    rows = FeedRun.objects.filter(
        state=State.RUNNING, touched_at__lt=timezone.now() - STALE
    )
    if feed is not None:
        rows = rows.filter(feed=feed)
    count = 0
    for run in rows.select_related("feed"):
        _end(run, State.BROKEN, _("The work stopped; what was done stays done."))
        count += 1
    return count


def execute(run_id: int) -> FeedRun | None:
    """Work on a run until it ends; None when it is not waiting.

    A fault of the program itself is raised after the run is marked as stopped.
    """
    with transaction.atomic():
        rows = FeedRun.objects.select_for_update(skip_locked=True, of=("self",))
        run = rows.select_related("feed__district").filter(pk=run_id).first()
        if run is None or run.state != State.WAITING:
            return None
        run.state, run.touched_at = State.RUNNING, timezone.now()
        run.save(update_fields=["state", "touched_at"])
    outcome, words = State.BROKEN, _("The work stopped half-way.")
    try:
        work = _prepare(run)
        while work is not None and _next_batch(work):
            pass
        outcome = State.DONE
    except Invalid as error:
        words = next(iter(error.fields.values()), [error.message])[0]
        outcome = State.REFUSED
    except DomainError as error:
        words = error.message
    except (DatabaseError, OSError) as error:
        log.warning("feed_run_stopped", run=run.pk, error=type(error).__name__)
    finally:
        # the counts of what was written are in the row, not in what this worker remembers
        run = FeedRun.objects.select_related("feed").get(pk=run_id)
        if outcome != State.DONE and run.state == State.RUNNING:
            _end(run, outcome, words)
    return run


def _prepare(run: FeedRun) -> Work | None:
    """Read the file; None when a person must say something first."""
    register = find(run.feed.register)
    if register is None:
        raise Invalid(fields={"file": [_("The register of this feed is gone.")]})
    table = tables.read(_load(run))
    missing = mapping.missing_columns(table, run.feed.mapping)
    if missing:
        words = _("The file lacks the column %(names)s.")
        raise Invalid(fields={"file": [words % {"names": "、".join(missing)}]})
    work = Work(run, register, table, Reader(register, clerk(run.feed)))
    for line in table.lines:
        cells, as_of = mapping.cells(line, run.feed.mapping, run.feed.crs)
        work.cells.append((line.number, cells))
        work.dates[line.number] = _moment(as_of) or run.as_of or run.started_at
    work.twice = _twice(register, work.cells)
    run.total = len(work.cells)
    run.save(update_fields=["total"])
    if _shrank(run) or _is_misplaced(work):
        return None
    return work


def _moment(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001


def _twice(
    register: Register, rows: Sequence[tuple[int, dict[str, str]]]
) -> dict[int, int]:
    """Rows that name the same record as an earlier one: number → the earlier number."""
    required = [c.name for c in register.typed_columns if c.required]
    first: dict[tuple[str, ...], int] = {}
    found = {}
    for number, cells in rows:
        key = [cells.get(name, "").strip() for name in register.natural_key]
        if not all(key):
            names = [*required, "grid", "address", *register.natural_key]
            key = ["", *(cells.get(name, "").strip() for name in names)]
        if number_before := first.get(tuple(key)):
            found[number] = number_before
        first.setdefault(tuple(key), number)
    return found


def _shrank(run: FeedRun) -> bool:
    """Hold a file that has lost most of its rows: it was probably cut off."""
    last = run.feed.runs.filter(state=State.DONE).first()
    if run.may_shrink or last is None or last.total < ENOUGH_ROWS:
        return False
    if run.total >= last.total * SHRINKS_TO:
        return False
    words = _("%(n)s rows, last time %(last)s. Is the file whole?")
    run.proposal = "rows"
    _end(run, State.HELD, words % {"n": run.total, "last": last.total})
    return True


def _is_misplaced(work: Work) -> bool:
    """Hold a file whose positions do not fit as the feed reads them."""
    run = work.run
    if run.position_checked or "lon" not in run.feed.columns:
        return False
    points = [p for p in (_point(work, cells) for _n, cells in work.cells) if p]
    judged = positions.verdict(points, run.feed.crs, run.feed.district_id)
    if not judged.is_doubtful:
        return False
    run.proposal = judged.fits or "position"
    _end(run, State.HELD, judged.words)
    return True


def _point(work: Work, cells: dict[str, str]) -> positions.Point | None:
    try:
        lon, lat = float(cells.get("lon", "")), float(cells.get("lat", ""))
    except ValueError:
        return None
    grid = None
    if cells.get("grid"):
        try:
            grid = work.reader.value(work.register.column("grid"), cells["grid"])
        except ValueError:
            grid = None
    return positions.Point(lon, lat, grid.pk if grid else None)


def _next_batch(work: Work) -> bool:
    """Write the next rows with their counts in one transaction; False after the last."""
    with transaction.atomic():
        run = FeedRun.objects.select_for_update().get(pk=work.run.pk)
        if run.state != State.RUNNING or run.done != work.run.done:
            return False
        batch = work.cells[run.done : run.done + BATCH]
        if batch:
            _write_batch(work, run, batch)
        run.touched_at = timezone.now()
        run.save()
        is_last = run.done >= len(work.cells)
        if is_last:
            _end(run, State.DONE, "")
    run.feed = work.feed
    work.run = run
    return not is_last


def _write_batch(
    work: Work, run: FeedRun, batch: list[tuple[int, dict[str, str]]]
) -> None:
    wanted = [(n, cells) for n, cells in batch if n not in work.twice]
    planned = plan(work.register, wanted, work.reader.viewer, reader=work.reader)
    for row in planned:
        # positions were looked at as a whole; other doubts are written down, not refused
        row.problems = [p for p in row.problems if not (p.asks and p.column == "crs")]
    dates = {row.number: work.dates[row.number] for row in planned}
    judge = Judge(work.feed, run, work.register, rules_of(work.feed), dates)
    judge.weigh(planned)
    applied = apply(work.register, planned, work.feed.source, work.feed.source)
    judge.keep(applied, planned)
    _stamp(work, planned, applied)
    _count(run, judge, planned, applied)
    _keep_errors(work, run, batch, planned, applied)
    run.done += len(batch)


def _stamp(work: Work, planned: list[Planned], applied: list[Applied]) -> None:
    """Put the date of the entry beside the source of each field that was written."""
    written = []
    for row, done in zip(planned, applied, strict=True):
        provenance = getattr(done.record, "provenance", None)
        if done.error or not provenance or not (done.is_new or row.changes):
            continue
        names = set(row.values if done.is_new else row.changes)
        names |= {name.removesuffix("_unit") for name in names}
        at = work.dates[row.number].isoformat(timespec="seconds")
        for name in names & provenance.keys():
            if provenance[name].get("source") == work.feed.source:
                provenance[name]["as_of"] = at
        written.append(done.record)
    if written:
        work.register.model._default_manager.bulk_update(written, ["provenance"])  # noqa: SLF001


def _count(
    run: FeedRun, judge: Judge, planned: list[Planned], applied: list[Applied]
) -> None:
    for row, done in zip(planned, applied, strict=True):
        if done.error:
            run.faulty += 1
        elif done.is_new:
            run.added += 1
        elif row.changes:
            run.changed += 1
        else:
            run.same += 1
    good = {done.number for done in applied if not done.error}
    for difference in judge.differences:
        if difference.row.number in good:
            run.asked += difference.state == "open"
            run.outranked += difference.state == "beside"


def _keep_errors(
    work: Work,
    run: FeedRun,
    batch: list[tuple[int, dict[str, str]]],
    planned: list[Planned],
    applied: list[Applied],
) -> None:
    """The rows with faults or doubts, with the cells as the department wrote them."""
    told: list[tuple[int, str, str, bool]] = []
    for number, _cells in batch:
        if number in work.twice:
            words = _("Names the same as row %(n)s; only that one was taken.")
            told.append((number, "", words % {"n": work.twice[number]}, False))
            run.faulty += 1
    for row, done in zip(planned, applied, strict=True):
        doubts = [p for p in row.problems if p.asks]
        if done.error:
            column = row.problems[0].column if row.problems else ""
            column = column or next(iter(done.fields), "")
            told.append((row.number, column, done.error, False))
        elif doubts and (done.is_new or row.changes):
            told.append((row.number, doubts[0].column, doubts[0].words, True))
    lines = {line.number: line.cells for line in work.table.lines} if told else {}
    FeedRowError.objects.bulk_create(
        FeedRowError(
            run=run,
            number=number,
            column=column,
            words=words[:300],
            is_taken=is_taken,
            cells=json.dumps(lines[number], ensure_ascii=False),
        )
        for number, column, words, is_taken in told
    )


def _end(run: FeedRun, state: str, words: str) -> None:
    """Close a run in this state; the file goes unless the run may still go on."""
    run.state, run.words, run.ended_at = state, words[:300], timezone.now()
    stored = run.stored
    if state in {State.DONE, State.REFUSED}:
        run.stored = ""
    with transaction.atomic():
        run.save(update_fields=["state", "words", "ended_at", "stored", "proposal"])
        if state == State.DONE:
            _delivered(run, run.by or run.feed.source)
        else:
            _record_end(run)
        if stored and not run.stored:
            transaction.on_commit(partial(default_storage.delete, stored), robust=True)


def _delivered(run: FeedRun, by: Any) -> None:
    Feed.objects.filter(pk=run.feed_id).update(
        delivered_at=timezone.now(), alarmed_at=None
    )
    _record_end(run, by)


def _record_end(run: FeedRun, by: Any = None) -> None:
    """The data-exchange log: counts only, no personal data."""
    counts = ("total", "added", "changed", "same", "faulty", "asked", "outranked")
    data = {name: getattr(run, name) for name in counts}
    data |= {"feed": run.feed.code, "state": run.state}
    events.record(
        "feed.run_ended",
        run,
        by or run.by or run.feed.source,
        data,
        thread_id=run.feed_id,
        district_id=run.feed.district_id,
    )


def note_errors_taken(run: FeedRun, *, by: User) -> None:
    """Write down that somebody took the faulty rows: they hold personal data."""
    events.record(
        "feed.errors_exported",
        run,
        by,
        {"feed": run.feed.code, "rows": run.faulty},
        thread_id=run.feed_id,
        district_id=run.feed.district_id,
    )
