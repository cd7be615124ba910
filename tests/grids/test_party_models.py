"""What the database itself refuses about Party bodies, members and agreements."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.core.models import Dictionary
from grids.models import MemberHousehold, MembershipSpell, PartyMember
from tests.factories import party as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bodies(forest: SimpleNamespace) -> SimpleNamespace:
    return make.make_tree(forest)


def run(sql: str, *params: Any) -> None:
    """Raw SQL with the deferred rules asked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def refused(sql: str, *params: Any) -> str:
    with pytest.raises(IntegrityError) as error:
        run(sql, *params)
    return str(error.value)


def test_tiers_descend_and_follow_from_the_grid(bodies: SimpleNamespace) -> None:
    assert [bodies.town_a.tier, bodies.village_a1.tier, bodies.small_a1_1.tier] == [
        "town",
        "village",
        "grid_branch",
    ]
    assert bodies.small_a1_1.parent == bodies.village_a1
    assert bodies.village_a1.parent == bodies.town_a


def test_a_branch_cannot_hang_below_the_town(bodies: SimpleNamespace) -> None:
    words = refused(
        "UPDATE grids_partyorganisation SET parent_id = %s WHERE id = %s",
        bodies.town_a.pk,
        bodies.small_a1_1.pk,
    )
    assert "cannot hang below" in words


def test_the_branch_of_a_resident_unit_may(bodies: SimpleNamespace) -> None:
    run(
        "UPDATE grids_partyorganisation SET parent_id = %s, unit_name = '药业公司' WHERE id = %s",
        bodies.town_a.pk,
        bodies.small_a1_1.pk,
    )


def test_a_body_lies_inside_the_grid_of_the_body_above(
    bodies: SimpleNamespace, forest: SimpleNamespace
) -> None:
    words = refused(
        "UPDATE grids_partyorganisation SET parent_id = %s WHERE id = %s",
        bodies.village_a2.pk,
        bodies.small_a1_1.pk,
    )
    assert "cannot hang below" in words
    words = refused(
        "UPDATE grids_partyorganisation SET large_id = %s WHERE id = %s",
        forest.town_b.pk,
        bodies.village_a1.pk,
    )
    assert "cannot hang below" in words


def test_a_tier_is_bound_to_its_level(bodies: SimpleNamespace) -> None:
    sql = "UPDATE grids_partyorganisation SET small_id = NULL WHERE id = %s"
    assert "not bound to a medium grid" in refused(sql, bodies.small_a1_1.pk)


def test_the_list_of_tiers_moves_the_rule(
    bodies: SimpleNamespace, forest: SimpleNamespace
) -> None:
    """Where the list says so, a branch may stand at the community."""
    tiers, _made = Dictionary.objects.get_or_create(code="party_tier")
    item, _made = tiers.items.get_or_create(code="grid_branch")
    item.data = {"levels": ["medium", "small"]}
    item.save()
    sql = "UPDATE grids_partyorganisation SET small_id = NULL WHERE id = %s"
    run(sql, bodies.small_a1_1.pk)


def test_a_body_with_members_or_bodies_below_is_not_ended(
    bodies: SimpleNamespace,
) -> None:
    end = (
        "UPDATE grids_partyorganisation SET state = 'dissolved', ended_reason = 'x', "
        "ended_on = current_date WHERE id = %s"
    )
    assert "no longer fit" in refused(end, bodies.village_a1.pk)
    make.make_member(bodies.small_a1_1, "莫桂英")
    assert "still has members" in refused(end, bodies.small_a1_1.pk)
    run(end, bodies.small_a1_2.pk)
    back = "UPDATE grids_partyorganisation SET state = 'merged' WHERE id = %s"
    assert "illegal state dissolved -> merged" in refused(back, bodies.small_a1_2.pk)


def test_nobody_joins_a_body_that_has_ended(bodies: SimpleNamespace) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英")
    run(
        "UPDATE grids_partyorganisation SET state = 'dissolved', ended_reason = 'x', "
        "ended_on = current_date WHERE id = %s",
        bodies.small_a1_2.pk,
    )
    sql = "UPDATE grids_partymember SET organisation_id = %s WHERE id = %s"
    assert "active body" in refused(sql, bodies.small_a1_2.pk, member.pk)


def test_raw_sql_leaves_spells_too(bodies: SimpleNamespace) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英")
    run(
        "UPDATE grids_partymember SET organisation_id = %s, since = current_date WHERE id = %s",
        bodies.small_a1_2.pk,
        member.pk,
    )
    spells = MembershipSpell.objects.filter(member=member).order_by("id")
    assert [(s.organisation_id, s.ends_on is None) for s in spells] == [
        (bodies.small_a1_1.pk, False),
        (bodies.small_a1_2.pk, True),
    ]
    run(
        "UPDATE grids_partymember SET ended_on = current_date, ended_reason = 'x' WHERE id = %s",
        member.pk,
    )
    assert not spells.filter(ends_on__isnull=True).exists()


def test_one_identity_number_is_one_live_member(bodies: SimpleNamespace) -> None:
    number = make.identity()
    first = make.make_member(bodies.small_a1_1, "莫桂英", identity=number)
    other = make.make_member(bodies.small_a1_2, "欧志远")
    assert number not in str(
        PartyMember.objects.filter(pk=first.pk).values("identity_hash")
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyMember.objects.filter(pk=other.pk).update(
            identity_hash=first.identity_hash
        )


def test_a_household_lies_in_a_micro_or_small_grid(
    bodies: SimpleNamespace, forest: SimpleNamespace
) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英")
    row = make.make_household(forest.micro_a1_1_1, member)
    sql = (
        "UPDATE grids_memberhousehold SET micro_id = NULL, small_id = NULL "
        "WHERE id = %s"
    )
    assert "not bound to a medium grid" in refused(sql, row.pk)
    assert MemberHousehold.objects.get(pk=row.pk).micro_id == forest.micro_a1_1_1.pk
