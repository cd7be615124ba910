"""The demo's persons: numbers that are nobody's, whole, so that masking can be seen to do it."""

import io
from types import SimpleNamespace

import pytest
from django.test import Client
from openpyxl import load_workbook

from governance.core import masking
from governance.core.identifiers import read_phone
from governance.core.models import RegisterExport
from grids import demo_persons
from grids.models import Person

pytestmark = pytest.mark.django_db
PEOPLE = "/registry/people/export/"


def _taken(client: Client, **given: str) -> tuple[list[str], list[str]]:
    """The phones of an export, and what its second sheet says about it."""
    answer = client.post(PEOPLE, given)
    assert answer.status_code == 200, answer.content[:300]
    book = load_workbook(io.BytesIO(b"".join(answer)))
    rows, about = (list(sheet.values) for sheet in book.worksheets)
    at = next(n for n, head in enumerate(rows[0]) if "Phone" in head)
    said = [str(cell) for line in about for cell in line]
    return sorted(row[at] for row in rows[1:] if row[at]), said


def test_a_whole_export_of_the_demo_is_whole_and_a_masked_one_says_so(
    forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    assert demo_persons.load(forest.district)
    known = sorted(person.phone for person in Person.objects.all() if person.phone)
    assert len(known) > 100
    assert [read_phone(phone) for phone in known] == known  # not one is masked
    desk = Client(HTTP_ACCEPT_LANGUAGE="en")
    desk.force_login(cast.town_a)
    phones, about = _taken(desk, values="whole", reason="census")
    assert (phones, "whole" in about, "census" in about) == (known, True, True)
    phones, about = _taken(desk, values="masked")
    assert phones == sorted(masking.mask_phone(phone) for phone in known)
    assert ("masked" in about, "whole" in about) == (True, False)
    logged = RegisterExport.objects.order_by("pk").values_list("is_whole", "reason")
    assert list(logged) == [(True, "census"), (False, "")]
