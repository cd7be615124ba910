"""Demo sites of the eight towns, the circle over them, and its rule. Positions are schematic."""

from collections.abc import Iterator
from typing import Any

from governance.core import dictionaries
from governance.core.errors import DomainError
from grids import hours
from grids.actions import circle
from grids.actions.sites import save_site
from grids.circle.inputs import cells
from grids.models import CircleRun, District, Grid, Site

BY = "load_demo"
OFFICE = "周一至周五 08:30-12:00,14:30-17:30"
LONG = "每天 08:00-21:00"
ELDER = "周一至周六 07:30-11:30,14:30-18:00"
# kind, name after the village's, hours, open on holidays, services, access
KINDS: tuple[tuple[str, str, str, bool, list[str], list[str]], ...] = (
    (
        "service_centre",
        "党群服务中心",
        OFFICE + "；周六 09:00-12:00",
        False,
        ["papers", "errands", "legal_advice", "mediation", "party_affairs"],
        ["step_free", "reading_glasses"],
    ),
    (
        "red_station",
        "红色驿站",
        LONG,
        True,
        ["water", "charging", "rest", "microwave", "first_aid"],
        ["step_free"],
    ),
    (
        "silver",
        "银龄党群活动室",
        ELDER,
        False,
        ["elder_meals", "elder_care", "health"],
        ["step_free", "accessible_toilet"],
    ),
    ("civilisation", "新时代文明实践站", OFFICE, False, ["volunteers", "reading"], []),
    (
        "delegate_station",
        "党代表连心站",
        "周三 09:00-11:30",
        False,
        ["visits", "mediation"],
        [],
    ),
    (
        "micro_station",
        "微驿站",
        "全天",
        True,
        ["water", "charging", "rest"],
        ["step_free"],
    ),
    (
        "red_property",
        "红色物业服务点",
        "每天 08:00-20:00",
        True,
        ["errands", "mediation"],
        ["lift"],
    ),
)
TOWN = (
    "党群服务中心",
    "工作日 08:30-12:00,14:30-17:30；周六 09:00-12:00",
    ["papers", "errands", "insurance", "jobs", "party_affairs", "legal_advice"],
    ["step_free", "accessible_toilet", "lift", "wheelchair", "parking"],
)
VILLAGES_A_TOWN = 5
MORE_IN = "445302001"  # the street in the middle has twice as many


def load(district: District) -> None:
    """Sites once, then one run; a second call adds nothing."""
    if Site.objects.filter(district=district).exists():
        return
    dictionaries.forget()
    for values in _sites(district):
        try:
            save_site(None, values, by=BY, source="manual")
        except DomainError:
            continue  # a centre outside its own grid, or a name met twice: one site fewer
    if not CircleRun.objects.filter(district=district).exists():
        circle.do_run(circle.ask_run(district, by=BY).pk)


def _sites(district: District) -> Iterator[dict[str, Any]]:
    centres: dict[int, list[tuple[float, float]]] = {}
    for cell in cells(district):
        if cell.point and cell.place.medium_id:
            centres.setdefault(cell.place.medium_id, []).append(cell.point)
    towns = Grid.objects.live().filter(district=district, level="large")
    for t, town in enumerate(towns.order_by("code")):
        villages = Grid.objects.live().filter(parent=town, level="medium")
        count = VILLAGES_A_TOWN * (3 if town.code == MORE_IN else 1)
        for v, village in enumerate(villages.order_by("code")[:count]):
            points = centres.get(village.pk, [])
            if not points:
                continue
            if v == 0:
                yield _town(town, points[-1], t)
            yield from _village(village, points, t * 7 + v)


def _town(town: Grid, point: tuple[float, float], n: int) -> dict[str, Any]:
    name, opening, services, access = TOWN
    return {
        "name": f"{town.name}{name}",
        "kind": "service_centre",
        "level": Site.Level.TOWN,
        "lon": point[0],
        "lat": point[1],
        "address": f"{town.name}中心路 {n * 2 + 1} 号",
        "hours": hours.parse(opening),
        "services": services,
        "access": access,
        "duty_phone": f"0766-810{n:04d}",
        "contact_name": "值班员",
    }


def _village(
    village: Grid, points: list[tuple[float, float]], n: int
) -> Iterator[dict[str, Any]]:
    """The centre of a village, and a second site of another kind in most of them."""
    yield _site(village, points[len(points) // 2], KINDS[0], n)
    if n % 4 != 3:
        yield _site(village, points[0], KINDS[1 + n % (len(KINDS) - 1)], n)


def _site(
    village: Grid, point: tuple[float, float], kind: tuple[Any, ...], n: int
) -> dict[str, Any]:
    code, name, opening, on_holidays, services, access = kind
    return {
        "name": f"{village.name}{name}",
        "kind": code,
        "level": Site.Level.VILLAGE,
        "lon": point[0],
        "lat": point[1],
        "address": f"{village.name}{n % 9 + 1} 巷 {n * 3 % 40 + 1} 号",
        "hours": hours.parse(opening),
        "on_holidays": on_holidays,
        "services": services,
        "access": access,
        "duty_phone": f"0766-820{n:04d}",
        "contact_name": "值班员",
        "stage": Site.Stage.PAUSED if n % 17 == 5 else Site.Stage.OPEN,
    }
