"""P2: statements of the lists and details, as every role, for one row and for fifty."""

from benchmarks import database, requests
from benchmarks.harness import Bar
from benchmarks.visits import signed_in, statements

ROLES = (
    "district",
    "leader",
    "town_a",
    "grid_leader_a",
    "worker_a",
    "officer_a",
    "auditor",
)
LISTS = {
    "/api/v1/requests/": ("?limit=1", "?limit=50"),
    "/api/v1/tasks/": ("?limit=1", "?limit=50"),
    "/requests/": ("?q={no}", ""),
    "/todo/": ("", ""),
}
ONLY = {
    "/dispatch/": ("district", "town_a"),
    "/desk/": ("officer_a",),
    "/workbench/": ROLES,
}
LIST_TARGET, DETAIL_TARGET = 8, 10


def measure() -> list[Bar]:
    requests.fill("100k")
    lists: dict[str, int] = {}
    details: dict[str, int] = {}
    uneven: dict[str, tuple[int, int]] = {}
    worst: list[str] = []
    with database.on("100k"):
        for role in ROLES:
            client = signed_in(role)
            for path, (one, fifty) in LISTS.items():
                first = _first_of(role)
                few = statements(client, path + one.format(no=first.no))
                many = statements(client, path + fifty)
                lists[f"{role} {path}"] = len(many)
                if len(many) >= max(lists.values()):
                    worst = many
                if len(few) != len(many):
                    uneven[f"{role} {path}"] = (len(few), len(many))
            for path, roles in ONLY.items():
                if role in roles:
                    lists[f"{role} {path}"] = len(statements(client, path))
            seen = _first_of(role)
            for path in (f"/api/v1/requests/{seen.pk}/", f"/requests/{seen.no}/"):
                details[f"{role} {path.split('/')[1]}"] = len(statements(client, path))
    return [
        Bar("P2", "lists of 50: most SQL statements", max(lists.values()), LIST_TARGET, "",
            details={"by_page": lists, "worst": worst}),
        Bar("P2", "lists that take more for 50 rows than for 1", len(uneven), 0, "",
            details={"pages": uneven}),
        Bar("P2", "details: most SQL statements", max(details.values()), DETAIL_TARGET, "",
            details={"by_page": details}),
    ]  # fmt: skip


def _first_of(role: str):  # type: ignore[no-untyped-def]
    from governance.core.models import User
    from requests_hub.models import Request

    user = User.objects.get(username=role)
    return Request.objects.visible_to(user).order_by("-id").first()
