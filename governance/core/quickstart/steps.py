"""Bring database, texts, static files and demo data up to date, doing nothing twice."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Say = Callable[[str], None]
DEMO_MARK = "OneGrid demo district loaded"


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Updating the database …")
        call_command("migrate", interactive=False, verbosity=0)


def build_texts(say: Say) -> None:
    """Build the Chinese catalogue when a part is newer than what was built from it."""
    sources = [
        path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.po")
    ]
    built = [
        path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.mo")
    ]
    newest = max((path.stat().st_mtime for path in sources), default=0.0)
    if built and min(path.stat().st_mtime for path in built) >= newest:
        return
    if "build_catalogue" in get_commands():
        say("Building the texts …")
        call_command("build_catalogue", verbosity=0)


def collect_static(say: Say) -> None:
    """Collect static files when any source file changed since the last time."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    mark = _static_fingerprint()
    if stamp.exists() and stamp.read_text() == mark:
        return
    say("Collecting static files …")
    call_command(
        "collectstatic", interactive=False, verbosity=0, clear=stamp.parent.exists()
    )
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(mark)


def load_demo(say: Say) -> None:
    """Load the demo district once per database; the mark is the database's own comment."""
    if not settings.DEMO or _database_comment() == DEMO_MARK:
        return
    if "load_demo" not in get_commands():
        return
    say("Loading the demo district, once …")
    call_command("load_demo", verbosity=0)
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{DEMO_MARK}'")


def demo_accounts() -> list[dict[str, str]]:
    """One account per role: username, password, role, post; empty without the demo."""
    if not settings.DEMO or "demo_accounts" not in get_commands():
        return []
    out = io.StringIO()
    call_command("demo_accounts", "--json", "--cast", stdout=out)
    return list(json.loads(out.getvalue()))


def _database_comment() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0] or "")


def _static_fingerprint() -> str:
    mark = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            about = Path(storage.path(path)).stat()
            mark.update(f"{path}\0{about.st_mtime_ns}\0{about.st_size}\n".encode())
    return mark.hexdigest()
