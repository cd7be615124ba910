"""Outlines: what the check finds, which files are understood, what a file writes."""

import io
import json
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
import shapefile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyproj import CRS, Transformer
from shapely.geometry import shape

from governance.core import coordinates
from governance.core.errors import Invalid
from grids import geofiles, polygons
from grids.models import GridChange, GridShape
from tests.factories.grids import box

HOUR_GLASS = {
    "type": "Polygon",
    "coordinates": [
        [[112.0, 22.9], [112.01, 22.91], [112.01, 22.9], [112.0, 22.91], [112.0, 22.9]]
    ],
}


def codes(geometry: Any, grid: Any) -> dict[str, polygons.Fault]:
    return {f.code: f for f in polygons.check(geometry, polygons.around(grid))}


def test_what_is_right_has_no_fault(forest: SimpleNamespace) -> None:
    assert codes(box(112.0, 22.9, 112.01, 22.91), forest.micro_a1_1_1) == {}


def test_crossing_says_where(forest: SimpleNamespace) -> None:
    found = codes(HOUR_GLASS, forest.micro_a1_1_1)["crossing"]
    assert found.blocks
    assert found.geometry == {
        "type": "Point",
        "coordinates": pytest.approx((112.005, 22.905)),
    }


def test_outside_overlap_and_gap(forest: SimpleNamespace) -> None:
    # half a cell too far north: over its neighbour, and its own south is nobody's
    found = codes(box(112.0, 22.905, 112.01, 22.915), forest.micro_a1_1_1)
    assert found["overlap"].blocks
    assert not found["gap"].blocks
    half = polygons.square_metres(shape(box(112.0, 22.9, 112.01, 22.905)))
    assert found["overlap"].area_m2 == pytest.approx(half, rel=0.02)
    assert found["gap"].area_m2 == pytest.approx(half, rel=0.02)
    found = codes(box(111.99, 22.9, 112.01, 22.91), forest.micro_a1_1_1)
    assert found["outside"].blocks
    assert "overlap" not in found


def test_a_seam_of_two_metres_is_no_overlap(forest: SimpleNamespace) -> None:
    found = codes(box(112.0, 22.9, 112.01, 22.91002), forest.micro_a1_1_1)
    assert "overlap" not in found


def test_schematic_neighbours_only_remark(forest: SimpleNamespace) -> None:
    GridShape.objects.filter(grid=forest.micro_a1_1_2).update(is_schematic=True)
    found = codes(box(112.0, 22.905, 112.01, 22.915), forest.micro_a1_1_1)
    assert not found["overlap"].blocks


def turned(geometry: dict[str, Any], crs: str) -> dict[str, Any]:
    return geofiles.flat(
        geometry, lambda lon, lat: coordinates.from_wgs84(lon, lat, crs)
    )


@pytest.mark.parametrize("crs", ["gcj02", "bd09"])
def test_a_shifted_datum_is_named(forest: SimpleNamespace, crs: str) -> None:
    small = box(112.0, 22.9, 112.004, 22.904)  # 400 m: the shift is larger
    home = [shape(small)]
    found = polygons.datum_doubt([turned(small, crs)], home)
    assert {"gcj02": "GCJ-02", "bd09": "BD-09"}[crs] in found[0].words
    assert not found[0].blocks
    assert polygons.datum_doubt([small], home) == []
    far = polygons.datum_doubt([box(113, 23, 113.1, 23.1)], home)
    assert "neither" in far[0].words or "也对不上" in far[0].words


def shapefile_zip(
    rows: list[tuple[str, str, dict[str, Any]]],
    epsg: int,
    encoding: str,
    with_prj: bool = True,
) -> bytes:
    """A zip as a survey office sends it: .shp, .shx, .dbf in `encoding`, .prj of `epsg`."""
    parts = {name: io.BytesIO() for name in ("shp", "shx", "dbf")}
    writer = shapefile.Writer(
        shp=parts["shp"], shx=parts["shx"], dbf=parts["dbf"], encoding=encoding
    )
    writer.field("代码" if encoding == "utf-8" else "CODE", "C", 20)
    writer.field("NAME", "C", 40)
    turn = Transformer.from_crs(4490, epsg, always_xy=True).transform
    for code, name, geometry in rows:
        ring = [list(turn(x, y)) for x, y in geometry["coordinates"][0]]
        writer.poly([ring[::-1]])
        writer.record(code, name)
    writer.close()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(f"网格/grids.{name}", part.getvalue())
        if with_prj:
            archive.writestr("网格/grids.prj", CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))
    return out.getvalue()


@pytest.mark.parametrize("with_prj", [True, False])
def test_a_gauss_kruger_shapefile_in_gb18030(with_prj: bool) -> None:
    # CGCS2000 3-degree zone 37: central meridian 111° E, eastings begin with 37
    one = box(112.0, 22.9, 112.01, 22.91)
    data = shapefile_zip([("445302001009", "星岩社区", one)], 4525, "gb18030", with_prj)
    found = geofiles.read(data)
    assert found.features[0].properties == {"CODE": "445302001009", "NAME": "星岩社区"}
    geometry = found.features[0].geometry
    assert geometry is not None
    assert shape(geometry).bounds == pytest.approx(shape(one).bounds, abs=1e-7)


def test_geojson_with_an_old_crs_member_and_what_is_refused() -> None:
    turn = Transformer.from_crs(4490, 4547, always_xy=True).transform
    ring = [
        list(turn(x, y)) for x, y in box(112, 22.9, 112.01, 22.91)["coordinates"][0]
    ]
    text = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"code": 445302001009},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            },
            {"type": "Feature", "properties": None, "geometry": None},
        ],
    }
    found = geofiles.read(json.dumps(text).encode())
    assert found.features[0].properties["code"] == "445302001009"
    geometry = found.features[0].geometry
    assert geometry is not None
    assert shape(geometry).bounds[0] == pytest.approx(112, abs=1e-6)
    assert found.features[1].geometry is None
    for wrong in (b"x", b"[]", b"PK\x03\x04xx", b'{"type":"FeatureCollection"}'):
        with pytest.raises(Invalid):
            geofiles.read(wrong)


@pytest.fixture
def staff(client: Client, cast: SimpleNamespace) -> Client:
    client.force_login(cast.town_a)
    client.cookies["django_language"] = "en"
    return client


def test_the_page_checks_saves_and_refuses(
    staff: Client, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    url = f"/grids/{forest.micro_a1_1_1.code}/polygon/"
    assert staff.get(url).status_code == 200
    over = json.dumps(box(112.0, 22.9, 112.01, 22.915))
    answer = staff.post(f"{url}check/", {"geometry": over}).json()
    assert answer["blocks"]
    assert "overlap" in {fault["code"] for fault in answer["faults"]}
    asked = {"geometry": over, "crs": "wgs84", "reason": "实测"}
    assert staff.post(url, asked).status_code == 422
    fine = json.dumps(box(112.0, 22.9, 112.01, 22.909))
    assert staff.post(url, {**asked, "geometry": fine, "reason": ""}).status_code == 422
    assert staff.post(url, {**asked, "geometry": fine}).status_code == 302
    assert GridShape.objects.get(grid=forest.micro_a1_1_1).max_lat == 22.909
    assert GridChange.objects.get(kind="drawn").reason == "实测"
    gcj = json.dumps(turned(box(112.0, 22.9, 112.01, 22.91), "gcj02"))
    staff.post(url, {**asked, "geometry": gcj, "crs": "gcj02"})
    shape_now = GridShape.objects.get(grid=forest.micro_a1_1_1)
    assert shape_now.min_lon == pytest.approx(112.0, abs=1e-6)
    assert staff.post(url, {**asked, "geometry": ""}).status_code == 302
    assert not GridShape.objects.filter(grid=forest.micro_a1_1_1).exists()
    client = Client()
    client.force_login(cast.town_b)
    assert client.get(url).status_code == 403


def test_a_file_of_outlines_is_judged_then_written_at_once(
    staff: Client, forest: SimpleNamespace
) -> None:
    a, b = forest.micro_a1_1_1, forest.micro_a1_1_2
    rows = [
        (a.code, "01", box(112.0, 22.9, 112.01, 22.909)),
        (b.code, "02", box(112.0, 22.909, 112.01, 22.92)),
        ("99999", "没有", box(112.0, 22.9, 112.01, 22.91)),
        (forest.micro_b1_1_1.code, "01", box(112.08, 22.9, 112.09, 22.909)),
    ]
    data = shapefile_zip(rows, 4525, "gb18030")
    file = SimpleUploadedFile("grids.zip", data)
    answer = staff.post("/grids/polygons/", {"file": file})
    assert answer.status_code == 302
    text = staff.get(answer["Location"]).content.decode()
    assert "CGCS2000" in text
    assert text.count("No grid of yours") == 2  # unknown, and the other town's
    done = staff.post(
        answer["Location"], {"code_column": "CODE", "reason": "测绘成果", "go": "1"}
    )
    assert done.status_code == 302, done.content.decode()
    assert GridShape.objects.get(grid=a).max_lat == pytest.approx(22.909)
    assert GridShape.objects.get(grid=b).min_lat == pytest.approx(22.909)
    assert GridChange.objects.filter(kind="drawn").count() == 1
    again = staff.post(answer["Location"], {"reason": "x", "go": "1"})
    assert again.status_code in (409, 422)


def _cells(crs: str, east: float = 0.0) -> list[dict[str, Any]]:
    """Sixteen squares that fill 112.00–112.04 by 22.90–22.94, written in `crs`."""

    def corner(x: int, y: int) -> tuple[float, float]:
        return coordinates.from_wgs84(112 + east + x / 100, 22.9 + y / 100, crs)

    around = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [
        {
            "type": "Polygon",
            "coordinates": [[corner(x + i, y + j) for i, j in around]],
        }
        for x in range(4)
        for y in range(4)
    ]


def test_a_shift_that_takes_only_the_rim_out_is_doubted() -> None:
    town = [shape(box(112.0, 22.9, 112.04, 22.94))]
    (fault,) = polygons.datum_doubt(_cells("gcj02"), town)
    assert (fault.code, fault.choose, fault.blocks) == ("datum", "gcj02", False)
    assert polygons.datum_doubt(_cells("wgs84"), town) == []
    # off to the west: neither datum brings them back, and most still lie inside
    assert polygons.datum_doubt(_cells("wgs84", east=-0.004), town) == []
    assert polygons.datum_doubt(_cells("gcj02")[:3], town) == []  # too few to say
