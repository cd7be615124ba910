"""Sites: written by those who keep them, placed by their position, with their pictures."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from governance.core import dictionaries
from governance.core.coordinates import wgs84_to_gcj02
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from grids.actions import sites
from grids.models import Site

pytestmark = pytest.mark.django_db
IN_A111 = (112.005, 22.905)  # micro grid a1_1_1
IN_B = (112.085, 22.905)


@pytest.fixture(autouse=True)
def _lists() -> None:
    dictionaries.forget()


def new(by: Any, **more: Any) -> Site:
    values = {"name": "星岩社区党群服务中心", "kind": "service_centre"}
    lon, lat = more.pop("at", IN_A111)
    return sites.save_site(None, {**values, "lon": lon, "lat": lat, **more}, by=by)


def test_a_position_says_the_grid(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    site = new(cast.town_a, services=["papers", "errands"])
    assert site.micro_id == forest.micro_a1_1_1.pk
    assert site.large_id == forest.town_a.pk
    assert site.stage == "open"
    assert site.service_labels
    assert site.provenance["name"]["source"] == "manual"
    assert Event.objects.filter(name="site.created", subject_id=site.pk).count() == 1


def test_other_datums_are_turned(cast: SimpleNamespace) -> None:
    x, y = wgs84_to_gcj02(*IN_A111)
    site = new(cast.town_a, at=(x, y), crs="gcj02")
    assert (site.lon, site.lat) == pytest.approx(IN_A111, abs=1e-6)


def test_without_a_position_the_grid_is_named(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    values = {"name": "无坐标驿站", "kind": "red_station", "grid": forest.village_a1}
    site = sites.save_site(None, values, by=cast.town_a)
    assert (site.medium_id, site.small_id) == (forest.village_a1.pk, None)
    with pytest.raises(Invalid) as refused:
        sites.save_site(None, {"name": "哪里", "kind": "red_station"}, by=cast.town_a)
    assert "grid" in refused.value.fields


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "palace"}, "kind"),
        ({"services": ["papers", "spa"]}, "services"),
        ({"at": (112.005, None)}, "lat"),
        ({"at": (116.4, 39.9)}, "lon"),
        ({"crs": "mars"}, "crs"),
    ],
)
def test_bad_values_are_told_by_field(
    cast: SimpleNamespace, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        new(cast.town_a, **values)
    assert field in refused.value.fields


def test_a_named_grid_must_fit_the_position(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    with pytest.raises(Invalid) as refused:
        new(cast.town_a, grid=forest.village_a2)
    assert "grid" in refused.value.fields
    assert new(cast.town_a, grid=forest.village_a1).micro_id


def test_only_the_staff_of_the_place_write(cast: SimpleNamespace) -> None:
    with pytest.raises(Invalid):  # outside: the grid is not theirs
        new(cast.town_a, at=IN_B)
    for nobody in (cast.resident, cast.officer_a, cast.auditor, cast.good_person):
        with pytest.raises((Invalid, NotAllowed)):
            new(nobody)
    site = new(cast.town_a)
    with pytest.raises(NotAllowed):
        sites.save_site(site, {"about": "x"}, by=cast.town_b)


def test_a_name_is_there_once_and_a_change_needs_the_version(
    cast: SimpleNamespace,
) -> None:
    site = new(cast.town_a)
    with pytest.raises(Invalid) as refused:
        new(cast.town_a)
    assert "name" in refused.value.fields
    changed = sites.save_site(site, {"about": "二楼"}, by=cast.town_a, version=1)
    assert changed.version == 2
    with pytest.raises(Conflict):
        sites.save_site(site, {"about": "三楼"}, by=cast.district, version=1)


def test_planned_opened_closed(cast: SimpleNamespace) -> None:
    site = sites.plan_site(
        *IN_A111, name="规划驿站", kind="red_station", by=cast.town_a
    )
    assert (site.stage, site.is_public) == ("planned", False)
    opened = sites.open_site(site, by=cast.town_a)
    assert opened.stage == "open"
    assert opened.opened_on is not None
    again = sites.open_site(opened, by=cast.town_a)
    assert again.version == opened.version
    closed = sites.close_site(opened, by=cast.town_a)
    assert closed.ended_on is not None
    assert not Site.objects.open().exists()
    with pytest.raises(NotAllowed):
        sites.close_site(site, by=cast.town_b)


def picture() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (60, 40), "navy").save(out, "JPEG")
    return SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")


def test_pictures_are_public_one_by_one(
    cast: SimpleNamespace, client: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    site = new(cast.town_a)
    shown, kept = sites.add_photos(site, [picture(), picture()], by=cast.town_a)
    sites.change_photo(shown, by=cast.town_a, is_public=True, caption="大厅")
    assert client.get(shown.file.url).status_code == 200
    assert client.get(kept.file.url).status_code == 404
    client.force_login(cast.town_a)
    assert client.get(kept.file.url).status_code == 200
    client.force_login(cast.town_b)
    assert client.get(kept.file.url).status_code == 404
    with pytest.raises(NotAllowed):
        sites.remove_photo(kept, by=cast.town_b)
    sites.remove_photo(shown, by=cast.town_a)
    assert site.photos.count() == 1
    with pytest.raises(Invalid):
        sites.add_photos(site, [picture() for _n in range(12)], by=cast.town_a)
