"""GeoReport v2 keeps to its own description, in XML and JSON, with a key and without."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command

from governance.core import dictionaries
from requests_hub.models import Open311Report, Open311Service
from tests.factories.requests_hub import Makers
from tests.openapi.driver import EXAMPLES, described, drive, with_known
from tests.requests_hub.open311_help import CODE, post, program

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own(settings: Any, district: Any) -> None:
    settings.DISTRICT_CODE = district.code
    settings.ALLOWED_HOSTS = ["*"]
    cache.clear()
    dictionaries.forget()
    call_command("load_dictionaries", verbosity=0)
    dictionaries.forget()


def test_keeps_to_its_description(forest: Any, cast: Any, departments: Any) -> None:
    make = Makers(forest, cast, departments)
    rows = [make.request(state) for state in ("submitted", "whistled", "closed")]
    key = program(forest.district)
    Open311Service.objects.create(district=forest.district, category=CODE, kind="batch")
    assert post(key, description="路灯不亮")[0] == 201
    token = Open311Report.objects.get().token
    other = post(key, service_code="010203", description="井盖坏了")[1]
    own = other[0]["service_request_id"]
    known = {
        "": {
            "api_key": [key],
            "jurisdiction_id": [forest.district.code],
            "service_code": [CODE, "010203"],
            "service_request_id": [row.no for row in rows],
            "token": [token],
            "lat": [22.905],
            "long": [112.005],
            "phone": ["13800990000"],
            "email": ["z@example.org"],
            "status": ["OPEN"],
            "updated_datetime": ["2026-11-23T08:00:00Z"],
            "address_id": [forest.village_a1.code],
            "address_string": ["罗城路"],
        },
        "/servicerequestupdates": {
            "service_request_id": [own],
            "description": ["还有一处", "第二处"],
        },
    }
    schema = described("/open311/v2/openapi.json")
    callers = {"nobody": {}, "a program": {"X-API-Key": key}}
    faults = drive(with_known(schema, known), callers=callers, examples=2 * EXAMPLES)
    assert not faults.found, str(faults)
    reached = {label for label, status in faults.statuses if status in (200, 201)}
    assert len(reached) == len(faults.operations), sorted(faults.operations - reached)
