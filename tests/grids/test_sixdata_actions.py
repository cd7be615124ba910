"""Places, objects, sentiment notes and organisations: written, refused, out of scope, repeated."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from governance.core.errors import Conflict, Invalid
from governance.core.models import Event
from governance.core.registers import find
from governance.core.registers.plan import plan
from governance.core.registers.spec import Planned
from grids import positions
from grids.actions import sixdata as actions
from grids.models import Organisation, Place, PublicObject, Sentiment
from tests.factories.grids import SOUTH, STEP, WEST

HYDRANT = "4453020113000001"
CREDIT = "91445302MA4W0000X7"


def place_of(grid: Any, **values: Any) -> dict[str, Any]:
    return {"name": "星岩小学", "kind": "school", "grid": grid, **values}


def test_a_place_lies_where_its_position_says(cast: SimpleNamespace) -> None:
    values = {
        "name": "星岩塘",
        "kind": "pond",
        "lon": WEST + 0.005,
        "lat": SOUTH + 0.015,
    }
    row = actions.save_place(None, values, by=cast.town_a)
    assert row.micro.code == "44530200100901002"
    assert row.provenance["name"]["source"] == "manual"
    assert Event.objects.filter(name="place.created", subject_id=row.pk).exists()


def test_positions_are_kept_as_wgs84(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    values = place_of(forest.village_a1, lon=112.049265106, lat=22.925496517)
    row = actions.save_place(None, {**values, "crs": "gcj02"}, by=cast.district)
    assert (row.lon, row.lat) == pytest.approx((112.043945, 22.92815), abs=1e-6)


def test_a_place_without_grid_or_position_is_refused(cast: SimpleNamespace) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.save_place(None, {"name": "某处", "kind": "pond"}, by=cast.town_a)
    assert "grid" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        actions.save_place(None, {"name": "某处", "lon": 112.0}, by=cast.town_a)
    assert "lat" in refusal.value.fields
    assert not Place.objects.exists()


def test_a_place_outside_the_area_is_refused(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.save_place(None, place_of(forest.village_b1), by=cast.town_a)
    assert "grid" in refusal.value.fields


def test_saving_the_same_again_changes_nothing(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    values = place_of(forest.village_a1)
    row = actions.save_place(None, values, by=cast.town_a)
    again = actions.save_place(row, values, by=cast.town_a)
    assert again.version == 1
    assert not Event.objects.filter(name="place.changed").exists()


def test_an_object_takes_its_class_from_its_code(
    cast: SimpleNamespace, forest: SimpleNamespace, departments: dict[str, Any]
) -> None:
    values = {
        "code": HYDRANT,
        "name": "消火栓",
        "grid": forest.micro_a1_1_1,
        "owner_unit": departments["water"],
    }
    row = actions.save_object(None, values, by=cast.town_a)
    assert (row.kind, row.kind_label) == ("0113", "消防设施")
    assert row.owner == departments["water"]
    row = actions.save_object(row, {"owner_unit": "供水公司"}, by=cast.town_a)
    assert (row.owner, row.owner_name) == (None, "供水公司")


@pytest.mark.parametrize(
    "code",
    ["445302011300001", "4453010113000001", "4453020999000001", "44530201130000O1"],
)
def test_a_wrong_component_code_is_refused(
    cast: SimpleNamespace, forest: SimpleNamespace, code: str
) -> None:
    values = {"code": code, "name": "消火栓", "grid": forest.village_a1}
    with pytest.raises(Invalid) as refusal:
        actions.save_object(None, values, by=cast.town_a)
    assert "code" in refusal.value.fields


def test_two_objects_of_one_code_are_refused(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    values = {"code": HYDRANT, "name": "消火栓", "grid": forest.village_a1}
    actions.save_object(None, values, by=cast.town_a)
    with pytest.raises(Invalid) as refusal:
        actions.save_object(None, values, by=cast.town_a)
    assert "code" in refusal.value.fields


def note(grid: Any, **values: Any) -> dict[str, Any]:
    return {
        "text": "路灯坏了三盏，晚上看不清",
        "kind": "safety",
        "source": "visit",
        "grid": grid,
        **values,
    }


def test_a_note_is_passed_on_and_closed_with_words(
    cast: SimpleNamespace, forest: SimpleNamespace, departments: dict[str, Any]
) -> None:
    row = actions.save_sentiment(None, note(forest.village_a1), by=cast.worker_a)
    with pytest.raises(Invalid) as refusal:
        actions.save_sentiment(row, {"state": "closed"}, by=cast.town_a)
    assert "done" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        actions.save_sentiment(row, {"state": "passed_on"}, by=cast.town_a)
    assert "passed_unit" in refusal.value.fields
    row = actions.pass_on(row, departments["transport"], by=cast.town_a)
    assert row.state == "passed_on"
    assert actions.pass_on(row, departments["transport"], by=cast.town_a).version == 2
    row = actions.save_sentiment(
        row, {"state": "closed", "done": "三盏都已换新"}, by=cast.town_a
    )
    with pytest.raises(Conflict):
        actions.pass_on(row, departments["water"], by=cast.town_a)


def test_the_database_keeps_notes_whole(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    row = actions.save_sentiment(None, note(forest.village_a1), by=cast.worker_a)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sentiment.objects.filter(pk=row.pk).update(state="closed")


def test_contacts_are_ciphertext_in_the_database(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    from django.db import connection

    values = note(forest.village_a1, contact="张三 13800000000")
    row = actions.save_sentiment(None, values, by=cast.worker_a)
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM grids_sentiment WHERE id = %s", [row.pk])
        assert "13800000000" not in cursor.fetchone()[0]
    assert Sentiment.objects.get().contact == "张三 13800000000"


def company(grid: Any, **values: Any) -> dict[str, Any]:
    return {
        "credit_code": CREDIT,
        "name": "示例石材有限公司",
        "kind": "enterprise",
        "grid": grid,
        **values,
    }


def test_an_organisation_is_there_once(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    row = actions.save_organisation(None, company(forest.village_a1), by=cast.town_a)
    with pytest.raises(Invalid) as refusal:
        actions.save_organisation(
            None, company(forest.village_a2, name="另一家"), by=cast.town_a
        )
    assert "示例石材有限公司" in refusal.value.fields["credit_code"][0]
    actions.save_organisation(row, {"staff_count": 40}, by=cast.town_a)
    assert Organisation.objects.get().staff_count == 40


@pytest.mark.parametrize(
    "code", ["91445302MA4W0000X8", "91445302MA4W0000I7", "9144530"]
)
def test_a_wrong_credit_code_is_refused(
    cast: SimpleNamespace, forest: SimpleNamespace, code: str
) -> None:
    values = company(forest.village_a1, credit_code=code)
    with pytest.raises(Invalid) as refusal:
        actions.save_organisation(None, values, by=cast.town_a)
    assert "credit_code" in refusal.value.fields


# --- positions of a whole file --------------------------------------------------------------


def points(forest: SimpleNamespace, crs: str) -> list[positions.Point]:
    """A point in the middle of every micro grid, in a datum."""
    from governance.core import coordinates

    out = []
    for grid in forest.by_code.values():
        if grid.level == "micro":
            box = grid.shape.geometry["coordinates"][0]
            lon, lat = box[0][0] + STEP / 2, box[0][1] + STEP / 2
            x, y = coordinates.from_wgs84(lon, lat, crs)
            out.append(positions.Point(x, y, grid.pk))
    return out


def test_positions_in_another_datum_are_doubted(forest: SimpleNamespace) -> None:
    plain = positions.verdict(points(forest, "wgs84"), "wgs84", forest.district.pk)
    assert not plain.is_doubtful
    other = positions.verdict(points(forest, "gcj02"), "wgs84", forest.district.pk)
    assert other.is_doubtful
    assert (other.fits, other.inside_then) == ("gcj02", 16)
    assert "GCJ-02" in other.words


def test_exchanged_degrees_are_told(forest: SimpleNamespace) -> None:
    turned = [positions.Point(p.lat, p.lon, p.grid_id) for p in points(forest, "wgs84")]
    assert positions.verdict(turned, "wgs84", forest.district.pk).fits == "swapped"


def test_an_import_asks_before_it_shifts(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    grids = {grid.pk: grid for grid in forest.by_code.values()}
    rows = [
        (
            n,
            {
                "name": f"点{n}",
                "kind": "other",
                "lon": str(p.lon),
                "lat": str(p.lat),
                "grid": grids[p.grid_id].code,
            },
        )
        for n, p in enumerate(points(forest, "gcj02"), 2)
    ]
    register = find("places")
    assert register is not None
    told = [(n, {**cells, "crs": "gcj02"}) for n, cells in rows]
    assert not any(row.problems for row in plan(register, told, cast.district))
    rows = plan(register, rows, cast.district)
    assert all(row.problems[0].suggestion == "gcj02" for row in rows)
    assert not any(row.has_error for row in rows)


# --- which record a row is ------------------------------------------------------------------


def test_rows_find_their_records(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    school = actions.save_place(None, place_of(forest.village_a1), by=cast.town_a)
    pond = actions.save_place(
        None,
        {"name": "大塘", "kind": "pond", "code": "S-1", "grid": forest.village_a1},
        by=cast.town_a,
    )
    firm = actions.save_organisation(None, company(forest.village_a1), by=cast.town_a)
    heard = actions.save_sentiment(
        None,
        note(forest.village_a1, source_no="Z1", heard_on=dt.date(2026, 11, 1)),
        by=cast.town_a,
    )
    places, notes, firms = find("places"), find("sentiments"), find("organisations")
    assert places
    assert places.find
    assert notes
    assert notes.find
    assert firms
    assert firms.find
    rows = [
        Planned(2, {}, {"code": "S-1", "name": "改名塘", "kind": "pond"}),
        Planned(3, {}, {"name": "星岩小学", "kind": "school"}),
        Planned(4, {}, {"name": "别的小学", "kind": "school"}),
    ]
    found = places.find(rows, cast.district)
    assert {n: row.pk for n, row in found.items()} == {2: pond.pk, 3: school.pk}
    rows = [Planned(2, {}, {"source": "visit", "source_no": "Z1", "text": "另写"})]
    assert notes.find(rows, cast.district)[2].pk == heard.pk
    rows = [Planned(2, {}, {"credit_code": CREDIT}), Planned(3, {}, {"name": "无"})]
    assert firms.find(rows, cast.district)[2].pk == firm.pk
    assert not places.find([Planned(2, {}, {"code": "S-1"})], cast.town_b)


def test_every_object_is_kept_in_history(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    values = {"code": HYDRANT, "name": "消火栓", "grid": forest.village_a1}
    row = actions.save_object(None, values, by=cast.town_a)
    actions.save_object(row, {"state": "damaged"}, by=cast.town_a)
    kept = PublicObject.pgh_event_model.objects.get(pgh_obj_id=row.pk)
    assert kept.state == "good"
