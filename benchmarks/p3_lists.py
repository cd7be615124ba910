"""P3: the list at 100,000 and at 1,000,000 requests, in every scope and at any depth."""

from benchmarks import database, requests
from benchmarks.harness import Bar, interleaved
from benchmarks.visits import buffers, page_query, signed_in, statements

PATHS = ("/api/v1/requests/", "/requests/")
PATH = PATHS[0]
SCOPES = ("district", "town_a", "grid_leader_a", "worker_a", "officer_a", "auditor")
DEEP = 10_000 * 50


def measure() -> list[Bar]:
    for kind in requests.SIZES:
        requests.fill(kind)
    clients = {}
    for kind in requests.SIZES:
        with database.switched(kind):
            clients[kind] = signed_in("district")
    deep = PATH + f"?before={_deep_id()}"
    with database.in_turn() as use:

        def before(name: str) -> None:
            use(name.split()[0])
            # caches of the process, as a worker has them
            clients[name.split()[0]].get(PATH)

        took = interleaved(
            {
                "100k": lambda: clients["100k"].get(PATH),
                "1m": lambda: clients["1m"].get(PATH),
                "1m deep": lambda: clients["1m"].get(deep),
            },
            block=10,
            before=before,
        )
    pages, thrown = _buffers(deep)
    details = {f"{name}_ms": round(s * 1000, 2) for name, s in took.items()}
    worst = max(pages, key=lambda name: pages[name])
    return [
        Bar("P3", "list: 1,000,000 requests / 100,000", took["1m"] / took["100k"], 1.3,
            details=details),
        Bar("P3", "page 10,000 / page 1", took["1m deep"] / took["1m"], 2, details=details),
        Bar("P3", f"buffer pages, worst scope ({worst})", pages[worst], 100, "",
            details={"pages": pages, "rows_thrown_away": thrown}),
    ]  # fmt: skip


def _deep_id() -> int:
    from requests_hub.models import Request

    with database.switched("1m"):
        return int(Request.objects.order_by("-id").values_list("pk", flat=True)[DEEP])


def _buffers(deep: str) -> tuple[dict[str, int], dict[str, int]]:
    pages: dict[str, int] = {}
    thrown: dict[str, int] = {}
    with database.switched("1m"):
        cold = _cold_account()
        for role in (*SCOPES, cold):
            client = signed_in(role)
            for path in (*PATHS, *([deep] if role == "district" else [])):
                name = f"{role} {path.split('?')[0]}{' deep' if '?' in path else ''}"
                found = page_query(statements(client, path))
                pages[name], thrown[name] = buffers(found)
    return pages, thrown


def _cold_account() -> str:
    """An account of the town all of whose requests are old."""
    from governance.core.models import User
    from grids.actions.posts import appoint
    from grids.models import Grid

    user, _ = User.objects.get_or_create(username="bench_cold")
    appoint(
        user,
        "township",
        by="benchmark",
        grid=Grid.objects.get(code=requests.cold_town()),
    )
    return user.username
