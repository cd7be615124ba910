"""How many statements each page may ask: pinned, the same for one row and for fifty.

`tests/query_counts.json` has the pins; a page that needs fewer lowers its pin, never raises it
without a word of why in the commit.
"""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from requests_hub.models import Whistle
from tests.factories.requests_hub import Makers
from tests.statements import TIMED
from tests.url_kinds import CAST
from tests.urls import URLS

PINS: dict[str, int] = json.loads(
    (Path(__file__).parent / "query_counts.json").read_text()
)
ABOUT_SESSIONS = (
    'FROM "django_session"',
    'FROM "core_user" WHERE',
    "SAVEPOINT",
    *TIMED,
)


def viewer(url: Any) -> str | None:
    """Who sees the page, the busiest roles first."""
    order = ("town_a", "officer_a", "worker_a", *CAST)
    return next((who for who in order if url.expected(who) == 200), None)


def counted(client: Client, path: str) -> int:
    """Statements of one warm page, without those that only find the session and account."""
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return sum(
        not any(word in query["sql"] for word in ABOUT_SESSIONS)
        for query in caught.captured_queries
    )


@pytest.mark.django_db
def test_pages_ask_no_more_than_their_pin(
    forest: SimpleNamespace, cast: SimpleNamespace, departments: dict[str, Any]
) -> None:
    make = Makers(forest, cast, departments)
    row = make.request("replied")
    world = SimpleNamespace(
        cast=cast,
        row=row,
        closed=make.request("closed"),
        task=row.tasks.order_by("-is_lead", "id")[0],
        whistle=Whistle.objects.get(request=row),
    )
    for _n in range(4):
        make.request("replied")
        make.request("whistled")
    found: dict[str, int] = {}
    for url in URLS:
        person = viewer(url) if url.page else None
        if person is None:
            continue
        client = Client()
        if person != "anonymous":
            client.force_login(getattr(cast, person))
        found[url.name] = counted(
            client, reverse(url.name, kwargs=url.args(world)) + url.query
        )
    over = {k: (v, PINS.get(k)) for k, v in found.items() if v > PINS.get(k, -1)}
    assert over == {}, f"(got, pin): {json.dumps(over)}"
    assert set(PINS) == set(found)
