"""Kill web and PostgreSQL under load and look whether every acknowledged request is there once.

    python -m tests.faults.doors --seconds 12 --kills 4

Outside programs post requests over HTTP, each with a key of its own, and repeat what was not
acknowledged, as they must. Meanwhile the web processes and the database are killed with `kill -9`
in turn. What comes back by itself counts; nobody repairs anything. Prints one JSON object.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults.stand import Stand

WRITERS = 4
PATIENCE_SECONDS = 60
CODE = "010202"


class Doors(Stand):
    """The stand with the web in front, and without the engine's processes."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "outbox")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def commands(self) -> Mapping[str, list[str]]:
        return {
            "web": [
                *[sys.executable, "-m", "gunicorn", "governance.wsgi:application"],
                *["--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"],
                *["--workers", "2", "--threads", "2", "--preload"],
            ]
        }

    def kill_web(self) -> None:
        """The master and its workers at once; the watcher starts them again."""
        process = self.children["web"].process
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)

    def kill_postgres(self) -> None:
        """The server without a word; it starts as soon as its orphans have let go."""
        postgres = self.servers.postgres
        assert postgres is not None
        pid = postgres.pid()
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                postgres.start()
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return


class Writers:
    """Programs that post until the end, and repeat each until it is acknowledged."""

    def __init__(self, port: int, key: str) -> None:
        self.url = f"http://127.0.0.1:{port}/open311/v2/requests.json"
        self.key = key
        self.said: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.refused: list[str] = []
        self.repeats = 0
        self._ending = threading.Event()
        self._guard = threading.Lock()
        self._threads = [threading.Thread(target=self._write) for _n in range(WRITERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _write(self) -> None:
        while not self._ending.is_set():
            key = uuid.uuid4().hex
            deadline = time.monotonic() + PATIENCE_SECONDS
            number = ""
            while not number and time.monotonic() < deadline:
                number = self.post(key)
            with self._guard:
                if number:
                    self.said.append((key, number))
                else:
                    self.open.append(key)

    def post(self, key: str) -> str:
        """The number that the server acknowledged, or "" when it did not."""
        fields = {
            "api_key": self.key,
            "service_code": CODE,
            "lat": "22.905",
            "long": "112.005",
            "description": f"路灯不亮 {key}",
        }
        data = urllib.parse.urlencode(fields).encode()
        headers = {"Idempotency-Key": key}
        request = urllib.request.Request(self.url, data, headers)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return str(json.load(answer)[0]["service_request_id"])
        except urllib.error.HTTPError as error:
            if error.code < 500:
                self.refused.append(error.read().decode()[:300])
        except (OSError, ValueError):
            pass
        self.repeats += 1
        time.sleep(0.1)
        return ""


def _prepare(stand: Doors, tables: Path) -> str:
    """Tables by SQL, one district, the lists, one program; gives its key."""
    from django.core.management import call_command

    from requests_hub.actions import clients
    from tests.factories.grids import make_district

    stand.load(tables)
    district = make_district()
    call_command("load_dictionaries", verbosity=0)
    values = {"name": "门", "limit": "100000/m", "may_report": True, "is_active": True}
    row = clients.save_client(None, {**values, "district_id": district.pk}, by="test")
    return clients.issue_key(row, by="test")[1]


def _kill_in_turn(stand: Doors, seconds: float, kills: int) -> None:
    for n in range(kills):
        time.sleep(seconds / (kills + 1))
        (stand.kill_postgres if n % 2 else stand.kill_web)()
    time.sleep(seconds / (kills + 1))


def _ready(writers: Writers) -> None:
    """Wait for the first acknowledged request; one key, for a try may have been kept unheard."""
    deadline, key = time.monotonic() + PATIENCE_SECONDS, uuid.uuid4().hex
    while not writers.post(key):
        if time.monotonic() > deadline:
            raise RuntimeError(f"the web never answered: {writers.refused[-1:]}")
    writers.repeats = 0


def run(stand: Doors, writers: Writers, seconds: float, kills: int) -> dict[str, Any]:
    from django.db import connection

    from governance.core.models import Event, Outbox
    from requests_hub.actions import statistics
    from requests_hub.models import Request

    stand.start_processes()
    _ready(writers)
    writers.start()
    _kill_in_turn(stand, seconds, kills)
    writers.end()
    connection.close()
    numbers = [number for _key, number in writers.said]
    rows = dict(Request.objects.filter(no__in=numbers).values_list("no", "body"))
    told = Event.objects.filter(name="request.submitted")
    events = list(told.values_list("thread_id", flat=True))
    statistics.fold()
    return {
        "acknowledged": len(numbers),
        "repeats": writers.repeats,
        "open": len(writers.open),
        "refused": writers.refused[:3],
        "lost": len(set(numbers) - rows.keys()),
        "shared": len(numbers) - len(set(numbers)),
        "swapped": sum(key not in rows.get(no, key) for key, no in writers.said),
        "doubled": Request.objects.count() - 1 - len(numbers) - len(writers.open),
        "events": len(events) - Request.objects.count(),
        "untold": told.exclude(pk__in=Outbox.objects.values("event_id")).count(),
        "figures": statistics.recount().wrong,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--kills", type=int, default=4, help="web and database in turn")
    parser.add_argument("--tables", type=Path, required=True)
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="onegrid-d-", dir="/var/tmp"))
    stand = Doors(folder)
    os.environ.update(stand.environment())
    try:
        stand.start_servers()
        import django

        django.setup()
        writers = Writers(stand.port, _prepare(stand, args.tables))
        result = run(stand, writers, args.seconds, args.kills)
    finally:
        stand.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
