"""The six data 人事地物情组织 as six numbers, in one statement whatever the area.

Five come from registers; events 事 are another app's, which adds its own in
`<app>/six_counters.py` by `add()`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Value
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.registers import find
from grids.models import CareEntry, Grid
from grids.scoping import Viewer

ORDER = ("people", "events", "places", "objects", "sentiments", "organisations")
RECENT_DAYS = 30
Text = str | Promise


@dataclass(frozen=True)
class Kind:
    """One of the six. `rows` gives what somebody sees, None when there is no such register.

    `part` counts a share of them beside the number, `part_query` finds it; `stamp` is the column of the last change.
    """

    key: str
    word: Text
    label: Text
    icon: str
    url: str
    rows: Callable[[Viewer], "QuerySet[Any] | None"]
    part_label: Text = ""
    part: Callable[[], Q] = lambda: Q(pk__in=[])
    part_query: str = ""
    stamp: str = "updated_at"

    @property
    def part_url(self) -> str:
        """Where those of the share are listed: this register filtered, or another one."""
        query = self.part_query
        return query if query.startswith("/") else f"{self.url}{query}"


@dataclass(frozen=True)
class Counted:
    """A kind with its number, the number beside it and the time of the last change."""

    kind: Kind
    total: int = 0
    part: int = 0
    changed_at: datetime | None = None


_kinds: dict[str, Kind] = {}


def add(kind: Kind) -> None:
    """Register one of the six."""
    _kinds[kind.key] = kind


@cache
def _discover() -> None:
    autodiscover_modules("six_counters")


def kinds() -> list[Kind]:
    """Those that are there, in order."""
    _discover()
    return [_kinds[key] for key in ORDER if key in _kinds]


def counted(viewer: Viewer, grid: Grid | None = None) -> list[Counted]:
    """The six in order, within the scope of `viewer` and, if given, inside one grid.

    One statement.
    """
    parts = [(kind, kind.rows(viewer)) for kind in kinds()]
    asked = [_asked(kind, rows, grid) for kind, rows in parts if rows is not None]
    found: dict[str, dict[str, Any]] = {}
    if asked:
        for row in asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0]:
            found[row["six"]] = row
    out = []
    for kind, rows in parts:
        row = found.get(kind.key, {})
        if rows is not None:
            out.append(
                Counted(kind, row.get("total", 0), row.get("share", 0), row.get("last"))
            )
    return out


def _asked(kind: Kind, rows: "QuerySet[Any]", grid: Grid | None) -> "QuerySet[Any]":
    if grid is not None:
        rows = rows.filter(**{f"{grid.level}_id": grid.pk})
    grouped = rows.order_by().values(six=Value(kind.key))
    counted: QuerySet[Any] = grouped.annotate(
        total=Count("pk"), share=Count("pk", filter=kind.part()), last=Max(kind.stamp)
    )
    return counted


def _of_register(key: str) -> Callable[[Viewer], "QuerySet[Any] | None"]:
    def rows(viewer: Viewer) -> "QuerySet[Any] | None":
        register = find(key)
        if register is None:
            return None
        return register.visible(viewer).filter(ended_on__isnull=True)

    return rows


def _recent() -> Q:
    since = timezone.localdate() - timedelta(days=RECENT_DAYS)
    return Q(heard_on__gte=since)


add(
    Kind(
        "people",
        pgettext_lazy("one of the six data", "People"),
        _("People, households, houses and care"),
        "person",
        "/registry/people/",
        _of_register("people"),
        _("on the care list"),
        lambda: Q(pk__in=CareEntry.objects.current().values("person_id")),
        "/registry/care/",
    )
)
add(
    Kind(
        "places",
        pgettext_lazy("one of the six data", "Places"),
        _("Roads, ponds, schools, markets, hazard points"),
        "signpost-2",
        "/registry/places/",
        _of_register("places"),
        _("hazard points"),
        lambda: Q(kind="hazard"),
        "?kind=hazard",
    )
)
add(
    Kind(
        "objects",
        pgettext_lazy("one of the six data", "Objects"),
        _("Covers, lamps, signs, trees: components of the town"),
        "box-seam",
        "/registry/objects/",
        _of_register("objects"),
        _("damaged"),
        lambda: Q(state="damaged"),
        "?state=damaged",
    )
)
add(
    Kind(
        "sentiments",
        pgettext_lazy("one of the six data", "Sentiment"),
        _("What people say, how many share it, what was done"),
        "chat-heart",
        "/registry/sentiments/",
        _of_register("sentiments"),
        _("in 30 days"),
        _recent,
    )
)
add(
    Kind(
        "organisations",
        pgettext_lazy("one of the six data", "Organisations"),
        _("Enterprises, shops, social organisations, institutions"),
        "building",
        "/registry/organisations/",
        _of_register("organisations"),
        _("enterprises"),
        lambda: Q(kind="enterprise"),
        "?kind=enterprise",
    )
)
