"""GeoReport v2: the standard's methods, formats, errors and limits."""

from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from django.utils import timezone

from governance.core import dictionaries
from requests_hub.actions import base, clients, desk, reporting
from requests_hub.models import (
    Open311Question,
    Open311Report,
    Open311Service,
    Request,
)
from tests.factories.requests_hub import Makers, submit
from tests.requests_hub import open311_schemas as schemas
from tests.requests_hub.open311_help import (
    CODE,
    get,
    get_xml,
    post,
    program,
    row_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists(district: Any, settings: Any) -> None:
    settings.DISTRICT_CODE = district.code
    dictionaries.forget()
    if not dictionaries.items("request_category"):
        call_command("load_dictionaries", verbosity=0)
    dictionaries.forget()


@pytest.fixture
def key(forest: Any) -> str:
    return program(forest.district)


def question(district: Any, **columns: Any) -> Open311Question:
    usual = {"category": CODE, "code": "light", "words": "哪一盏灯", "position": 1}
    return Open311Question.objects.create(district=district, **{**usual, **columns})


def service(district: Any, **columns: Any) -> Open311Service:
    return Open311Service.objects.create(
        **{"district": district, "category": CODE, **columns}
    )


# --- Reading ------------------------------------------------------------------------------


def test_discovery_names_the_endpoint_in_both_formats(district: Any) -> None:
    status, body = get("discovery.json")
    assert status == 200
    jsonschema.validate(body, schemas.DISCOVERY)
    assert body["endpoints"][0]["url"].endswith("/open311/v2")
    status, root = get_xml("discovery.xml")
    assert (status, root.tag) == (200, "discovery")
    assert len(root.findall("endpoints/endpoint/formats/format")) == 2


def test_services_are_the_categories_below_the_first_level(district: Any) -> None:
    status, body = get("services.json", jurisdiction_id=district.code)
    assert status == 200
    jsonschema.validate(body, schemas.SERVICES)
    by_code = {row["service_code"]: row for row in body}
    assert by_code[CODE]["service_name"] == "城管执法"
    assert by_code[CODE]["group"] == "城乡建设"
    assert by_code["010205"]["service_name"].endswith("-其他")
    service(district, is_offered=False)
    assert CODE not in {row["service_code"] for row in get("services.json")[1]}


def test_definition(district: Any) -> None:
    question(district, is_required=True)
    question(
        district,
        code="how",
        words="什么样",
        position=2,
        datatype="singlevaluelist",
        choices="out = 不亮\nflicker = 闪",
    )
    status, body = get(f"services/{CODE}.json")
    assert status == 200
    jsonschema.validate(body, schemas.DEFINITION)
    assert body["attributes"][1]["values"][0] == {"key": "out", "name": "不亮"}
    _status, root = get_xml(f"services/{CODE}.xml")
    assert [v.text for v in root.findall("attributes/attribute/values/value/key")] == [
        "out",
        "flicker",
    ]
    assert root.findtext("attributes/attribute/required") == "true"
    assert get("services/nothing.json")[0] == 404
    found = {row["service_code"]: row["metadata"] for row in get("services.json")[1]}
    assert found[CODE] is True
    assert found["010203"] is False


def test_requests_have_every_field_and_leak_nothing(make: Makers) -> None:
    words = (
        "我叫张三，电话 138 0099-0000，住罗城路12号3栋302房，身份证999999199001010018。"
    )
    submit(
        make.district,
        body=words,
        reporter_name="张三",
        reporter_phone="13800990000",
        address="罗城路12号302",
        lon=112.0051234,
        lat=22.9049876,
    )
    make.request("closed")
    for path in ("requests.json", "requests.xml"):
        if path.endswith("json"):
            status, body = get(path)
            jsonschema.validate(body, schemas.REQUESTS)
            text = str(body)
        else:
            status, root = get_xml(path)
            text = "".join(root.itertext())
            assert len(root.findall("request")) == 2
        assert status == 200
        for secret in (
            "0099",
            "302房",
            "张三",
            "999999199001010018",
            "112.0051",
            "罗城路12号",
        ):
            assert secret not in text, (path, secret)
    assert {row["status"] for row in body_of("requests.json")} == {"open", "closed"}


def body_of(path: str, **params: Any) -> Any:
    return get(path, **params)[1]


def test_private_requests_are_not_there(make: Makers, key: str) -> None:
    hidden = make.request("accepted", is_private=True)
    assert body_of("requests.json") == []
    assert get(f"requests/{hidden.no}.json")[0] == 404
    assert body_of("requests.json", service_request_id=hidden.no) == []
    assert body_of("servicerequestupdates.json", api_key=key) == []
    status, answer = post(key, description="被家暴了")
    assert status == 201
    no = answer[0]["service_request_id"]
    assert get(f"requests/{no}.json")[0] == 200
    service(make.district, is_private=True)  # later made private: gone at once
    assert get(f"requests/{no}.json", api_key=key)[0] == 404


def test_filters(make: Makers, cast: Any) -> None:
    old = timezone.now() - timedelta(days=100)
    item = dictionaries.item("request_category", CODE)
    with base.at(old):
        first = submit(make.district, body="很久以前")
    second = submit(make.district, body="城管", category=item)
    third = make.request("closed")

    def found(**params: Any) -> list[str]:
        return [row["service_request_id"] for row in body_of("requests.json", **params)]

    assert found() == [third.no, second.no]
    assert found(service_code=CODE) == [second.no]
    assert found(service_code="nothing") == []
    assert found(status="closed") == [third.no]
    assert found(status="Open,closed") == [third.no, second.no]
    assert found(
        start_date=(old - timedelta(days=1)).isoformat(),
        end_date=(old + timedelta(days=1)).isoformat(),
    ) == [first.no]
    assert found(end_date=(old + timedelta(days=1)).isoformat()) == [first.no]
    both = f"{first.no}, {second.no}"
    assert found(service_request_id=both, status="closed") == [second.no, first.no]
    assert found(page_size="1") == [third.no]
    assert found(page="2", page_size="1") == [second.no]
    single = body_of(f"requests/{first.no}.json")
    assert len(single) == 1
    jsonschema.validate(single, schemas.REQUESTS)


def test_dates_are_read_with_milliseconds_and_an_unescaped_plus(make: Makers) -> None:
    make.request("submitted")
    at = timezone.localtime(timezone.now() - timedelta(days=1))
    stamp = at.isoformat(timespec="milliseconds")
    assert len(body_of("requests.json", start_date=stamp)) == 1
    assert len(body_of("requests.json", start_date=stamp.replace("+", " "))) == 1
    zulu = at.astimezone(tz=None).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert get("requests.json", start_date=zulu)[0] == 200


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("requests.json", {"start_date": "2026-11-01"}, 400),
        ("requests.json", {"start_date": "2026-11-01T00:00:00"}, 400),
        ("requests.json", {"start_date": "9999-11-01T00:00:00Z"}, 400),
        (
            "requests.json",
            {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-05-01T00:00:00Z"},
            400,
        ),
        ("requests.json", {"status": "broken"}, 400),
        ("requests.json", {"page": "0"}, 400),
        ("requests.json", {"jurisdiction_id": "nowhere"}, 404),
        ("requests/YC-1.json", {}, 404),
        ("tokens/abc.json", {}, 404),
        ("servicerequestupdates.json", {}, 403),
        ("servicerequestupdates.json", {"api_key": "wrong"}, 403),
    ],
)
def test_errors_are_the_standards_list(
    district: Any, path: str, params: dict[str, str], code: int
) -> None:
    status, body = get(path, **params)
    assert status == code
    jsonschema.validate(body, schemas.ERRORS)
    assert body[0]["code"] == code
    status, root = get_xml(path.replace(".json", ".xml"), **params)
    assert (status, root.tag) == (code, "errors")
    assert root.findtext("error/code") == str(code)


def test_an_unknown_format_is_answered_in_xml(district: Any) -> None:
    assert get_xml("requests.csv")[0] == 400
    assert get_xml("requests")[0] == 404
    assert get_xml("nothing.json")[0] == 404


def test_control_characters_do_not_break_xml(make: Makers) -> None:
    row = make.request("submitted")
    Request.objects.filter(pk=row.pk).update(body="a\x01b\x0b<&>\ufffe 井盖")
    _status, root = get_xml("requests.xml")
    assert root.findtext("request/description") == "ab<&> 井盖"


# --- Sending ------------------------------------------------------------------------------


def test_a_request_goes_in_and_its_number_comes_back(make: Makers, key: str) -> None:
    status, body = post(
        key,
        description="路灯不亮",
        first_name="三",
        last_name="张",
        phone="13800990000",
        email="zhang@example.org",
        media_url="http://169.254.169.254/x.jpg",
        unknown="ignored",
    )
    assert status == 201
    jsonschema.validate(body, schemas.RECEIPT)
    row = Request.objects.get(no=body[0]["service_request_id"])
    assert (row.channel, row.body, row.reporter_name) == ("open311", "路灯不亮", "张三")
    assert row.category is not None
    assert row.category.code == CODE
    assert row.micro_id == make.request().micro_id
    assert row.open311.email == "zhang@example.org"
    assert ("email", "zhang@example.org") in reporting.channels_of(row)
    own = body_of(f"requests/{row.no}.json", api_key=key)[0]
    assert own["media_url"].startswith("http://169")
    assert body_of(f"requests/{row.no}.json")[0]["media_url"] == ""
    assert "13800990000" not in str(own)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "nothing"}, 404),
        ({"lat": None}, 400),
        ({"lat": None, "long": None}, 400),
        ({"lat": "north"}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "48.1", "long": "11.5"}, 400),
        ({"lat": None, "long": None, "address_id": "4453020"}, 400),
        ({"email": "nobody"}, 400),
        ({"phone": "1380099"}, 400),
        ({"description": "长" * 4001}, 400),
        ({"api_key": None}, 403),
        ({"api_key": "og1.x"}, 403),
        ({"jurisdiction_id": "nowhere"}, 404),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    key: str, form: dict[str, Any], code: int
) -> None:
    status, body = post(key, **{"description": "路灯不亮", **form})
    assert status == code, body
    jsonschema.validate(body, schemas.ERRORS)
    assert not Request.objects.exists()


def test_refusals_name_the_parameters_of_the_standard(key: str) -> None:
    _status, body = post(key, description="路灯不亮", lat="48.1", long="11.5")
    assert body[0]["description"].startswith("long: ")
    _status, body = post(key, description="路灯不亮", phone="1380099")
    assert body[0]["description"].startswith("phone: ")


def test_a_place_in_words_or_by_number_is_enough(key: str, forest: Any) -> None:
    code = forest.village_a1.code
    for form in ({"address_string": "府前路"}, {"address_id": code}):
        assert post(key, lat=None, long=None, description="坑", **form)[0] == 201
    assert Request.objects.filter(medium=forest.village_a1).count() == 1


def test_answers_are_checked_and_put_below_the_words(key: str, district: Any) -> None:
    question(district, is_required=True)
    question(
        district,
        code="how",
        words="什么样",
        datatype="multivaluelist",
        choices="out=不亮\nflicker=闪",
    )
    question(district, code="n", words="几盏", datatype="number")
    question(district, code="info", words="请说明", is_notice=True)
    status, body = post(key, **{"attribute[n]": "many", "attribute[how]": "x"})
    assert status == 400
    assert len(body) == 3
    status, body = post(
        key,
        description="灯",
        **{
            "attribute[light]": "8号",
            "attribute[how][]": ["out", "flicker"],
            "attribute[n]": "2",
        },
    )
    assert status == 201
    row = Request.objects.get()
    assert row.body == "灯\n哪一盏灯：8号\n什么样：不亮、闪\n几盏：2"
    assert row.open311.answers["how"] == ["out", "flicker"]


def test_tokens_tell_the_number_after_acceptance(
    key: str, district: Any, cast: Any
) -> None:
    service(district, kind="batch")
    status, body = post(key, description="灯")
    assert status == 201
    jsonschema.validate(body, schemas.RECEIPT)
    token = body[0]["token"]
    status, answer = get(f"tokens/{token}.json")
    jsonschema.validate(answer, schemas.TOKENS)
    assert answer == [{"service_request_id": "", "token": token}]
    row = Request.objects.get()
    desk.accept(row, by=cast.town_a)
    assert body_of(f"tokens/{token}.json")[0]["service_request_id"] == row.no
    _status, root = get_xml(f"tokens/{token}.xml")
    assert root.findtext("request/service_request_id") == row.no


def test_a_black_box_gives_neither(key: str, district: Any) -> None:
    service(district, kind="blackbox")
    _status, body = post(key, description="灯")
    assert not {"token", "service_request_id"} & set(body[0])
    report = Open311Report.objects.get()
    assert get(f"tokens/{report.token}.json")[0] == 404


def test_the_same_again_is_the_same(key: str, district: Any, time_machine: Any) -> None:
    form = {"description": "灯", "device_id": "d1"}
    first = post(key, **form)
    again = post(key, **form)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert post(key, **{**form, "device_id": "d2"})[1] != first[1]
    other = program(district, "另一平台")
    assert post(other, **form)[1] != first[1]
    assert Request.objects.count() == 3
    Open311Report.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert post(key, **form)[0] == 201


def test_the_programs_own_key_goes_before(key: str) -> None:
    head = {"Idempotency-Key": "k-1"}
    first = post(key, description="灯", headers=head)
    assert post(key, description="灯", headers=head) == (200, first[1])
    status, body = post(key, description="别的", headers=head)
    assert (status, body[0]["code"]) == (400, 409)
    two = post(key, description="灯", headers={"Idempotency-Key": "k-2"})
    assert two[1] != first[1]


# --- Keys ---------------------------------------------------------------------------------


def test_a_key_may_only_what_its_program_may(district: Any) -> None:
    key = program(district, may_update=True)
    assert post(key, description="灯")[0] == 403
    assert get("servicerequestupdates.json", api_key=key)[0] == 200


def test_ended_keys_and_programs_are_refused(district: Any, key: str) -> None:
    client = row_of(key)
    _row, fresh = clients.issue_key(client, by="test")
    assert post(key, description="灯")[0] == 201  # good for a week more
    old = client.keys.get(prefix=key.partition(".")[0])
    clients.end_key(client, old.pk, by="test")
    assert post(key, description="灯二")[0] == 403
    assert post(fresh, description="灯二")[0] == 201
    clients.save_client(client, {"is_active": False}, by="test")
    assert post(fresh, description="灯三")[0] == 403
    assert fresh not in str(list(client.keys.values()))


def test_the_key_may_stand_in_a_header(key: str) -> None:
    assert post("", description="灯", headers={"X-API-Key": key})[0] == 201


def test_a_program_that_sends_too_much_waits(key: str) -> None:
    clients.save_client(row_of(key), {"limit": "2/h"}, by="test")
    assert [post(key, description=f"灯{n}")[0] for n in range(3)] == [201, 201, 429]


def test_other_methods_are_named(district: Any, client: Any) -> None:
    answer = client.post("/open311/v2/services.json")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET"


# --- Updates ------------------------------------------------------------------------------


def update(key: str, no: str, **form: Any) -> Any:
    usual = {
        "service_request_id": no,
        "update_id": "u1",
        "status": "investigating",
        "updated_datetime": timezone.now().isoformat(),
        "description": "还有一处",
        "service_code": None,
    }
    return post(key, path="servicerequestupdates.json", **{**usual, **form})


def test_updates_tell_what_residents_may_know(make: Makers, key: str) -> None:
    row = make.request("closed")
    found = body_of("servicerequestupdates.json", api_key=key)
    jsonschema.validate(found, schemas.UPDATES)
    assert {u["service_request_id"] for u in found} == {row.no}
    assert found[0]["status"] == "OPEN"
    assert found[-1]["status"] == "FIXED"
    status, root = get_xml("servicerequestupdates.xml", api_key=key)
    assert (status, root.tag) == (200, "service_request_updates")
    now = timezone.now().isoformat()
    assert get("servicerequestupdates.json", api_key=key, start_date=now)[0] == 400


def test_an_update_is_added_once(key: str) -> None:
    no = post(key, description="灯")[1][0]["service_request_id"]
    first = update(key, no)
    assert first == (201, [{"update_id": "u1"}])
    assert update(key, no)[0] == 200
    assert update(key, no, description="别的")[0] == 400
    assert update(key, no, update_id="u2", status=None)[0] == 400
    assert update(key, "YC-0", update_id="u3")[0] == 404
    row = Request.objects.get()
    assert row.state == "submitted"
    events = [
        e["description"] for e in body_of("servicerequestupdates.json", api_key=key)
    ]
    assert len(events) == 2


def test_only_the_program_that_sent_it_updates_it(key: str, district: Any) -> None:
    no = post(key, description="灯")[1][0]["service_request_id"]
    assert update(program(district, "另一平台"), no)[0] == 404


def test_reopen_asks_for_it_again(key: str, make: Makers) -> None:
    no = post(key, description="灯")[1][0]["service_request_id"]
    row = Request.objects.get(no=no)
    assert update(key, no, status="REOPEN")[0] == 400  # nothing is closed yet
    make._to_closed(row)
    status, body = update(key, no, status="REOPEN", description="还是不亮")
    assert status == 201, body
    row.refresh_from_db()
    assert row.state == "reopened"
