"""The test database, copied from a template that the migrations made once.

Running every migration takes as long as many tests. The first session on a server keeps what it
made under a name that tells the migrations' content; later sessions, and the other workers of
pytest-xdist, copy it within a second. An added migration runs on a copy of the former template; a
changed one makes all anew; the former template is dropped. `django_db_setup` of pytest-django is
replaced; its other options work as before.
"""

import fcntl
import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.test.utils import setup_databases

from tests.servers import database_url

PREFIX = "onegrid_template_"


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Make this worker's database, and drop it at the end."""
    with django_db_blocker.unblock():
        own = settings.DATABASES["default"]["NAME"]
        with _alone():
            wanted = _migrations()
            template = PREFIX + _short(wanted)
            if _exists(template):
                _copy(template)
            elif former := _former(wanted):
                _copy(former)
                call_command("migrate", verbosity=0, interactive=False)
                _keep(template, wanted)
            else:
                setup_databases(verbosity=0, interactive=False, serialized_aliases=[])
                _keep(template, wanted)
            _remember_seeds()
        yield
        # by force: a process that a test killed may have left its connection behind
        connections.close_all()
        name = connection.settings_dict["NAME"]
        settings.DATABASES["default"]["NAME"] = own
        connection.settings_dict["NAME"] = own
        _server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def dump_template(program: str) -> bytes:
    """The migrated template as SQL by `program` (a path of pg_dump), without owners: a server
    of a test's own need not run the migrations again.
    """
    with _alone():
        url = database_url(PREFIX + _short(_migrations()))
        done = subprocess.run(
            [program, "--no-owner", url], capture_output=True, check=True
        )
    return done.stdout


def _migrations() -> dict[str, str]:
    """Each migration by name with its file's hash; Django's version too."""
    loader = MigrationLoader(None)
    found = {"django": django.__version__}
    for app, name in sorted(loader.disk_migrations):
        module = type(loader.disk_migrations[app, name]).__module__
        path = Path(__import__(module, fromlist=["x"]).__file__ or "")
        found[f"{app}.{name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _short(migrations: dict[str, str]) -> str:
    """The name's tail: 16 hex digits."""
    return hashlib.sha256(json.dumps(migrations).encode()).hexdigest()[:16]


def _note() -> Path:
    return Path(settings.STATE_DIR) / "template.json"


def _former(wanted: dict[str, str]) -> str | None:
    """The kept template when only migrations that it has not run were added since."""
    try:
        made: dict[str, str] = json.loads(_note().read_text())
    except FileNotFoundError:
        return None
    name = PREFIX + _short(made)
    return name if made.items() <= wanted.items() and _exists(name) else None


@contextmanager
def _alone() -> Iterator[None]:
    """One worker after another: the second copies what the first has made."""
    with (Path(settings.STATE_DIR) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _server(sql: str, *params: object) -> list[tuple[Any, ...]]:
    """Run one statement on the server's own database, outside every transaction."""
    with connection.creation._nodb_cursor() as cursor:
        cursor.execute(sql, list(params))
        return list(cursor.fetchall()) if cursor.description else []


def _exists(template: str) -> bool:
    return bool(_server("SELECT 1 FROM pg_database WHERE datname = %s", template))


def _copy(template: str) -> None:
    """The worker's database as a copy."""
    name = connection.creation._get_test_db_name()
    connection.close()
    _server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _remember_seeds() -> None:
    """Where Django looks for them, on the class: threads and Playwright have other connections."""
    wrapper = type(connections["default"])
    wrapper._test_serialized_contents = connection.creation.serialize_db_to_string()  # type: ignore[attr-defined]


def _keep(template: str, made: dict[str, str]) -> None:
    """Keep the database just made under the template's name; drop those of former migrations."""
    name = connection.settings_dict["NAME"]
    connections.close_all()
    for (old,) in _server(
        "SELECT datname FROM pg_database WHERE datname LIKE %s", PREFIX + "%"
    ):
        _server(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
    _server(f'CREATE DATABASE "{template}" TEMPLATE "{name}"')
    _note().write_text(json.dumps(made))
