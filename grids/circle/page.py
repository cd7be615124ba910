"""What the page of the circle shows: a run for an area, its table, map, proposals and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.masking import mask_name
from grids import drawing, locate
from grids.circle import inputs
from grids.locate import Place
from grids.models import (
    CircleCell,
    CircleMiss,
    CircleRun,
    District,
    Grid,
    GridShape,
    Household,
    Site,
)
from grids.models.places import LEVELS
from grids.models.sites import KINDS
from grids.scoping import Viewer, scope_of

PAGE = 50
HOMES = 20
SORTS = {
    "code": ("grid__code",),
    "micro": (F("micros_covered") * 1.0 / F("micros"), "grid__code"),
    "-micro": ((F("micros_covered") * 1.0 / F("micros")).desc(), "grid__code"),
    "missed": (F("micros_covered") - F("micros"), "grid__code"),
    "homes": (F("households_covered") - F("households"), "grid__code"),
    "minutes": (F("minutes").desc(nulls_first=True), "grid__code"),
}
METRES_A_DEGREE = 111_195.08
CLASSES = (0, 1, 25, 50, 75, 100)  # a share of at least this much has this class


@dataclass(frozen=True)
class Area:
    """A district, or one grid of it, that somebody may look at."""

    district: District
    grid: Grid | None

    @property
    def name(self) -> str:
        return self.grid.name if self.grid else self.district.name

    @property
    def below(self) -> str:
        """The level of the rows: one below."""
        if self.grid is None:
            return "large"
        return LEVELS[min(LEVELS.index(self.grid.level) + 1, len(LEVELS) - 1)]

    @property
    def q(self) -> dict[str, int]:
        if self.grid is None:
            return {"district_id": self.district.pk}
        return {f"{self.grid.level}_id": self.grid.pk}


def area_of(viewer: Viewer, code: str) -> Area | None:
    """The area asked for; without one the widest that somebody sees. None: out of scope."""
    scope = scope_of(viewer)
    grid = None
    if code:
        place = locate.place_by_code(code)
        if place is None or not _sees(scope, place):
            return None
        grid = locate.named_grids([place.grid_id])[place.grid_id]
    elif not scope.districts:
        ids = [pk for level in LEVELS for pk in sorted(scope.grids.get(level, ()))]
        if not ids:
            return None
        grid = locate.named_grids(ids[:1])[ids[0]]
    pk = grid.district_id if grid else min(scope.districts)
    return Area(District.objects.get(pk=pk), grid)


def _sees(scope: Any, place: Place) -> bool:
    if place.district_id in scope.districts:
        return True
    return any(getattr(place, f"{lv}_id") in ids for lv, ids in scope.grids.items())


def chain(area: Area, viewer: Viewer) -> list[tuple[Place, bool]]:
    """The places from the town down to the area, and whether the viewer sees each of them."""
    if area.grid is None:
        return []
    scope = scope_of(viewer)
    places = locate.places_of(locate.place_of(area.grid).chain)
    return [(place, _sees(scope, place)) for place in places]


def runs_for(area: Area) -> "QuerySet[CircleRun]":
    """Runs that say something of this area: of the district, or of the area and those above."""
    rows = CircleRun.objects.filter(district=area.district)
    if area.grid is None:
        return rows.filter(large__isnull=True)
    place = locate.place_of(area.grid)
    q = inputs_q(place)
    return rows.filter(q)


def inputs_q(place: Place) -> Any:
    """Runs whose own place is this one or lies above it."""
    from django.db.models import Q

    q = Q(large__isnull=True)
    for n, level in enumerate(LEVELS):
        pk = getattr(place, f"{level}_id")
        if pk is None:
            break
        lower = {f"{lv}__isnull": True for lv in LEVELS[n + 1 : n + 2]}
        q |= Q(**{f"{level}_id": pk}, **lower)
    return q


@dataclass
class Shown:
    """Everything of the page. `run` is the newest done one, `going` one under way."""

    area: Area
    run: CircleRun | None
    going: CircleRun | None
    failed: CircleRun | None
    is_stale: bool
    own: CircleCell | None


def shown(area: Area) -> Shown:
    rows = runs_for(area).order_by("-pk")
    newest = list(rows.select_related("asked_by")[:10])
    run = next((r for r in newest if r.state == CircleRun.State.DONE), None)
    first = newest[0] if newest else None
    going = first if first and first.is_under_way else None
    failed = first if first and first.state == CircleRun.State.FAILED else None
    is_stale = run is not None and run.inputs != inputs.mark(area.district.pk)
    own = None
    if run and area.grid:
        own = run.cells.filter(grid=area.grid).first()
    return Shown(area, run, going, failed, is_stale, own)


def totals(view: Shown) -> dict[str, Any]:
    """micros, micros_covered, households, households_covered of the area."""
    if view.own:
        names = ("micros", "micros_covered", "households", "households_covered")
        return {name: getattr(view.own, name) for name in names}
    if view.run and view.area.grid is None:
        return dict(view.run.result)
    return {}


def strip(view: Shown) -> list[dict[str, Any]]:
    """The figures above the table, each with its base."""
    sums = totals(view)
    if not view.run or not sums:
        return []
    rule = view.run.rule
    method = (
        _("%(n)s micro grids by paths") % {"n": view.run.result["by_network"]}
        if view.run.result["by_network"]
        else _("straight line × %(detour)s") % {"detour": rule["detour"]}
    )
    return [
        _share(_("Micro grids covered"), sums["micros_covered"], sums["micros"]),
        _share(_("Households covered"), sums["households_covered"], sums["households"]),
        {
            "label": _("Out of reach"),
            "figure": f"{sums['micros'] - sums['micros_covered']:,}",
            "unit": _("micro grids"),
            "line": _("%(n)s households")
            % {"n": f"{sums['households'] - sums['households_covered']:,}"},
        },
        {
            "label": _("Sites counted"),
            "figure": view.run.result["sites"],
            "unit": _("in the district"),
            "line": "、".join(_kind_names(rule["kinds"])[:3]),
        },
        {
            "label": _("Walking"),
            "figure": rule["minutes"],
            "unit": _("minutes"),
            "line": _("%(speed)s m/min, %(method)s")
            % {"speed": f"{rule['speed_m_per_min']:g}", "method": method},
        },
    ]


def _share(label: str, part: int, whole: int) -> dict[str, Any]:
    share = f"{100 * part / whole:.1f}" if whole else "—"
    return {
        "label": label,
        "figure": share,
        "unit": "%" if whole else "",
        "line": f"{part:,} / {whole:,}",
        "share": round(100 * part / whole) if whole else None,
    }


def _kind_names(codes: list[str]) -> list[str]:
    found = (dictionaries.item(KINDS, code) for code in codes)
    return [entry.label for entry in found if entry]


# --- The table ----------------------------------------------------------------------------


def rows(
    view: Shown, viewer: Viewer, params: Mapping[str, str]
) -> "QuerySet[CircleCell]":
    """The coverage of grids: `level`, `only=missed`, `sort`."""
    if view.run is None:
        return CircleCell.objects.none()
    level = params.get("level", "")
    level = level if level in LEVELS else view.area.below
    found = CircleCell.objects.visible_to(viewer).filter(
        run=view.run, level=level, **view.area.q
    )
    if params.get("only") == "missed":
        found = found.filter(micros_covered__lt=F("micros"))
    order = SORTS.get(params.get("sort", ""), SORTS["code"])
    return found.select_related("grid", "nearest").order_by(*order)


def levels(area: Area) -> list[tuple[str, str]]:
    """The levels below an area, with short words."""
    words = {
        "large": _("towns"),
        "medium": _("villages"),
        "small": _("small grids"),
        "micro": _("micro grids"),
    }
    return [(code, words[code]) for code in LEVELS[LEVELS.index(area.below) :]]


def sort_names() -> list[tuple[str, str]]:
    return [
        ("code", _("Official order")),
        ("micro", _("Lowest share")),
        ("missed", _("Most out of reach")),
        ("minutes", _("Farthest")),
    ]


# --- The map ------------------------------------------------------------------------------


def picture(view: Shown, viewer: Viewer) -> dict[str, Any] | None:
    """Areas one level below (of a village: its micro grids) with their share, sites and rings."""
    level = "micro" if view.area.below in ("small", "micro") else view.area.below
    shapes = GridShape.objects.select_related("grid").filter(
        grid__retired_on__isnull=True, grid__level=level
    )
    if view.area.grid is not None:
        shapes = shapes.filter(grid__code__startswith=view.area.grid.code)
    else:
        shapes = shapes.filter(grid__district=view.area.district)
    drawn = drawing.picture(shapes.order_by("grid__code"))
    if drawn is None or view.run is None:
        return None
    cells = view.run.cells.filter(level=level, **view.area.q)
    share = {
        code: 100 * covered // micros
        for code, micros, covered in cells.values_list(
            "grid__code", "micros", "micros_covered"
        )
        if micros
    }
    rule = inputs.pace_of(view.run.rule)
    ring = rule.reach_m / METRES_A_DEGREE * drawn.down
    return {
        "map": drawn,
        "level": level,
        "areas": [
            {
                "area": a,
                "share": share.get(a.code),
                "css": _class(share.get(a.code), level),
            }
            for a in drawn.areas
        ],
        "ring": round(ring, 1),
        "sites": _on(drawn, _sites(view)),
        "plans": [
            {**each, "at": drawn.at(each["lon"], each["lat"])}
            for each in proposals(view, viewer)
        ],
    }


def _class(share: int | None, level: str) -> int:
    """A class of the map's scale; a micro grid is covered or not."""
    if level == "micro":
        return 2 if share else 0
    return sum((share or 0) >= low for low in CLASSES[1:])


def _sites(view: Shown) -> list[Site]:
    rows = Site.objects.open().placed().filter(district=view.area.district)
    return list(rows.filter(kind__in=view.run.rule["kinds"] if view.run else []))


def _on(drawn: drawing.Picture, found: list[Site]) -> list[dict[str, Any]]:
    """Sites within the picture."""
    out = []
    for site in found:
        if site.point is None:
            continue
        x, y = drawn.at(*site.point)
        if 0 <= x <= drawn.width and 0 <= y <= drawn.height:
            out.append({"site": site, "x": x, "y": y})
    return out


# --- Households out of reach ---------------------------------------------------------------


def homes(view: Shown, viewer: Viewer) -> "QuerySet[Household]":
    """The households of the area that the run found out of reach, as far as somebody sees them."""
    if view.run is None:
        return Household.objects.none()
    missed = CircleMiss.objects.filter(run=view.run).values("household_id")
    rows = Household.objects.visible_to(viewer).live().filter(pk__in=missed)
    return rows.filter(**view.area.q).order_by("number")


def _where(names: dict[int, Grid], *ids: int | None) -> str:
    """The grids by name, each once, from the larger to the smaller."""
    return " ".join(names[pk].name for pk in dict.fromkeys(ids) if pk in names)


def home_rows(found: "QuerySet[Household]") -> list[dict[str, Any]]:
    """The first of them: number with the head's name masked, grid, address of the record."""
    rows = list(found.select_related("head")[:HOMES])
    names = locate.named_grids(
        pk for row in rows for pk in (row.small_id, row.grid_id) if pk
    )
    return [
        {
            "label": row.number,
            "head": mask_name(row.head.name) if row.head else "",
            # A micro grid is a mere number: say in which grid.
            "grid": _where(names, row.small_id, row.grid_id),
            "url": reverse(
                "registry_record", kwargs={"key": "households", "pk": row.pk}
            ),
        }
        for row in rows
    ]


# --- The next sites -----------------------------------------------------------------------


def proposals(view: Shown, viewer: Viewer) -> list[dict[str, Any]]:
    """The proposed sites within the area, with names and what is covered with each."""
    if view.run is None:
        return []
    scope, found = scope_of(viewer), []
    asked = view.run.result.get("suggestions", [])
    names = locate.named_grids([s["grid"] for s in asked if s["grid"]])
    for each in asked:
        place = next(iter(locate.places_of([_lowest(each)])), None)
        if place is None or not _sees(scope, place):
            continue
        grid = view.area.grid
        if grid and getattr(place, f"{grid.level}_id") != grid.pk:
            continue
        chain = locate.places_of(place.chain)
        found.append(
            {
                **each,
                "name": "/".join(p.name for p in chain[:2]),
                "code": place.code,
                "micro": names.get(each["grid"]) if each["grid"] else None,
                "micro_rate": _rate(each["micros"], view.run.result["micros"]),
                "home_rate": _rate(each["households"], view.run.result["households"]),
            }
        )
    return found


def _lowest(each: dict[str, Any]) -> int:
    found = (each.get(f"{lv}_id") for lv in reversed(LEVELS))
    return next((pk for pk in found if pk), 0)


def _rate(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else ""
