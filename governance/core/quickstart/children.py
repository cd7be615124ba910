"""Keep child processes running: start, restart with growing pauses, end without orphans."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

STOP_SECONDS = 12
LONGEST_PAUSE = 60
STEADY_SECONDS = 60
LOG_LIMIT = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process that should always run; its output goes to `log`.

    `inherited` are descriptors of the parent that it finds open under the same numbers.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    inherited: Sequence[int] = ()
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    start_after: float = 0.0
    pause: float = 1.0

    def start(self) -> None:
        self.log.parent.mkdir(exist_ok=True)
        is_long = self.log.exists() and self.log.stat().st_size > LOG_LIMIT
        with self.log.open("wb" if is_long else "ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 our own command
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment},
                pass_fds=tuple(self.inherited),
                # A group of its own: Ctrl-C reaches the parent alone, who ends all in order.
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self.started_at = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def plan_restart(self, now: float) -> float:
        """Note that the process died; returns the pause in seconds before the next start."""
        if now - self.started_at > STEADY_SECONDS:
            self.pause = 1.0
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self._kill_group()
        self.process, self.start_after = None, now + pause
        return pause

    def ask_to_end(self) -> None:
        if self.is_running() and self.process:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until the deadline (monotonic), then kill the process and all it started."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._kill_group()
            self.process.wait(5)
        self._kill_group()

    def log_end(self, lines: int = 12) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _kill_group(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Runs the children until told to stop."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say

    def start(self) -> None:
        for child in self.children:
            child.start()

    def watch_once(self) -> None:
        """Plan a restart for each dead child, and start those whose pause is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and not child.is_running():
                code = child.process.returncode
                pause = child.plan_restart(now)
                self.say(
                    f"{child.name} ended with code {code}; it starts again in {pause:.0f} s. "
                    f"Its log: {child.log}"
                )
            elif child.process is None and now >= child.start_after:
                child.start()

    def stop(self) -> None:
        """End all children, the ones that take in work first; returns when none is left."""
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.ask_to_end()
        for child in self.children:
            child.end(deadline)


def _end_with_parent() -> None:
    """In the child: be terminated when the parent dies, even by kill -9 (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
