"""Shared by the tests of requests."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache

from requests_hub.models import Whistle
from tests.factories.requests_hub import task_of


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    """What other tests submitted does not count against the limits of this one."""
    cache.clear()


@pytest.fixture
def call(make: Any) -> SimpleNamespace:
    """A whistled request with its leading and its assisting task."""
    request = make.request("whistled")
    return SimpleNamespace(
        request=request,
        lead=task_of(request, make.departments["urban_management"]),
        other=task_of(request, make.departments["transport"]),
        whistle=Whistle.objects.get(request=request),
        cast=make.cast,
        departments=make.departments,
    )
