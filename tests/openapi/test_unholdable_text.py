"""Text that no column holds is refused with a sentence, wherever it comes in."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.authtoken.models import Token

from tests.factories.requests_hub import Makers
from tests.requests_hub.open311_help import program

pytestmark = pytest.mark.django_db
NUL, HALF = "\\u0000", "\\ud800"


@pytest.fixture
def desk(cast: Any, settings: Any, forest: Any) -> dict[str, str]:
    settings.DISTRICT_CODE = forest.district.code
    return {"Authorization": f"Token {Token.objects.create(user=cast.town_a).key}"}


@pytest.mark.parametrize("text", [NUL, HALF, f"a{NUL}b"])
def test_bodies(text: str, make: Makers, desk: dict[str, str]) -> None:
    no = make.request("accepted").no
    for path, body in (
        (f"requests/{no}/dispatch/", f'{{"holder": "{text}"}}'),
        (f"requests/{no}/merge/", f'{{"target": "{text}"}}'),
        ("requests/", f'{{"body": "x", "channel": "{text}"}}'),
        ("registry/departments/", f'{{"kind": "{text}"}}'),
        ("hotline/messages/", f'{{"messages": [{{"id": "{text}"}}]}}'),
    ):
        answer = Client().post(
            f"/api/v1/{path}", body, content_type="application/json", headers=desk
        )
        assert answer.status_code in (400, 403), path
        assert answer.json()["message"], path


def test_a_choice_that_is_a_list_is_a_wrong_choice(
    make: Makers, desk: dict[str, str]
) -> None:
    answer = Client().post(
        f"/api/v1/requests/{make.request('accepted').no}/whistle/",
        '{"lead": "urban_management", "kind": ["routine"]}',
        content_type="application/json",
        headers=desk,
    )
    assert answer.status_code == 400
    assert "kind" in answer.json()["fields"]


def test_a_body_nested_without_end(desk: dict[str, str]) -> None:
    body = "[" * 100_000
    answer = Client().post(
        "/api/v1/requests/", body, content_type="application/json", headers=desk
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/grids/?after=%00",
        "/api/v1/grids/?parent=%00",
        "/api/v1/grids/?code=%00",
        "/api/v1/sites/?at=%00",
        "/api/v1/requests/%00/",
        "/requests/?q=%00",
    ],
)
def test_addresses(path: str, desk: dict[str, str]) -> None:
    answer = Client().get(path, headers=desk)
    assert answer.status_code == 400


def test_open311_answers_in_its_own_form(desk: dict[str, str], forest: Any) -> None:
    for path, status in (
        ("requests/%00.json", 404),
        ("tokens/%00.json", 404),
        ("services/%00.json", 404),
        ("requests.json?api_key=%00", 200),
        ("servicerequestupdates.json?api_key=%00", 403),
        ("requests.json?service_request_id=%00", 200),
    ):
        answer = Client().get(f"/open311/v2/{path}")
        assert answer.status_code == status, path
        assert answer["Content-Type"] == "application/json; charset=utf-8"
    program(forest.district)
    answer = Client().post("/open311/v2/requests.xml", {"api_key": "\0"})
    assert (answer.status_code, answer["Content-Type"][:8]) == (403, "text/xml")
