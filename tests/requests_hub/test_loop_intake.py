"""Intake: what it costs, what it refuses, what comes twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.core.errors import Conflict, Invalid
from governance.core.models import Event, Outbox
from grids import locate
from grids.actions.bulk import GridRow, bulk_build
from requests_hub import codes
from requests_hub.actions import intake
from tests.factories.grids import box
from tests.factories.requests_hub import HERE, submit
from tests.statements import own


def statements(district):
    submit(district, reporter_phone="13800000001", idempotency_key="warm")
    with CaptureQueriesContext(connection) as queries:
        submit(district, reporter_phone="13800000001", idempotency_key="counted")
    return own(queries)


def test_intake_costs_the_same_with_few_and_with_ten_thousand_grids(forest):
    few = statements(forest.district)
    connection.cursor().execute("DELETE FROM core_idempotencykey")
    rows = _many(forest)
    bulk_build(forest.district, rows, by="test")
    locate.forget()
    many = statements(forest.district)
    assert len(few) == len(many), many
    assert len(few) <= 14, few


def _many(forest):
    """A third town with 10,000 micro grids, each a small square."""
    town, village = "445302004", "445302004001"
    west, south, side = 112.2, 22.9, 0.001
    whole = box(west, south, west + 0.1, south + 0.1)
    rows = [
        GridRow(town, "安塘街道", "large", geometry=whole),
        GridRow(village, "安塘社区", "medium", town, "community", geometry=whole),
    ]
    for s in range(50):
        small = f"{village}{s + 1:02d}"
        rows.append(GridRow(small, f"{s}", "small", village, "community"))
        for m in range(200):
            n = s * 200 + m
            x, y = west + (n % 100) * side, south + (n // 100) * side
            rows.append(
                GridRow(
                    f"{small}{m + 1:03d}",
                    f"{m}",
                    "micro",
                    small,
                    "community",
                    geometry=box(x, y, x + side, y + side),
                )
            )
    return rows


def test_a_request_is_stored_with_its_event_and_outbox_row(forest):
    request = submit(
        forest.district, reporter_phone="＋86 138-0000 0001", reporter_name="陈小芳"
    )
    assert request.place_ids == {
        "district_id": forest.district.pk,
        "large_id": forest.town_a.pk,
        "medium_id": forest.village_a1.pk,
        "small_id": forest.small_a1_1.pk,
        "micro_id": forest.micro_a1_1_1.pk,
    }
    assert request.title == "村委旁井盖破损，路面积水，影响学生通行"
    assert request.reporter_phone == "13800000001"
    assert request.no.startswith("YC")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reporter_phone FROM requests_hub_request")
        assert "138" not in cursor.fetchone()[0]
    event = Event.objects.get(name="request.submitted")
    assert event.subject_id == request.pk
    assert "13800000001" not in str(event.data)
    assert Outbox.objects.filter(pk=event.pk).exists()
    assert request.due_at > request.submitted_at


def test_the_same_number_of_a_channel_is_one_request(forest):
    fields = {"channel": "hotline", "external_id": "188006"}
    first = intake.submit_request(district=forest.district, body="一", **fields)
    again = intake.submit_request(district=forest.district, body="二", **fields)
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert first.request.pk == again.request.pk
    assert Event.objects.filter(name="request.submitted").count() == 1


def test_another_body_under_the_same_key_is_refused(forest):
    submit(forest.district, idempotency_key="k")
    with pytest.raises(Conflict):
        submit(forest.district, idempotency_key="k", title="别的")


def test_a_taken_follow_up_code_is_made_again(forest, monkeypatch):
    first = submit(forest.district)
    answers = [first.follow_code, first.follow_code, codes.make()]
    monkeypatch.setattr(codes, "make", lambda: answers.pop(0))
    assert submit(forest.district).follow_code != first.follow_code
    assert not answers


def test_positions_in_other_datums_land_in_the_same_grid(forest):
    from governance.core import coordinates

    for crs in ("gcj02", "bd09"):
        lon, lat = coordinates.from_wgs84(HERE["lon"], HERE["lat"], crs)
        assert submit(forest.district, lon=lon, lat=lat, crs=crs).micro_id == (
            forest.micro_a1_1_1.pk
        )


@pytest.mark.parametrize(
    "text", ["4820631795", "482 063 1795", "４８２０６３１７９５", "482-063-1795"]
)
def test_codes_are_read_as_people_type_them(text):
    code = next(c for c in iter(codes.make, "") if c)
    shown = codes.shown(code)
    assert codes.read(shown) == code
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)
    assert codes.read(wide) == code
    digits = "".join(c for c in text if c.isdigit())
    assert len(digits) == 10


def test_every_wrong_digit_and_swap_is_noticed():
    code = codes.make()
    for n in range(10):
        wrong = code[:n] + str((int(code[n]) + 3) % 10) + code[n + 1 :]
        with pytest.raises(Invalid):
            codes.read(wrong)
    for n in range(9):
        if code[n] != code[n + 1]:
            with pytest.raises(Invalid):
                codes.read(code[:n] + code[n + 1] + code[n] + code[n + 2 :])


@pytest.mark.parametrize("phone", ["1380000", "138000000012", "abc", "12345"])
def test_a_telephone_that_cannot_be_rung_is_refused(phone):
    with pytest.raises(Invalid) as refused:
        intake.read_phone(phone)
    assert set(refused.value.fields) == {"reporter_phone"}
