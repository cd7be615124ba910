"""Resources for the place of a request, on its page."""

from types import SimpleNamespace
from typing import Any

from django.test import Client

from tests.factories.requests_hub import Makers
from tests.factories.support import make_resource


def test_the_page_of_a_request_shows_what_serves_its_place(
    client: Client,
    cast: SimpleNamespace,
    forest: SimpleNamespace,
    departments: dict[str, Any],
) -> None:
    make_resource("清疏车", by=cast.town_a, department=departments["water"])
    make_resource(
        "别处的泵",
        by=cast.town_b,
        department=departments["transport"],
        areas=[forest.town_b],
    )
    row = Makers(forest, cast, departments).request("accepted")
    client.force_login(cast.town_a)
    assert "part=resources" in client.get(f"/requests/{row.no}/").content.decode()
    page = client.get(f"/requests/{row.no}/?part=resources")
    lines = page.context["resources"]
    assert [line.found.resource.name for line in lines] == ["清疏车"]
    assert f"department={departments['water'].pk}" in lines[0].whistle_url
    form = client.get(lines[0].whistle_url).content.decode()
    pk = departments["water"].pk
    assert f'name="lead" value="{pk}"' in form
    checked = form.split(f'name="lead" value="{pk}"')[1].split(">")[0]
    assert "checked" in checked
    client.force_login(cast.officer_a)
    answer = client.get(f"/requests/{row.no}/?part=resources")
    if answer.status_code == 200:
        assert all(not line.whistle_url for line in answer.context["resources"])
