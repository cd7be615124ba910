"""Bring encrypted columns and their hashes to the newest field key.

A row says by itself which key it was made with, so nothing has to be remembered: a run that died
is started again and finds what is left. Meanwhile every key of the ring works.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
import structlog
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from governance.core import crypto
from governance.core.crypto import EncryptedTextField, KeyedHashField
from governance.core.faults import fault_point

log = structlog.get_logger(__name__)

BATCH = 500
Rows = list[tuple[Any, ...]]


def _meta(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 - Django's documented API


@dataclass(frozen=True)
class Columns:
    """What one model keeps under the field keys."""

    model: type[models.Model]
    sealed: tuple[EncryptedTextField, ...]
    hashed: tuple[KeyedHashField, ...]

    @property
    def label(self) -> str:
        return str(_meta(self.model).label)

    @property
    def table(self) -> str:
        return connection.ops.quote_name(_meta(self.model).db_table)

    @property
    def key(self) -> str:
        return connection.ops.quote_name(_meta(self.model).pk.column)

    @property
    def names(self) -> list[str]:
        quote = connection.ops.quote_name
        return [quote(each.column or "") for each in (*self.sealed, *self.hashed)]

    def stale(self) -> tuple[str, list[str]]:
        """A condition for rows with a value of another key, and its parameters."""
        quote, kid = connection.ops.quote_name, crypto.current_key_id()
        parts, params = [], []
        for each in (*self.sealed, *self.hashed):
            head = "" if isinstance(each, KeyedHashField) else crypto.PREFIX
            name = quote(each.column or "")
            parts.append(f"({name} <> '' AND {name} NOT LIKE %s)")
            params.append(f"{head}{kid}%")
        return " OR ".join(parts), params


@dataclass
class Progress:
    """How far a run has come with one model; `stuck` are keys of rows that could not be written."""

    label: str
    done: int = 0
    total: int = 0
    stuck: list[Any] = field(default_factory=list)


def columns() -> Iterator[Columns]:
    """Every model with columns under the field keys, histories included."""
    for model in apps.get_models():
        if _meta(model).proxy or not _meta(model).managed:
            continue
        own = _meta(model).local_concrete_fields
        sealed = tuple(f for f in own if isinstance(f, EncryptedTextField))
        known = {f.attname for f in sealed}
        hashed = tuple(
            f for f in own if isinstance(f, KeyedHashField) and f.source in known
        )
        if sealed or hashed:
            yield Columns(model, sealed, hashed)


def left(each: Columns) -> int:
    """How many rows still have a value of an older key."""
    where, params = each.stale()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {each.table} WHERE {where}",  # noqa: S608 - names of ours
            params,
        )
        return int(cursor.fetchone()[0])


def rotate(
    *, batch: int = BATCH, tell: Callable[[Progress], None] = lambda _progress: None
) -> list[Progress]:
    """Encrypt and hash everything anew that is not yet under the newest key.

    Each batch is one short transaction that locks only its own rows. Rows that cannot be read
    with any key, or whose new hash another row has, stay as they are and are named in `stuck`.

    Args:
        batch: rows in one transaction.
        tell: called after each batch.
    """
    results = []
    for each in columns():
        progress = Progress(each.label, total=left(each))
        last: Any = None
        while rows := _batch(each, last, batch, progress):
            last = rows[-1][0]
            tell(progress)
            fault_point("field_keys.batch_done")
        results.append(progress)
    log.info("field_keys_rotated", rows={p.label: p.done for p in results if p.done})
    return results


def _batch(each: Columns, last: Any, batch: int, progress: Progress) -> Rows:
    """Rotate the next rows after the key `last`; the rows looked at, none at the end."""
    triggers = [
        f"{each.label}:{trigger.name}"
        for trigger in getattr(_meta(each.model), "triggers", [])
    ]
    # The value stays what it was, so neither history nor guards have anything to say.
    quiet = pgtrigger.ignore(*triggers) if triggers else nullcontext()
    with transaction.atomic(), quiet:
        rows = _read(each, last, batch)
        try:
            with transaction.atomic():
                _write(each, [_renewed(each, row) for row in rows])
            progress.done += len(rows)
        except (ValueError, DatabaseError):
            _one_by_one(each, rows, progress)
        fault_point("field_keys.before_commit")
    return rows


def _read(each: Columns, last: Any, batch: int) -> Rows:
    where, params = each.stale()
    if last is not None:
        where, params = f"({where}) AND {each.key} > %s", [*params, last]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join([each.key, *each.names])} FROM {each.table}"  # noqa: S608
            f" WHERE {where} ORDER BY {each.key} LIMIT %s FOR UPDATE",
            [*params, batch],
        )
        return list(cursor.fetchall())


def _renewed(each: Columns, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row under the newest key."""
    clear = {
        column.attname: None if token is None else crypto.decrypt(token)
        for column, token in zip(each.sealed, row[1:], strict=False)
    }
    sealed = [None if text is None else crypto.encrypt(text) for text in clear.values()]
    hashes = [column.hash_of(clear[column.source] or "") for column in each.hashed]
    return (row[0], *sealed, *hashes)


def _write(each: Columns, rows: Rows) -> None:
    if not rows:
        return
    fresh = [f"c{n}" for n in range(len(each.names))]
    sets = ", ".join(f"{a} = fresh.{b}" for a, b in zip(each.names, fresh, strict=True))
    one = "(" + ", ".join(["%s"] * (len(fresh) + 1)) + ")"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {each.table} AS t SET {sets}"  # noqa: S608
            f" FROM (VALUES {', '.join([one] * len(rows))}) AS fresh(k, {', '.join(fresh)})"
            f" WHERE t.{each.key} = fresh.k",
            [value for row in rows for value in row],
        )


def _one_by_one(each: Columns, rows: Rows, progress: Progress) -> None:
    for row in rows:
        try:
            with transaction.atomic():
                _write(each, [_renewed(each, row)])
            progress.done += 1
        except (ValueError, DatabaseError):
            progress.stuck.append(row[0])
