"""What the database itself refuses about persons, and what lies readable in it."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from grids.actions import access
from grids.models import AccessRecord, Person
from tests.factories.persons import make_person, number_of

pytestmark = pytest.mark.django_db


def _sql(text: str, *params: object) -> list[tuple[object, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall()) if cursor.description else []


def test_nothing_that_identifies_lies_readable_in_the_table(forest) -> None:
    person = make_person(forest.micro_a1_1_1)
    row = _sql("SELECT p::text FROM grids_person p WHERE id = %s", person.pk)[0][0]
    for secret in (person.identity_no, "13800000001", "幸福巷"):
        assert secret not in str(row)
    found = Person.objects.get(pk=person.pk)
    assert (found.phone, found.address) == ("13800000001", "幸福巷 1 号")


def test_history_keeps_no_readable_number_either(forest) -> None:
    person = make_person(forest.micro_a1_1_1)
    _sql("UPDATE grids_person SET name = '李四' WHERE id = %s", person.pk)
    kept = _sql("SELECT e::text FROM grids_personevent e")
    assert len(kept) == 1
    assert "张小明" in str(kept[0][0])
    assert person.identity_no not in str(kept[0][0])


def test_raw_sql_cannot_make_a_number_stand_twice(forest) -> None:
    one = make_person(forest.micro_a1_1_1, 1)
    two = make_person(forest.micro_a1_1_1, 2)
    with pytest.raises(IntegrityError, match="grids_person_identity_once"):
        _sql(
            "UPDATE grids_person SET identity_hash = %s WHERE id = %s",
            one.identity_hash,
            two.pk,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grids_accessrecord SET reason = 'other'",
        "DELETE FROM grids_accessrecord",
        "TRUNCATE grids_accessrecord",
        "UPDATE grids_personevent SET name = 'x'",
    ],
)
def test_records_of_access_and_history_are_for_ever(
    forest, cast, statement: str
) -> None:
    person = make_person(forest.micro_a1_1_1)
    access.unmask(person, by=cast.worker_a, reason="visit")
    _sql("UPDATE grids_person SET name = '李四' WHERE id = %s", person.pk)
    with pytest.raises(DatabaseError):
        _sql(statement)
    assert AccessRecord.objects.get().reason == "visit"


def test_hashes_find_whole_numbers_and_ends_of_phones_only(forest) -> None:
    person = make_person(forest.micro_a1_1_1, 7, other_phone="0766-8805678")
    rows = Person.objects.all()
    assert rows.with_identity(number_of(7)).get() == person
    assert not rows.with_identity(number_of(8)).exists()
    assert rows.with_phone_tail("0007").get() == person
    assert rows.with_phone_tail("5678").get() == person
    assert not rows.with_phone_tail("0008").exists()


def test_hashes_follow_when_only_their_source_is_saved(forest) -> None:
    person = make_person(forest.micro_a1_1_1)
    person.phone = "13900009999"
    person.save(update_fields=["phone"])
    assert Person.objects.all().with_phone_tail("9999").get() == person


def test_while_keys_rotate_old_and_new_rows_are_found(forest, settings) -> None:
    settings.FIELD_KEYS = ["old"]
    before = make_person(forest.micro_a1_1_1, 1)
    settings.FIELD_KEYS = ["new", "old"]
    after = make_person(forest.micro_a1_1_1, 2)
    for n, person in ((1, before), (2, after)):
        assert Person.objects.all().with_identity(number_of(n)).get() == person
        assert Person.objects.all().with_phone_tail(f"{n:04d}").get() == person


def test_rotation_reaches_persons_and_their_history_without_a_new_line(
    forest, settings
) -> None:
    from governance.core.actions import field_keys

    settings.FIELD_KEYS = ["old"]
    person = make_person(forest.micro_a1_1_1)
    _sql("UPDATE grids_person SET name = '李四' WHERE id = %s", person.pk)
    settings.FIELD_KEYS = ["new", "old"]
    results = {p.label: p.done for p in field_keys.rotate()}
    assert results["grids.Person"] == 1
    assert results["grids.PersonEvent"] == 1
    settings.FIELD_KEYS = ["new"]
    found = Person.objects.all().with_identity(number_of(1)).get()
    assert found.phone == "13800000001"
    assert len(_sql("SELECT 1 FROM grids_personevent")) == 1
