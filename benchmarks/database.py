"""Databases of the benchmarks, beside the demo's and never the demo's."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import psycopg2
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import load_backend
from psycopg2.errors import InsufficientPrivilege

PREFIX = "onegrid_bench_"
DROP_ATTEMPTS = 24


def name_of(kind: str) -> str:
    return f"{PREFIX}{kind}"


@contextmanager
def on(kind: str) -> Iterator[bool]:
    """Make the database of that kind Django's own for the block, made if missing, migrated.

    Gives whether it was made just now.
    """
    is_new = ensure(kind)
    with switched(kind):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)
        yield is_new


@contextmanager
def switched(kind: str) -> Iterator[None]:
    """The same without making it: only the connection is exchanged."""
    _forget()
    before = connections["default"]
    wrapper = _wrapper(kind)
    connections["default"] = wrapper
    try:
        yield
    finally:
        connections["default"] = before
        _forget()


@contextmanager
def in_turn() -> Iterator[Callable[[str], None]]:
    """Gives what makes the database of a kind Django's own until another is named."""
    with ExitStack() as now:

        def use(kind: str) -> None:
            now.close()
            now.enter_context(switched(kind))

        yield use


_wrappers: dict[str, object] = {}


def _wrapper(kind: str):  # type: ignore[no-untyped-def]
    if kind not in _wrappers:
        config = {**connections.settings["default"], "NAME": name_of(kind)}
        backend = load_backend(config["ENGINE"])
        _wrappers[kind] = backend.DatabaseWrapper(config, "default")
    return _wrappers[kind]


def ensure(kind: str) -> bool:
    """Create the database if it is missing; gives whether it did."""
    with _admin() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name_of(kind)])
        if cursor.fetchone():
            return False
        cursor.execute(f'CREATE DATABASE "{name_of(kind)}"')
    return True


def kinds() -> list[str]:
    """The bench databases that exist."""
    with _admin() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]
        )
        return [row[0].removeprefix(PREFIX) for row in cursor.fetchall()]


def environment(kind: str) -> dict[str, str]:
    """Variables for a child process that must use that database."""
    found = settings.DATABASES["default"]
    host = found.get("OPTIONS", {}).get("host") or found["HOST"]
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    if str(host).startswith("/"):
        url = f"postgres://{found['USER']}@/{name_of(kind)}?host={host}"
    else:
        url = (
            f"postgres://{found['USER']}{secret}@{host}:{found['PORT']}/{name_of(kind)}"
        )
    return {"DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}


def drop(kind: str) -> None:
    if kind in _wrappers:
        _wrappers.pop(kind).close()  # type: ignore[attr-defined]
    for _attempt in range(DROP_ATTEMPTS):
        with _admin() as cursor, suppress(InsufficientPrivilege):
            cursor.execute(f'DROP DATABASE IF EXISTS "{name_of(kind)}" WITH (FORCE)')
            return
        # the server's own vacuum is in it, which only a superuser may end
        time.sleep(5)
    raise RuntimeError(f"{name_of(kind)} is in use")


@contextmanager
def _admin() -> Iterator["psycopg2.extensions.cursor"]:
    found = settings.DATABASES["default"]
    link = psycopg2.connect(
        host=found.get("OPTIONS", {}).get("host") or found["HOST"] or None,
        port=found["PORT"] or None,
        user=found["USER"],
        password=found["PASSWORD"] or None,
        dbname=found["NAME"],
    )
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def note(kind: str, text: str | None = None) -> str:
    """Read, or with `text` write, the note on a bench database (what has been filled in)."""
    with connection.cursor() as cursor:
        if text is not None:
            cursor.execute(f'COMMENT ON DATABASE "{name_of(kind)}" IS %s', [text])
            return text
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name_of(kind)],
        )
        row = cursor.fetchone()
    return str((row and row[0]) or "")


def copy(table: str, columns: list[str], rows: Iterator[str]) -> None:
    """COPY tab-separated lines (PostgreSQL's text format) into a table.

    `rows` must not ask the database for anything: its connection is busy copying.
    """
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", _Lines(rows))


class _Lines:
    """An iterator of lines as the file that COPY reads."""

    def __init__(self, rows: Iterator[str]) -> None:
        self.rows = rows

    def read(self, size: int) -> str:
        """About `size` characters, in whole lines; nothing at the end."""
        out, length = [], 0
        for row in self.rows:
            out.append(row)
            length += len(row)
            if length >= size:
                break
        return "".join(out)


def _forget() -> None:
    """Drop what this process remembers of the other database."""
    from django.contrib.contenttypes.models import ContentType

    from grids import locate

    locate.forget_now()
    ContentType.objects.clear_cache()
