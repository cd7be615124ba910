"""What a run of the circle reads: cells, sites, households, paths, and a mark of their state."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Max

from governance.core import dictionaries
from grids import locate
from grids.circle.pace import Pace
from grids.locate import Place
from grids.models import (
    CircleRule,
    District,
    Grid,
    GridShape,
    GridVersion,
    House,
    Household,
    Site,
    WalkNetwork,
)
from grids.models.sites import KINDS


@dataclass(frozen=True)
class Cell:
    """A lowest grid with its centre (None: no polygon)."""

    place: Place
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Home:
    """A household; `point` is its own position, None where it counts with its cell."""

    pk: int
    grid_id: int | None
    point: tuple[float, float] | None


@dataclass
class Inputs:
    """Everything of one run, in a fixed order, so that the same state gives the same result."""

    rule: dict[str, Any]
    cells: list[Cell]
    sites: list[Site]
    planned: list[Site]
    homes: list[Home]
    lines: list[list[list[float]]] = field(default_factory=list)

    @property
    def pace(self) -> Pace:
        return pace_of(self.rule)


def pace_of(rule: dict[str, Any]) -> Pace:
    """How people walk by a rule's values."""
    return Pace(
        float(rule["minutes"]), float(rule["speed_m_per_min"]), float(rule["detour"])
    )


def rule_of(district_id: int) -> CircleRule:
    """The district's rule; the settings' values where nobody has set one (not saved)."""
    found = CircleRule.objects.filter(pk=district_id).first()
    return found or CircleRule(district_id=district_id)


def rule_values(rule: CircleRule) -> dict[str, Any]:
    """The rule as a run keeps it, with the kinds that count."""
    return {
        "minutes": rule.minutes,
        "speed_m_per_min": rule.speed_m_per_min,
        "detour": rule.detour,
        "snap_m": rule.snap_m,
        "suggestions": rule.suggestions,
        "kinds": counting_kinds(),
    }


def counting_kinds() -> list[str]:
    """Codes of the kinds whose sites make up the circle."""
    return [row.code for row in dictionaries.items(KINDS) if row.data.get("counts")]


def mark(district_id: int) -> str:
    """A short text that changes when a new run could find something else. Seven statements."""
    rule = rule_of(district_id)
    sites = Site.objects.filter(district_id=district_id)
    homes = Household.objects.live().filter(district_id=district_id)
    houses = House.objects.filter(district_id=district_id, lon__isnull=False)
    network = WalkNetwork.objects.filter(district_id=district_id, is_active=True)
    version = GridVersion.objects.filter(pk=district_id).values_list("number")
    parts = [
        rule_values(rule),
        sites.aggregate(n=Count("pk"), at=Max("updated_at")),
        list(network.values_list("pk")),
        list(version),
        homes.aggregate(n=Count("pk"), at=Max("updated_at")),
        houses.aggregate(n=Count("pk"), at=Max("updated_at")),
    ]
    text = json.dumps(parts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def read(district: District, rule: dict[str, Any], area: Grid | None = None) -> Inputs:
    """Read what a run needs; `area` narrows cells and households, never the sites."""
    open_sites = Site.objects.filter(district=district).placed().order_by("pk")
    sites = open_sites.open().filter(kind__in=rule["kinds"])
    planned = open_sites.live().filter(stage=Site.Stage.PLANNED)
    network = WalkNetwork.objects.filter(district=district, is_active=True).first()
    return Inputs(
        rule=rule,
        cells=cells(district, area),
        sites=list(sites),
        planned=[s for s in planned if _is_inside(s, area)],
        homes=homes(district.pk, area),
        lines=network.lines if network else [],
    )


def _is_inside(row: Any, area: Grid | None) -> bool:
    return area is None or getattr(row, f"{area.level}_id") == area.pk


def cells(district: District, area: Grid | None = None) -> list[Cell]:
    """The live grids with no live grid below, in the order of their codes."""
    live = Grid.objects.live().filter(district=district)
    if area is not None:
        live = live.filter(code__startswith=area.code)
    parents = live.filter(parent__isnull=False).values("parent_id")
    rows = live.exclude(pk__in=parents).order_by("code").values_list("pk", flat=True)
    lowest = locate.places_of(rows)
    centres = _centres([place.grid_id for place in lowest])
    return [Cell(place, centres.get(place.grid_id)) for place in lowest]


def _centres(ids: list[int]) -> dict[int, tuple[float, float]]:
    """The centroid of each polygon, or a point inside where the centroid lies outside."""
    import shapely

    sql = f"SELECT grid_id, geometry::text FROM {GridShape._meta.db_table} WHERE grid_id = ANY(%s)"  # noqa: S608, SLF001 - table name only
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        rows = cursor.fetchall()
    if not rows:
        return {}
    shapes = shapely.from_geojson([text for _pk, text in rows])
    middle = shapely.centroid(shapes)
    is_outside = ~shapely.contains(shapes, middle)
    middle[is_outside] = shapely.point_on_surface(shapes[is_outside])
    return {
        pk: (round(float(x), 6), round(float(y), 6))
        for (pk, _text), x, y in zip(
            rows, shapely.get_x(middle), shapely.get_y(middle), strict=True
        )
    }


# --- Households ---------------------------------------------------------------------------


def homes(district_id: int, area: Grid | None = None) -> list[Home]:
    """The live households: at the door of their house, else in the grid they lie in."""
    rows = Household.objects.live().filter(district_id=district_id)
    if area is not None:
        rows = rows.filter(**{f"{area.level}_id": area.pk})
    found = rows.order_by("pk").values_list(
        "pk",
        "micro_id",
        "small_id",
        "medium_id",
        "large_id",
        "house__lon",
        "house__lat",
    )
    return [
        Home(
            pk,
            micro or small or medium or large,
            (lon, lat) if lon is not None and lat is not None else None,
        )
        for pk, micro, small, medium, large, lon, lat in found.iterator(5000)
    ]


def by_cell(found: Iterable[Home]) -> Counter[int]:
    """How many households count with each grid, by its id."""
    return Counter(h.grid_id for h in found if h.point is None and h.grid_id)
