"""Staged rows of an import: from planned rows to the table and back; personal cells are sealed."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from governance.core.bulk import update_many
from governance.core.crypto import keyed_hash
from governance.core.models import ImportRow, ImportRun
from governance.core.registers import plan as planning
from governance.core.registers.reading import Reader
from governance.core.registers.spec import (
    Column,
    Kind,
    Planned,
    Problem,
    Register,
    Viewer,
)
from governance.core.registers.tables import (
    DATE_FLAG,
    ERROR_FLAG,
    FORMULA_FLAG,
    Raw,
)
from governance.core.registers.workbook import Bad

BATCH = 200
LOCKS = 73 << 56  # advisory locks of imports; ids have 53 bits
DATE_KINDS = {Kind.DATE}


def lock(run_id: int) -> bool:
    """Take the run for this transaction; False when another worker has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCKS + run_id])
        return bool(cursor.fetchone()[0])


def hold(run: ImportRun, state: str) -> ImportRun | None:
    """The run, locked for this transaction, if no other worker has it and it is in `state`."""
    if not lock(run.pk):
        return None
    rows = ImportRun.objects.select_for_update(of=("self",))
    return rows.filter(pk=run.pk, state=state).first()


def until(ends: float, batch: Callable[[], bool | None]) -> bool:
    """Take batches until nothing is left or the time (`time.monotonic`) is over.

    `batch` says True when rows are left, False when none are, None when the run is not ours any
    more; then this is False.
    """
    while time.monotonic() < ends:
        left = batch()
        if left is None:
            return False
        if not left:
            break
    return True


def cells_of(raw: Raw, columns: Mapping[str, int]) -> dict[str, str]:
    """Text by column; a cell beyond the end of its row is empty."""
    return {
        name: raw.texts[position] if position < len(raw.texts) else ""
        for name, position in columns.items()
    }


def odd_cells(
    register: Register, raw: Raw, columns: Mapping[str, int]
) -> list[Problem]:
    """Problems that only the sheet knows of: formulas without a value, errors, false dates."""
    out = []
    for name, position in columns.items():
        flag = raw.flags.get(position, "")
        column = register.column(name)
        if flag == FORMULA_FLAG:
            words = _("A formula without a value. Open the file in Excel and save it.")
            out.append(Problem(name, words))
        elif flag == ERROR_FLAG:
            out.append(Problem(name, _("The formula of this cell gives an error.")))
        elif flag == DATE_FLAG and column.kind not in DATE_KINDS:
            words = _("Excel took this for a date. Is it right?")
            out.append(Problem(name, words, asks=True))
    return out


def plan_batch(
    register: Register,
    rows: Sequence[tuple[int, Mapping[str, str]]],
    odd: Mapping[int, list[Problem]],
    viewer: Viewer,
    reader: Reader,
) -> list[Planned]:
    """Plan rows of a file, what the sheet itself is at fault for included."""
    planned = planning.plan(register, rows, viewer, reader=reader)
    for row in planned:
        faulty = {problem.column for problem in odd.get(row.number, ())}
        kept = [p for p in row.problems if p.column not in faulty or p.asks]
        row.problems = [*odd.get(row.number, ()), *kept]
    return planned


def fingerprint(register: Register, row: Planned) -> str:
    """The same for two rows about one record; empty while its key cannot be read."""
    parts = []
    for name in register.natural_key:
        value = row.values.get(name)
        if value in (None, ""):
            return ""
        parts.append(str(getattr(value, "pk", value)))
    return keyed_hash("|".join(parts), f"import:{register.key}") if parts else ""


def keep(rows: Sequence[ImportRow]) -> None:
    """Write what became of rows."""
    update_many(rows, ("state", "words", "target_id", "is_new", "version_after"))


def mark_doubles(
    run: ImportRun, register: Register, planned: Iterable[Planned]
) -> dict[int, str]:
    """Mark rows that repeat an earlier one of the file; gives the fingerprints by number."""
    rows = list(planned)
    prints = {row.number: fingerprint(register, row) for row in rows}
    known = dict(
        ImportRow.objects.filter(run=run, fingerprint__in=set(prints.values()) - {""})
        .exclude(number__in=prints)
        .order_by("-number")
        .values_list("fingerprint", "number")
    )
    column = register.natural_key[0] if register.natural_key else ""
    for row in rows:
        mark = prints[row.number]
        if not mark:
            continue
        first = known.setdefault(mark, row.number)
        if first < row.number:
            words = _("The same as row %(row)s; one of them stays.") % {"row": first}
            row.problems.append(Problem(column, words))
    return prints


def staged(
    run: ImportRun, row: Planned, mark: str, odd: Iterable[Problem] = ()
) -> ImportRow:
    """The row as it is kept until it is imported; `odd` is what only the sheet knew."""
    return ImportRow(
        run=run,
        number=row.number,
        cells=json.dumps(row.cells, ensure_ascii=False),
        verdict=planning.verdict(row),
        changes=json.dumps(row.changes, ensure_ascii=False),
        problems=[problem_as_dict(p, row.cells) for p in row.problems],
        odd=[problem_as_dict(p, row.cells) for p in odd],
        fingerprint=mark,
        target_id=getattr(row.target, "pk", None),
        is_new=row.target is None,
    )


def problem_as_dict(problem: Problem, cells: Mapping[str, str]) -> dict[str, Any]:
    """A problem as JSON; `key` is the same for the same text in the same column."""
    text = cells.get(problem.column, "")
    mark = ""
    if problem.suggestion and text:
        mark = keyed_hash(text, f"fix:{problem.column}")[:16]
    return {
        "column": problem.column,
        "words": problem.words,
        "suggestion": problem.suggestion,
        "asks": problem.asks,
        "key": mark,
    }


def cells(row: ImportRow) -> dict[str, str]:
    """The cells of a staged row by column."""
    found: dict[str, str] = json.loads(row.cells or "{}")
    return found


def changes(row: ImportRow) -> dict[str, tuple[str, str]]:
    """(before, after) by column."""
    found = json.loads(row.changes or "{}")
    return {name: (pair[0], pair[1]) for name, pair in found.items()}


def odd_of(row: ImportRow) -> list[Problem]:
    """The problems of a staged row that reading its text again would not find."""
    return [
        Problem(told["column"], told["words"], asks=bool(told["asks"]))
        for told in row.odd
    ]


def columns_of_file(run: ImportRun, register: Register) -> list[Column]:
    """The columns that the file has, in the order of the register."""
    return [c for c in register.typed_columns if c.name in run.columns]


def bad_rows(run: ImportRun) -> Iterator[Bad]:
    """Rows that were not imported, with what is wrong; read as they are written out."""
    rows = ImportRow.objects.filter(run=run)
    wanted = rows.filter(verdict="error") | rows.filter(state=ImportRow.State.REFUSED)
    for row in wanted.order_by("number").iterator(chunk_size=500):
        by_column = {problem["column"]: problem["words"] for problem in row.problems}
        words = "；".join([*by_column.values(), *([row.words] if row.words else [])])
        yield Bad(row.number, cells(row), by_column, words)
