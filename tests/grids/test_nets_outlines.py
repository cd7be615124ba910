"""Outlines of a line's grids: shared out by area, read from files, doubted and refused."""

import io
from typing import Any

import pytest

from governance.core import coordinates
from governance.core.errors import Conflict, Invalid
from grids import net_files
from grids.actions import net_lists, nets
from grids.geofiles import flat
from tests.factories.grids import box
from tests.grids.nets_help import drawn, row, run_all
from tests.grids.test_tree_polygons import shapefile_zip

pytestmark = pytest.mark.django_db


def test_polygons_are_shared_out_and_the_share_is_kept(forest: Any, cast: Any) -> None:
    # a small grid is 0.01 wide from 112.00; 62 % of this one lies in the first
    shape = box(112.0038, 22.9, 112.0138, 22.92)
    staged = net_lists.hand_in(
        forest.district, "civilised", drawn(("CW-B17", "江滨", shape)), by=cast.town_a
    )
    net_lists.take_over(staged, by=cast.town_a)
    run_all()
    assert row("CW-B17").desk == "overlapping"
    first, second = row("CW-B17").mappings.order_by("-score")
    assert (first.share_of_line, second.share_of_line) == (0.62, 0.38)
    both = [forest.small_a1_1, forest.small_a1_2]
    _row, event = nets.confirm(row("CW-B17"), both, by=cast.town_a)
    assert event is not None
    assert row("CW-B17").desk == "confirmed"
    # it lies in the community now, the lowest grid that has both
    assert row("CW-B17").medium_id == forest.village_a1.pk
    assert row("CW-B17").small_id is None


def test_a_shapefile_is_a_list_and_its_prj_is_read(forest: Any, cast: Any) -> None:
    shape = box(112.0, 22.9, 112.01, 22.92)
    data = shapefile_zip([("ZZ-1", "江滨", shape)], 4525, "gb18030")
    staged = net_lists.hand_in(
        forest.district, "security", io.BytesIO(data), by=cast.town_a
    )
    assert staged.rows["doubt"] == []
    net_lists.take_over(staged, by=cast.town_a)
    run_all()
    best = row("ZZ-1").mappings.order_by("-score").first()
    assert (best.grid, best.share_of_line) == (forest.small_a1_1, pytest.approx(1))
    drawn_by_code = net_files.polygons_by_code(io.BytesIO(data))
    assert list(drawn_by_code) == ["ZZ-1"]


def test_outlines_in_gcj02_are_doubted_and_converted(forest: Any, cast: Any) -> None:
    # along the town's east and south; shifted as GCJ-02 they leave it
    edges = {
        "ZZ-1": box(112.0365, 22.90, 112.04, 22.9015),
        "ZZ-2": box(112.037, 22.90, 112.0395, 22.901),
    }
    shifted = [
        (code, code, flat(shape, lambda x, y: coordinates.from_wgs84(x, y, "gcj02")))
        for code, shape in edges.items()
    ]
    staged = net_lists.hand_in(
        forest.district, "security", drawn(*shifted), by=cast.town_a
    )
    assert [doubt["crs"] for doubt in staged.rows["doubt"]] == ["gcj02"]
    with pytest.raises(Invalid):
        net_lists.convert(staged, "mars", by=cast.town_a)
    staged = net_lists.convert(staged, "gcj02", by=cast.town_a)
    assert staged.rows["doubt"] == []
    with pytest.raises(Conflict):
        net_lists.convert(staged, "gcj02", by=cast.town_a)
    net_lists.take_over(staged, by=cast.town_a)
    kept = row("ZZ-1").shape
    assert (kept.min_lon, kept.max_lon) == pytest.approx((112.0365, 112.04), abs=1e-5)


def test_bad_outlines_are_told(forest: Any, cast: Any) -> None:
    staged = net_lists.hand_in(
        forest.district,
        "civilised",
        drawn(("A", "甲", {"type": "Point", "coordinates": [1, 2]})),
        by=cast.town_a,
    )
    assert [f["column"] for f in staged.rows["faults"]] == ["geometry"]
    with pytest.raises(Invalid) as refused:
        net_files.polygons_by_code(io.BytesIO(b"{}"))
    assert "polygons" in refused.value.fields
