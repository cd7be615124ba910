"""What the tests of Open311 share: a program with a key, and a shorter way to call."""

import json
from typing import Any
from xml.etree import ElementTree as ET

from django.test import Client

from requests_hub.actions import clients
from requests_hub.models import ApiClient

ROOT = "/open311/v2/"
HERE = {"lat": "22.905", "long": "112.005"}
CODE = "010202"


def program(district: Any, name: str = "城管平台", **rights: bool) -> str:
    """A program and its key."""
    rights = rights or {"may_report": True, "may_update": True}
    row = clients.save_client(
        None,
        {"name": name, "limit": "500/m", **rights, "district_id": district.pk},
        by="test",
    )
    return clients.issue_key(row, by="test")[1]


def row_of(key: str) -> ApiClient:
    found = clients.known_by(key)
    assert found is not None
    return found


def get(path: str, **params: Any) -> Any:
    """Status and parsed JSON."""
    answer = Client().get(f"{ROOT}{path}", params)
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    return answer.status_code, json.loads(answer.content)


def get_xml(path: str, **params: Any) -> tuple[int, ET.Element]:
    answer = Client().get(f"{ROOT}{path}", params)
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    return answer.status_code, ET.fromstring(answer.content)  # noqa: S314 - our own answer


def post(
    key: str, *, path: str = "requests.json", headers: Any = None, **form: Any
) -> Any:
    """Status and parsed JSON of a form that is sent."""
    data = {"api_key": key, "service_code": CODE, **HERE, **form}
    data = {name: value for name, value in data.items() if value is not None}
    answer = Client().post(f"{ROOT}{path}", data, headers=headers or {})
    return answer.status_code, json.loads(answer.content)
