"""Doubles: found, kept apart, merged field by field, and put back."""

import datetime as dt

import pytest
from django.utils import timezone

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from grids.actions import households, merging
from grids.actions.persons import save_person
from grids.models import Household, Person, PersonPair
from tests.factories.persons import make_care, make_person, number_of

pytestmark = pytest.mark.django_db

BORN = dt.date(1950, 1, 1)


@pytest.fixture
def two(forest) -> tuple[Person, Person]:
    """One person twice: with a number, and without, in a household of their own."""
    grid = forest.micro_a1_1_1
    kept = make_person(grid, 1, household_no="H-1", relation="02")
    given = {"identity_no": "", "birth": BORN, "phone": "139 1111 0001", "nation": "01"}
    other = make_person(
        grid, 1, household_no="H-2", relation="02", name="张 小明", **given
    )
    return kept, other


def _pairs(user) -> list[tuple[int, int]]:
    return [(p.first.pk, p.second.pk) for p in merging.likely(user)]


def test_likely_doubles_are_offered_with_what_agrees(two, cast) -> None:
    found = merging.likely(cast.town_a)
    assert [(p.first, p.second) for p in found] == [two]
    assert set(found[0].agrees) == {"birth", "address", "phone"}
    assert _pairs(cast.town_b) == []


def test_two_numbers_are_two_persons_and_a_name_alone_says_nothing(
    forest, cast
) -> None:
    grid = forest.micro_a1_1_1
    make_person(grid, 1)
    make_person(grid, 21, address="幸福巷 1 号", phone="13800000001")
    make_person(grid, 5, identity_no="", birth=None, phone="", address="别处")
    assert _pairs(cast.town_a) == []


def test_kept_apart_they_are_not_offered_again(two, cast) -> None:
    merging.keep_apart(*two, by=cast.town_a)
    assert _pairs(cast.town_a) == []
    assert merging.keep_apart(*two, by=cast.town_a).state == "apart"
    assert PersonPair.objects.count() == 1


def test_merging_moves_what_hangs_on_the_other_and_keeps_an_alias(two, cast) -> None:
    kept, other = two
    make_care(other, "disabled")
    home = other.household
    households.visit(home, by=cast.worker_a, condition="well")
    households.note_need(home, by=cast.worker_a, kind="repair", words="扶手")
    merging.merge(kept, other, by=cast.town_a, take=["phone"])
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (other.merged_into, other.ended_on) == (kept, timezone.localdate())
    assert kept.phone == "13911110001"
    assert kept.nation == "01"
    assert kept.identity_no == number_of(1)
    assert kept.care.get().kind == "disabled"
    assert kept.household.visits.count() == 1
    assert kept.household.needs.count() == 1
    assert Household.objects.get(pk=home.pk).ended_on is not None


def test_undo_puts_both_back(two, cast) -> None:
    kept, other = two
    make_care(other, "disabled")
    home = other.household
    households.visit(home, by=cast.worker_a, condition="well")
    before = _state(kept, other, home)
    pair = merging.merge(kept, other, by=cast.town_a, take=["phone", "name"])
    assert _state(kept, other, home) != before
    assert number_of(1) not in _raw(pair)
    merging.undo(pair, by=cast.town_a)
    assert _state(kept, other, home) == before
    assert merging.undo(pair, by=cast.town_a).state == "undone"


def test_who_is_kept_apart_can_be_looked_at_again(two, cast, client) -> None:
    kept, other = two
    pair = merging.merge(kept, other, by=cast.town_a)
    with pytest.raises(Conflict):
        merging.reconsider(pair, by=cast.town_a)
    merging.undo(pair, by=cast.town_a)
    assert _pairs(cast.town_a) == []
    client.force_login(cast.town_a)
    page = client.get("/registry/people/merge/", HTTP_ACCEPT_LANGUAGE="en")
    assert "merge undone" in page.content.decode()
    with pytest.raises(NotAllowed):
        merging.reconsider(pair, by=cast.town_b)
    again = f"/registry/people/merge/{pair.pk}/again/"
    assert client.post(again).status_code == 302
    assert _pairs(cast.town_a) == [(kept.pk, other.pk)]
    page = client.get("/registry/people/merge/", HTTP_ACCEPT_LANGUAGE="en")
    assert "Kept apart" not in page.content.decode()
    merging.reconsider(pair, by=cast.town_a)
    assert Event.objects.filter(name="person.pair_reopened").count() == 1
    merging.keep_apart(kept, other, by=cast.town_a)
    assert _pairs(cast.town_a) == []


def _state(kept, other, home) -> list:
    people = [Person.objects.get(pk=p.pk) for p in (kept, other)]
    home = Household.objects.get(pk=home.pk)
    fields = [f.attname for f in Person._meta.concrete_fields]
    skipped = {"version", "updated_at"}
    return [
        *[{n: getattr(p, n) for n in fields if n not in skipped} for p in people],
        [list(p.care.values_list("kind", "ended_on")) for p in people],
        (home.ended_on, home.head_id, home.visits.count()),
    ]


def _raw(pair) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT journal FROM grids_personpair WHERE id = %s", [pair.pk])
        return str(cursor.fetchone()[0])


def test_what_was_changed_since_stays_as_it_is_now(two, cast) -> None:
    kept, other = two
    pair = merging.merge(kept, other, by=cast.town_a, take=["phone"])
    kept.refresh_from_db()
    save_person(kept, {"phone": "13700007777"}, by=cast.town_a)
    merging.undo(pair, by=cast.town_a)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert kept.phone == "13700007777"
    assert (other.merged_into, other.ended_on) == (None, None)


def test_a_number_taken_over_goes_back_with_its_record(forest, cast) -> None:
    grid = forest.micro_a1_1_1
    kept = make_person(grid, 1, identity_no="", birth=BORN)
    other = make_person(grid, 1)
    pair = merging.merge(kept, other, by=cast.town_a)
    assert Person.objects.live().with_identity(number_of(1)).get() == kept
    merging.undo(pair, by=cast.town_a)
    assert Person.objects.live().with_identity(number_of(1)).get() == other


def test_merging_is_for_the_desk_of_both_and_happens_once(two, cast, forest) -> None:
    kept, other = two
    for user in (cast.worker_a, cast.town_b, cast.leader):
        with pytest.raises(NotAllowed):
            merging.merge(kept, other, by=user)
    with pytest.raises(Invalid):
        merging.merge(kept, kept, by=cast.town_a)
    with pytest.raises(Invalid):
        merging.merge(kept, other, by=cast.town_a, take=["version"])
    far = make_person(forest.micro_b1_1_1, 9)
    with pytest.raises(NotAllowed):
        merging.merge(kept, far, by=cast.town_a)
    merging.merge(kept, other, by=cast.town_a)
    with pytest.raises(Conflict):
        merging.merge(kept, other, by=cast.town_a)


def test_after_thirty_days_a_merge_stands(two, cast) -> None:
    pair = merging.merge(*two, by=cast.town_a)
    old = timezone.now() - dt.timedelta(days=31)
    PersonPair.objects.filter(pk=pair.pk).update(decided_at=old)
    with pytest.raises(Conflict):
        merging.undo(pair, by=cast.town_a)
