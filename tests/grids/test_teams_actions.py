"""Posts of teams: assigning, ending, handing over, taking back, and the sheet's own way in."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event
from grids.actions import team_templates, teams
from grids.actions.teams import Holder
from grids.models import Assignment, Post, TeamSlot, TeamTemplate
from grids.scoping import forget_scope
from tests.factories.grids import make_user

TODAY = timezone.localdate


def days(n: int) -> dt.date:
    return TODAY() + dt.timedelta(days=n)


@pytest.fixture
def slots(cast: SimpleNamespace) -> Any:
    """The proposed posts, by level and code."""
    team_templates.load_proposals(cast.district.posts.get().district, by=cast.district)
    rows = TeamSlot.objects.select_related("template")
    return {(slot.template.level, slot.code): slot for slot in rows}


def test_proposals_are_marked_loaded_once_and_kept_by_the_district(
    cast: SimpleNamespace, slots: Any, forest: SimpleNamespace
) -> None:
    assert TeamTemplate.objects.filter(is_proposal=True).count() == 3
    assert sum(s.required for k, s in slots.items() if k[0] == "medium") == 10
    assert [s.code for k, s in slots.items() if k[0] == "small" and not s.is_open] == [
        "grid_leader",
        "grid_worker",
        "liaison",
    ]
    assert team_templates.load_proposals(forest.district, by=cast.district) == 0
    with pytest.raises(NotAllowed):
        team_templates.load_proposals(forest.district, by=cast.town_a)


def test_assign_begins_the_post_of_the_account(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    user = make_user("fresh", "麦建辉")
    row = teams.assign(
        forest.small_a1_1, slots["small", "liaison"], Holder(user), by=cast.town_a
    )
    post = Post.objects.current().get(user=user)
    assert (post.role, post.grid_id) == ("liaison", forest.small_a1_1.pk)
    assert (row.holder, row.post_id, row.small_id) == (
        "麦建辉",
        post.pk,
        forest.small_a1_1.pk,
    )
    again = teams.assign(
        forest.small_a1_1, slots["small", "liaison"], Holder(user), by=cast.town_a
    )
    assert again.pk == row.pk
    assert Event.objects.filter(name="assignment.begun").count() == 1


@pytest.mark.parametrize("who", ["town_b", "worker_a", "officer_a", "auditor"])
def test_others_do_not_staff_this_grid(
    who: str, cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    with pytest.raises(NotAllowed):
        teams.assign(
            forest.small_a1_1,
            slots["small", "liaison"],
            Holder(name="某人"),
            by=getattr(cast, who),
        )


def test_a_filled_post_an_empty_name_and_a_foreign_slot_are_refused(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    by, grid = cast.town_a, forest.small_a1_1
    teams.assign(grid, slots["small", "liaison"], Holder(name="甲"), by=by)
    with pytest.raises(Conflict, match="联络员"):
        teams.assign(grid, slots["small", "liaison"], Holder(name="乙"), by=by)
    with pytest.raises(Invalid):
        teams.assign(grid, slots["small", "grid_worker"], Holder(name="  "), by=by)
    with pytest.raises(Invalid):
        teams.assign(grid, slots["medium", "police"], Holder(name="丙"), by=by)
    for n in range(4):
        teams.assign(grid, slots["small", "worthy"], Holder(name=f"贤{n}"), by=by)
    assert Assignment.objects.filter(slot__code="worthy").count() == 4


def test_end_ends_the_account_s_post_and_not_twice(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    user, by = make_user("fresh", "麦建辉"), cast.town_a
    row = teams.assign(
        forest.small_a1_1,
        slots["small", "liaison"],
        Holder(user),
        by=by,
        starts_on=days(-30),
    )
    with pytest.raises(NotAllowed):
        teams.end(row, by=cast.town_b)
    with pytest.raises(Invalid):
        teams.end(row, by=by, on=days(-31))
    row = teams.end(row, by=by)
    assert row.ended_on == days(-1)
    forget_scope(user)
    assert not Post.objects.current().filter(user=user).exists()
    with pytest.raises(Conflict):
        teams.end(row, by=by)


def test_hand_over_on_a_day_leaves_no_gap_and_a_later_one_shows(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    by, slot = cast.town_a, slots["small", "grid_worker"]
    first = teams.assign(
        forest.small_a1_1, slot, Holder(name="甲"), by=by, starts_on=days(-30)
    )
    with pytest.raises(Invalid):
        teams.hand_over(first, Holder(name="甲"), by=by, on=days(-10))
    with pytest.raises(Invalid):
        teams.hand_over(first, Holder(name="乙"), by=by, on=days(-30))
    second = teams.hand_over(first, Holder(name="乙"), by=by, on=days(-10))
    first.refresh_from_db()
    assert (first.ended_on, second.starts_on) == (days(-11), days(-10))
    assert [a.holder for a in Assignment.objects.current()] == ["乙"]


def test_undo_takes_back_only_one_s_own_fresh_step(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    user, by = make_user("fresh", "麦建辉"), cast.town_a
    slot = slots["small", "liaison"]
    row = teams.assign(forest.small_a1_1, slot, Holder(user), by=by)
    with pytest.raises(Conflict):
        teams.undo(row, by=cast.district)
    teams.undo(row, by=by)
    assert not Assignment.objects.exists()
    assert not Post.objects.filter(user=user).exists()
    row = teams.assign(forest.small_a1_1, slot, Holder(user), by=by, starts_on=days(-9))
    row = teams.end(row, by=by)
    teams.undo(row, by=by)
    row.refresh_from_db()
    assert row.ended_on is None
    assert Post.objects.current().filter(user=user).exists()


def test_a_future_holder_gets_the_post_when_the_day_comes(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    user = make_user("fresh", "麦建辉")
    row = teams.assign(
        forest.small_a1_1,
        slots["small", "liaison"],
        Holder(user),
        by=cast.town_a,
        starts_on=days(5),
    )
    assert row.post is None
    assert teams.begin_due_posts(by="sweep") == 0
    Assignment.objects.update(starts_on=TODAY())
    assert teams.begin_due_posts(by="sweep") == 1
    assert teams.begin_due_posts(by="sweep") == 0
    assert Post.objects.current().filter(user=user, role="liaison").exists()


def test_a_row_of_a_sheet_finds_the_account_by_name_and_end_of_phone(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    user = make_user("fresh", "麦建辉", phone_tail="5678")
    values = {
        "grid": forest.small_a1_1,
        "slot_name": "网格员",
        "holder": "麦建辉",
        "phone": "13800005678",
        "unit": "村委会",
    }
    row = teams.save_assignment(None, values, by=cast.town_a, source="import:1")
    assert (row.user, row.phone_tail) == (user, "5678")
    assert row.provenance["holder"]["source"] == "import:1"
    changed = teams.save_assignment(
        row, {"deputy": "副手", "holder": "别人"}, by=cast.town_a, version=row.version
    )
    assert (changed.deputy, changed.holder) == ("副手", "麦建辉")
    with pytest.raises(Conflict):
        teams.save_assignment(row, {"deputy": "又"}, by=cast.town_a, version=99)
    with pytest.raises(Invalid):
        teams.save_assignment(None, {**values, "slot_name": "没有"}, by=cast.town_a)
    with pytest.raises(Invalid):
        teams.save_assignment(None, {**values, "account": "nobody"}, by=cast.town_a)


def test_templates_are_edited_by_the_district_and_lose_the_mark(
    cast: SimpleNamespace, forest: SimpleNamespace, slots: Any
) -> None:
    template = slots["medium", "police"].template
    with pytest.raises(NotAllowed):
        team_templates.save_slot(
            None, {"template": template, "name": "驻村医生"}, by=cast.town_a
        )
    slot = team_templates.save_slot(
        None, {"template": template, "name": "驻村医生"}, by=cast.district
    )
    template.refresh_from_db()
    assert (slot.code, slot.required, template.is_proposal) == ("post_11", 1, False)
    with pytest.raises(Invalid):
        team_templates.save_slot(
            slots["micro", "liaison"],
            {"post_role": "grid_leader"},
            by=cast.district,
        )
    teams.assign(forest.village_a1, slot, Holder(name="甲"), by=cast.town_a)
    with pytest.raises(Conflict):
        team_templates.remove_slot(slot, by=cast.district)
    team_templates.remove_slot(slots["medium", "police"], by=cast.district)
    assert not TeamSlot.objects.filter(code="police").exists()
