"""P7: many grids at once against COPY of the same rows; one leaf in a small and a large forest."""

import io
import itertools
import statistics
import time

from django.db import connection, transaction

from benchmarks import database, forest
from benchmarks.harness import Bar, interleaved, say
from benchmarks.p6_locate import SIZES

ROUNDS = 3
WAL_LEAVES = 20


def measure() -> list[Bar]:
    return [_import(), _sheet(), *_leaf()]


def _import() -> Bar:
    """The public import of the large forest / COPY of its rows into tables built alike."""
    ratios, details = [], []
    for number in range(ROUNDS):
        database.drop("import")
        say(f"Importing {SIZES['100k']} grids, round {number + 1} of {ROUNDS} …")
        with database.on("import"):
            start = time.perf_counter()
            forest.build(*SIZES["100k"])
            ours = time.perf_counter() - start
            limit = _copy_again()
        ratios.append(ours / limit)
        details.append({"import_s": round(ours, 2), "copy_s": round(limit, 3)})
    database.drop("import")
    return Bar(
        "P7", "import of 115,250 grids / COPY of the same rows",
        statistics.median(ratios), 60, details={"rounds": details},
    )  # fmt: skip


def _sheet() -> Bar:
    """The same grids from an Excel file, read, checked and written / COPY of the rows."""
    from grids import tree_file
    from grids.actions.tree_import import import_tree
    from grids.models import District

    rows = forest.rows(*SIZES["100k"])
    say(f"Making an Excel file of {SIZES['100k']} grids …")
    data = tree_file.workbook(
        {"code": row.code, "name": row.name, "parent": row.parent_code} for row in rows
    )
    database.drop("import")
    with database.on("import"):
        district = District.objects.create(code=forest.CODE, name="云城区")
        start = time.perf_counter()
        lines = tree_file.read(data)
        read_s = time.perf_counter() - start
        import_tree(lines, district, by="benchmark", reason="benchmark")
        ours = time.perf_counter() - start
        limit = _copy_again()
    database.drop("import")
    return Bar(
        "P7", "import of 115,250 grids from Excel / COPY of the same rows",
        ours / limit, 60,
        details={
            "read_s": round(read_s, 2),
            "all_s": round(ours, 2),
            "copy_s": round(limit, 3),
        },
    )  # fmt: skip


def _copy_again() -> float:
    """Seconds that COPY takes for the rows of both tables into copies with the same indexes."""
    seconds = 0.0
    with connection.cursor() as cursor:
        for table in ("grids_grid", "grids_gridshape"):
            rows = io.StringIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
            cursor.execute(f"CREATE TABLE again_{table} (LIKE {table} INCLUDING ALL)")
            rows.seek(0)
            start = time.perf_counter()
            cursor.copy_expert(f"COPY again_{table} FROM STDIN", rows)
            seconds += time.perf_counter() - start
            cursor.execute(f"DROP TABLE again_{table}")
    return seconds


def _leaf() -> list[Bar]:
    from grids.actions.tree import create_grid
    from grids.models import Grid

    sizes = {
        "1,000": ("towns_1k", (2, 20, 2, 10)),
        "100,000": ("towns_100k", SIZES["100k"]),
    }
    parents: dict[str, itertools.cycle[int]] = {}
    for name, (kind, size) in sizes.items():
        with database.on(kind):
            if database.note(kind) != "complete":
                say(f"Building a forest of {name} micro grids …")
                forest.build(*size)
                database.note(kind, "complete")
            smalls = Grid.objects.at_level("small").order_by("code")
            found = list(smalls.values_list("pk", flat=True))
            # Anywhere in the town: the first place shifts all that follow, the last nothing.
            parents[name] = itertools.cycle(found[:: max(1, len(found) // 37)])

    numbers = itertools.count(500)
    wal: list[int] = []

    def insert(name: str, weigh: bool = False) -> None:
        parent = Grid.objects.get(pk=next(parents[name]))
        code = f"{parent.code}{next(numbers) % 500 + 500:03d}"
        with transaction.atomic():
            before = _wal_position() if weigh else 0
            create_grid(name="新", parent=parent, code=code, by="benchmark")

            if weigh:
                wal.append(_wal_position() - before)
            transaction.set_rollback(True)

    rounds: dict[str, list[float]] = {name: [] for name in sizes}
    for _ in range(6):
        for name, (kind, _size) in sizes.items():
            with database.switched(kind):
                one = interleaved({name: lambda n=name: insert(n)}, block=5, rounds=2)
                rounds[name].append(one[name])
    took = {name: statistics.median(values[1:]) for name, values in rounds.items()}
    with database.switched("towns_100k"):
        for _ in range(WAL_LEAVES):
            insert("100,000", weigh=True)
    details = {f"{name}_ms": round(s * 1000, 2) for name, s in took.items()}
    return [
        Bar("P7", "leaf into 100,000 nodes / into 1,000",
            took["100,000"] / took["1,000"], 3, details=details),
        Bar("P7", "write-ahead log of one leaf at 100,000 nodes",
            statistics.median(wal) / 1024, 200, "KB", details={"bytes": wal}),
    ]  # fmt: skip


def _wal_position() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"
        )
        return int(cursor.fetchone()[0])
