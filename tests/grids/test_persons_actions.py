"""Keeping persons: done, refused, out of scope, repeated; one by one and by file."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from governance.core.registers import find
from governance.core.registers.plan import apply, plan, verdict
from grids.actions.persons import save_person
from grids.actions.taking_back import remove_person
from grids.models import Grid, Household, Person
from tests.factories.persons import (
    make_care,
    make_household,
    make_person,
    number_of,
)

pytestmark = pytest.mark.django_db


def _new(grid, **values):
    return {"name": "张小明", "identity_no": number_of(1), "grid": grid, **values}


def test_birth_and_sex_come_from_the_number(forest, cast) -> None:
    person = save_person(None, _new(forest.micro_a1_1_1), by=cast.worker_a)
    assert person.birth == dt.date(1950, 1, 1)
    assert person.sex == "1"
    assert person.micro_id == forest.micro_a1_1_1.pk
    event = Event.objects.get(name="person.created")
    assert number_of(1) not in str(event.data)


def test_a_number_stands_once_and_the_refusal_names_the_record(forest, cast) -> None:
    first = make_person(forest.micro_a1_1_1)
    with pytest.raises(Invalid) as refused:
        save_person(None, _new(forest.micro_a1_1_2), by=cast.worker_a)
    assert refused.value.extra["record"] == f"/registry/people/{first.pk}/"
    assert "张*明" in refused.value.fields["identity_no"][0]


def test_a_number_outside_the_area_is_refused_without_saying_where(
    forest, cast
) -> None:
    make_person(forest.micro_b1_1_1)
    with pytest.raises(Invalid) as refused:
        save_person(None, _new(forest.micro_a1_1_1), by=cast.worker_a)
    assert refused.value.extra["record"] == ""
    assert "张" not in refused.value.fields["identity_no"][0]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"identity_no": "4.45302E+17"}, "identity_no"),
        ({"identity_no": "445302199001010014"}, "identity_no"),
        ({"birth": dt.date(1951, 1, 1)}, "birth"),
        ({"sex": "2"}, "sex"),
        ({"phone": "1380000"}, "phone"),
        ({"identity_no": "", "birth": dt.date(2999, 1, 1)}, "birth"),
    ],
)
def test_wrong_values_are_refused_at_their_column(
    forest, cast, values: dict, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save_person(None, _new(forest.micro_a1_1_1, **values), by=cast.worker_a)
    assert field in refused.value.fields


def test_a_passport_is_not_held_against_the_identity_standard(forest, cast) -> None:
    values = _new(forest.micro_a1_1_1, identity_type="414", identity_no="e 12345678")
    assert save_person(None, values, by=cast.worker_a).identity_no == "E12345678"


def test_outside_ones_area_nobody_writes(forest, cast) -> None:
    with pytest.raises(Invalid):
        save_person(None, _new(forest.micro_b1_1_1), by=cast.worker_a)
    person = make_person(forest.micro_b1_1_1)
    with pytest.raises(NotAllowed):
        save_person(person, {"note": "x"}, by=cast.worker_a)
    with pytest.raises(NotAllowed):
        save_person(person, {"note": "x"}, by=cast.leader)


def test_two_clerks_see_each_others_change(forest, cast) -> None:
    person = make_person(forest.micro_a1_1_1)
    seen = person.version
    save_person(person, {"employer": "石材厂"}, by=cast.town_a, version=seen)
    with pytest.raises(Conflict) as conflict:
        save_person(person, {"employer": "云硫"}, by=cast.worker_a, version=seen)
    both = conflict.value.extra["fields"]["employer"]
    assert (both["theirs"], both["yours"]) == ("石材厂", "云硫")
    assert "陈志强" in str(conflict.value)


def test_a_household_is_made_by_its_number_and_gets_its_head(forest, cast) -> None:
    grid = forest.micro_a1_1_1
    values = _new(grid, household_no="H-9", relation="02", address="幸福巷 8 号")
    head = save_person(None, values, by=cast.worker_a)
    wife = {"identity_no": number_of(22), "household_no": "H-9", "relation": "10"}
    save_person(None, _new(grid, **wife), by=cast.worker_a)
    household = Household.objects.get(number="H-9")
    assert household.head == head
    assert household.members.count() == 2
    assert household.address == "幸福巷 8 号"
    second = _new(grid, identity_no=number_of(3), household_no="H-9", relation="02")
    with pytest.raises(Invalid) as refused:
        save_person(None, second, by=cast.worker_a)
    assert "relation" in refused.value.fields


# --- files ----------------------------------------------------------------------------------


def _cells(n: int, **more: str) -> dict[str, str]:
    return {
        "name": f"张{'甲乙丙丁戊己庚辛'[n % 8]}",
        "identity_no": number_of(n),
        "grid": "44530200100901001",
        "phone": f"1380000{n:04d}",
        "address": f"幸福巷 {n} 号",
        "household_no": f"H-{n // 3}",
        "relation": "户主" if n % 3 == 0 else "子",
        **more,
    }


def _import(cast, rows: list[dict[str, str]]) -> list:
    register = find("people")
    planned = plan(register, list(enumerate(rows, 2)), cast.town_a)
    return apply(register, planned, cast.town_a, "import:1")


def test_a_file_is_written_in_few_statements_and_twice_changes_nothing(
    forest, cast
) -> None:
    register = find("people")
    rows = [_cells(n) for n in range(60)]
    planned = plan(register, list(enumerate(rows, 2)), cast.town_a)
    assert {verdict(row) for row in planned} <= {"new", "ask"}
    with CaptureQueriesContext(connection) as caught:
        done = apply(register, planned, cast.town_a, "import:1")
    assert all(each.is_new for each in done)
    assert len(caught) < 25
    assert Person.objects.count() == 60
    assert Household.objects.count() == 20
    assert not Household.objects.filter(head=None).exists()
    again = plan(register, list(enumerate(rows, 2)), cast.town_a)
    assert {verdict(row) for row in again} == {"same"}
    person = Person.objects.all().with_identity(number_of(5)).get()
    assert person.provenance["phone"]["source"] == "import:1"


def test_an_import_taken_back_leaves_no_empty_home(forest, cast) -> None:
    grid = Grid.objects.get(code="44530200100901001")
    make_household(grid, "H-old")
    done = [each.record for each in _import(cast, [_cells(n) for n in range(3)])]
    joined = _import(cast, [_cells(9, household_no="H-old", relation="子")])[0].record
    people = [Person.objects.get(pk=each.pk) for each in (*done, joined)]
    entry = make_care(people[2])
    with pytest.raises(Conflict):
        remove_person(people[2], by=cast.town_a)
    entry.delete()
    for person in people[:2]:
        remove_person(person, by=cast.town_a)
    assert set(Household.objects.values_list("number", flat=True)) == {"H-0", "H-old"}
    for pk in (people[2].pk, joined.pk):
        remove_person(Person.objects.get(pk=pk), by=cast.town_a)
    assert not Person.objects.exists()
    assert Household.objects.get().number == "H-old"


def test_one_bad_row_does_not_stop_the_others(forest, cast) -> None:
    rows = [_cells(1), _cells(2, identity_no="4.45302E+17"), _cells(3)]
    done = _import(cast, rows)
    assert [bool(each.error) for each in done] == [False, True, False]
    assert "Excel" in done[1].error


def test_the_same_number_twice_in_a_file_is_told(forest, cast) -> None:
    done = _import(cast, [_cells(1), _cells(1)])
    assert done[0].record is not None
    assert "2" in done[1].error


def test_a_masked_value_wipes_out_nothing(forest, cast) -> None:
    _import(cast, [_cells(1)])
    masked = _cells(1, phone="138****0001", address="星岩社区****", occupation="石匠")
    _import(cast, [masked])
    person = Person.objects.get()
    assert (person.phone, person.occupation) == ("13800000001", "石匠")
    assert person.address == "幸福巷 1 号"


def test_without_a_number_name_birth_and_grid_find_the_same_person(
    forest, cast
) -> None:
    cells = _cells(1, identity_no="", birth="1950-01-01")
    _import(cast, [cells])
    _import(cast, [{**cells, "name": "张 乙", "occupation": "石匠"}])
    assert Person.objects.get().occupation == "石匠"


def test_a_number_of_another_area_is_an_error_of_the_row(forest, cast) -> None:
    make_person(forest.micro_b1_1_1, 1)
    done = _import(cast, [_cells(1)])
    assert done[0].error
    assert Person.objects.count() == 1


def test_a_row_without_name_and_number_is_an_error_of_the_row(forest, cast) -> None:
    """The rest of the file is judged all the same."""
    nameless = _cells(1, name="", identity_no="", birth="1950-01-01")
    rows = plan(find("people"), [(2, nameless), (3, _cells(2))], cast.town_a)
    assert [row.has_error for row in rows] == [True, False]
    assert [problem.column for problem in rows[0].problems] == ["name"]
