"""Drive one design through seeded faults and count what was lost or done twice.

    python -m tests.faults.drive --seed 1 --seeds 20 --seconds 90 --rate 30 --faults 22
    python -m tests.faults.drive --design control --seed 1

Residents submit at `rate` a second while processes are killed and Redis goes away; then the
engine may drain. Prints one JSON object; exit 1 when the outbox design broke its promise, or
when the control kept everything (then the driver would prove nothing).
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.faults import rungs
from tests.faults.stand import Stand, plan

# After the last fault a process may still have to start; on a slow machine that alone can
# take longer than the bar allows, so the bar is also a multiple of the start in the same run.
# Beside other work (--crowded) the start says nothing of the end: then only patience ends.
DRAIN_LIMIT_SECONDS, DRAIN_LIMIT_STARTS = 30, 3
PATIENCE_SECONDS = 90
WRITERS = 4


class Drive:
    """One seed on a stand whose servers run and whose tables are there."""

    def __init__(self, stand: Stand, args: argparse.Namespace, seed: int) -> None:
        self.stand = stand
        self.args = args
        self.seed = seed
        self.faults = plan(seed, args.seconds, args.faults)
        self.accepted: list[int] = []
        self.refused: list[str] = []
        self.unsent = 0
        self.start_seconds = 0.0
        self.took_ms: list[float] = []
        self.tasks: list[int] = []
        self._next = 0
        self._guard = threading.Lock()

    def run(self) -> dict[str, Any]:
        self.stand.start_processes()
        try:
            self.start_seconds = self._warm_up()
            if self.args.design == "outbox":
                self.tasks = rungs.plant(self.args.tasks, self.args.seconds)
            began = time.monotonic()
            writers = [
                threading.Thread(target=self._write, args=(began,))
                for _n in range(WRITERS)
            ]
            for thread in writers:
                thread.start()
            hurt_until = self._hurt(began)
            for thread in writers:
                thread.join()
            drained = self._drain(hurt_until)
            # whatever Redis still holds of dead workers' messages comes out now
            time.sleep(self.args.settle)
            silent = [] if self.args.design == "control" else self._revive(hurt_until)
            fired = self._rungs() if self.tasks else {}
            result = {
                **self._result(),
                **fired,
                "start_seconds": self.start_seconds,
                "drained_seconds": drained,
                "silent": silent,
            }
            if self.args.design == "outbox":
                limit = _limit(self.start_seconds, self.args.crowded)
                result["broken"] = broken_promises(result, limit)
            return result
        finally:
            self.stand.stop_processes()

    def _warm_up(self) -> float:
        """Wait until one request has gone all the way; gives how long the start took."""
        began = time.monotonic()
        first = self._submit(f"warm-{self.seed}")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _count(
            "SELECT count(*) FROM fault_effect WHERE source_id = %s", first
        ):
            if time.monotonic() > deadline:
                raise RuntimeError(f"nothing was delivered: {self.stand.log_ends()}")
            time.sleep(0.1)
        return round(time.monotonic() - began, 1)

    def _hurt(self, began: float) -> float:
        """Do each fault at its time; gives the moment when the last one was over."""
        threads = []
        ends = began
        for fault in self.faults:
            time.sleep(max(0.0, began + fault.at - time.monotonic()))
            self._say(f"{fault} ({self._waiting()} wait)")
            thread = threading.Thread(target=self.stand.harm, args=(fault,))
            thread.start()
            threads.append(thread)
            ends = max(ends, time.monotonic() + fault.seconds)
        for thread in threads:
            thread.join()
        return ends

    @staticmethod
    def _waiting() -> int:
        return _count("SELECT count(*) FROM core_outbox WHERE done_at IS NULL")

    def _write(self, began: float) -> None:
        from django.db import connection

        try:
            while True:
                with self._guard:
                    number = self._next
                    self._next += 1
                due = began + number / self.args.rate
                if due > began + self.args.seconds:
                    return
                time.sleep(max(0.0, due - time.monotonic()))
                started = time.perf_counter()
                try:
                    pk = self._submit(f"{self.seed}-{number}")
                except Exception as error:  # noqa: BLE001 - a refusal is a result
                    self.refused.append(f"{type(error).__name__}: {error}"[:200])
                    continue
                self.took_ms.append((time.perf_counter() - started) * 1000)
                self.accepted.append(pk)
        finally:
            connection.close()

    def _submit(self, key: str) -> int:
        """Accept one request; when this returns, the resident has been told it is in."""
        from requests_hub.actions.intake import submit_request

        done = submit_request(
            district=_district(),
            channel="public",
            body=f"第 {key} 件：路灯不亮",
            idempotency_key=key,
        )
        if self.args.design == "control":
            from tests.faults.control_app import dispatch

            try:
                dispatch.delay(done.request.pk)
            except Exception:  # noqa: BLE001 - the request is in all the same
                self.unsent += 1
        return int(done.request.pk)

    def _drain(self, since: float) -> float | None:
        """Seconds from the last fault's end until nothing waits; None if it never ended."""
        deadline = time.monotonic() + _patience(self.start_seconds)
        stable, last = 0, -1
        while time.monotonic() < deadline:
            if self.args.design == "outbox":
                waiting = _count(
                    "SELECT count(*) FROM core_outbox WHERE done_at IS NULL"
                )
                self._say(f"{time.monotonic() - since:5.1f} s after: {waiting} wait")
                if waiting == 0:
                    return round(max(0.0, time.monotonic() - since), 1)
            else:
                found = _count("SELECT count(*) FROM fault_effect")
                stable, last = (stable + 1 if found == last else 0), found
                if stable * 0.5 > 20 + 2 * self.start_seconds:  # nothing more will come
                    return None
            time.sleep(0.5)
        return None

    def _rungs(self) -> dict[str, Any]:
        """Rungs due by now, and what became of them once somebody had the time to look."""
        from django.utils import timezone

        until = timezone.now()
        ends = time.monotonic() + PATIENCE_SECONDS
        found = rungs.count(self.tasks, until)
        while found["rungs_lost"] and time.monotonic() < ends:
            time.sleep(1)
            found = rungs.count(self.tasks, until)
        return found

    def _revive(self, since: float) -> list[str]:
        """Which processes still give no sign of life when they have had the time to.

        Beat waits longer and longer between its attempts at a Redis that is away.
        """
        limit = _limit(self.start_seconds, self.args.crowded)
        while _silent() and time.monotonic() - since < limit:
            time.sleep(0.5)
        return _silent()

    def _result(self) -> dict[str, Any]:
        effects = dict(
            _rows(
                "SELECT source_id, count(*) FROM fault_effect WHERE source_id = ANY(%s)"
                " GROUP BY source_id",
                self.accepted,
            )
        )
        lost = [pk for pk in self.accepted if pk not in effects]
        doubled = [pk for pk, times in effects.items() if times > 1]
        published = _count(
            "SELECT coalesce(sum(o.attempts), 0) FROM core_outbox o JOIN core_event e"
            " ON e.id = o.event_id WHERE e.subject_id = ANY(%s)",
            self.accepted,
        )
        return {
            "design": self.args.design,
            "seed": self.seed,
            "seconds": self.args.seconds,
            "faults": [str(fault) for fault in self.faults],
            "accepted": len(self.accepted),
            "refused": len(self.refused),
            "refused_why": sorted(set(self.refused))[:5],
            "not_sent": self.unsent,
            "lost": len(lost),
            "doubled": len(doubled),
            "repeats_absorbed": max(0, published - len(self.accepted)),
            "set_aside": _count(
                "SELECT count(*) FROM core_delivery WHERE state = 'set_aside'"
            ),
            "accept_p50_ms": round(statistics.median(self.took_ms), 1),
            "accept_max_ms": round(max(self.took_ms), 1),
        }

    def _say(self, what: object) -> None:
        if not self.args.quiet:
            sys.stderr.write(f"seed {self.seed}  {what}\n")
            sys.stderr.flush()


def _rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _count(sql: str, *params: Any) -> int:
    return int(_rows(sql, *params)[0][0])


_districts: list[Any] = []


def _district() -> Any:
    from grids.models import District

    if not _districts:
        _districts.append(District.objects.get())
    return _districts[0]


def _prepare(stand: Stand, tables: Path | None) -> None:
    """Tables (by SQL when it is given), one district, one person to be told, and the table
    of effects."""
    from django.core.management import call_command
    from django.db import connection

    from governance.core.models import User
    from tests.factories.grids import make_district

    if tables is None:
        call_command("migrate", verbosity=0)
    else:
        stand.load(tables)
    make_district()
    User.objects.get_or_create(username="probe")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS fault_effect (source_id bigint NOT NULL,"
            " pid int NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )


def _silent() -> list[str]:
    """Which of relay, beat and worker give no sign of life at the end."""
    from governance.core import engine

    return [name for name in engine.PROCESSES if not engine.check_process(name).ok]


def _patience(start_seconds: float) -> float:
    return PATIENCE_SECONDS + 4 * start_seconds


def _limit(start_seconds: float, is_crowded: bool) -> float:
    if is_crowded:
        return _patience(start_seconds)
    return max(DRAIN_LIMIT_SECONDS, DRAIN_LIMIT_STARTS * start_seconds)


def broken_promises(result: dict[str, Any], limit: float) -> list[str]:
    """What the outbox design must reach in every run and did not, in words; `limit` in seconds."""
    broken = [
        f"{name}: {result[name]}"
        for name in (
            "lost",
            "doubled",
            "refused",
            "set_aside",
            "silent",
            "rungs_lost",
            "rungs_doubled",
        )
        if result[name]
    ]
    drained = result["drained_seconds"]
    if drained is None or drained > limit:
        broken.append(f"drained after {drained} s, limit {limit} s")
    return broken


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--design", choices=["outbox", "control"], default="outbox")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument(
        "--seeds", type=int, default=1, help="how many, one after another"
    )
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--rate", type=float, default=30, help="requests a second")
    parser.add_argument("--faults", type=int, default=22)
    parser.add_argument("--tasks", type=int, default=300, help="with deadlines")
    parser.add_argument("--settle", type=float, default=5, help="wait for late repeats")
    parser.add_argument("--tables", type=Path, help="SQL of a migrated database")
    parser.add_argument(
        "--crowded", action="store_true", help="other work runs: speed is not judged"
    )
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    # asked to end, it still ends what it started
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="onegrid-f-", dir="/var/tmp"))
    stand = Stand(folder, args.design)
    os.environ.update(stand.environment())
    try:
        stand.start_servers()
        import django

        django.setup()
        _prepare(stand, args.tables)
        results = [
            Drive(stand, args, seed).run()
            for seed in range(args.seed, args.seed + args.seeds)
        ]
    finally:
        stand.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if args.design == "outbox":
        ok = not any(result["broken"] for result in results)
    else:
        ok = all(result["lost"] > 0 for result in results)
    sys.stdout.write(
        json.dumps({"ok": ok, "runs": results}, ensure_ascii=False, indent=1)
    )
    sys.stdout.write("\n")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
