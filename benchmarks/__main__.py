"""`python -m benchmarks [p6 …]`: measure the bars, print one table, write JSON."""

import argparse
import importlib
import os
import sys
import traceback

BARS = ("p1_intake", "p2_statements", "p3_lists", "p4_boards", "p5_writers", "p6_locate", "p7_import", "p8_process",
        "p9_weight", "d7_sweep")  # fmt: skip
ON_REQUEST = ("import_persons",)  # minutes long: measured only when named


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help="p1 p2 …; all when left out")
    parser.add_argument(
        "--data-only", action="store_true", help="only fill the databases"
    )
    parser.add_argument("--drop", action="store_true", help="drop the bench databases")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    os.environ["LOG_LEVEL"] = "CRITICAL"
    os.environ.setdefault("DEMO", "1")

    import django

    django.setup()
    from django.conf import settings

    from governance.core import embedded

    servers = embedded.Servers(
        settings.STATE_DIR,
        postgres=not os.environ.get("DATABASE_URL"),
        redis=not os.environ.get("REDIS_URL"),
    )
    settings.ALLOWED_HOSTS = ["*"]
    with servers.hold():
        if options.drop:
            return _drop()
        if options.data_only:
            return _fill()
        return _measure(options.names)


def _drop() -> int:
    from benchmarks import database

    for kind in database.kinds():
        database.drop(kind)
    return 0


def _fill() -> int:
    from benchmarks import requests

    for kind in requests.SIZES:
        requests.fill(kind)
    return 0


def _measure(names: list[str]) -> int:
    from benchmarks import harness

    wanted = [m for m in BARS if not names or m.split("_")[0] in names]
    wanted += [m for m in ON_REQUEST if m.split("_")[0] in names]
    if not wanted:
        print(f"There is no bar called {' '.join(names)}.", file=sys.stderr)
        return 2
    bars, broken = [], []
    for module in wanted:
        short = module.split("_")[0]
        harness.say(f"{short} …")
        try:
            found = importlib.import_module(f"benchmarks.{module}").measure()
        except Exception:  # noqa: BLE001 one bar that breaks must not hide the others
            traceback.print_exc()
            broken.append(short)
            continue
        harness.save(short, found)
        bars += found
    print(harness.table(bars))
    path = harness.save("all" if not names else "-".join(names), bars)
    print(f"\n{sum(b.is_met for b in bars)} of {len(bars)} met. JSON: {path.parent}")
    if broken:
        print(f"Could not be measured: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
