"""What the rows of a file would do, and doing it: used by imports and by feeds.

    planned = plan(register, rows, viewer)     # reads, finds, compares, checks; writes nothing
    done = apply(register, planned, by, "import:17")

Rows come in batches of a few hundred; every step costs a fixed number of statements a batch,
except that `Register.save` is called row by row where there is no `save_many`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, models, transaction
from django.utils.translation import gettext as _

from governance.core.errors import DomainError, Invalid
from governance.core.events import Actor
from governance.core.registers import show
from governance.core.registers.reading import Reader, missing
from governance.core.registers.spec import Column, Kind, Planned, Register, Viewer

Numbered = tuple[int, Mapping[str, str]]
NEW, CHANGED, SAME, ERROR, ASK = "new", "changed", "same", "error", "ask"


@dataclass
class Applied:
    """What became of one row: the record, or why it was not written (`fields` by column)."""

    number: int
    record: Any = None
    is_new: bool = False
    error: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)


def plan(
    register: Register,
    rows: Iterable[Numbered],
    viewer: Viewer,
    *,
    reader: Reader | None = None,
) -> list[Planned]:
    """What each row would do; nothing is written.

    Args:
        register: the kind of record.
        rows: (row number, text by column name); columns that a source lacks are left out.
        viewer: who imports: only records in their scope are found.
        reader: one for all batches of a file remembers what it has read.
    """
    reader = reader or Reader(register, viewer)
    numbered = list(rows)
    reader.prime(cells for _number, cells in numbered)
    planned = []
    for number, cells in numbered:
        values, problems = reader.row(cells)
        planned.append(Planned(number, dict(cells), values, problems=problems))
    _find(register, planned, viewer)
    for row in planned:
        row.problems += missing(register, row)
        if row.target is not None:
            row.changes = changes(register, row.target, row)
    if register.check is not None:
        register.check(planned, viewer)
    return planned


def verdict(row: Planned) -> str:
    """One of "new", "changed", "same", "error", "ask"."""
    if row.has_error:
        return ERROR
    if row.problems:
        return ASK
    if row.target is None:
        return NEW
    return CHANGED if row.changes else SAME


def _find(register: Register, planned: Sequence[Planned], viewer: Viewer) -> None:
    keyed = [r for r in planned if _has_key(register, r)]
    found = find_rows(register, keyed, viewer) if keyed else {}
    for row in keyed:
        row.target = found.get(row.number)


def _has_key(register: Register, row: Planned) -> bool:
    """Whether the row can be looked up; a register with its own way decides for itself."""
    if register.find is not None:
        return True
    return all(row.values.get(name) not in (None, "") for name in register.natural_key)


def find_rows(
    register: Register, rows: Sequence[Planned], viewer: Viewer
) -> Mapping[int, Any]:
    """The live records that rows mean, by row number; one statement by the natural key."""
    if register.find is not None:
        return register.find(rows, viewer)
    plain = [
        n for n in register.natural_key if register.column(n).kind is not Kind.GRID
    ]
    records = register.visible(viewer)
    if has_field(register.model, "ended_on"):
        records = records.filter(ended_on__isnull=True)
    for name in plain:
        records = records.filter(**{f"{name}__in": {r.values[name] for r in rows}})
    by_key = {_key_of(register, record): record for record in records}
    found = {row.number: by_key.get(_key(register, row)) for row in rows}
    return {number: record for number, record in found.items() if record is not None}


def _key(register: Register, row: Planned) -> tuple[Any, ...]:
    return tuple(_plain(row.values[name]) for name in register.natural_key)


def _key_of(register: Register, record: Any) -> tuple[Any, ...]:
    return tuple(stored(record, register.column(name)) for name in register.natural_key)


def has_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    except FieldDoesNotExist:
        return False
    return True


def stored(record: Any, column: Column) -> Any:
    """What a record holds for a column, a foreign key as its id; no statement."""
    if column.kind is Kind.GRID:
        return getattr(record, "grid_id", None)
    if column.kind is Kind.REFERENCE:
        return getattr(record, f"{column.name}_id", None)
    return getattr(record, column.name, None)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def changes(
    register: Register, record: Any, row: Planned
) -> dict[str, tuple[str, str]]:
    """(before, after) as text, by column that the row would change."""
    out: dict[str, tuple[str, str]] = {}
    for column in register.typed_columns:
        if column.name not in row.values:
            continue
        value = row.values[column.name]
        if _is_same(record, column, value, row.cells.get(column.name, "")):
            continue
        after = (
            row.cells.get(column.name, "").strip()
            if column.show is not None
            else show.of_value(column, value)
        )
        out[column.name] = (show.text(column, record), after)
    return out


def _is_same(record: Any, column: Column, value: Any, text: str) -> bool:
    is_held = column.kind in (Kind.GRID, Kind.REFERENCE) or column.name in vars(record)
    if is_held:
        return bool(stored(record, column) == _plain(value))
    if isinstance(getattr(type(record), column.name, None), property):
        return bool(getattr(record, column.name) == value)
    return show.text(column, record) == text.strip()


def apply(
    register: Register, planned: Sequence[Planned], by: Actor, source: str
) -> list[Applied]:
    """Write the rows; one that is refused does not stop the others.

    Args:
        register: the kind of record.
        planned: rows of `plan()`; those with errors are refused again, those without changes
            are left as they are.
        by: who answers for it.
        source: "import:<id>" or "feed:<code>", kept in the provenance of each changed field.
    """
    wanted = [row for row in planned if not row.has_error]
    labels = {column.name: str(column.label) for column in register.columns}
    out = {
        row.number: Applied(row.number, error=_words(row, labels)) for row in planned
    }
    for row in wanted:
        if row.target is not None and not row.changes:
            out[row.number] = Applied(row.number, row.target)
    writing = [row for row in wanted if row.target is None or row.changes]
    for done in _write(register, writing, by, source):
        out[done.number] = done
    return [out[row.number] for row in planned]


def _words(row: Planned, labels: Mapping[str, str]) -> str:
    """The faults of a row; those of other columns than the first one's after their heading."""
    faults = [problem for problem in row.problems if not problem.asks]
    return " ".join(
        fault.words
        if fault.column == faults[0].column
        else _headed(labels.get(fault.column, ""), fault.words)
        for fault in faults
    )


def _headed(label: str, words: str) -> str:
    """A sentence after the heading of its column."""
    if not label:
        return words
    return _("%(column)s: %(words)s") % {"column": label, "words": words}


def _write(
    register: Register, rows: Sequence[Planned], by: Actor, source: str
) -> list[Applied]:
    if register.save_many is not None and rows:
        try:
            with transaction.atomic():
                records = register.save_many(rows, by=by, source=source)
            return [
                Applied(row.number, record, row.target is None)
                for row, record in zip(rows, records, strict=True)
            ]
        except (DomainError, DatabaseError):
            pass  # one of them is at fault: row by row the others still go in
    return [_write_one(register, row, by, source) for row in rows]


def _write_one(register: Register, row: Planned, by: Actor, source: str) -> Applied:
    values = row.values
    if row.target is not None:
        values = {name: values[name] for name in row.changes if name in values}
    version = getattr(row.target, "version", None)
    try:
        with transaction.atomic():
            record = register.save(
                row.target, values, by=by, version=version, source=source
            )
    except Invalid as error:
        return Applied(row.number, error=_told(register, error), fields=error.fields)
    except DomainError as error:
        return Applied(row.number, error=error.message)
    except DatabaseError:
        return Applied(row.number, error=_("The database refuses this row."))
    return Applied(row.number, record, row.target is None)


def _told(register: Register, error: Invalid) -> str:
    """The sentences of a refusal, each after the heading of its column."""
    labels = {column.name: str(column.label) for column in register.columns}
    parts = [
        _headed(labels.get(name, name), sentence)
        for name, sentences in error.fields.items()
        for sentence in sentences
    ]
    return " ".join(parts) or error.message
