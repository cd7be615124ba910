"""Shared by the tests of requests."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache

from tests.factories.requests_hub import Makers


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    """What other tests submitted does not count against the limits of this one."""
    cache.clear()


@pytest.fixture
def make(forest: SimpleNamespace, cast: SimpleNamespace, departments: dict) -> Makers:
    """`make.request("replied")` gives a request in that state."""
    return Makers(forest, cast, departments)
