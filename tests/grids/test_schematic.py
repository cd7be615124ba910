"""The drawn district tiles without a gap, and every part of it is found again."""

import time
from typing import Any

import pytest
import shapely
from django.core.management import CommandError, call_command
from shapely.geometry import shape

from grids import divisions, locate, schematic
from grids.management.commands.load_divisions import DEMO_FILE
from grids.models import Grid, GridShape


def _cells() -> list[schematic.Cell]:
    rows = [
        {
            "code": row.code,
            "name": row.grid_name,
            "level": "large" if len(row.code) == 9 else "medium",
            "area_type": "community"
            if row.kind in ("street", "community")
            else "rural",
        }
        for row in divisions.read(DEMO_FILE.read_bytes()).rows
        if row.kind != "district"
    ]
    return schematic.cells_of(rows)


@pytest.fixture(scope="module")
def outlines() -> dict[str, dict[str, Any]]:
    return schematic.draw(_cells(), 2026)


@pytest.fixture(scope="module")
def drawn(outlines: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {code: shape(outline) for code, outline in outlines.items()}


def test_about_as_many_grids_as_the_district_has(drawn: dict[str, Any]) -> None:
    by_digits = {n: sum(len(code) == n for code in drawn) for n in (9, 12, 14, 17)}
    assert by_digits[9] == 8
    assert by_digits[12] == 123
    assert 340 <= by_digits[14] <= 400
    assert 2700 <= by_digits[17] <= 3100


@pytest.mark.parametrize("digits", [9, 12, 14, 17])
def test_no_gap_and_no_overlap_at_any_level(drawn: dict[str, Any], digits: int) -> None:
    cells = [polygon for code, polygon in drawn.items() if len(code) == digits]
    assert all(polygon.is_valid and polygon.area > 0 for polygon in cells)
    whole = shapely.union_all(cells)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert sum(p.area for p in cells) == pytest.approx(whole.area, rel=1e-9)
    assert shapely.coverage_is_valid(cells)


def test_a_parent_is_the_union_of_its_children(drawn: dict[str, Any]) -> None:
    for code, polygon in drawn.items():
        step = {9: 12, 12: 14, 14: 17}.get(len(code))
        if step:
            below = [
                p for c, p in drawn.items() if len(c) == step and c.startswith(code)
            ]
            assert shapely.union_all(below).symmetric_difference(polygon).area < 1e-12


def test_it_lies_where_the_district_lies_in_six_decimals(
    outlines: dict[str, dict[str, Any]], drawn: dict[str, Any]
) -> None:
    west, south, east, north = shapely.union_all(list(drawn.values())).bounds
    assert west > 111.90
    assert south > 22.75
    assert east < 112.25
    assert north < 23.05
    assert drawn["445302001"].contains(shapely.Point(112.0439, 22.9282))
    lon = outlines["445302001"]["coordinates"][0][0][0]
    assert lon == round(lon, 6)


def test_the_same_seed_draws_the_same(outlines: dict[str, dict[str, Any]]) -> None:
    assert schematic.draw(_cells(), 2026) == outlines


@pytest.mark.django_db
def test_the_command_draws_once_and_every_centre_finds_itself() -> None:
    call_command("load_divisions")
    started = time.monotonic()
    call_command("draw_schematic_grids")
    assert time.monotonic() - started < 30
    assert not Grid.objects.filter(shape__isnull=True).exists()
    assert not GridShape.objects.filter(is_schematic=False).exists()
    assert {"rural", "community", "industrial"} <= set(
        Grid.objects.filter(level="small").values_list("area_type", flat=True)
    )
    for code, geometry in GridShape.objects.filter(grid__level="micro").values_list(
        "grid__code", "geometry"
    ):
        middle = shape(geometry).representative_point()
        place = locate.locate(middle.x, middle.y)
        assert place is not None
        assert place.code == code
    before = Grid.objects.count()
    call_command("draw_schematic_grids")
    assert Grid.objects.count() == before
    call_command("check_grid_tree")


@pytest.mark.django_db
def test_real_outlines_are_never_drawn_over() -> None:
    call_command("load_divisions")
    town = Grid.objects.get(code="445302001")
    GridShape.objects.create(
        grid=town, geometry={"type": "Polygon", "coordinates": []},
        min_lon=112, min_lat=22, max_lon=113, max_lat=23,
    )  # fmt: skip
    with pytest.raises(CommandError):
        call_command("draw_schematic_grids")
