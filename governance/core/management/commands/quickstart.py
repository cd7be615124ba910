"""Start the whole product on this machine and keep it running until Ctrl-C."""

import fcntl
import json
import os
import signal
import socket
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections

from governance.core import embedded
from governance.core.quickstart import steps
from governance.core.quickstart.children import Child, Supervisor

READY_SECONDS = 90
BACKLOG = 2048


class Stop(BaseException):
    """Somebody asked us to end; no `except Exception` on the way may swallow it."""


class Command(BaseCommand):
    help = "Start servers, web, worker, beat and relay; load the demo district once (DEMO=1)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")

    def handle(self, *args: Any, **options: Any) -> None:
        door = _open_door(_port(options["port"]))
        _follow_port(door)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stop)
        try:
            with ExitStack() as stack:
                stack.enter_context(door)
                stack.enter_context(_alone())
                stack.enter_context(self._servers())
                self._prepare()
                self._run(door)
        except Stop:
            self._say("Stopped. The data stays in " + str(settings.STATE_DIR))
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from None

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    @contextmanager
    def _servers(self) -> Iterator[None]:
        servers = embedded.Servers(
            settings.STATE_DIR,
            postgres=not os.environ.get("DATABASE_URL"),
            redis=not os.environ.get("REDIS_URL"),
        )
        if servers.postgres or servers.redis:
            self._say("Starting PostgreSQL and Redis …")
        with servers.hold():
            yield

    def _prepare(self) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(
                f"The database does not answer: {str(error).splitlines()[0]}"
            ) from None
        for step in (
            steps.migrate,
            steps.build_texts,
            steps.collect_static,
            steps.load_demo,
        ):
            step(self._say)
        # The children have their own; ours would outlive the server at the end.
        connections.close_all()

    def _run(self, door: socket.socket) -> None:
        supervisor = Supervisor(_children(door.fileno()), self._say)
        address = _address(door)
        try:
            supervisor.start()
            self._wait_until_ready(supervisor, address)
            self._welcome(address)
            while True:
                supervisor.watch_once()
                time.sleep(0.5)
        finally:
            # A second Ctrl-C must not cut the ending short.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self._say("Stopping …")
            door.close()
            supervisor.stop()

    def _wait_until_ready(self, supervisor: Supervisor, address: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            supervisor.watch_once()
            is_ready, missing = _ask_ready(address)
            if is_ready:
                return
            if time.monotonic() > deadline:
                ends = "\n".join(
                    f"--- {c.name}\n{c.log_end()}" for c in supervisor.children
                )
                raise CommandError(
                    f"Not ready after {READY_SECONDS} s: {missing}\n{ends}"
                )
            time.sleep(0.2)

    def _welcome(self, address: str) -> None:
        accounts = steps.demo_accounts()
        if accounts:
            columns = ("username", "password", "role", "post")
            rows = [
                columns,
                *[[str(row.get(c) or "") for c in columns] for row in accounts],
            ]
            widths = [max(_width(row[i]) for row in rows) for i in range(len(columns))]
            for row in rows:
                cells = (
                    c + " " * (w - _width(c)) for c, w in zip(row, widths, strict=True)
                )
                self._say("  " + "  ".join(cells).rstrip())
        self._say(f"Logs: {settings.STATE_DIR / 'logs'}    Stop: Ctrl-C")
        self._say(f"OneGrid ready at {address}")


def _children(door: int) -> list[Child]:
    """The four processes; `door` is the descriptor of the socket that web answers on."""
    logs = settings.STATE_DIR / "logs"
    python = sys.executable
    manage = str(settings.BASE_DIR / "manage.py")
    celery = [python, "-m", "celery", "--workdir", str(settings.BASE_DIR), "-A"]
    celery += ["governance.celery"]
    level = ["--loglevel", settings.LOG_LEVEL]
    commands = {
        "web": [
            *[python, "-m", "gunicorn", "governance.wsgi:application"],
            *["--chdir", str(settings.BASE_DIR), "--bind", f"fd://{door}"],
            *["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"],
            *["--graceful-timeout", "8", "--timeout", "60", "--access-logfile", "-"],
        ],
        "worker": [
            *celery, "worker", *level, "--concurrency", "2",
            "--without-gossip", "--without-mingle",
        ],
        "beat": [*celery, "beat", *level, "--pidfile="],
        "relay": [python, manage, "relay"],
    }  # fmt: skip
    inherited = {"web": (door,)}
    return [
        Child(name, command, logs / f"{name}.log", inherited=inherited.get(name, ()))
        for name, command in commands.items()
    ]


def _port(text: str) -> int:
    try:
        port = int(text)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise CommandError(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return port


def _open_door(port: int) -> socket.socket:
    """Take the port and keep it, minutes before the first start has a web server for it.

    Without this another program may take it meanwhile, and answer `/readyz` in our place. Who
    calls while the web server starts, or starts again, waits instead of being refused.
    """
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind(("127.0.0.1", port))
        door.listen(BACKLOG)
    except PermissionError:
        door.close()
        raise CommandError(
            f"Port {port} needs special rights; choose another: make run PORT=8001"
        ) from None
    except OSError:
        door.close()
        raise CommandError(
            f"Port {port} is taken by another program; choose another: "
            f"make run PORT={port + 1 if port < 65535 else 8000}"
        ) from None
    return door


def _follow_port(door: socket.socket) -> None:
    """Let messages to residents name the port we really answer on, unless an address was set.

    The children read it from the environment; the demo is loaded by this very process.
    """
    if not os.environ.get("SITE_ADDRESS"):
        os.environ["SITE_ADDRESS"] = _address(door)
        settings.SITE_ADDRESS = _address(door)


def _address(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"


@contextmanager
def _alone() -> Iterator[None]:
    """One quickstart per state folder at a time."""
    embedded.ensure_state_dir(settings.STATE_DIR)
    with (settings.STATE_DIR / "quickstart.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                "OneGrid already runs from this folder. Stop it first, or set STATE_DIR."
            ) from None
        yield


def _ask_ready(address: str) -> tuple[bool, str]:
    """Whether `/readyz` answers 200, and what is missing in its words."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5):  # noqa: S310 our own
            return True, ""
    except urllib.error.HTTPError as error:
        body = error.read()
        try:
            parts = json.loads(body)["parts"]
        except (ValueError, KeyError):
            return False, f"/readyz answers {error.code}"
        return False, ", ".join(
            f"{k}: {v['detail']}" for k, v in parts.items() if not v["ok"]
        )
    except OSError as error:
        return False, f"the web server does not answer ({error})"


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _raise_stop(number: int, frame: FrameType | None) -> None:
    raise Stop
