"""The API as programs use it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from requests_hub.models import Request, Task
from tests.factories.requests_hub import HERE, task_of
from tests.statements import own

URL = "/api/v1/requests/"
BODY = {
    "body": "路灯不亮",
    "category": "light",
    **HERE,
    "reporter_phone": "13800000001",
}


@pytest.fixture
def client():
    return APIClient()


@pytest.fixture
def api(cast):
    """`api("town_a")` is a client signed in as that person of the cast."""

    def signed_in(name):
        client = APIClient()
        client.force_authenticate(type(cast.town_a).objects.get(username=name))
        return client

    return signed_in


def test_anybody_submits_and_follows_by_code(forest, client):
    answer = client.post(URL, BODY, format="json")
    assert answer.status_code == 201, answer.data
    assert answer.data["place"]["micro"]["code"] == forest.micro_a1_1_1.code
    request = Request.objects.get(pk=answer.data["id"])
    assert request.category.code == "010204"
    assert request.channel == "public"
    path = f"{URL}{request.pk}/"
    assert client.get(path).status_code == 401
    followed = client.get(path, headers={"X-Follow-Code": answer.data["follow_code"]})
    assert followed.status_code == 200
    assert followed.data["state"] == "submitted"
    assert {s["name"] for s in followed.data["steps"]} == {"add", "withdraw"}
    assert "no" not in followed.data


def test_the_same_key_is_the_same_request(forest, client):
    first = client.post(URL, BODY, format="json", headers={"Idempotency-Key": "k1"})
    again = client.post(URL, BODY, format="json", headers={"Idempotency-Key": "k1"})
    other = client.post(
        URL, {**BODY, "body": "别的"}, format="json", headers={"Idempotency-Key": "k1"}
    )
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert Request.objects.count() == 1


def test_fields_of_staff_are_refused_by_name(forest, client):
    answer = client.post(
        URL, {**BODY, "urgency": "emergency", "state": "closed"}, format="json"
    )
    assert answer.status_code == 400
    assert set(answer.data["fields"]) == {"urgency", "state"}
    assert Request.objects.count() == 0


def test_other_names_of_fields_are_understood(forest, client):
    answer = client.post(
        URL, {"text": "井盖坏了", "contact_phone": "138 0000 0001"}, format="json"
    )
    assert answer.status_code == 201
    assert Request.objects.get().reporter_phone == "13800000001"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reporter_phone": "1380000"}, "reporter_phone"),
        ({"lon": 112.0, "lat": None}, "lat"),
        ({"crs": "mars"}, "crs"),
        ({"category": "no-such"}, "category"),
        ({"body": "", "title": ""}, "body"),
        ({"lon": 10.0, "lat": 10.0}, "lon"),
        ({"files": ["made-up"]}, "files"),
    ],
)
def test_a_wrong_field_is_named(forest, client, wrong, field):
    answer = client.post(URL, {**BODY, **wrong}, format="json")
    assert answer.status_code == 400, answer.data
    assert field in answer.data["fields"]


def test_staff_send_all_fields(forest, api):
    answer = api("town_a").post(
        URL,
        {"title": "代报", "urgency": "urgent", "grid": forest.village_a2.code},
        format="json",
    )
    assert answer.status_code == 201
    request = Request.objects.get()
    assert (request.channel, request.urgency) == ("staff", "urgent")
    assert request.medium_id == forest.village_a2.pk


def test_without_a_place_it_lies_in_the_posters_town_or_the_district(forest, api):
    api("worker_a").post(URL, {"body": "没有位置"}, format="json")
    assert Request.objects.latest("id").large_id == forest.town_a.pk
    APIClient().post(URL, {"body": "没有位置"}, format="json")
    request = Request.objects.latest("id")
    assert request.large_id is None
    assert api("town_a").get(f"{URL}{request.pk}/").status_code == 404
    assert api("district").get(f"{URL}{request.pk}/").status_code == 200


def test_scope_role_and_state_are_told_apart(make, api):
    request = make.request()
    path = f"{URL}{request.pk}/"
    for name in ("town_b", "worker_b", "officer_a", "outsider"):
        assert api(name).get(path).status_code == 404, name
        assert api(name).post(path + "accept/").status_code == 404, name
    for name in ("worker_a", "leader", "auditor", "admin"):
        assert api(name).post(path + "accept/").status_code == 403, name
    early = api("town_a").post(path + "close/")
    assert early.status_code == 409
    assert early.data["code"] == "illegal_step"
    assert early.data["state"] == "submitted"
    main = {"accept", "reject", "withdraw", "add"}
    marks = {"hide", "unhide", "exclude_ask", "exclude", "exclude_refuse", "include"}
    assert set(early.data["legal"]) == main | {"look", "merge"} | marks
    assert api("town_a").post(path + "nonsense/").status_code == 409


def test_it_is_found_by_id_and_by_number(make, api):
    request = make.request()
    for key in (request.pk, request.no, request.no.lower()):
        assert api("town_a").get(f"{URL}{key}/").data["id"] == request.pk


def test_steps_name_their_fields_and_taking_them_works(make, api):
    request = make.request("accepted")
    desk = api("town_a")
    path = f"{URL}{request.pk}/"
    steps = {s["name"]: s for s in desk.get(path).data["steps"]}
    main = {"whistle", "dispatch", "reply", "reject", "add"}
    aside = {"look", "merge", "hide", "hold_ask", "exclude_ask"}
    assert main | aside == set(steps)
    required = [f["name"] for f in steps["whistle"]["fields"] if f["required"]]
    assert required == ["lead"]
    assert desk.post(path + "whistle/", {}, format="json").data["fields"].keys() == {
        "lead"
    }
    done = desk.post(
        path + "whistle/",
        {"lead": "urban_management", "assist": ["transport"], "due": "3d"},
        format="json",
    )
    assert done.status_code == 200, done.data
    assert done.data["state"] == "whistled"
    assert [t["is_lead"] for t in done.data["tasks"]] == [True, False]
    task = task_of(request, make.departments["transport"])
    seen = api("officer_b").get(f"/api/v1/tasks/{task.pk}/")
    assert [s["name"] for s in seen.data["steps"]] == ["report_in", "send_back"]
    assert api("officer_a").get(f"/api/v1/tasks/{task.pk}/").status_code == 404
    for _time in range(2):
        answer = api("officer_b").post(
            f"/api/v1/tasks/{task.pk}/report_in/", {"who": "吴海燕"}, format="json"
        )
        assert answer.status_code == 200
        assert answer.data["state"] == "reported_in"
    assert [e["name"] for e in answer.data["events"]].count("task.reported_in") == 1


def test_a_second_claim_is_told_who_was_first(make, api):
    request = make.request("whistled")
    task = task_of(request, make.departments["transport"])
    officer = api("officer_b")
    officer.post(f"/api/v1/tasks/{task.pk}/report_in/")
    assert officer.post(f"/api/v1/tasks/{task.pk}/claim/").status_code == 200
    second = officer.post(f"/api/v1/tasks/{task.pk}/claim/")
    assert second.status_code == 409
    assert second.data["taken_by"] == str(make.cast.officer_b)


def test_the_resident_rates_and_reopens_by_code(make, client):
    request = make.request("closed")
    path, code = f"{URL}{request.pk}/", request.follow_code
    answer = client.post(
        path + "rate/",
        {"is_solved": True, "satisfaction": "satisfied", "code": code},
        format="json",
    )
    assert answer.status_code == 200, answer.data
    assert answer.data["state"] == "revisited"
    again = client.post(
        path + "rate/",
        {"is_solved": True, "satisfaction": "satisfied", "code": code},
        format="json",
    )
    assert again.status_code == 409
    reopened = client.post(
        path + "reopen/",
        {"reason": "又坏了"},
        format="json",
        headers={"X-Follow-Code": code},
    )
    assert reopened.data["state"] == "reopened"


def test_a_code_opens_its_own_request_only(make, client):
    one, other = make.request("closed"), make.request("closed")
    answer = client.get(f"{URL}{one.pk}/", headers={"X-Follow-Code": other.follow_code})
    assert answer.status_code == 404
    wrong = str((int(other.follow_code[-1]) + 1) % 10)
    typo = client.get(
        f"{URL}{other.pk}/", headers={"X-Follow-Code": other.follow_code[:-1] + wrong}
    )
    assert typo.status_code == 400
    step = client.post(
        f"{URL}{other.pk}/reopen/", {"code": one.follow_code, "reason": "x"}
    )
    assert step.status_code == 404


def test_the_list_filters_and_pages(make, api, forest):
    made = [make.request(state) for state in ("submitted", "accepted", "whistled")]
    desk = api("town_a")

    def ids(query):
        answer = desk.get(URL + query)
        assert answer.status_code == 200, answer.data
        return [row["id"] for row in answer.data["results"]]

    newest_first = [r.pk for r in reversed(made)]
    assert ids("") == newest_first
    assert ids("?state=accepted,whistled") == newest_first[:2]
    assert ids("?turn=me") == newest_first[1:]
    assert ids(f"?medium={forest.village_a1.code}") == newest_first
    assert ids(f"?medium={forest.village_a2.code}") == []
    assert ids(f"?q={made[0].no}") == [made[0].pk]
    assert ids("?overdue=true") == []
    first = desk.get(URL + "?limit=2").data
    assert [r["id"] for r in first["results"]] == newest_first[:2]
    second = desk.get(first["next"]).data
    assert [r["id"] for r in second["results"]] == newest_first[2:]
    assert second["next"] is None
    assert desk.get(URL + "?state=nonsense").status_code == 400


def test_lists_and_details_read_few_statements(make, cast, api):
    def count(name, path):
        client = api(name)  # a fresh account object: its scope is read again
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(own(queries))

    make.request("whistled")
    names = ("district", "town_a", "worker_a", "officer_a")
    count("town_a", URL)  # lists that are read once a minute
    one = {name: count(name, URL) for name in names}
    request = make.request("closed")
    make.request("accepted")
    assert {name: count(name, URL) for name in names} == one
    assert max(one.values()) <= 8
    assert count("town_a", f"{URL}{request.pk}/") <= 10
    task = Task.objects.filter(request=request)[0]
    assert count("officer_a", f"/api/v1/tasks/{task.pk}/") <= 10


def test_names_and_telephones_are_masked(make, api):
    request = make.request(reporter_name="陈小芳", reporter_phone="13800002046")
    data = api("town_a").get(f"{URL}{request.pk}/").data
    assert data["reporter_name"] == "陈＊芳"
    assert data["reporter_phone"] == "138＊＊＊＊2046"


def test_the_schema_has_no_warnings(client, db):
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.generators import SchemaGenerator

    GENERATOR_STATS.reset()
    schema = SchemaGenerator().get_schema(public=True)
    assert not GENERATOR_STATS
    body = schema["paths"]["/api/v1/requests/{key}/reject/"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["required"] == ["reason"]
    assert not any("{step}" in path for path in schema["paths"])
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def picture():
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#888").save(out, "PNG")
    return SimpleUploadedFile("p.png", out.getvalue(), "image/png")


def test_photos_come_along_or_before(forest, make, api, client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    along = client.post(URL, {"body": "路灯不亮", "files": [picture(), picture()]})
    assert along.status_code == 201, along.data
    stored = client.post("/api/v1/attachments/", {"file": picture()})
    assert stored.status_code == 201, stored.data
    by_id = client.post(URL, {"body": "x", "files": [stored.data["id"]]}, format="json")
    assert by_id.status_code == 400
    by_key = client.post(
        URL, {"body": "x", "files": [stored.data["key"]]}, format="json"
    )
    assert by_key.status_code == 201, by_key.data
    detail = api("district").get(f"{URL}{by_key.data['id']}/").data
    assert [f["id"] for f in detail["files"]] == [stored.data["id"]]
    task = task_of(make.request("whistled"), make.departments["transport"])
    officer, path = api("officer_b"), f"/api/v1/tasks/{task.pk}/"
    for step, data in (("report_in", {}), ("claim", {"plan": "当天"})):
        answer = officer.post(f"{path}{step}/", data, format="json")
        assert answer.status_code == 200, answer.data
    done = officer.post(f"{path}reply/", {"reply": "井盖已换好", "photos": [picture()]})
    assert done.status_code == 200, done.data
    files = officer.get(f"{URL}{task.request_id}/").data["files"]
    assert [f["purpose"] for f in files] == ["after"]


def test_a_body_that_is_no_object_is_refused(forest, client):
    assert client.post(URL, [1, 2], format="json").status_code == 400
