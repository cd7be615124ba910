"""Which requests stand on a household's page: by telephone, by address, or by hand."""

from types import SimpleNamespace

import pytest
from django.test import Client

from governance.core.errors import Invalid, NotAllowed
from governance.core.models import Event
from grids.models import Household
from requests_hub.actions.households import say_whose
from requests_hub.models import HouseholdRequest, Request
from requests_hub.queries.households import of_household
from tests.factories.persons import make_household, make_person
from tests.factories.requests_hub import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(forest: SimpleNamespace) -> Household:
    home = make_household(forest.micro_a1_1_1, phone="13800008888")
    make_person(forest.micro_a1_1_1, 1, household_no="H-1", relation="02")
    return home


def numbers(home: Household, user: object) -> list[str]:
    found, _tied = of_household(home, user)
    by_id = Request.objects.in_bulk(found)
    return [by_id[pk].no for pk in found]


def test_a_telephone_or_the_whole_address_finds_them(home, cast, forest) -> None:
    by_phone = submit(forest.district, reporter_phone="138 0000 8888")
    of_member = submit(forest.district, reporter_phone="13800000001")
    by_address = submit(forest.district, address="幸福巷8号302")
    submit(forest.district, address="幸福巷 8 号 301", reporter_phone="13900008888")
    found = numbers(home, cast.worker_a)
    assert found == [by_address.no, of_member.no, by_phone.no]


def test_the_same_address_in_another_village_is_another_house(
    home, cast, forest
) -> None:
    submit(
        forest.district,
        address="幸福巷8号302",
        lon=None,
        lat=None,
        grid=forest.village_a2,
    )
    assert numbers(home, cast.town_a) == []


def test_what_somebody_said_goes_first_and_can_be_taken_back(
    home, cast, forest
) -> None:
    theirs = submit(forest.district, reporter_phone="13800008888")
    other = submit(forest.district)
    say_whose(home, other.no.lower(), by=cast.worker_a, is_theirs=True)
    say_whose(home, other.no, by=cast.worker_a, is_theirs=True)
    say_whose(home, theirs.no, by=cast.worker_a, is_theirs=False)
    assert numbers(home, cast.worker_a) == [other.no]
    assert Event.objects.filter(name="household.request_tied").count() == 1
    say_whose(home, theirs.no, by=cast.worker_a, is_theirs=True)
    assert numbers(home, cast.worker_a) == [other.no, theirs.no]
    assert HouseholdRequest.objects.count() == 2


def test_nobody_ties_what_lies_outside_their_area(home, cast, forest) -> None:
    row = submit(forest.district)
    with pytest.raises(NotAllowed):
        say_whose(home, row.no, by=cast.worker_b, is_theirs=True)
    for number in ("", "YC20200101-0001"):
        with pytest.raises(Invalid):
            say_whose(home, number, by=cast.worker_a, is_theirs=True)
    assert numbers(home, cast.worker_b) == []


def test_the_page_shows_them_and_ties_by_number(
    client: Client, home: Household, cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    row = submit(forest.district)
    client.force_login(cast.worker_a)
    path = f"/households/{home.pk}/"
    assert row.no not in client.get(path).content.decode()
    client.post(f"{path}requests/", {"number": row.no})
    page = client.get(path).content.decode()
    assert row.no in page
    assert "13800008888" not in page
    client.post(f"{path}requests/", {"number": row.no, "not_theirs": "1"})
    assert row.no not in client.get(path).content.decode()
