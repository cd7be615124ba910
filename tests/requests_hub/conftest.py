"""Shared by the tests of requests."""

from types import SimpleNamespace

import pytest

from tests.factories.requests_hub import Makers


@pytest.fixture
def make(forest: SimpleNamespace, cast: SimpleNamespace, departments: dict) -> Makers:
    """`make.request("replied")` gives a request in that state."""
    return Makers(forest, cast, departments)
