"""P2: statements of the lists and details, as every role, for one row and for fifty."""

from dataclasses import dataclass, field

from benchmarks import database, requests
from benchmarks.harness import Bar
from benchmarks.visits import signed_in, statements
from governance.core.models import User
from requests_hub.models import Request

ROLES = (
    "district",
    "leader",
    "town_a",
    "grid_leader_a",
    "worker_a",
    "officer_a",
    "auditor",
)
# A page of one row is the last one: what is older than the second oldest.
LISTS = {
    "/api/v1/requests/": ("?limit=1", "?limit=50"),
    "/api/v1/tasks/": ("?limit=1", "?limit=50"),
    "/requests/": ("?before={second}", ""),
}
FIFTY = {
    "/todo/": ROLES,
    "/dispatch/": ("district", "town_a"),
    "/desk/": ("officer_a",),
}
DETAILS = ("/api/v1/requests/{pk}/", "/requests/{no}/")
LIST_TARGET, DETAIL_TARGET = 8, 10


@dataclass
class Found:
    """Numbers of statements by "role path", and the statements where there are too many."""

    lists: dict[str, int] = field(default_factory=dict)
    details: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    uneven: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    above: dict[str, list[str]] = field(default_factory=dict)


def measure() -> list[Bar]:
    requests.fill("100k")
    found = Found()
    with database.on("100k"):
        for role in ROLES:
            _visit(role, found)
    return [
        Bar("P2", "lists of 50: most SQL statements", max(found.lists.values()), LIST_TARGET,
            "", details={"by_page": found.lists, "above": found.above,
                         "not_a_list": found.others}),
        Bar("P2", "lists that differ for 1 row and 50", len(found.uneven), 0, "",
            details={"pages": found.uneven}),
        Bar("P2", "details: most SQL statements", max(found.details.values()), DETAIL_TARGET,
            "", details={"by_page": found.details}),
    ]  # fmt: skip


def _visit(role: str, found: Found) -> None:
    client = signed_in(role)
    visible = Request.objects.visible_to(User.objects.get(username=role))
    newest = visible.order_by("-id").first()
    second = visible.order_by("id").values_list("pk", flat=True)[1]
    assert newest

    def count(path: str, into: dict[str, int], target: int) -> list[str]:
        seen = statements(client, path)
        name = f"{role} {path.split('?')[0].replace(newest.no, '…').replace(str(newest.pk), '…')}"
        into[name] = max(len(seen), into.get(name, 0))
        if len(seen) > target:
            found.above[name] = seen
        return seen

    for path, (one, fifty) in LISTS.items():
        few = count(path + one.format(second=second), found.lists, LIST_TARGET)
        many = count(path + fifty, found.lists, LIST_TARGET)
        if len(few) != len(many):
            found.uneven[f"{role} {path}"] = (few, many)
    for path, roles in FIFTY.items():
        if role in roles:
            count(path, found.lists, LIST_TARGET)
    for path in DETAILS:
        count(path.format(pk=newest.pk, no=newest.no), found.details, DETAIL_TARGET)
    found.others[role] = len(statements(client, "/workbench/"))
