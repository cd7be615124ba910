"""PostgreSQL and Redis for the test session, and the rules that a CI run adds.

With `DATABASE_URL` / `REDIS_URL` unset the embedded servers of this clone are started, or taken
over when `make run` already has them, and let go at the end. Every pytest-xdist worker has its
own test database (made by pytest-django) and its own Redis database, so neither the workers nor
a running demo see each other.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from governance.core import embedded

HELD = pytest.StashKey[tuple[embedded.Servers, int]]()


def _needs_servers(config: pytest.Config) -> bool:
    is_controller = bool(getattr(config.option, "numprocesses", None)) and not hasattr(
        config, "workerinput"
    )
    return not (config.option.collectonly or is_controller or config.option.help)


def _redis_database() -> int:
    """The number of this worker's Redis database; 0 is left to a running demo."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    return 1 + int(worker.removeprefix("gw"))


def _point_redis_at(url: str) -> None:
    from governance.celery import app

    os.environ["REDIS_URL"] = url
    settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.CACHES["default"]["LOCATION"] = embedded.cache_url(url)
    app.conf.broker_url = url


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not _needs_servers(config):
        return
    # Files that `make run` collected may be older than the code under test: a folder that
    # stays empty instead, since whitenoise warns in every test when there is none.
    settings.STATIC_ROOT = Path(settings.STATE_DIR) / "no-static"
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    servers = embedded.Servers(
        settings.STATE_DIR,
        postgres=not os.environ.get("DATABASE_URL"),
        redis=not os.environ.get("REDIS_URL"),
    )
    if servers.redis:
        _point_redis_at(embedded.redis_url(settings.STATE_DIR, _redis_database()))
    if servers.postgres or servers.redis:
        try:
            config.stash[HELD] = (servers, servers.acquire())
        except embedded.EmbeddedError as error:
            raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    held = config.stash.get(HELD, None)
    if held:
        servers, grip = held
        servers.release(grip)


def pytest_report_header(config: pytest.Config) -> list[str]:
    if chromium():
        return []
    line = "!" * 78
    return [
        line,
        "CHROMIUM IS MISSING: THE BROWSER TESTS WILL BE SKIPPED.",
        "On Debian: apt-get install chromium fonts-noto-cjk",
        line,
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: nothing may go untested unseen."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None:
        return
    if reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = len(terminalreporter.stats.get("skipped", []))
    if skipped and os.environ.get("CI") == "true":
        terminalreporter.write_line(
            f"CI: {skipped} skipped, so this run fails.", red=True
        )
    if not chromium():
        terminalreporter.write_line(
            "CHROMIUM IS MISSING: the browser tests did not run.", red=True, bold=True
        )


def chromium() -> str | None:
    """The path of the browser that the browser tests drive, or None."""
    return os.environ.get("CHROMIUM") or next(
        (path for name in ("chromium", "chromium-browser", "google-chrome")
         if (path := shutil.which(name))),
        None,
    )  # fmt: skip


def database_url(name: str = "") -> str:
    """Where this worker's test database is, or the one called `name` on the same server."""
    found = connection.settings_dict
    host, port, user = found["HOST"], found["PORT"] or "5432", found["USER"]
    name = name or found["NAME"]
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    if str(host).startswith("/"):
        return f"postgres://{user}@/{name}?host={host}"
    return f"postgres://{user}{password}@{host or ''}:{port}/{name}"


def process_environment(**extra: str) -> dict[str, str]:
    """The environment for a real child process that must see this worker's test database."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "STATE_DIR": str(settings.STATE_DIR),
        "DJANGO_SETTINGS_MODULE": "governance.settings",
        **extra,
    }


@pytest.fixture
def short_dir() -> Iterator[Path]:
    """An empty folder whose path is short enough for sockets; gone afterwards.

    Not under pytest's own folder: as root, PostgreSQL's user could not enter it.
    """
    path = Path(tempfile.mkdtemp(prefix="onegrid-t-", dir="/var/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def own_servers(short_dir: Path) -> Iterator[embedded.Servers]:
    """A PostgreSQL and a Redis of this test alone, free to be killed or frozen."""
    servers = embedded.Servers(short_dir)
    servers.start()
    try:
        yield servers
    finally:
        servers.stop()
