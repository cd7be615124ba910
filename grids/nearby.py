"""Sites near somebody: where they are, which sites fit, sorted by the minutes on foot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from governance.core import coordinates, dictionaries
from governance.core.errors import Invalid
from grids.circle.inputs import pace_of, rule_of, rule_values
from grids.circle.pace import Pace, Point, metres_between
from grids.models import District, Grid, GridShape, Site
from grids.models.sites import KINDS, SERVICES, SiteQuerySet
from grids.scoping import Viewer

PAGE = 30
DIGITS = 4  # about 11 m: enough for a walk, too little for a door
MOST_PLACES = 8


@dataclass(frozen=True)
class Origin:
    """Where the walk starts; `code` when a village or town was chosen."""

    point: Point
    name: str = ""
    code: str = ""

    @property
    def query(self) -> dict[str, str]:
        if self.code:
            return {"at": self.code}
        return {"near": f"{self.point[0]:.{DIGITS}f},{self.point[1]:.{DIGITS}f}"}


@dataclass(frozen=True)
class Near:
    """A site with its way from the origin; both None without an origin or a position."""

    site: Site
    number: int
    metres: int | None = None
    minutes: int | None = None


@dataclass
class Asked:
    """What the address asks for; `problem` says what could not be understood."""

    kind: str = ""
    service: str = ""
    words: str = ""
    is_open: bool = False
    is_map: bool = False
    page: int = 1
    origin: Origin | None = None
    places: list[tuple[str, str]] = field(default_factory=list)
    problem: str = ""

    def query(self, **changes: str) -> str:
        """The query string with some keys changed; an empty value takes one away."""
        own = {
            "kind": self.kind,
            "service": self.service,
            "q": self.words,
            "open": "1" if self.is_open else "",
            "view": "map" if self.is_map else "",
            **(self.origin.query if self.origin else {}),
            **changes,
        }
        return "?" + urlencode({key: value for key, value in own.items() if value})


def read(params: Mapping[str, str]) -> Asked:
    """The filters and the place named in a query string; nonsense is told, never an error."""
    asked = Asked(
        kind=_known(KINDS, params.get("kind", "")),
        service=_known(SERVICES, params.get("service", "")),
        words=params.get("q", "").replace("\0", "").strip()[:40],
        is_open=params.get("open") == "1",
        is_map=params.get("view") == "map",
        page=_number(params.get("page", "")),
    )
    near = params.get("near", "")
    if not near and params.get("lon") and params.get("lat"):
        near = f"{params['lon']},{params['lat']}"
    place = params.get("place", "").replace("\0", "").strip()[:80]
    if near:
        _at_point(asked, near)
    elif params.get("at"):
        _at_grid(asked, params["at"][:17])
    elif place:
        _at_words(asked, place)
    return asked


def _known(dictionary: str, code: str) -> str:
    return code if dictionaries.item(dictionary, code) else ""


def _number(text: str) -> int:
    return (
        int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 1000 else 1
    )


def _at_point(asked: Asked, text: str) -> None:
    lon, _comma, lat = text.partition(",")
    try:
        point = coordinates.checked(lon, lat)
    except Invalid:
        asked.problem = _("This position is not clear. Choose a place by name.")
        return
    rounded = (round(point[0], DIGITS), round(point[1], DIGITS))
    asked.origin = Origin(rounded)


def _at_grid(asked: Asked, code: str) -> None:
    shape = (
        GridShape.objects.select_related("grid")
        .filter(grid__code=code, grid__retired_on__isnull=True)
        .first()
    )
    if shape is None:
        asked.problem = _("This place is not on our map. Choose another one.")
        return
    middle = (
        round((shape.min_lon + shape.max_lon) / 2, DIGITS),
        round((shape.min_lat + shape.max_lat) / 2, DIGITS),
    )
    asked.origin = Origin(middle, shape.grid.name, code)


def _at_words(asked: Asked, text: str) -> None:
    """The village or town whose name is in the words; several are offered."""
    hits = []
    for code, name, short, _parent in villages():
        length = max((len(n) for n in (name, short) if n and n in text), default=0)
        hits.append((len(code), length, code, name) if length else (0, 0, code, name))
    found = sorted(hit for hit in hits if hit[0])
    best = [hit for hit in found if hit[:2] == found[-1][:2]] if found else []
    towns = {hit[2] for hit in found if hit[0] == 9}
    inside = [hit for hit in best if hit[2][:9] in towns] or best
    if len(inside) == 1:
        _at_grid(asked, inside[0][2])
    elif inside:
        asked.places = [(code, name) for _d, _l, code, name in inside[:MOST_PLACES]]
    else:
        asked.problem = _("No village or community is called that. Choose one below.")


def villages() -> list[tuple[str, str, str, str]]:
    """(code, name, short name, name of the town) of live towns and villages, in order."""
    rows = Grid.objects.live().filter(level__in=["large", "medium"])
    found = rows.order_by("code").values_list(
        "code", "name", "short_name", "parent__name"
    )
    return [(code, name, short, town or "") for code, name, short, town in found]


def groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Villages and communities by town, for a choice without scripts."""
    out: list[tuple[str, list[tuple[str, str]]]] = []
    for code, name, _short, town in villages():
        if len(code) == 9:
            out.append((name, []))
        elif out and out[-1][0] == town:
            out[-1][1].append((code, name))
    return [group for group in out if group[1]]


# --- The sites ----------------------------------------------------------------------------


def sites(viewer: Viewer, asked: Asked) -> list[Site]:
    """The sites that fit: public ones, and for staff all of their area."""
    inside = Q(pk__in=Site.objects.visible_to(viewer).live().values("pk"))
    rows = Site.objects.live().filter(Q(pk__in=_public().values("pk")) | inside)
    return _fitting(rows, asked)


def public_sites(asked: Asked) -> list[Site]:
    """Those that residents may know of, with their pictures."""
    return _fitting(_public().prefetch_related("photos__file"), asked)


def _public() -> "SiteQuerySet":
    return Site.objects.public().filter(district__code=settings.DISTRICT_CODE)


def _fitting(rows: "QuerySet[Site]", asked: Asked) -> list[Site]:
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.service:
        rows = rows.filter(services__contains=[asked.service])
    if asked.words:
        rows = rows.filter(
            Q(name__icontains=asked.words) | Q(address__icontains=asked.words)
        )
    found = list(rows.order_by("name", "pk"))
    if asked.is_open:
        found = [site for site in found if site.now and site.now.is_open]
    return found


def ranked(found: list[Site], origin: Origin | None) -> list[Near]:
    """The sites numbered from 1; nearest first where the walk starts somewhere."""
    if origin is None:
        order = {item.code: n for n, item in enumerate(dictionaries.items(KINDS))}
        found = sorted(found, key=lambda s: (order.get(s.kind, 99), s.name))
        return [Near(site, n) for n, site in enumerate(found, 1)]
    pace = pace_today()
    away = sorted(
        (distance(origin, site), site.pk, site) for site in found if site.point
    )
    rows = [
        Near(site, n, _rounded(metres), max(round(pace.minutes_for(metres)), 1))
        for n, (metres, _pk, site) in enumerate(away, 1)
    ]
    nowhere = [site for site in found if not site.point]
    return rows + [Near(site, n) for n, site in enumerate(nowhere, len(rows) + 1)]


def distance(origin: Origin, site: Site) -> float:
    """Metres as the crow flies."""
    return metres_between(origin.point, site.point or origin.point)


def way(site: Site, origin: Origin | None) -> Near:
    """One site with its way."""
    if origin is None or not site.point:
        return Near(site, 1)
    metres = distance(origin, site)
    minutes = max(round(pace_today().minutes_for(metres)), 1)
    return Near(site, 1, _rounded(metres), minutes)


def _rounded(metres: float) -> int:
    return round(metres, -1 if metres < 1000 else -2).__int__()


def pace_today() -> Pace:
    """How the district reckons walking."""
    district = District.objects.filter(code=settings.DISTRICT_CODE).first()
    return pace_of(rule_values(rule_of(district.pk if district else 0)))
