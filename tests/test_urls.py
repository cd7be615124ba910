"""Every address as every person: 200, 302, 403 or 404 as the table says."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from requests_hub.models import Whistle
from tests.factories.requests_hub import Makers
from tests.url_kinds import CAST
from tests.urls import NAMESPACES, URLS


def names() -> Iterator[str]:
    """The name of every address, without those of foreign namespaces."""

    def walk(patterns: Any) -> Iterator[str]:
        for item in patterns:
            if isinstance(item, URLPattern):
                yield item.name or str(item.pattern)
            elif item.namespace not in NAMESPACES:
                yield from walk(item.url_patterns)

    yield from walk(get_resolver().url_patterns)


def test_every_address_has_an_entry_and_every_entry_an_address() -> None:
    assert sorted(set(names())) == sorted({url.name for url in URLS})


@pytest.fixture
def world(
    forest: SimpleNamespace, cast: SimpleNamespace, departments: dict[str, Any]
) -> SimpleNamespace:
    """A request that waits for its check, one that is closed, and the people."""
    make = Makers(forest, cast, departments)
    row = make.request("replied")
    return SimpleNamespace(
        cast=cast,
        row=row,
        closed=make.request("closed"),
        task=row.tasks.order_by("-is_lead", "id")[0],
        whistle=Whistle.objects.get(request=row),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("person", CAST)
def test_everybody_gets_what_the_table_says(
    world: SimpleNamespace, person: str
) -> None:
    client = Client(raise_request_exception=False)
    if person != "anonymous":
        client.force_login(getattr(world.cast, person))
    wrong = {}
    for url in URLS:
        path = reverse(url.name, kwargs=url.args(world)) + url.query
        point = transaction.savepoint()
        answer = client.post(path) if url.is_post else client.get(path)
        transaction.savepoint_rollback(point)
        if answer.status_code != url.expected(person):
            wrong[url.name] = (answer.status_code, url.expected(person))
    assert wrong == {}, "(got, expected)"
