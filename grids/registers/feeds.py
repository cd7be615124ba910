"""What feeds add to every record's page: what other sources say, and how a feed is called."""

import time
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from governance.core.models import User
from governance.core.registers import every, panels
from grids import feed_lists
from grids.models import Feed

NAMES_SECONDS = 60.0


@dataclass
class _Names:
    """Feeds by code, as this process knows them; a page asks once for each of its fields."""

    read_at: float = -NAMES_SECONDS
    by_code: dict[str, str] = field(default_factory=dict)


_names = _Names()


def name_of_feed(code: str) -> str:
    """The department and the name of a feed, for the provenance of a field."""
    is_old = time.monotonic() - _names.read_at > NAMES_SECONDS
    if is_old or code not in _names.by_code:
        feeds = Feed.objects.select_related("department")
        _names.by_code = {f.code: f"{f.department.short} {f.name}" for f in feeds}
        _names.read_at = time.monotonic()
    return _names.by_code.get(code, code)


def _beside(request: HttpRequest, row: Any) -> dict[str, Any] | None:
    register = next((r for r in every() if r.model is type(row)), None)
    if register is None or not isinstance(request.user, User):
        return None
    rows = feed_lists.beside(register, row, request.user)
    return {"rows": rows} if rows else None


panels.tell_source("feed", name_of_feed)
panels.add(
    panels.EVERY, panels.Panel("grids/feeds/beside.html", context=_beside, order=20)
)
