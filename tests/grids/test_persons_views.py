"""Pages: unmasking, finding, the auditor's lists, the merge desk, a household and its visit."""

import datetime as dt
import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from governance.core.events import record
from governance.core.models import Attachment
from grids.actions import access
from grids.models import AccessRecord, Household
from requests_hub.actions import privacy
from tests.factories.persons import make_care, make_household, make_person, number_of
from tests.factories.requests_hub import submit

pytestmark = pytest.mark.django_db


def _as(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def person(forest):
    make_household(forest.micro_a1_1_1, "H-1", phone="13800008888")
    return make_person(forest.micro_a1_1_1, 1, household_no="H-1", relation="02")


def _secrets(page: str) -> list[str]:
    hidden = (number_of(1), "13800000001", "张小明", "幸福巷")
    return [each for each in hidden if each in page]


def test_nothing_is_readable_anywhere_by_default(person, cast) -> None:
    home = person.household
    for user in (cast.worker_a, cast.town_a, cast.district, cast.auditor):
        for path in (
            "/registry/people/",
            f"/registry/people/{person.pk}/",
            "/registry/people/print/",
            "/registry/households/",
            f"/households/{home.pk}/",
        ):
            answer = _as(user).get(path)
            assert answer.status_code == 200, path
            assert _secrets(answer.content.decode()) == [], path


def test_a_reason_opens_a_record_for_five_minutes_and_leaves_a_trace(
    person, cast
) -> None:
    client = _as(cast.worker_a)
    path = f"/registry/people/{person.pk}/unmask/"
    assert _secrets(client.get(path).content.decode()) == []
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "other"}).status_code == 422
    assert AccessRecord.objects.count() == 0
    given = {"reason": "other", "words": "核对低保名单"}
    assert client.post(path, given, REMOTE_ADDR="10.1.2.3").status_code == 302
    shown = client.get(path)
    assert len(_secrets(shown.content.decode())) == 4
    assert "no-store" in shown["Cache-Control"]
    found = AccessRecord.objects.get()
    assert (found.user, found.subject_id, found.address) == (
        cast.worker_a,
        person.pk,
        "10.1.2.3",
    )
    assert "identity_no" in found.fields
    assert _secrets(_as(cast.town_a).get(path).content.decode()) == []
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6), tick=False):
        late = _as(cast.worker_a).get(path).content.decode()
        assert _secrets(late) == []
    page = client.get(f"/registry/people/{person.pk}/").content.decode()
    assert "核对低保名单" in page
    assert "李秀英" in page


@pytest.mark.parametrize(
    ("who", "status"),
    [("worker_b", 404), ("town_b", 404), ("leader", 403), ("auditor", 403)],
)
def test_who_has_no_work_there_opens_nothing(person, cast, who, status) -> None:
    client = _as(getattr(cast, who))
    for key, pk in (("people", person.pk), ("households", person.household_id)):
        path = f"/registry/{key}/{pk}/unmask/"
        assert client.post(path, {"reason": "visit"}).status_code == status
    assert AccessRecord.objects.count() == 0


def test_opening_a_household_stands_on_the_page_of_its_head(person, cast) -> None:
    client = _as(cast.worker_a)
    path = f"/registry/households/{person.household_id}/unmask/"
    assert client.post(path, {"reason": "visit"}).status_code == 302
    assert "上门走访" in client.get(f"/registry/people/{person.pk}/").content.decode()
    person_page = client.get(f"/registry/people/{person.pk}/unmask/")
    assert number_of(1) not in person_page.content.decode()


def test_out_of_scope_a_household_is_not_there(person, cast) -> None:
    home = person.household_id
    for who in ("worker_b", "town_b"):
        client = _as(getattr(cast, who))
        assert client.get(f"/households/{home}/").status_code == 404
        assert client.get(f"/registry/people/{person.pk}/").status_code == 404
        assert client.post(f"/households/{home}/visit/").status_code == 404
    assert _as(cast.leader).post(f"/households/{home}/visit/").status_code == 403
    assert _as(cast.good_person).get(f"/households/{home}/").status_code == 403


def test_questions_by_number_and_tail_are_noted_without_the_number(
    person, cast
) -> None:
    client = _as(cast.worker_a)
    answer = client.post("/registry/people/find/", {"q": number_of(1)})
    assert "张*明" in answer.content.decode()
    client.post("/registry/people/find/", {"q": "9999"})
    client.get("/registry/people/", {"q": "0001"})
    noted = list(
        AccessRecord.objects.order_by("id").values_list("fields", "subject_id", "rows")
    )
    assert noted == [
        (["identity_no"], person.pk, 1),
        (["phone_tail"], None, 0),
        (["phone_tail"], person.pk, 1),
    ]
    assert client.post("/registry/people/find/", {"q": "张"}).status_code == 422
    far = _as(cast.worker_b).post("/registry/people/find/", {"q": number_of(1)})
    assert "张*明" not in far.content.decode()


def test_the_auditor_sees_every_look_and_every_export(person, cast, forest) -> None:
    access.unmask(person, by=cast.worker_a, reason="visit", address="10.0.0.9")
    request = submit(
        forest.district, reporter_name="王五", reporter_phone="13811112222"
    )
    privacy.unmask(request, by=cast.town_a, reason="contact")
    record(
        "register.exported",
        person,
        cast.town_a,
        {"register": "people", "count": 40, "is_whole": True, "reason": "人口统计"},
    )
    client = _as(cast.auditor)
    page = client.get("/audit/access/").content.decode()
    for words in ("李秀英", "张*明", "上门走访", "10.0.0.9", request.no, "陈志强"):
        assert words in page
    assert "王五" not in page
    only = client.get("/audit/access/", {"person": person.pk}).content.decode()
    assert request.no not in only
    nobody = client.get("/audit/access/", {"officer": "没有这个人"}).content.decode()
    assert "10.0.0.9" not in nobody
    exports = client.get("/audit/exports/").content.decode()
    assert "人口统计" in exports
    assert "40" in exports
    sheet = client.get("/audit/access/", {"as": "xlsx"})
    assert sheet.content.startswith(b"PK")
    for who in ("town_a", "district", "worker_a"):
        assert _as(getattr(cast, who)).get("/audit/access/").status_code == 403


def _picture() -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "JPEG")
    return SimpleUploadedFile("a.jpg", data.getvalue(), "image/jpeg")


def test_a_visit_in_three_taps_with_a_need_and_a_picture(person, cast) -> None:
    make_care(person)
    home = person.household_id
    client = _as(cast.worker_a)
    page = client.get(f"/households/{home}/").content.decode()
    assert "独居老人" in page
    assert client.get(f"/households/{home}/visit/").status_code == 200
    assert client.post(f"/households/{home}/visit/", {}).status_code == 422
    given = {
        "key": "abc",
        "condition": "changed",
        "checks": ["power", "wet_floor"],
        "need_kind": "repair",
        "need_words": "厕所想装扶手",
        "words": "地面有水渍",
    }
    for _twice in range(2):
        answer = client.post(
            f"/households/{home}/visit/", {**given, "photos": _picture()}
        )
        assert answer.status_code == 302
    row = Household.objects.get(pk=home)
    visit = row.visits.get()
    assert (visit.condition, visit.checks) == ("changed", ["power", "wet_floor"])
    assert row.needs.get().words == "厕所想装扶手"
    photo = Attachment.objects.get(subject_type="visit", subject_id=visit.pk)
    assert client.get(photo.url).status_code == 200
    assert _as(cast.worker_b).get(photo.url).status_code == 404
    page = client.get(f"/households/{home}/").content.decode()
    assert "厕所想装扶手" in page
    assert "地面有水渍" in page
    need = {"need": row.needs.get().pk, "state": "done"}
    client.post(f"/households/{home}/need/", need)
    assert row.needs.get().state == "done"


def test_the_page_of_a_grid_shows_whose_visit_is_due(person, cast, forest) -> None:
    make_care(person)
    page = (
        _as(cast.worker_a)
        .get(f"/grids/{forest.village_a1.code}/?all=1")
        .content.decode()
    )
    assert f"/households/{person.household_id}/" in page
    assert "张小明" not in page


def test_merging_on_the_desk_and_undoing_it(person, cast, forest) -> None:
    other = make_person(
        forest.micro_a1_1_1, 1, identity_no="", birth=dt.date(1950, 1, 1)
    )
    client = _as(cast.town_a)
    desk = client.get("/registry/people/merge/").content.decode()
    path = f"/registry/people/merge/{person.pk}/{other.pk}/"
    assert path in desk
    assert _secrets(client.get(path).content.decode()) == []
    assert client.post(path, {"name": "other"}).status_code == 302
    page = client.get(f"/registry/people/{other.pk}/").content.decode()
    assert f"/registry/people/{person.pk}/" in page
    pair = person.merges.get()
    record = client.get(f"/registry/people/{person.pk}/").content.decode()
    assert f'action="/registry/people/merge/{pair.pk}/undo/"' in record
    assert client.post(f"/registry/people/merge/{pair.pk}/undo/").status_code == 302
    other.refresh_from_db()
    assert other.ended_on is None
