"""Buttons of record pages: passing a note on, taking part of a resource and giving it back."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from grids.actions import sixdata
from grids.models import Sentiment
from tests.factories.support import make_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(forest: SimpleNamespace, cast: SimpleNamespace) -> Sentiment:
    values = {
        "text": "夜间噪声大",
        "kind": "safety",
        "source": "visit",
        "grid": forest.village_a1,
    }
    return sixdata.save_sentiment(None, values, by=cast.town_a)


def test_a_note_is_passed_on_by_who_keeps_it(
    client: Client, note: Sentiment, cast: SimpleNamespace, departments: dict[str, Any]
) -> None:
    path = f"/registry/sentiments/{note.pk}/"
    water = departments["water"]
    client.force_login(cast.town_b)
    gone = client.post(f"{path}pass-on/", {"department": water.pk})
    assert gone.status_code == 404
    client.force_login(cast.worker_a)
    assert "pass-on" in client.get(path).content.decode()
    client.post(f"{path}pass-on/", {"department": "x"})
    note.refresh_from_db()
    assert note.state == "open"
    for _again in range(2):
        client.post(f"{path}pass-on/", {"department": water.pk})
    note.refresh_from_db()
    assert (note.state, note.passed_to, note.version) == ("passed_on", water, 2)


def test_a_resource_is_taken_within_what_is_left_and_given_back(
    client: Client, cast: SimpleNamespace, departments: dict[str, Any], forest: Any
) -> None:
    row = make_resource(
        "抽水泵",
        by=cast.district,
        department=departments["water"],
        capacity=3,
        areas=[forest.town_a],
    )
    path = f"/registry/resources/{row.pk}/"
    client.force_login(cast.town_a)
    client.post(f"{path}take/", {"amount": "2", "purpose": "排涝"})
    client.post(f"{path}take/", {"amount": "2", "purpose": "再借"})
    use = row.uses.get()
    assert (use.amount, use.purpose) == (2, "排涝")
    assert "排涝" in client.get(path).content.decode()
    client.force_login(cast.officer_a)  # of another department
    back = f"/registry/resources/uses/{use.pk}/back/"
    assert client.post(back).status_code == 403
    client.force_login(cast.town_a)
    for _again in range(2):
        client.post(back)
    row.refresh_from_db()
    assert row.in_use == 0
