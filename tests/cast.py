"""Fixtures that every area's tests share: the small district and its people."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from governance.core import dictionaries, worktime
from grids import locate
from grids.models import Department, District
from tests.factories import grids as make_grids
from tests.factories.requests_hub import Makers

As = Callable[[str], Client]


def signed_in(user: Any) -> Client:
    """A browser of that account's own."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _no_remembered_grids() -> Iterator[None]:
    """What one test's grids were must not answer in the next."""
    locate.forget_now()
    yield
    locate.forget_now()


@pytest.fixture(autouse=True)
def _reference_data_of_now() -> None:
    """What one test changed and rolled back is neither read nor read anew amid the next.

    Without this a copy's minute could end between the two calls of a page whose statements are
    counted, and the reading counted with them.
    """
    dictionaries._copy.look_again()
    worktime._copy.look_again()


@pytest.fixture(autouse=True)
def _own_language(settings: Settings) -> None:
    """A page read in English must not leave the next test in English."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def district(db: None) -> District:
    return make_grids.make_district()


@pytest.fixture
def forest(district: District) -> SimpleNamespace:
    """town_a, village_a1, small_a1_1, micro_a1_1_1 … of two towns; see the factory."""
    return make_grids.make_forest(district)


@pytest.fixture
def departments(district: District) -> dict[str, Department]:
    return make_grids.make_departments(district)


@pytest.fixture
def cast(
    forest: SimpleNamespace, departments: dict[str, Department]
) -> SimpleNamespace:
    """The thirteen accounts of the demo, as attributes."""
    return make_grids.make_cast(forest, departments)


@pytest.fixture
def make(
    forest: SimpleNamespace, cast: SimpleNamespace, departments: dict[str, Department]
) -> Makers:
    """`make.request("replied")` gives a request in that state."""
    return Makers(forest, cast, departments)


@pytest.fixture
def sign_in(cast: SimpleNamespace) -> As:
    """`sign_in("town_a")` gives that person's browser."""
    return lambda name: signed_in(getattr(cast, name))
