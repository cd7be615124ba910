"""A small district for tests: two towns, four villages, eight small and sixteen micro grids.

Polygons are squares side by side, so that points are easy to think of: a micro grid is 0.01° wide
and 0.01° high. Town A starts at 112.00 E, town B at 112.08 E; both at 22.90 N.
"""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.hashers import make_password

from governance.core.models import User
from grids import locate
from grids.actions.bulk import GridRow, bulk_build
from grids.actions.posts import appoint
from grids.models import Department, District, Grid, GridVersion

DISTRICT = ("445302", "云城区")
WEST, SOUTH, STEP = 112.0, 22.9, 0.01
PASSWORD = "OneGrid-2026"
_hash: list[str] = []


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A GeoJSON rectangle."""
    w, s, e, n = (round(value, 6) for value in (west, south, east, north))
    return {
        "type": "Polygon",
        "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]],
    }


def make_district(code: str = DISTRICT[0], name: str = DISTRICT[1]) -> District:
    district, _made = District.objects.get_or_create(
        code=code, defaults={"name": name, "area_code": "0766"}
    )
    GridVersion.objects.get_or_create(district=district)
    return district


def _rows(
    town: str, name: str, village_kinds: list[tuple[str, str]], west: float
) -> list[GridRow]:
    """A town of two villages, each with two small grids of two micro grids: 4 × 2 squares."""
    rows = [
        GridRow(
            town, name, "large", geometry=box(west, SOUTH, west + 0.04, SOUTH + 0.02)
        )
    ]
    for v, (digits, village) in enumerate(village_kinds):
        code, left = town + digits, west + v * 2 * STEP
        area = "community" if digits < "200" else "rural"
        rows.append(
            GridRow(
                code,
                village,
                "medium",
                town,
                area,
                geometry=box(left, SOUTH, left + 0.02, SOUTH + 0.02),
            )
        )
        for s in range(2):
            small, x = f"{code}{s + 1:02d}", left + s * STEP
            rows.append(
                GridRow(
                    small,
                    f"第{'一二'[s]}网格",
                    "small",
                    code,
                    area,
                    geometry=box(x, SOUTH, x + STEP, SOUTH + 0.02),
                )
            )
            for m in range(2):
                y = SOUTH + m * STEP
                rows.append(
                    GridRow(
                        f"{small}{m + 1:03d}",
                        f"{m + 1:02d}",
                        "micro",
                        small,
                        area,
                        geometry=box(x, y, x + STEP, y + STEP),
                    )
                )
    return rows


def make_forest(district: District | None = None) -> SimpleNamespace:
    """The two towns; grids by short names: town_a, village_a1, small_a1_1, micro_a1_1_1 …"""
    district = district or make_district()
    rows = _rows(
        "445302001", "云城街道", [("009", "星岩社区"), ("202", "城北村")], WEST
    )
    rows += _rows(
        "445302003", "河口街道", [("001", "河口社区"), ("201", "初城村")], WEST + 0.08
    )
    bulk_build(district, rows, by="test")
    locate.forget()
    by_code = {grid.code: grid for grid in Grid.objects.all()}
    out: dict[str, Any] = {"district": district, "by_code": by_code}
    for letter, town in (("a", "445302001"), ("b", "445302003")):
        out[f"town_{letter}"] = by_code[town]
        villages = sorted(c for c in by_code if len(c) == 12 and c.startswith(town))
        for v, village in enumerate(villages, 1):
            out[f"village_{letter}{v}"] = by_code[village]
            for s in (1, 2):
                out[f"small_{letter}{v}_{s}"] = by_code[f"{village}{s:02d}"]
                for m in (1, 2):
                    out[f"micro_{letter}{v}_{s}_{m}"] = by_code[
                        f"{village}{s:02d}{m:03d}"
                    ]
    return SimpleNamespace(**out)


def make_departments(district: District | None = None) -> dict[str, Department]:
    """Three departments by code: urban_management, transport, water."""
    district = district or make_district()
    names = {
        "urban_management": ("云城区城市管理和综合执法局", "城管综合执法局"),
        "transport": ("云城区交通运输局", "交通局"),
        "water": ("云城区水务局", "水务局"),
    }
    for order, (code, (name, short)) in enumerate(names.items(), 1):
        Department.objects.get_or_create(
            code=code,
            defaults={
                "district": district,
                "name": name,
                "short_name": short,
                "order": order,
            },
        )
    return {d.code: d for d in Department.objects.filter(code__in=names)}


def make_user(username: str, name: str = "", **fields: Any) -> User:
    """An account with the demo password, hashed once a run."""
    if not _hash:
        _hash.append(make_password(PASSWORD))
    return User.objects.create(
        username=username, name=name or username, password=_hash[0], **fields
    )


def make_cast(
    forest: SimpleNamespace, departments: dict[str, Department]
) -> SimpleNamespace:
    """The people of the demo, each with the post the name says."""
    d = {"district": forest.district}
    posts: dict[str, tuple[str, str, dict[str, Any]]] = {
        "district": ("程晓岚", "district", d),
        "leader": ("梁国栋", "leader", d),
        "town_a": ("陈志强", "township", {"grid": forest.town_a}),
        "town_b": ("黄丽珍", "township", {"grid": forest.town_b}),
        "worker_a": ("李秀英", "grid_worker", {"grid": forest.village_a1}),
        "worker_b": ("谢伟明", "grid_worker", {"grid": forest.village_b1}),
        "officer_a": (
            "周建华",
            "officer",
            {"department": departments["urban_management"]},
        ),
        "officer_b": ("吴海燕", "officer", {"department": departments["transport"]}),
        "good_person": ("何美玲", "good_person", {"grid": forest.village_a1}),
        "resident": ("林小芳", "resident", d),
        "admin": ("系统管理员", "admin", d),
        "auditor": ("审计员", "auditor", d),
    }
    out = {"outsider": make_user("outsider", "苏文杰", is_demo=True)}
    for username, (name, role, where) in posts.items():
        out[username] = make_user(username, name, is_demo=True)
        appoint(out[username], role, by="test", **where)
    return SimpleNamespace(**out)
