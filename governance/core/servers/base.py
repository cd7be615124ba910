"""What both embedded servers share: pid file, socket, log, start and stop."""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

SOCKET_PATH_LIMIT = 100
START_SECONDS, STOP_SECONDS = 60, 30


class EmbeddedError(RuntimeError):
    """A server could not be started; the text is a sentence for the person at the terminal."""


def ensure_state_dir(state_dir: Path) -> Path:
    """Make the folder for its owner alone; refuse one that belongs to somebody else.

    Raises:
        EmbeddedError: when the folder, or the one above it, is a link or another user's.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = (state_dir.parent, state_dir) if is_default(state_dir) else (state_dir,)
    for folder in ours:
        about = folder.lstat()
        if stat.S_ISLNK(about.st_mode) or about.st_uid != os.getuid():
            raise EmbeddedError(
                f"{folder} belongs to somebody else. Set STATE_DIR to a folder of your own."
            )
        if about.st_mode & 0o027 and is_default(state_dir):
            folder.chmod(stat.S_IMODE(about.st_mode) & 0o750)
    return state_dir


def is_default(state_dir: Path) -> bool:
    return state_dir.parent == Path("/var/tmp") / f"onegrid-{os.getuid()}"  # noqa: S108


def socket_dir(state_dir: Path) -> Path:
    return state_dir / "run"


class Server:
    """What both servers share: a pid file, a socket, a log, a start and a stop."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.run_dir = socket_dir(state_dir)
        self.log = state_dir / "logs" / f"{self.name}.log"

    def command(self) -> list[str]:
        raise NotImplementedError

    def pid(self) -> int | None:
        """The process number of the running server, or None."""
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def prepare(self) -> None:
        """Make folders and files that the server needs before it starts."""
        for folder in (self.run_dir, self.log.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        longest = str(self.run_dir / ".s.PGSQL.5432.lock")
        if len(longest) > SOCKET_PATH_LIMIT:
            raise EmbeddedError(
                f"STATE_DIR is too long for a Unix socket: {self.state_dir}. "
                "Choose a folder of at most 75 characters."
            )

    def start(self) -> None:
        """Adopt the running server or start one; returns when it answers.

        Raises:
            EmbeddedError: with the end of the server's log when it does not come up.
        """
        self.prepare()
        deadline = time.monotonic() + START_SECONDS
        process: subprocess.Popen[bytes] | None = None
        while not self.answers():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.name} did not start.\n{self._log_end()}")
            if self.pid() is None and (process is None or process.poll() is not None):
                # A server killed a moment ago may leave children that hold its memory for a
                # second or two: then the first start fails and a later one succeeds.
                if (
                    process is not None
                    and time.monotonic() > deadline - START_SECONDS + 20
                ):
                    raise EmbeddedError(
                        f"{self.name} did not start.\n{self._log_end()}"
                    )
                if process is not None:
                    time.sleep(0.5)
                process = self._spawn()
            time.sleep(0.05)
        self.started()

    def started(self) -> None:
        """What is done once the server answers."""

    def stop(self) -> None:
        """Ask the server to end and wait for it; kill it when it does not."""
        pid = self.pid()
        if pid is None:
            return
        _signal(pid, self.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while alive(pid):
            if time.monotonic() > deadline:
                _signal(pid, signal.SIGKILL)
                deadline = float("inf")
            time.sleep(0.05)

    def identity(self) -> Mapping[str, Any]:
        """Popen's arguments for the user to run as."""
        return {}

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 our own command
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C at the terminal reaches us alone.
                start_new_session=True,
                **self.identity(),
            )

    def _log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def runs(pid: int, program: str) -> bool:
    try:
        return bool(psutil.Process(pid).name().startswith(program))
    except psutil.NoSuchProcess:
        return False


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
