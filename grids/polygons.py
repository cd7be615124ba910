"""Is an outline right? Crossing itself, leaving its parent, lying over a sibling, gaps, datum.

Areas are in square metres, reckoned on the sphere at the outline's own latitude; good to a few
per mille within a district. What touches a schematic outline is only remarked, never refused.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import Point, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from governance.core import coordinates
from governance.core.errors import Invalid
from grids.actions import shapes
from grids.geofiles import flat
from grids.models import Grid, GridShape

METRES = 111_320.0  # of one degree of latitude
SLACK_DEGREES = 0.00003  # about three metres: neighbours drawn by different hands
SLACK_SHARE = 0.002  # of the outline's own area
SLACK_M2 = 100.0
MOST_SAMPLED = 1500
MOST_OUTSIDE = 0.5
FEW_OUTSIDE = 0.05
ALL_INSIDE = 0.98
SEVERAL = 4  # outlines; a single one says too little
DATUMS = ("gcj02", "bd09")
SPOT = re.compile(r"\[([-\d.e]+) ([-\d.e]+)\]")


@dataclass
class Fault:
    """One thing about an outline; `blocks` refuses it, `geometry` shows where (GeoJSON).

    `choose` is the datum that would make it fit: "gcj02" or "bd09".
    """

    code: str
    words: str
    blocks: bool = True
    geometry: dict[str, Any] | None = None
    area_m2: float = 0.0
    choose: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "words": self.words,
            "blocks": self.blocks,
            "geometry": self.geometry,
        }


@dataclass
class Around:
    """What an outline is compared with; each as (name, shapely geometry, is schematic)."""

    parent: tuple[str, BaseGeometry, bool] | None = None
    siblings: list[tuple[str, BaseGeometry, bool]] = field(default_factory=list)
    children: list[tuple[str, BaseGeometry, bool]] = field(default_factory=list)


def around(grid: Grid) -> Around:
    """Parent, live siblings and live children of a grid, as drawn; two statements."""
    near = GridShape.objects.filter(grid__retired_on__isnull=True)
    near = near.select_related("grid").exclude(grid=grid)
    found = Around()
    if grid.parent_id:
        kin = near.filter(grid__parent=grid.parent_id)
        up = near.filter(grid=grid.parent_id).first()
        found.parent = _named(up) if up else None
    else:
        kin = near.filter(grid__parent=None, grid__district=grid.district_id)
    found.siblings = [_named(row) for row in kin.order_by("grid__code")]
    below = near.filter(grid__parent=grid).order_by("grid__code")
    found.children = [_named(row) for row in below]
    return found


def _named(row: GridShape) -> tuple[str, BaseGeometry, bool]:
    return row.grid.name, sound(row.geometry), row.is_schematic


def sound(geometry: Mapping[str, Any]) -> BaseGeometry:
    """A valid shapely geometry of a stored outline."""
    found: BaseGeometry = shape(dict(geometry))
    return found if found.is_valid else shapely.make_valid(found)


def check(geometry: Mapping[str, Any], near: Around) -> list[Fault]:
    """Everything to say about an outline, what blocks it first."""
    try:
        shapes.bounds(geometry)
        area = shape(dict(geometry))
    except Invalid as error:
        words = " ".join(error.fields.get("geometry", [error.message]))
        return [Fault("shape", words)]
    except (ValueError, TypeError, shapely.errors.ShapelyError):
        return [Fault("shape", _("A GeoJSON polygon is needed."))]
    if not area.is_valid:
        return [_crossing(area)]
    if area.is_empty or area.area == 0:
        return [Fault("shape", _("The outline has no area."))]
    found = [*_outside(area, near), *_overlaps(area, near), *_children(area, near)]
    found += datum_doubt([geometry], [near.parent[1]] if near.parent else [])
    return sorted(found + _gaps(area, near), key=lambda fault: not fault.blocks)


def _crossing(area: BaseGeometry) -> Fault:
    why = explain_validity(area)
    spot = SPOT.search(why)
    where = mapping(Point(float(spot[1]), float(spot[2]))) if spot else None
    return Fault("crossing", _("The outline crosses itself."), geometry=where)


def _slack(area: BaseGeometry) -> float:
    return max(SLACK_M2, square_metres(area) * SLACK_SHARE)


def _outside(area: BaseGeometry, near: Around) -> list[Fault]:
    if near.parent is None:
        return []
    name, parent, is_schematic = near.parent
    out = area.difference(parent.buffer(SLACK_DEGREES))
    size = square_metres(out)
    if size <= _slack(area):
        return []
    words = _("%(area)s lie outside %(grid)s.") % {"area": in_words(size), "grid": name}
    return [Fault("outside", words, not is_schematic, mapping(out), size)]


def _overlaps(area: BaseGeometry, near: Around) -> list[Fault]:
    found = []
    for name, other, is_schematic in near.siblings:
        if not area.intersects(other):
            continue
        both = area.intersection(other.buffer(-SLACK_DEGREES))
        size = square_metres(both)
        if size > min(_slack(area), _slack(other)):
            words = _("%(area)s lie over %(grid)s.")
            words = words % {"area": in_words(size), "grid": name}
            found.append(Fault("overlap", words, not is_schematic, mapping(both), size))
    return found


def _children(area: BaseGeometry, near: Around) -> list[Fault]:
    found = []
    for name, child, _is_schematic in near.children:
        out = child.difference(area.buffer(SLACK_DEGREES))
        size = square_metres(out)
        if size > _slack(child):
            words = _("%(grid)s, a grid below, would stick out by %(area)s.")
            words = words % {"area": in_words(size), "grid": name}
            found.append(Fault("child", words, False, mapping(out), size))
    return found


def _gaps(area: BaseGeometry, near: Around) -> list[Fault]:
    """What of the parent nobody would have; shown, never refused."""
    if near.parent is None:
        return []
    others = [other for _name, other, _is_schematic in near.siblings]
    return gap_fault(near.parent[0], near.parent[1], [area, *others])


def gap_fault(
    name: str, parent: BaseGeometry, parts: Sequence[BaseGeometry]
) -> list[Fault]:
    """The gaps that parts leave in a parent called `name`, as one remark; [] where none is left."""
    gap = gap_of(parent, parts)
    size = square_metres(gap)
    if size <= _slack(parent):
        return []
    words = _("%(area)s of %(grid)s belong to no grid yet.")
    words = words % {"area": in_words(size), "grid": name}
    return [Fault("gap", words, False, mapping(gap), size)]


def gap_of(parent: BaseGeometry, parts: Iterable[BaseGeometry]) -> BaseGeometry:
    """The parent's area that no part covers, without seams of a few metres."""
    covered = shapely.union_all([part.buffer(SLACK_DEGREES) for part in parts])
    gap: BaseGeometry = parent.difference(covered)
    return gap


def square_metres(area: BaseGeometry) -> float:
    """The area of a geometry in degrees."""
    if area.is_empty:
        return 0.0
    middle = (area.bounds[1] + area.bounds[3]) / 2
    return float(area.area * METRES**2 * math.cos(math.radians(middle)))


def in_words(square: float) -> str:
    """An area as people say it: square metres, from 10,000 on square kilometres."""
    if square < 10_000:
        return _("%(n)s m²") % {"n": f"{square:,.0f}"}
    return _("%(n)s km²") % {"n": f"{square / 1e6:,.2f}"}


def to_wgs84(geometry: Mapping[str, Any], crs: str) -> dict[str, Any]:
    """An outline whose positions are in `crs` ("wgs84", "gcj02" or "bd09"), in WGS 84.

    Raises:
        Invalid: with field "geometry" or "crs".
    """
    try:
        return flat(geometry, lambda lon, lat: coordinates.to_wgs84(lon, lat, crs))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        words = _("A GeoJSON polygon is needed.")
        raise Invalid(fields={"geometry": [words]}) from error


def datum_doubt(
    outlines: Sequence[Mapping[str, Any]], homes: Sequence[BaseGeometry]
) -> list[Fault]:
    """Whether most points leave where they should lie, and which conversion makes them fit.

    `homes` are the areas of the parents (or of the district); nothing is said without one.
    """
    points = [point for outline in outlines for point in shapes.positions(outline)]
    if not points or not homes:
        return []
    points = points[:: max(1, len(points) // MOST_SAMPLED)]
    home = shapely.union_all(list(homes)).buffer(SLACK_DEGREES * 3)
    shapely.prepare(home)
    shares = {"wgs84": _share(home, points)}
    if shares["wgs84"] > 1 - FEW_OUTSIDE:
        return []
    for crs in DATUMS:
        turned = [coordinates.to_wgs84(lon, lat, crs) for lon, lat in points]
        shares[crs] = _share(home, turned)
    best = max(DATUMS, key=lambda crs: shares[crs])
    out = 1 - shares["wgs84"]
    if _fits_better(shares["wgs84"], shares[best], len(outlines)):
        words = _(
            "%(out)s of the points lie outside. Read as %(crs)s, %(share)s fit: choose %(crs)s."
        )
        said = words % _shares(out, best, shares[best])
        return [Fault("datum", said, False, choose=best)]
    if out > MOST_OUTSIDE:
        words = _(
            "%(out)s of the points lie outside, and neither GCJ-02 nor BD-09 makes them fit:"
            " look at the zone and the order of the numbers."
        )
        return [Fault("datum", words % _shares(out, best, shares[best]), False)]
    return []


def _fits_better(now: float, turned: float, outlines: int) -> bool:
    """Whether another datum explains the points outside.

    A shift of half a kilometre takes only the rim of a town out of it. So several outlines are
    doubted already when a few of their points lie outside and the conversion brings all back.
    """
    if turned >= now + 0.25 and turned > MOST_OUTSIDE:
        return True
    return outlines >= SEVERAL and turned > ALL_INSIDE


def _shares(out: float, crs: str, share: float) -> dict[str, str]:
    name = {"gcj02": "GCJ-02", "bd09": "BD-09"}[crs]
    return {"out": f"{out:.0%}", "crs": name, "share": f"{share:.0%}"}


def _share(home: BaseGeometry, points: Sequence[tuple[float, float]]) -> float:
    inside = shapely.intersects_xy(
        home, [x for x, _y in points], [y for _x, y in points]
    )
    return float(inside.mean())


def district_area(district_id: int) -> list[BaseGeometry]:
    """The outlines of a district's towns, as drawn."""
    rows = GridShape.objects.filter(
        grid__district=district_id, grid__level="large", grid__retired_on__isnull=True
    )
    return [sound(row.geometry) for row in rows]
