"""What hangs on a grid that ends: line codes, teams, committees, Party bodies, numbers before/after."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from governance.core import consumers
from governance.core.errors import Conflict
from governance.core.models import Event
from grids import changes, team_rates
from grids.actions import (
    committees,
    integrity,
    lines,
    nets,
    plans,
    team_templates,
    teams,
    tree,
    tree_life,
)
from grids.actions.teams import Holder
from grids.actions.tree_life import Part
from grids.models import (
    Assignment,
    Grid,
    GridChange,
    JointCommittee,
    LineGrid,
    LineMapping,
    Post,
    TeamSlot,
)
from tests.factories.grids import box, make_user
from tests.factories.party import make_body, make_household, make_member
from tests.factories.support import make_resource

pytestmark = pytest.mark.django_db
FIRST = box(112.00, 22.90, 112.01, 22.92)  # small_a1_1
SECOND = box(112.01, 22.90, 112.02, 22.92)  # small_a1_2


@pytest.fixture(autouse=True)
def _sound(db: None) -> Iterator[None]:
    """Whatever a test did, forest and deferred rules hold after it."""
    yield
    assert integrity.faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def deliver() -> None:
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))


def line_grid(cast: Any, code: str, *grids: Grid, **values: Any) -> LineGrid:
    """A grid of the security line that was confirmed to be these grids."""
    given = {"line": "security", "code": code, "name": f"网格{code}", **values}
    row = lines.save_line_grid(None, given, by=cast.district)
    nets.confirm(row, list(grids), by=cast.district)
    return row


def held(code: str) -> dict[str, str]:
    """Codes of the grids a line grid is confirmed to be, with the kind."""
    rows = LineMapping.objects.confirmed().filter(line_grid__code=code)
    return dict(rows.values_list("grid__code", "kind"))


def standing() -> dict[str, str]:
    return dict(LineGrid.objects.values_list("code", "desk"))


def effects(key: str) -> Counter[int | None]:
    """How many went where in the last change; None: they ended."""
    found: Counter[int | None] = Counter()
    change = GridChange.objects.order_by("-pk").first()
    for row in change.effects if change else ():
        if row["key"] == key:
            found[row["to"]] += row["n"]
    return found


# --- Line nets -----------------------------------------------------------------------------------


def test_merged_grids_keep_the_codes_of_the_lines(forest: Any, cast: Any) -> None:
    one, two = forest.small_a1_1, forest.small_a1_2
    line_grid(cast, "ZZ-1", one)
    line_grid(cast, "ZZ-2", two)
    line_grid(cast, "ZZ-3", one, two, line="health")
    before = LineMapping.objects.confirmed().values_list("own_code", "decided_at")
    decided = dict(before) | {"ZZ-3": None}  # of two decisions one is left
    assert len(before) == 4
    tree_life.merge_grids([two], into=one, by=cast.district)
    assert held("ZZ-1") == {one.code: "part"}
    assert held("ZZ-2") == {one.code: "part"}
    assert held("ZZ-3") == {one.code: "exact"}
    assert effects("grids.linemapping") == {one.pk: 2}
    after = LineMapping.objects.confirmed()
    assert {m.own_code: m.decided_at for m in after} | {"ZZ-3": None} == decided
    assert standing() == dict.fromkeys(("ZZ-1", "ZZ-2", "ZZ-3"), "confirmed")
    assert set(LineGrid.objects.values_list("small_id", flat=True)) == {one.pk}
    deliver()  # whatever follows later changes none of it
    assert standing() == dict.fromkeys(("ZZ-1", "ZZ-2", "ZZ-3"), "confirmed")
    ended = LineMapping.objects.filter(state="ended")
    assert {m.grid_id for m in ended} == {two.pk}


def test_a_merge_measures_outlines_where_both_have_one(forest: Any, cast: Any) -> None:
    one, two = forest.small_a1_1, forest.small_a1_2
    line_grid(cast, "ZZ-2", two, geometry=SECOND)
    tree_life.merge_grids([two], into=one, by=cast.district)
    mapping = LineMapping.objects.confirmed().get()
    assert (mapping.grid_id, mapping.kind) == (one.pk, "part")
    assert mapping.share_of_line == pytest.approx(1)
    assert mapping.share_of_grid == pytest.approx(0.5, abs=0.01)


def test_split_by_outline_by_rule_and_by_nobody(forest: Any, cast: Any) -> None:
    micro = forest.micro_a1_1_1  # 112.00–112.01, 22.90–22.91
    line_grid(cast, "W", micro, geometry=box(112.0, 22.90, 112.005, 22.91))
    line_grid(cast, "E", micro, geometry=box(112.005, 22.90, 112.01, 22.91))
    line_grid(cast, "ALL", micro, line="health")
    line_grid(cast, "PART", micro, line="party")
    LineMapping.objects.filter(own_code="ALL").update(kind="exact")
    LineMapping.objects.filter(own_code="PART").update(kind="part")
    part = Part("东片", geometry=box(112.005, 22.90, 112.01, 22.91))
    tree_life.split_grid(micro, parts=[part], by=cast.district)
    new = Grid.objects.get(name="东片")
    assert held("W") == {micro.code: "exact"}
    assert held("E") == {new.code: "exact"}
    assert held("ALL") == {micro.code: "contains", new.code: "contains"}
    assert held("PART") == {micro.code: "part"}
    assert effects("grids.linemapping") == {new.pk: 2}
    deliver()
    assert standing() == {
        "W": "confirmed",
        "E": "confirmed",
        "ALL": "confirmed",
        "PART": "changed",  # which half it was, somebody must say
    }


def test_retired_to_the_grid_above(forest: Any, cast: Any) -> None:
    micro, small = forest.micro_a1_1_1, forest.small_a1_1
    line_grid(cast, "ZZ-1", micro)
    line_grid(cast, "ZZ-2", micro, forest.micro_a1_1_2)
    with pytest.raises(Conflict, match="2"):
        tree_life.retire_grid(micro, by=cast.district)
    tree_life.retire_grid(micro, heir=small, by=cast.district)
    deliver()
    assert held("ZZ-1") == {small.code: "part"}
    assert held("ZZ-2") == {forest.micro_a1_1_2.code: "exact"}
    assert standing() == {"ZZ-1": "confirmed", "ZZ-2": "changed"}


# --- Teams ---------------------------------------------------------------------------------------


@pytest.fixture
def slots(cast: SimpleNamespace) -> Any:
    team_templates.load_proposals(cast.district.posts.get().district, by=cast.district)
    rows = TeamSlot.objects.select_related("template")
    return {(slot.template.level, slot.code): slot for slot in rows}


def days(n: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=n)


def fill(grid: Grid, day: dt.date | None = None) -> dict[str, int]:
    team = team_rates.read(Grid.objects.filter(pk=grid.pk), day)[0]
    return {fill.slot.code: fill.held for fill in team.fills if fill.held}


def test_a_team_goes_where_the_heirs_has_room(
    forest: Any, cast: Any, slots: Any
) -> None:
    one, two = forest.small_a1_1, forest.small_a1_2
    mine, theirs = make_user("mine", "麦建辉"), make_user("theirs", "陈丽芳")
    give = {"by": cast.district, "starts_on": days(-30)}
    teams.assign(one, slots["small", "grid_leader"], Holder(theirs), **give)
    teams.assign(two, slots["small", "grid_leader"], Holder(mine), **give)
    teams.assign(two, slots["small", "liaison"], Holder(mine), **give)
    assert (fill(one), fill(two)) == (
        {"grid_leader": 1},
        {"grid_leader": 1, "liaison": 1},
    )
    tree_life.merge_grids([two], into=one, by=cast.district)
    assert fill(one) == {"grid_leader": 1, "liaison": 1}
    assert effects("grids.assignment") == {one.pk: 1, None: 1}
    # what was, stays where it was
    assert fill(two, days(-10)) == {"grid_leader": 1, "liaison": 1}
    assert fill(one, days(-10)) == {"grid_leader": 1}
    posts = Post.objects.current().filter(user=mine)
    assert [(p.role, p.grid_id) for p in posts] == [("liaison", one.pk)]
    row = Assignment.objects.current().get(user=mine)
    assert (row.starts_on, row.post_id) == (days(0), posts[0].pk)


def test_one_holder_of_both_and_one_of_today(
    forest: Any, cast: Any, slots: Any
) -> None:
    one, two = forest.small_a1_1, forest.small_a1_2
    user = make_user("both", "麦建辉")
    liaison = slots["small", "liaison"]
    for grid in (one, two):
        teams.assign(grid, liaison, Holder(user), by=cast.district)
    leader = make_user("today", "陈丽芳")
    teams.assign(two, slots["small", "grid_leader"], Holder(leader), by=cast.district)
    tree_life.merge_grids([two], into=one, by=cast.district)
    assert fill(one) == {"grid_leader": 1, "liaison": 1}
    assert effects("grids.assignment") == {one.pk: 1, None: 1}
    posts = Post.objects.current().filter(user__in=[user, leader])
    assert {p.grid_id for p in posts} == {one.pk}


def test_a_split_that_ends_the_grid_hands_its_team_over(
    forest: Any, cast: Any, slots: Any
) -> None:
    grid = forest.small_a1_1
    user = make_user("fresh", "麦建辉")
    give = {"by": cast.district, "starts_on": days(-30)}
    teams.assign(grid, slots["small", "liaison"], Holder(user), **give)
    parts = [Part("甲", children=(forest.micro_a1_1_1.pk,)), Part("乙")]
    tree_life.split_grid(grid, parts=parts, ends=True, heir=2, by=cast.district)
    first, second = (Grid.objects.get(name=name) for name in ("甲", "乙"))
    assert (fill(first), fill(second)) == ({}, {"liaison": 1})
    assert Post.objects.current().get(user=user).grid_id == second.pk


def make_committee(grid: Grid, by: Any) -> JointCommittee:
    values = {"grid": grid, "name": f"{grid.name}大党委"}
    return committees.save_committee(None, values, by=by)


def test_what_served_a_grid_serves_its_heir_and_its_parts(
    forest: Any, cast: Any, departments: Any
) -> None:
    one, two = forest.small_a1_1, forest.small_a1_2
    offer = make_resource(
        "礼堂", by=cast.district, areas=[two], department=departments["water"]
    )
    tree_life.merge_grids([two], into=one, by=cast.district)
    assert one in offer.areas.all()
    tree_life.split_grid(one, parts=[Part("东片")], by=cast.district)
    assert Grid.objects.get(name="东片") in offer.areas.all()


# --- Committees, service areas, homes ------------------------------------------------------------


def test_two_committees_become_one(forest: Any, cast: Any) -> None:
    a, b = forest.village_a1, forest.village_a2
    make_committee(a, by=cast.district)
    make_committee(b, by=cast.district)
    tree_life.merge_grids([a], into=b, by=cast.district)
    live = JointCommittee.objects.live()
    assert [row.medium_id for row in live] == [b.pk]
    assert effects("grids.jointcommittee") == {None: 1}


def test_the_only_committee_goes_on_at_the_heir(forest: Any, cast: Any) -> None:
    make_committee(forest.village_a1, by=cast.district)
    into = forest.village_a2
    tree_life.merge_grids([forest.village_a1], into=into, by=cast.district)
    assert JointCommittee.objects.live().get().medium_id == into.pk
    assert effects("grids.jointcommittee") == {into.pk: 1}


# --- Party bodies --------------------------------------------------------------------------------


def test_bodies_of_merged_villages_follow_with_all_below(
    forest: Any, cast: Any
) -> None:
    make_body(forest.town_a, "街道党工委")
    up = make_body(forest.village_a1, "星岩党总支")
    branch = make_body(forest.small_a1_1, "第一党支部")
    member = make_member(branch, "莫桂英", home=forest.village_a1)
    house = make_household(forest.micro_a1_1_1, member)
    make_body(forest.village_a2, "城北党总支")
    type(up).objects.filter(pk=up.pk).update(note="x")  # its row lies last on the page
    into = forest.village_a2
    tree_life.merge_grids([forest.village_a1], into=into, by=cast.district)
    for row in (up, branch, member, house):
        row.refresh_from_db()
        assert row.medium_id == into.pk
    assert branch.parent_id == up.pk
    assert member.home_id == into.pk


def test_a_branch_that_moves_hangs_below_the_body_there(forest: Any, cast: Any) -> None:
    make_body(forest.town_a, "街道党工委")
    make_body(forest.village_a1, "星岩党总支")
    branch = make_body(forest.small_a1_1, "第一党支部")
    with pytest.raises(Conflict, match="第一党支部"):
        tree.move_grid(forest.small_a1_1, to=forest.village_a2, by=cast.district)
    there = make_body(forest.village_a2, "城北党总支")
    tree.move_grid(forest.small_a1_1, to=forest.village_a2, by=cast.district)
    branch.refresh_from_db()
    assert (branch.parent_id, branch.medium_id) == (there.pk, forest.village_a2.pk)


def test_a_body_is_never_bound_to_a_level_that_is_not_its_own(
    forest: Any, cast: Any
) -> None:
    make_body(forest.town_a, "街道党工委")
    make_body(forest.village_a1, "星岩党总支")
    make_body(forest.small_a1_1, "第一党支部")
    for micro in (forest.micro_a1_1_1, forest.micro_a1_1_2):
        tree_life.retire_grid(micro, heir=forest.small_a1_1, by=cast.district)
    with pytest.raises(Conflict, match="第一党支部"):
        tree_life.retire_grid(
            forest.small_a1_1, heir=forest.village_a1, by=cast.district
        )


def test_the_preview_says_what_goes_and_what_ends(
    forest: Any, cast: Any, slots: Any
) -> None:
    one, two = forest.small_a1_1, forest.small_a1_2
    line_grid(cast, "ZZ-2", two)
    for grid, name in ((one, "麦建辉"), (two, "陈丽芳")):
        user = make_user(f"u{grid.pk}", name)
        leader = slots["small", "grid_leader"]
        teams.assign(grid, leader, Holder(user), by=cast.district, starts_on=days(-3))
    data = {"grid": one.pk, "grids": [two.pk], "work": "move", "name": ""}
    trial = plans.try_out("merged", data, by=cast.district)
    along = changes.preview(trial).along
    assert len([line for line in along if " 1：归" in line]) >= 2
    assert LineMapping.objects.confirmed().get().grid_id == two.pk
    assert fill(two) == {"grid_leader": 1}
