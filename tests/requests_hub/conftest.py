"""Shared by the tests of requests."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    """What other tests submitted does not count against the limits of this one."""
    cache.clear()
