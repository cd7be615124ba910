"""Party bodies, members and households: done, refused, out of scope, repeated."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import timezone

from governance.core import registers
from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed
from governance.core.models import Event
from governance.core.registers import headings
from governance.core.registers.plan import plan
from governance.core.registers.tables import Raw
from grids.actions import party, party_members
from grids.models import AgreementParty, PartyMember, PartyOrganisation
from tests.factories import party as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bodies(forest: SimpleNamespace) -> SimpleNamespace:
    return make.make_tree(forest)


def test_a_group_hangs_below_a_branch_and_only_there(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    values = {"grid": forest.micro_a1_1_1, "name": "第一党小组", "kind": "group"}
    row = party.save_organisation(
        None, {**values, "parent": bodies.small_a1_1}, by=cast.town_a
    )
    assert (row.tier, row.parent) == ("grid_branch", bodies.small_a1_1)
    other = {"grid": forest.micro_a1_1_2, "name": "第二党小组", "kind": "branch"}
    with pytest.raises(Invalid) as error:
        party.save_organisation(
            None, {**other, "parent": bodies.small_a1_1}, by=cast.town_a
        )
    assert "parent" in error.value.fields


def test_a_body_outside_ones_area_is_refused(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    with pytest.raises(Invalid) as error:
        party.save_organisation(
            None,
            {"grid": forest.small_a2_1, "name": "城北第一支部", "kind": "branch"},
            by=cast.town_b,
        )
    assert "grid" in error.value.fields
    with pytest.raises(NotAllowed):
        party.dissolve(bodies.small_a1_1, by=cast.town_b, reason="x")


def test_the_same_name_twice_is_refused(
    bodies: SimpleNamespace, forest: SimpleNamespace
) -> None:
    with pytest.raises(Invalid):
        make.make_body(forest.small_a2_1, bodies.small_a1_1.name)


def test_a_new_grid_takes_the_members_along(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    member = make.make_member(bodies.small_a1_2, "欧志远")
    party.save_organisation(
        bodies.small_a1_2, {"grid": forest.micro_a1_2_1}, by=cast.town_a
    )
    member.refresh_from_db()
    assert member.micro_id == forest.micro_a1_2_1.pk


def test_a_body_with_others_below_does_not_move_away_from_them(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    PartyOrganisation.objects.filter(pk=bodies.village_a2.pk).update(name="x")
    with pytest.raises(Invalid) as error:
        party.save_organisation(
            bodies.village_a1, {"grid": forest.village_a2}, by=cast.town_a
        )
    assert "grid" in error.value.fields


def test_dissolving_needs_an_empty_body_and_can_be_taken_back(
    bodies: SimpleNamespace, cast: SimpleNamespace
) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英")
    with pytest.raises(Conflict):
        party.dissolve(bodies.small_a1_1, by=cast.town_a, reason="合并网格")
    party_members.transfer([member], bodies.small_a1_2, by=cast.town_a)
    with pytest.raises(Invalid):
        party.dissolve(bodies.small_a1_1, by=cast.town_a, reason=" ")
    row = party.dissolve(bodies.small_a1_1, by=cast.town_a, reason="合并网格")
    assert (row.state, row.ended_on) == ("dissolved", timezone.localdate())
    again = party.dissolve(bodies.small_a1_1, by=cast.town_a, reason="合并网格")
    assert again.version == row.version
    assert Event.objects.filter(name="party_organisation.dissolved").count() == 1
    assert party.restore(row, by=cast.town_a).state == "active"
    party.merge(bodies.small_a1_2, row, by=cast.town_a, reason="x")
    with pytest.raises(IllegalStep):
        party.restore(bodies.small_a1_2, by=cast.town_a)


def test_merging_takes_members_bodies_and_agreements_over(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    members = [make.make_member(bodies.small_a1_1, n) for n in ("莫桂英", "欧志远")]
    agreement = make.make_agreement(
        forest.small_a1_1, [bodies.small_a1_1.name, "云城区水务局"]
    )
    target = party.merge(
        bodies.small_a1_1, bodies.small_a1_2, by=cast.town_a, reason="网格合并"
    )
    assert target == bodies.small_a1_2
    rows = PartyMember.objects.filter(pk__in=[m.pk for m in members])
    assert {m.organisation_id for m in rows} == {target.pk}
    assert {m.small_id for m in rows} == {forest.small_a1_2.pk}
    side = AgreementParty.objects.get(agreement=agreement, order=0)
    assert side.organisation == target
    old = PartyOrganisation.objects.get(pk=bodies.small_a1_1.pk)
    assert (old.state, old.merged_into) == ("merged", target)
    assert party.merge(old, target, by=cast.town_a, reason="x") == target


@pytest.mark.parametrize(
    "pair", [("small_a1_1", "small_a1_1"), ("village_a1", "small_a1_1")]
)
def test_what_cannot_be_merged(
    bodies: SimpleNamespace, cast: SimpleNamespace, pair: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as error:
        party.merge(
            getattr(bodies, pair[0]),
            getattr(bodies, pair[1]),
            by=cast.town_a,
            reason="x",
        )
    assert "into" in error.value.fields


def test_a_transfer_leaves_both_bodies_in_the_history(
    bodies: SimpleNamespace, cast: SimpleNamespace
) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英", since=dt.date(2024, 1, 1))
    moved = party_members.transfer(
        [member],
        bodies.small_a1_2,
        by=cast.town_a,
        reason="搬家",
        on=dt.date(2025, 3, 1),
    )
    again = party_members.transfer([member], bodies.small_a1_2, by=cast.town_a)
    assert (moved, again) == (1, 0)
    spells = list(member.spells.order_by("id"))
    assert [s.organisation_id for s in spells] == [
        bodies.small_a1_1.pk,
        bodies.small_a1_2.pk,
    ]
    assert spells[0].ends_on == spells[1].starts_on == dt.date(2025, 3, 1)
    assert (spells[1].reason, spells[1].came_from) == ("搬家", bodies.small_a1_1.name)


def test_who_may_not_transfer_and_when(
    bodies: SimpleNamespace, cast: SimpleNamespace
) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英")
    with pytest.raises(NotAllowed):
        party_members.transfer([member], bodies.town_b, by=cast.town_b)
    with pytest.raises(Invalid) as error:
        party_members.transfer(
            [member], bodies.small_a1_2, by=cast.town_a, on=dt.date(2020, 1, 1)
        )
    assert "on" in error.value.fields
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(Invalid):
        party_members.transfer([member], bodies.small_a1_2, by=cast.town_a, on=tomorrow)


def test_leaving_needs_a_reason_and_no_household(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    member = make.make_member(bodies.small_a1_1, "莫桂英")
    house = make.make_household(forest.micro_a1_1_1, member)
    with pytest.raises(Conflict):
        party_members.leave(member, by=cast.town_a, reason="转往外市")
    house.ended_on = timezone.localdate()
    house.save()
    with pytest.raises(Invalid):
        party_members.leave(member, by=cast.town_a, reason="")
    row = party_members.leave(
        member, by=cast.town_a, reason="转往外市", left_for="肇庆市"
    )
    assert row.ended_on == timezone.localdate()
    assert (
        party_members.leave(member, by=cast.town_a, reason="x").ended_reason
        == "转往外市"
    )


def test_identity_and_phone_are_found_by_their_hashes(bodies: SimpleNamespace) -> None:
    number = make.identity()
    row = make.make_member(
        bodies.small_a1_1, "莫桂英", identity=number, phone="13800004321"
    )
    party_members.save_member(row, {"phone": "13800001234"}, by="test")
    row.refresh_from_db()
    field = PartyMember._meta.get_field("phone_tail_hash")
    assert row.phone_tail_hash == field.hash_of("13900001234")  # type: ignore[attr-defined]
    with pytest.raises(Invalid) as error:
        make.make_member(bodies.small_a1_2, "欧志远", identity=number)
    assert list(error.value.fields) == ["identity_hash"]


def test_too_many_at_one_household_and_the_wrong_grid(
    bodies: SimpleNamespace, forest: SimpleNamespace
) -> None:
    rows = [make.make_member(bodies.small_a1_1, f"党员{n}") for n in range(17)]
    with pytest.raises(Invalid) as error:
        make.make_household(forest.micro_a1_1_1, rows[0], linked_members=rows[1:])
    assert "linked_members" in error.value.fields
    with pytest.raises(Invalid) as error:
        make.make_household(forest.village_a1, rows[0])
    assert "grid" in error.value.fields
    house = make.make_household(
        forest.micro_a1_1_1, rows[0], linked_members=rows[1:6], has=["place", "log"]
    )
    assert house.linked_members.count() == 5
    with pytest.raises(Invalid):
        make.make_household(forest.micro_a1_1_2, rows[0])


def test_a_file_is_told_of_a_wrong_tier_before_anything_is_written(
    bodies: SimpleNamespace, forest: SimpleNamespace, cast: SimpleNamespace
) -> None:
    register = registers.find("party-organisations")
    assert register is not None
    cells = {"name": "新支部", "kind": "党支部", "grid": forest.village_a2.code}
    rows = [
        (2, {**cells, "tier": "grid_branch"}),
        (3, {**cells, "name": "新总支", "tier": "village"}),
        (4, {"name": bodies.village_a1.name, "grid": forest.small_a1_1.code}),
        (5, {"name": bodies.village_a1.name, "tier": "town"}),
    ]
    planned = plan(register, rows, cast.town_a)
    said = {
        row.number: {p.column for p in row.problems if not p.asks} for row in planned
    }
    assert said == {2: {"grid"}, 3: set(), 4: {"grid"}, 5: {"tier"}}
    homes = registers.find("member-households")
    assert homes is not None
    found = plan(homes, [(2, {"grid": forest.village_a1.code})], cast.town_a)
    assert "grid" in {p.column for p in found[0].problems}


def test_days_of_a_post_are_read_under_the_usual_headings() -> None:
    register = registers.find("assignments")
    assert register is not None
    for words in (("起", "止"), ("任职起", "任职止")):
        found = headings.read(register, Raw(1, ["网格", *words]), {})
        assert {"starts_on", "ended_on"} <= set(found.columns)
