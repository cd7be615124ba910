"""Real servers and processes in a folder of their own, and the ways to hurt them.

Only processes that the stand itself started are ever signalled.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from governance.core import embedded
from governance.core.quickstart.children import Child
from governance.core.servers.redis import Redis

RESTART_SECONDS = 1.0


class ForgetfulRedis(Redis):
    """Redis as it comes: snapshots now and then, no append-only file."""

    def prepare(self) -> None:
        super().prepare()
        path = self.data / "redis.conf"
        lines = [
            line
            for line in path.read_text().splitlines()
            if not line.startswith(("append", "save"))
        ]
        path.write_text("\n".join([*lines, "save 3600 1 300 100 60 10000"]) + "\n")


@dataclass(frozen=True)
class Fault:
    """What happens when; `seconds` is how long an outage lasts."""

    at: float
    kind: str
    seconds: float = 0.0

    def __str__(self) -> str:
        lasts = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:.1f} s: {self.kind}{lasts}"


# The first eight are in every run; the order in time is the seed's.
DECK = (
    "kill worker", "kill relay", "kill redis", "kill child", "stop redis", "kill beat",
    "freeze redis", "kill worker", "kill redis", "kill relay", "kill child", "kill worker",
    "stop redis", "kill worker", "kill redis", "kill relay", "kill child", "kill worker",
    "kill redis", "kill relay", "kill child", "kill worker",
)  # fmt: skip


def plan(seed: int, seconds: float, count: int) -> list[Fault]:
    """The seed's faults, spread over the run after a start of two seconds."""
    rng = random.Random(seed)  # noqa: S311
    kinds = [DECK[n % len(DECK)] for n in range(count)]
    rng.shuffle(kinds)
    step = (seconds - 2) / count
    short = seconds < 60
    faults = []
    for number, kind in enumerate(kinds):
        at = 2 + (number + rng.random() * 0.9) * step
        lasts = 0.0
        if kind == "stop redis":
            lasts = rng.uniform(3, 5 if short else 10)
        elif kind == "freeze redis":
            lasts = 4.0 if short else 10.0
        faults.append(Fault(at, kind, lasts))
    return faults


class Stand:
    """PostgreSQL, Redis, and either design's processes."""

    def __init__(self, folder: Path, design: str) -> None:
        self.folder = folder
        self.design = design
        self.servers = embedded.Servers(folder)
        if design == "control":
            self.servers.redis = ForgetfulRedis(folder)
        self.children: dict[str, Child] = {}
        self._guard = threading.RLock()
        self._redis_away_until = 0.0
        self._ending = threading.Event()
        self._watcher: threading.Thread | None = None

    @property
    def redis(self) -> Redis:
        assert self.servers.redis
        return self.servers.redis

    def environment(self) -> dict[str, str]:
        host = embedded.socket_dir(self.folder)
        return {
            "STATE_DIR": str(self.folder),
            "DATABASE_URL": "",
            "REDIS_URL": embedded.redis_url(self.folder),
            "CONTROL_DSN": f"host={host} port=5432 user=onegrid dbname=onegrid",
            "DJANGO_SETTINGS_MODULE": "governance.settings",
            "LOG_LEVEL": "WARNING",
            "OUTBOX_LEASE_SECONDS": "8",
        }

    def commands(self) -> Mapping[str, list[str]]:
        python = sys.executable
        module = (
            "tests.faults.control_app"
            if self.design == "control"
            else "tests.faults.engine_app"
        )
        celery = [python, "-m", "celery", "-A", module]
        worker = [*celery, "worker", "-l", "WARNING", "-c", "2", "-P", "prefork"]
        if self.design == "control":
            return {"worker": worker}
        return {
            "worker": worker,
            "relay": [python, "-m", module],
            "beat": [*celery, "beat", "-l", "WARNING", "--pidfile="],
        }

    # --- Life ---------------------------------------------------------------------------

    def start_servers(self) -> None:
        self.servers.start()

    def load(self, tables: Path) -> None:
        """Fill the empty database from SQL."""
        postgres = self.servers.postgres
        assert postgres
        where = f"host={embedded.socket_dir(self.folder)} user=onegrid dbname=onegrid"
        subprocess.run(
            [
                postgres.program("psql"), "--no-psqlrc", "--quiet", "--output=/dev/null",
                "--set=ON_ERROR_STOP=1", f"--dbname={where}", f"--file={tables}",
            ],
            check=True,
        )  # fmt: skip

    def start_processes(self) -> None:
        for name, command in self.commands().items():
            log = self.folder / "logs" / f"{name}.log"
            self.children[name] = Child(name, command, log, self.environment())
            self.children[name].start()
        self._ending.clear()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def stop_processes(self) -> None:
        self._ending.set()
        if self._watcher:
            self._watcher.join(10)
        deadline = time.monotonic() + 10
        for child in self.children.values():
            child.ask_to_end()
        for child in self.children.values():
            child.end(deadline)
        self.children.clear()

    def stop(self) -> None:
        self.stop_processes()
        self.servers.stop()

    def _watch(self) -> None:
        """What every deployment has: somebody who starts again what died."""
        while not self._ending.wait(0.1):
            now = time.monotonic()
            with self._guard:
                for child in self.children.values():
                    if child.process is not None and not child.is_running():
                        child.pause = RESTART_SECONDS
                        child.plan_restart(now)
                    elif child.process is None and now >= child.start_after:
                        child.start()
                away = now < self._redis_away_until
                if not away and self.redis.pid() is None:
                    self.redis.start()

    # --- Harm ---------------------------------------------------------------------------

    def harm(self, fault: Fault) -> None:
        verb, what = fault.kind.split()
        if what == "redis":
            getattr(self, f"_{verb}_redis")(fault.seconds)
        elif what == "child":
            self._kill_pool_child()
        else:
            # the control has no relay and no beat: its worker takes the blow
            child = self.children.get(what) or self.children["worker"]
            if child.process is not None and child.is_running():
                child.process.kill()

    def _kill_pool_child(self) -> None:
        worker = self.children["worker"].process
        if worker is None or worker.poll() is not None:
            return
        with suppress(psutil.NoSuchProcess, IndexError):
            psutil.Process(worker.pid).children()[0].kill()

    def _signal_redis(self, number: int) -> None:
        pid = self.redis.pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _kill_redis(self, _seconds: float) -> None:
        with self._guard:
            self._redis_away_until = time.monotonic() + 0.5
            self._signal_redis(signal.SIGKILL)

    def _stop_redis(self, seconds: float) -> None:
        with self._guard:
            self._redis_away_until = time.monotonic() + seconds
            self._signal_redis(signal.SIGTERM)

    def _freeze_redis(self, seconds: float) -> None:
        self._signal_redis(signal.SIGSTOP)
        time.sleep(seconds)
        self._signal_redis(signal.SIGCONT)

    def log_ends(self) -> dict[str, str]:
        return {name: child.log_end(8) for name, child in self.children.items()}
