"""Fill rates, the red list and who holds too much, against numbers computed by hand.

The forest has 2 large, 4 medium, 8 small and 16 micro grids. Required: 10 a medium grid, 3 a small
or micro one; large grids have no template. In all 4×10 + 8×3 + 16×3 = 112.
"""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from grids import team_candidates, team_pages, team_rates
from grids.actions import team_templates, teams
from grids.actions.bulk import GridRow, bulk_build
from grids.actions.teams import Holder
from grids.actions.tree import create_grid
from grids.models import TeamSlot, TeamTemplate


def days(n: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=n)


@pytest.fixture
def staffed(cast: SimpleNamespace, forest: SimpleNamespace) -> Any:
    """Village A1 has 4 of 10; small A1.1 all 3 and two open posts; small A1.2 has 1."""
    team_templates.load_proposals(forest.district, by=cast.district)
    TeamTemplate.objects.update(starts_on=days(-100))
    rows = TeamSlot.objects.select_related("template")
    slots = {(slot.template.level, slot.code): slot for slot in rows}
    by = cast.district

    def put(grid: Any, code: str, name: str, start: int = -50) -> Any:
        slot = slots[grid.level, code]
        holder = Holder(name=name, unit="村委会")
        return teams.assign(grid, slot, holder, by=by, starts_on=days(start))

    for code, name in (
        ("grid_leader", "甲"),
        ("branch_secretary", "甲"),
        ("mediator", "甲"),
        ("police", "警"),
    ):
        put(forest.village_a1, code, name)
    for code, name in (
        ("grid_leader", "甲"),
        ("grid_worker", "乙"),
        ("liaison", "丙"),
        ("worthy", "贤一"),
        ("worthy", "贤二"),
    ):
        put(forest.small_a1_1, code, name)
    put(forest.small_a1_2, "grid_worker", "乙")
    left = put(forest.small_a1_2, "liaison", "丁", -80)
    teams.end(left, by=by, on=days(-46))
    return SimpleNamespace(put=put, slots=slots)


def summary(viewer: Any, **filters: str) -> Any:
    return team_rates.summarise(team_rates.read(team_rates.grids_of(viewer, **filters)))


def test_rates_per_level_town_and_grid(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    found = summary(cast.district)
    assert (found.total.required, found.total.filled) == (112, 8)
    assert found.total.rate == 7.1  # 8 / 112
    assert {k: (t.filled, t.required) for k, t in found.by_level.items()} == {
        "medium": (4, 40),
        "small": (4, 24),
        "micro": (0, 48),
    }
    assert found.by_town["445302001"].filled == 8
    assert found.by_town["445302003"].rate == 0.0
    teams_by = {team.grid.pk: team for team in found.teams}
    village = teams_by[forest.village_a1.pk].totals
    assert (village.rate, village.open_held) == (40.0, 0)
    small = teams_by[forest.small_a1_1.pk].totals
    assert (small.rate, small.open_held, small.complete) == (100.0, 2, 1)
    assert teams_by[forest.town_a.pk].totals.rate is None


def test_the_area_and_the_filters_narrow(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    assert summary(cast.town_b).total.required == 56
    assert summary(cast.town_b).total.filled == 0
    assert summary(cast.worker_a).total.required == 10 + 2 * 3 + 4 * 3
    assert summary(cast.district, level="small", area="community").total.filled == 4
    assert summary(cast.district, code=forest.small_a1_1.code).total.grids == 3
    assert summary(cast.outsider).total.grids == 0
    assert summary(cast.good_person).total.grids == 0


def test_the_red_list_says_since_when(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    rows = team_rates.red_list(summary(cast.district).teams)
    assert len(rows) == 112 - 8
    assert sum(row.fill.missing for row in rows) == 104
    liaison = next(
        row
        for row in rows
        if row.grid.pk == forest.small_a1_2.pk and row.fill.slot.code == "liaison"
    )
    assert (liaison.fill.vacant_since, liaison.days) == (days(-45), 45)
    assert rows[0].days == 100  # never held: since the team was set up
    assert rows[-1].days == 45


def test_filling_a_post_raises_the_rate_and_shortens_the_list(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    staffed.put(forest.small_a1_2, "liaison", "戊", -1)
    found = summary(cast.district, code=forest.small_a1_2.code, level="small")
    assert found.total.rate == 66.7
    assert len(team_rates.red_list(found.teams)) == 1


def test_who_holds_too_many(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    found = team_rates.overloaded(cast.district)
    assert [(o.holder, o.count) for o in found] == [("甲", 4)]
    assert [o.holder for o in team_rates.overloaded(cast.district, most=1)] == [
        "甲",
        "乙",
    ]
    assert team_rates.overloaded(cast.town_b) == []


def test_an_area_type_of_its_own_goes_before(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    template = team_templates.save_template(
        None,
        {
            "district_id": forest.district.pk,
            "level": "medium",
            "area_type": "rural",
            "name": "村",
        },
        by=cast.district,
    )
    team_templates.save_slot(
        None,
        {"template": template, "name": "网格长", "code": "grid_leader"},
        by=cast.district,
    )
    found = summary(cast.district, level="medium")
    assert found.total.required == 10 + 1 + 10 + 1
    assert found.by_town["445302001"].required == 11


def test_candidates_are_near_and_not_busy(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    slot = staffed.slots["small", "liaison"]
    found = team_candidates.suggest([(forest.small_a1_2, slot)])
    names = [c.name for c in found[forest.small_a1_2.pk, "liaison"]]
    assert names[0] == "乙"  # in this grid
    assert "李秀英" in names  # worker of the village, no post in a team yet
    assert "谢伟明" not in names  # of the other town
    assert len(names) == 4


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_grids(
    cast: SimpleNamespace,
    forest: SimpleNamespace,
    staffed: Any,
    django_assert_num_queries: Any,
) -> None:
    cast.district.__dict__.pop("_posts", None)
    with django_assert_num_queries(7):
        team_rates.read(team_rates.grids_of(cast.district))
    rows = [
        GridRow(
            f"{forest.village_b2.code}{n:02d}",
            f"网格{n}",
            "small",
            forest.village_b2.code,
        )
        for n in range(10, 90)
    ]
    bulk_build(forest.district, rows, by="test")
    cast.district.__dict__.pop("_posts", None)
    with django_assert_num_queries(7):
        found = team_rates.read(team_rates.grids_of(cast.district))
    assert sum(team.totals.required for team in found) == 112 + 80 * 3


def test_a_new_grid_has_no_vacancy_older_than_itself(
    cast: SimpleNamespace, forest: SimpleNamespace, staffed: Any
) -> None:
    ask = {"on": days(-3), "by": cast.district, "reason": "户数增加"}
    born = create_grid(parent=forest.small_a1_1, name="新格", **ask)
    rows = team_rates.red_list(summary(cast.district).teams)
    assert {row.days for row in rows if row.grid.pk == born.pk} == {3}
    older = {row.days for row in rows if row.grid.pk == forest.small_a1_2.pk}
    assert max(older) > 3
    seats = [seat for seat in team_pages.team_of(born).seats if seat.missing]
    assert {seat.vacant_days for seat in seats} == {3}
