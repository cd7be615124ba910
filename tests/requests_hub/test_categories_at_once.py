"""Proposed categories taken many at once: done, refused, out of scope, repeated, taken back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import DictionaryItem, Event
from grids.scoping import posts_of
from requests_hub.actions import categories, learning, statistics, suggestions
from requests_hub.models import CategoryBatch, CategoryDecision, Request, Suggested
from requests_hub.panels import routing
from tests.factories import requests_hub as factory

LIGHT, NOISE = "010204", "040203"


@pytest.fixture(autouse=True)
def _fresh(db: None) -> Any:
    dictionaries.forget()
    yield
    dictionaries.forget()


@pytest.fixture
def three(district: Any, cast: Any) -> list[Request]:
    """Two sure ones and one that is not, of town A."""
    said = ((LIGHT, 0.97), (NOISE, 0.91), (LIGHT, 0.55))
    rows = [factory.submit(district) for _one in said]
    for row, (code, share) in zip(rows, said, strict=True):
        _propose(row, code, share)
    return rows


def _propose(row: Request, code: str, share: float) -> None:
    options = [{"code": code, "share": share, "words": ["路灯"]}]
    Suggested.objects.update_or_create(request=row, defaults={"options": options})


def codes(rows: list[Request]) -> list[str]:
    found = {r.pk: r for r in Request.objects.select_related("category")}
    return [c.code if (c := found[r.pk].category) else "" for r in rows]


def take(by: Any, least: float = 0.9, **more: Any) -> CategoryBatch:
    return categories.take_proposals(
        by=by, district_id=posts_of(by)[0].district_id, least=least, **more
    )


def test_the_sure_ones_are_given_what_was_proposed(three: Any, cast: Any) -> None:
    batch = take(cast.town_a)
    assert codes(three) == [LIGHT, NOISE, ""]
    assert (batch.taken, batch.left) == (2, {})
    told = Event.objects.filter(name="request.classified").order_by("id")
    assert {(e.subject_id, e.data["category"]) for e in told} == {
        (three[0].pk, LIGHT),
        (three[1].pk, NOISE),
    }
    assert statistics.recount().is_ok
    with pytest.raises(Conflict):
        take(cast.town_a)


def test_models_learn_nothing_from_it(three: Any, cast: Any) -> None:
    take(cast.town_a)
    assert CategoryDecision.objects.count() == 2
    assert learning.decisions(three[0].district_id) == ([], [])
    assert routing.versions(cast.district)["decided"] == 0


def test_only_those_ticked(three: Any, cast: Any) -> None:
    take(cast.town_a, nos=[Request.objects.get(pk=three[1].pk).no])
    assert codes(three) == ["", NOISE, ""]


def test_it_is_refused_outside_the_desk_and_its_area(three: Any, cast: Any) -> None:
    with pytest.raises(NotAllowed):
        take(cast.worker_a)
    with pytest.raises(Conflict):
        take(cast.town_b)
    with pytest.raises(Invalid):
        take(cast.town_a, least=0.2)
    assert codes(three) == ["", "", ""]


def test_what_a_person_chose_stays_and_private_ones_wait(three: Any, cast: Any) -> None:
    suggestions.classify(three[0], by=cast.town_a, category=NOISE)
    entry = dictionaries.item("request_category", NOISE)
    assert entry
    DictionaryItem.objects.filter(pk=entry.pk).update(data={"private": True})
    dictionaries.forget()
    _propose(three[2], LIGHT, 0.99)
    batch = take(cast.town_a)
    assert codes(three) == [NOISE, "", LIGHT]
    assert batch.left == {"private": 1}


def test_it_is_taken_back_where_nobody_has_decided_since(three: Any, cast: Any) -> None:
    batch = take(cast.town_a)
    suggestions.classify(three[0], by=cast.town_a, category="060404")
    with pytest.raises(NotAllowed):
        categories.take_back(batch, by=cast.town_b)
    assert categories.take_back(batch, by=cast.district).undone == 1
    assert codes(three) == ["060404", "", ""]
    assert statistics.recount().is_ok
    with pytest.raises(Conflict):
        categories.take_back(batch, by=cast.town_a)
    assert take(cast.town_a).taken == 1


def test_a_closed_request_may_still_get_its_first_category(make: Any) -> None:
    request = make.request("closed")
    Request.objects.filter(pk=request.pk).update(category=None)
    _propose(request, LIGHT, 0.95)
    assert take(make.cast.town_a).taken == 1
    with pytest.raises(Conflict):
        suggestions.classify(request, by=make.cast.town_a, category=NOISE)


def test_the_pages_take_show_and_take_back(
    three: Any, cast: Any, client: Client
) -> None:
    client.force_login(cast.town_a)
    shown = client.get(reverse("categories_take"), {"least": "0.95"})
    assert shown.context["ready"] == 1
    assert [tab["count"] for tab in shown.context["tabs"]] == [1, 2, 2, 2, 2]
    done = client.post(reverse("categories_take"), {"least": "0.9"}, follow=True)
    assert [line["stands"] for line in done.context["rows"]] == [True, True]
    batch = CategoryBatch.objects.get()
    back = reverse("categories_take_back", args=[batch.pk])
    client.force_login(cast.town_b)
    assert client.post(back).status_code == 404
    client.force_login(cast.town_a)
    assert client.post(back, follow=True).context["batch"].undone == 2
    assert codes(three) == ["", "", ""]
