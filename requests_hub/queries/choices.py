"""What a filter or form offers to choose from: small reference lists, kept for a minute."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from governance.core.models import DictionaryItem, User
from grids import locate
from grids.models import Department, Grid
from grids.scoping import Scope, scope_of
from requests_hub.categories import CATEGORIES

FRESH_SECONDS = 60.0
Choice = tuple[str, str]
_kept: dict[Any, tuple[float, Any]] = {}


def forget() -> None:
    """Read everything again at the next question."""
    _kept.clear()


def _keep(key: Any, load: Callable[[], Any]) -> Any:
    """The value of `load()`, at most a minute old."""
    now = time.monotonic()
    known = _kept.get(key)
    if known is None or now - known[0] > FRESH_SECONDS:
        if len(_kept) > 500:
            _kept.clear()
        known = (now, load())
        _kept[key] = known
    return known[1]


def areas(user: User) -> list[Choice]:
    """(code, name) of the grids one level below the person's own, in official order."""
    scope = scope_of(user)
    level, field, ids = _below(scope)
    if not ids:
        return []
    rows = Grid.objects.live().at_level(level).filter(**{f"{field}__in": ids})
    return list(
        _keep(
            ("areas", locate.version(), level, ids),
            lambda: [
                (grid.code, grid.short) for grid in rows.order_by("tree_id", "lft")
            ],
        )
    )


def _below(scope: Scope) -> tuple[str, str, tuple[int, ...]]:
    """The level of the choices, and the parents they hang under."""
    if scope.districts:
        return "large", "district_id", tuple(sorted(scope.districts))
    for level, below in (("large", "medium"), ("medium", "small"), ("small", "micro")):
        if scope.grids.get(level):
            return below, "parent_id", tuple(sorted(scope.grids[level]))
    return "micro", "pk", tuple(sorted(scope.grids.get("micro", ())))


def categories() -> list[Choice]:
    """(code, label) of the classes of requests, in the order of the dictionary."""
    items: list[DictionaryItem] = _keep(
        "categories",
        lambda: list(
            DictionaryItem.objects.of(CATEGORIES).active().filter(parent__isnull=True)
        ),
    )
    return [(item.code, item.label) for item in items]


def departments_in(district_id: int) -> list[Department]:
    """The units that can be called in a district."""
    return [d for d in _departments() if d.district_id == district_id]


def _departments() -> list[Department]:
    rows: list[Department] = _keep(
        "departments", lambda: list(Department.objects.active())
    )
    return rows


def departments_by_id(ids: Iterable[int]) -> dict[int, Department]:
    """These departments, also those out of use; a new one is read at once."""
    wanted = set(ids)
    known: dict[int, Department] = _keep(
        "every department", lambda: Department.objects.in_bulk()
    )
    if not wanted <= set(known):
        known.update(Department.objects.in_bulk(wanted - set(known)))
    return {pk: known[pk] for pk in wanted if pk in known}


def departments(user: User) -> list[Choice]:
    """(code, short name) of the units that can be called in the person's districts."""
    rows = _departments()
    own = scope_of(user).districts
    return [(d.code, d.short) for d in rows if not own or d.district_id in own]
