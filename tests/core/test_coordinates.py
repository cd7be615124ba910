"""Datums: the measured pair, round trips, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.core import coordinates
from governance.core.errors import Invalid

CENTRE = (112.043945, 22.92815)
CENTRE_GCJ02 = (112.049265106, 22.925496517)
lons = st.floats(73.5, 135.0)
lats = st.floats(3.9, 53.5)


def test_the_measured_pair_of_the_district_centre() -> None:
    assert coordinates.wgs84_to_gcj02(*CENTRE) == pytest.approx(CENTRE_GCJ02, abs=1e-8)
    assert coordinates.to_wgs84(*CENTRE_GCJ02, "GCJ-02") == pytest.approx(
        CENTRE, abs=1e-8
    )


def test_baidu_lies_about_a_kilometre_off() -> None:
    lon, lat = coordinates.from_wgs84(*CENTRE, "bd09")
    assert 0.009 < lon - CENTRE[0] < 0.013
    assert 0.001 < lat - CENTRE[1] < 0.006


@given(lon=lons, lat=lats, crs=st.sampled_from(["gcj02", "bd09", "cgcs2000"]))
def test_there_and_back(lon: float, lat: float, crs: str) -> None:
    there = coordinates.from_wgs84(lon, lat, crs)
    assert coordinates.to_wgs84(*there, crs) == pytest.approx((lon, lat), abs=1e-7)


def test_cgcs2000_is_kept_as_it_is() -> None:
    assert coordinates.to_wgs84(*CENTRE, "EPSG:4490") == CENTRE


def test_abroad_nothing_is_shifted() -> None:
    assert coordinates.wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)


@pytest.mark.parametrize(
    ("lon", "lat", "crs", "field"),
    [
        (181, 20, "wgs84", "lon"),
        (112, -91, "wgs84", "lat"),
        ("here", 20, "wgs84", "lon"),
        (float("nan"), 20, "gcj02", "lon"),
        (112, float("inf"), "bd09", "lat"),
        (112, 22, "utm", "crs"),
    ],
)
def test_nonsense_names_its_field(lon: float, lat: float, crs: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        coordinates.to_wgs84(lon, lat, crs)
    assert list(refusal.value.fields) == [field]
