"""Outside programs against the running server: what others wrote for the standard works.

`georeport` reads, in JSON and XML. `three` finds, reads, posts and asks for tokens; it was written
for Python 2 and lacks one name since, which is put back for its import.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from georeport import GeoReport

from governance.core import dictionaries
from requests_hub.actions import desk, open311_settings
from requests_hub.models import Request
from tests.requests_hub.open311_help import CODE, HERE, program

if not hasattr(itertools, "ifilter"):
    itertools.ifilter = filter  # type: ignore[attr-defined]
from three.core import Three

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(live_server: Any, forest: Any, settings: Any) -> Iterator[str]:
    settings.DISTRICT_CODE = forest.district.code
    dictionaries.forget()
    if not dictionaries.items("request_category"):
        call_command("load_dictionaries", verbosity=0)
        dictionaries.forget()
    yield f"{live_server.url}/open311/v2"
    dictionaries.forget()


def test_programs_of_others_send_and_read(root: str, forest: Any, cast: Any) -> None:
    """One test for all of them: each start of the server costs seconds."""
    for words in ("哪一处", "几盏"):
        open311_settings.save_question(
            None,
            {
                "category": CODE,
                "code": "q" + str(len(words)),
                "words": words,
                "district_id": forest.district.pk,
            },
            by="test",
        )
    key = program(forest.district)
    three = Three(root, api_key=key, jurisdiction=forest.district.code)
    assert three.discovery()["endpoints"][0]["url"] == root
    assert CODE in {row["service_code"] for row in three.services()}
    assert len(three.services(CODE)["attributes"]) == 2

    made = three.post(
        CODE,
        **HERE,
        description="路灯不亮",
        name="Zhang San",
        phone="13800990000",
        email="z@example.org",
        device_id="d1",
    )
    no = made[0]["service_request_id"]
    assert three.request(no)[0]["description"] == "路灯不亮"
    assert [row["service_request_id"] for row in three.requests(CODE)] == [no]
    assert three.requests(CODE, count=1, status="closed") == []
    assert three.post("nothing", **HERE)[0]["code"] == 404
    assert Three(root).post(CODE, **HERE)[0]["code"] == 403

    service = {"category": CODE, "kind": "batch", "district_id": forest.district.pk}
    open311_settings.save_service(None, service, by="test")
    waiting = three.post(CODE, **HERE, description="又一盏")[0]["token"]
    assert three.token(waiting)[0]["service_request_id"] == ""
    row = Request.objects.exclude(no=no).get()
    desk.accept(row, by=cast.town_a)
    assert three.token(waiting)[0]["service_request_id"] == row.no

    for fmt in ("json", "xml"):
        reader = GeoReport(root, jurisdiction=forest.district.code, output_format=fmt)
        assert CODE in {row["service_code"] for row in reader.get_service_list()}
        assert reader.get_service_definition(CODE)["service_code"] == CODE
        listed: Any = reader.get_service_requests(service_code=CODE)
        rows = listed
        assert {each["service_request_id"] for each in rows} == {no, row.no}
        one: Any = reader.get_service_request(no)
        assert no in str(one)
