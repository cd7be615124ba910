"""Many rows written or changed in one statement."""

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

MOST = 1000
SIZE = re.compile(r"\(\d+(,\d+)?\)")


def insert_many(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model, one statement for each thousand.

    `bulk_create` writes every value of every row as a parameter of its own and resolves each.
    Defaults of the database fill what no row says; ids that it makes are not read back. No
    field may be an array.
    """
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001 - Django's documented API
    told = [f for f in meta.concrete_fields if any(_says(row, f) for row in rows)]
    for begin in range(0, len(rows), MOST):
        some = rows[begin : begin + MOST]
        cells = [
            [f.get_db_prep_save(f.pre_save(r, add=True), connection) for r in some]
            for f in told
        ]
        with connection.cursor() as cursor:
            cursor.execute(_insertion(meta.db_table, told), cells)


def _says(row: models.Model, field: Any) -> bool:
    """Whether a row says the value of a field, and leaves it to no default of the database."""
    value = getattr(row, field.attname)
    is_made = field.primary_key and value is None
    return not is_made and not isinstance(value, DatabaseDefault)


def _insertion(table: str, fields: Sequence[Any]) -> str:
    quoted = ", ".join(connection.ops.quote_name(f.column) for f in fields)
    return (  # names of the model's own columns; every value is a parameter
        f"INSERT INTO {connection.ops.quote_name(table)} ({quoted}) "  # noqa: S608
        f"SELECT * FROM unnest({', '.join(_arrays(fields))})"
    )


def _arrays(fields: Sequence[Any]) -> list[str]:
    """A parameter for each column.

    Without sizes: a cast to varchar(20) would cut a text that the column refuses.
    """
    return [f"%s::{SIZE.sub('', f.rel_db_type(connection))}[]" for f in fields]


def update_many(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write these fields of rows of one model, one statement for each thousand.

    `bulk_update` builds a CASE for every row and field, which took half the time of an import.
    No field may be an array: arrays of arrays come apart here.

    Args:
        rows: rows of one model that have ids.
        names: names of their fields.
    """
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001 - Django's documented API
    found = [meta.get_field(name) for name in names]
    fields: list[Any] = [meta.pk, *found]
    for begin in range(0, len(rows), MOST):
        some = rows[begin : begin + MOST]
        cells = [
            [f.get_db_prep_save(getattr(r, f.attname), connection) for r in some]
            for f in fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(_statement(meta.db_table, fields), cells)


def _statement(table: str, fields: Sequence[Any]) -> str:
    quoted = [connection.ops.quote_name(f.column) for f in fields]
    key, *rest = quoted
    return (  # names of the model's own columns; every value is a parameter
        f"UPDATE {connection.ops.quote_name(table)} AS held "  # noqa: S608
        f"SET {', '.join(f'{name} = became.{name}' for name in rest)} "
        f"FROM unnest({', '.join(_arrays(fields))}) AS became({', '.join(quoted)}) "
        f"WHERE held.{key} = became.{key}"
    )
