"""A whole district's persons in one file through the wizard: pages, relay, worker and beat.

50,000 invented persons (ROWS=… for fewer, MODES=skip or whole) go in twice: good rows only, with the
worker killed
by -9 half-way and the run stopped and resumed by hand; then all or nothing, killed too.
Counted: rows once and none lost, the longest request, the peak of memory of web and worker.
"""

import datetime as dt
import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import close_old_connections
from django.test import Client, override_settings

from benchmarks import database, forest
from benchmarks.harness import Bar, say

KIND = "persons"
ROWS = int(os.environ.get("ROWS", "50000"))
FAULTY = 20  # rows with a wrong check digit, where good ones only are wanted
HEAD = (
    "姓名",
    "身份证号",
    "性别",
    "所属网格",
    "户号",
    "现住址",
    "联系电话",
    "人口类别",
)
TOWNS, VILLAGES, SMALLS, MICROS = 4, 10, 5, 5
HIGH = {"request_s": 5.0, "web_mb": 400, "worker_mb": 600}
LONGEST = 3600


def person_rows(
    count: int, grids: Sequence[str], *, faulty: int = 0
) -> Iterator[tuple[str, ...]]:
    """Invented persons, five a household, in these grids (codes) in turn.

    The last `faulty` numbers do not check.
    """
    from governance.core.identifiers import identity_check_digit
    from grids.demo import GIVEN, SURNAMES

    first_day = dt.date(1940, 1, 1)
    for n in range(count):
        home, day = n // 5, first_day + dt.timedelta(days=n % 27_000)
        digits = f"999999{day:%Y%m%d}{n // 27_000 * 100 + n % 100:03d}"
        last = identity_check_digit(digits)
        if n >= count - faulty:
            last = "0" if last != "0" else "1"
        yield (
            SURNAMES[n % len(SURNAMES)] + GIVEN[n // 7 % len(GIVEN)],
            digits + last,
            "男" if int(digits[-1]) % 2 else "女",
            grids[home % len(grids)],
            f"H-{home:06d}",
            f"测试路 {home} 号 {n % 5 + 1} 室",
            f"199{n:08d}",
            "户籍",
        )


def workbook(count: int, grids: Sequence[str], *, faulty: int = 0) -> bytes:
    """The same as an Excel file."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("人员")
    sheet.append(HEAD)
    for row in person_rows(count, grids, faulty=faulty):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def measure() -> list[Bar]:
    bars: list[Bar] = []
    for mode in os.environ.get("MODES", "skip,whole").split(","):
        database.drop(KIND)
        with database.on(KIND):
            bars += _measure(mode)
    database.drop(KIND)
    return bars


def _measure(mode: str) -> list[Bar]:
    from grids.models import Person

    faulty = FAULTY if mode == "skip" else 0
    say(f"Making a file of {ROWS:,} persons …")
    smalls = [r.code for r in forest.rows(TOWNS, VILLAGES, SMALLS, 0)]
    smalls = [code for code in smalls if len(code) == 14]
    data = workbook(ROWS, smalls, faulty=faulty)
    web = _Web(_user())
    _forget_peak()
    with _processes() as crowd:
        start = time.perf_counter()
        page = web.upload(data)
        run = web.until(page, "checked", crowd)
        checked_s = time.perf_counter() - start
        say(f"{mode}: checked in {checked_s:.0f} s: {run.counts}")
        # 999999 is no division: every number is a doubt that the desk must accept.
        web.post(f"{page}accept/", {"answer": "yes"})
        begun = time.perf_counter()
        web.post(f"{page}start/", {"skip": "1"} if mode == "skip" else {})
        if mode == "skip":
            web.until(page, "running", crowd, lambda r: r.seen > ROWS * 0.2)
            web.post(f"{page}stop/", {})
            web.get(page)
            web.post(f"{page}start/", {"skip": "1"})
        _kill_half_way(web, page, crowd)
        run = web.until(page, "done", crowd)
        ran_s = time.perf_counter() - begun
        web.get(page)
        web.get("/registry/people/")
        peak = crowd.peak_mb
    people = Person.objects.count()
    numbers = Person.objects.values("identity_hash").distinct().count()
    lost, twice = ROWS - faulty - people, people - numbers
    details = {
        "mode": mode, "rows": ROWS, "counts": run.counts, "done": run.done,
        "checked_s": round(checked_s, 1), "ran_s": round(ran_s, 1),
        "kills": crowd.kills, "file_mb": round(len(data) / 2**20, 1),
        "longest": web.longest, "worker_mb": round(peak), "web_mb": round(_peak_mb()),
        "batches": -(-run.total // _batch_size()),
    }  # fmt: skip
    say(f"{mode}: {details}")
    return [
        Bar("50k", f"persons lost or twice ({mode}, killed once)", abs(lost) + twice, 0, "",
            details=details),
        Bar("50k", f"longest request ({mode})", web.longest[1], HIGH["request_s"], "s"),
        Bar("50k", f"peak of the web process ({mode})", _peak_mb(), HIGH["web_mb"], "MB"),
        Bar("50k", f"peak of a worker process ({mode})", peak, HIGH["worker_mb"], "MB"),
    ]  # fmt: skip


def _batch_size() -> int:
    from governance.core.registers import staging

    return staging.BATCH


def _user() -> Any:
    """A desk of a district with its dictionaries and small grids."""
    from governance.core.models import User
    from grids.actions.posts import appoint

    call_command("load_dictionaries", verbosity=0)
    district = forest.build(TOWNS, VILLAGES, SMALLS, MICROS)
    user = User.objects.create_user("bench_desk", name="测试员")
    appoint(user, "district", by="benchmark", district=district)
    return user


class _Web:
    """A browser of the desk; remembers the longest request."""

    def __init__(self, user: Any) -> None:
        # What a web process has loaded before it is asked for the first time.
        import_module("governance.wsgi")
        self.client = Client(HTTP_HOST="127.0.0.1")
        backend = settings.AUTHENTICATION_BACKENDS[-1]
        self.client.force_login(user, backend=backend)
        self.longest: tuple[str, float] = ("", 0.0)

    def _timed(self, what: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        answer = call()
        took = time.perf_counter() - start
        if took > self.longest[1]:
            self.longest = (what, round(took, 2))
        if answer.status_code >= 400:
            raise AssertionError(f"{what}: {answer.status_code}")
        return answer

    def get(self, path: str) -> Any:
        return self._timed(f"GET {path}", lambda: self.client.get(path))

    def post(self, path: str, data: dict[str, Any]) -> Any:
        return self._timed(f"POST {path}", lambda: self.client.post(path, data))

    def upload(self, data: bytes) -> str:
        """Bring the file; gives the page of the import."""
        file = SimpleUploadedFile("persons.xlsx", data)
        answer = self.post("/imports/new/people/", {"file": file})
        return str(answer["Location"])

    def until(
        self,
        page: str,
        state: str,
        crowd: "_Crowd",
        more: Callable[[Any], bool] = lambda _run: True,
    ) -> Any:
        """Look at the page as a browser does until the run is in this state."""
        from governance.core.models import ImportRun

        ends = time.monotonic() + LONGEST
        while time.monotonic() < ends:
            self.get(page)
            crowd.weigh()
            run = ImportRun.objects.get(pk=int(page.strip("/").split("/")[-1]))
            if run.state == state and more(run):
                return run
            if run.state in ("failed", "done", "stopped") or run.fault:
                raise AssertionError(f"{run.state}: {run.fault} {run.done}")
            time.sleep(2)
        raise AssertionError(f"not {state} after {LONGEST} s")


def _kill_half_way(web: _Web, page: str, crowd: "_Crowd") -> None:
    from governance.core.registers import imports

    web.until(page, "running", crowd, lambda run: imports.seen_of(run) > ROWS * 0.5)
    crowd.kill_worker()


class _Crowd:
    """Relay, beat and worker, started here; only these are ever signalled."""

    def __init__(self, children: dict[str, Any]) -> None:
        self.children = children
        self.peak_mb = 0.0
        self.kills = 0
        self._ending = threading.Event()
        self._scales = threading.Thread(target=self._weigh_on, daemon=True)

    def start(self) -> None:
        for child in self.children.values():
            child.start()
        self._scales.start()

    def kill_worker(self) -> None:
        """kill -9 of the worker and its children, then a new one."""
        self.weigh()
        worker = self.children["worker"]
        worker.plan_restart(time.monotonic())
        self.kills += 1
        worker.start()

    def weigh(self) -> None:
        """The most that one process of the worker ever held, in MB."""
        process = self.children["worker"].process
        if process is None:
            return
        try:
            parent = psutil.Process(process.pid)
            for each in (parent, *parent.children(recursive=True)):
                self.peak_mb = max(self.peak_mb, _peak_mb(each.pid))
        except (psutil.Error, OSError):
            return

    def _weigh_on(self) -> None:
        while not self._ending.wait(0.5):
            self.weigh()

    def stop(self) -> None:
        self._ending.set()
        for child in self.children.values():
            child.ask_to_end()
        for child in self.children.values():
            child.end(time.monotonic() + 10)


@contextmanager
def _processes() -> Iterator[_Crowd]:
    """The processes of the product on the bench database, with a Redis of their own."""
    from governance.core import embedded
    from governance.core.quickstart.children import Child

    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="og-bench-"))
        )
        servers = embedded.Servers(folder, postgres=False)
        stack.enter_context(servers.hold())
        redis_url = embedded.redis_url(folder)
        # The page reads the progress of a long transaction where the worker writes it.
        cache = {
            **settings.CACHES["default"],
            "LOCATION": embedded.cache_url(redis_url),
        }
        stack.enter_context(override_settings(CACHES={"default": cache}))
        environment = {
            **database.environment(KIND),
            "REDIS_URL": redis_url,
            "LOG_LEVEL": "WARNING",
        }
        python, app = sys.executable, "governance.celery"
        celery = [
            python,
            "-m",
            "celery",
            "--workdir",
            str(settings.BASE_DIR),
            "-A",
            app,
        ]
        commands = {
            "relay": [python, str(settings.BASE_DIR / "manage.py"), "relay"],
            "beat": [*celery, "beat", "--pidfile="],
            "worker": [
                *celery,
                "worker",
                "-c",
                "2",
                "--without-gossip",
                "--without-mingle",
            ],
        }
        crowd = _Crowd(
            {
                name: Child(name, command, folder / "logs" / f"{name}.log", environment)
                for name, command in commands.items()
            }
        )
        stack.callback(close_old_connections)
        stack.callback(crowd.stop)
        crowd.start()
        yield crowd


def _forget_peak() -> None:
    """Begin to measure this process's peak anew (Linux); the making of the file is not it."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb(pid: int | str = "self") -> float:
    """The peak of a process's own memory in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0
