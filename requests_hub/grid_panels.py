"""The open requests of a grid, on its page."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from governance.core.models import User
from grids import panels
from grids.models import Grid
from grids.scoping import scope_of
from requests_hub.models import Request
from requests_hub.panels.turns import rows_with_turn
from requests_hub.turns import for_list

MOST = 6
READERS = ("township", "district", "leader", "grid_leader", "grid_worker", "liaison")


def _open_requests(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    user = request.user
    if not isinstance(user, User) or not scope_of(user).has_role(*READERS):
        return None
    rows = Request.objects.visible_to(user).open()
    rows = for_list(rows.filter(**{f"{grid.level}_id": grid.pk}))
    found = list(rows.order_by("-pk")[: MOST + 1])
    return {
        "requests": rows_with_turn(found[:MOST], user),
        "has_more": len(found) > MOST,
    }


panels.add(
    "requests",
    order=30,
    column="main",
    template="requests_hub/parts/grid_panel.html",
    context=_open_requests,
)
