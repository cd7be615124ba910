"""Many rows written or changed in one statement."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from governance.core.bulk import insert_many, update_many
from grids import locate
from grids.models import Household
from tests.factories.persons import make_household, make_person

pytestmark = pytest.mark.django_db


def test_fields_of_every_kind_are_written_at_once(forest: SimpleNamespace) -> None:
    homes = [make_household(forest.micro_b2_1_1, f"H-{n}") for n in range(3)]
    head = make_person(forest.micro_b2_1_1)
    for n, home in enumerate(homes):
        home.number = f"“新”, {{{n}}} \\ '{n}'"
        home.last_visit_on = dt.date(2026, 1, 1 + n) if n else None
        home.head_id = head.pk if n else None
        home.provenance = {"number": {"source": f"import:{n}"}}
        home.address = f"幸福巷 {n} 号"
    names = ["number", "last_visit_on", "head", "provenance", "address"]
    with CaptureQueriesContext(connection) as caught:
        update_many(homes, names)
        update_many([], names)
    assert len(caught) == 1
    for home in homes:
        now = Household.objects.get(pk=home.pk)
        assert [getattr(now, n) for n in names] == [getattr(home, n) for n in names]


def test_a_text_that_is_too_long_is_refused_and_not_cut(
    forest: SimpleNamespace,
) -> None:
    home = make_household(forest.micro_b2_1_1)
    home.number = "9" * 41
    with pytest.raises(DataError), transaction.atomic():
        update_many([home], ["number"])


def test_rows_are_written_at_once_as_one_by_one(forest: SimpleNamespace) -> None:
    place = locate.place_of(forest.micro_b2_1_1).ids
    rows = [
        Household(
            number=f"“新”, {{{n}}} \\ '{n}'",
            last_visit_on=dt.date(2026, 1, 1 + n) if n else None,
            provenance={"number": {"source": f"import:{n}"}},
            address=f"幸福巷 {n} 号",
            **place,
        )
        for n in range(3)
    ]
    with CaptureQueriesContext(connection) as caught:
        insert_many(rows)
        insert_many([])
    assert len(caught) == 1
    found = {row.number: row for row in Household.objects.all()}
    names = ["last_visit_on", "provenance", "address", "district_id", "micro_id"]
    for row in rows:
        now = found[row.number]
        assert now.updated_at
        assert [getattr(now, n) for n in names] == [getattr(row, n) for n in names]


def test_a_new_text_that_is_too_long_is_refused_and_not_cut(
    forest: SimpleNamespace,
) -> None:
    home = Household(number="9" * 41, **locate.place_of(forest.micro_b2_1_1).ids)
    with pytest.raises(DataError), transaction.atomic():
        insert_many([home])
