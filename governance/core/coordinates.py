"""Positions between the datums in use in China.

Kept: WGS84, which CGCS2000 (EPSG:4490) equals within decimetres. Maps of Gaode and Tencent use
GCJ-02, of Baidu BD-09; both are turned at the edge. Degrees, longitude first. The formulas are
the published ones of GCJ-02 over the Krasovsky 1940 ellipsoid; back-conversion by iteration is
exact to 1e-9 degrees, a tenth of a millimetre.
"""

from math import atan2, cos, isfinite, pi, sin, sqrt

from django.utils.translation import gettext as _

from governance.core.errors import Invalid

Point = tuple[float, float]
AXIS = 6378245.0
ECCENTRICITY = 0.00669342162296594323
BD_TURN = pi * 3000.0 / 180.0
CLOSE = 1e-10
ROUNDS = 30
NAMES = {
    "wgs84": "wgs84",
    "cgcs2000": "wgs84",
    "epsg:4326": "wgs84",
    "epsg:4490": "wgs84",
    "gcj02": "gcj02",
    "gcj-02": "gcj02",
    "bd09": "bd09",
    "bd-09": "bd09",
    "bd09ll": "bd09",
}


def is_abroad(lon: float, lat: float) -> bool:
    """Outside the box in which GCJ-02 differs from WGS84."""
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def wgs84_to_gcj02(lon: float, lat: float) -> Point:
    if is_abroad(lon, lat):
        return lon, lat
    east, north = _shift(lon - 105.0, lat - 35.0)
    phi = lat / 180.0 * pi
    magic = 1 - ECCENTRICITY * sin(phi) ** 2
    north = (north * 180.0) / ((AXIS * (1 - ECCENTRICITY)) / (magic * sqrt(magic)) * pi)
    east = (east * 180.0) / (AXIS / sqrt(magic) * cos(phi) * pi)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> Point:
    """By iteration: guess, convert, correct by the error."""
    x, y = lon, lat
    for _round in range(ROUNDS):
        to_x, to_y = wgs84_to_gcj02(x, y)
        off_x, off_y = lon - to_x, lat - to_y
        x, y = x + off_x, y + off_y
        if abs(off_x) < CLOSE and abs(off_y) < CLOSE:
            break
    return x, y


def gcj02_to_bd09(lon: float, lat: float) -> Point:
    radius = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * BD_TURN)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * BD_TURN)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> Point:
    x, y = lon - 0.0065, lat - 0.006
    for _round in range(ROUNDS):
        to_x, to_y = gcj02_to_bd09(x, y)
        off_x, off_y = lon - to_x, lat - to_y
        x, y = x + off_x, y + off_y
        if abs(off_x) < CLOSE and abs(off_y) < CLOSE:
            break
    return x, y


def to_wgs84(lon: float | str, lat: float | str, crs: str = "wgs84") -> Point:
    """The position in WGS84.

    Raises:
        Invalid: with field "crs", "lon" or "lat".
    """
    x, y = checked(lon, lat)
    datum = _datum(crs)
    if datum == "gcj02":
        return gcj02_to_wgs84(x, y)
    if datum == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(x, y))
    return x, y


def from_wgs84(lon: float, lat: float, crs: str) -> Point:
    """The position in the datum of a map.

    Raises:
        Invalid: with field "crs", "lon" or "lat".
    """
    x, y = checked(lon, lat)
    datum = _datum(crs)
    if datum == "gcj02":
        return wgs84_to_gcj02(x, y)
    if datum == "bd09":
        return gcj02_to_bd09(*wgs84_to_gcj02(x, y))
    return x, y


def checked(lon: object, lat: object) -> Point:
    """Both as numbers within their range.

    Raises:
        Invalid: with field "lon" or "lat".
    """
    return _degrees("lon", lon, 180.0), _degrees("lat", lat, 90.0)


def _degrees(field: str, value: object, limit: float) -> float:
    try:
        number = float(str(value).strip())
    except ValueError:
        number = float("nan")
    if not isfinite(number) or abs(number) > limit:
        words = {"limit": int(limit)}
        sentence = (
            _("Longitude is a number from -%(limit)s to %(limit)s.")
            if field == "lon"
            else _("Latitude is a number from -%(limit)s to %(limit)s.")
        ) % words
        raise Invalid(sentence, fields={field: [sentence]})
    return number


def _datum(crs: str) -> str:
    datum = NAMES.get(crs.strip().lower())
    if datum is None:
        sentence = _("Known datums are wgs84, cgcs2000, gcj02 and bd09.")
        raise Invalid(sentence, fields={"crs": [sentence]})
    return datum


def _shift(x: float, y: float) -> Point:
    """The GCJ-02 offset in metres east and north, before scaling to degrees."""
    waves = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y
    north += 0.2 * sqrt(abs(x)) + waves
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    return east, north
