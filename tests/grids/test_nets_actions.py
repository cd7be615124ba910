"""Lists handed in, matched in pieces, decided, taken back; changes of the tree."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed, NotHere
from governance.core.models import Event
from grids.actions import lines, net_lists, net_matching, nets
from grids.models import (
    District,
    Grid,
    LineDuty,
    LineGrid,
    LineMapping,
    MatchRun,
    WorkLine,
)
from grids.subscribers import nets as heard
from tests.factories.grids import box
from tests.grids.nets_help import ROWS, desks, drawn, handed_in, row, run_all, sheet

pytestmark = pytest.mark.django_db


def test_a_list_is_matched_by_name(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    assert desks() == {
        "ZZ-1": "clear",
        "ZZ-2": "clear",
        "ZZ-3": "clear",
        "ZZ-4": "unmatched",
    }
    best = row("ZZ-3").mappings.get()
    assert (best.grid, best.method, best.score) == (forest.small_a2_1, "name", 0.9)
    assert best.large_id == forest.town_a.pk
    assert row("ZZ-1").large_id == forest.town_a.pk
    run = MatchRun.objects.get()
    assert (run.total, run.done, run.counts) == (4, 4, {"clear": 3, "unmatched": 1})
    # nothing is left to do, and asking twice starts nothing twice
    one = net_matching.ask_matching(forest.district, "security", by=cast.town_a)
    two = net_matching.ask_matching(forest.district, "security", by=cast.town_a)
    assert one.pk == two.pk


def test_pieces_show_how_far_it_is(
    forest: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(net_matching, "PIECE", 3)
    staged = net_lists.hand_in(
        forest.district, "security", sheet(*ROWS), by=cast.town_a
    )
    net_lists.take_over(staged, by=cast.town_a)
    event = Event.objects.get(name="matchrun.asked")
    heard.match_a_piece(event)
    run = MatchRun.objects.get()
    assert (run.state, run.done, run.total, run.percent) == ("running", 3, 4, 75)
    heard.match_a_piece(Event.objects.get(name="matchrun.went_on"))
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", 4)
    heard.match_a_piece(event)  # heard once more
    assert MatchRun.objects.get().done == 4


def test_a_faulty_row_is_told_and_the_rest_is_kept(forest: Any, cast: Any) -> None:
    staged = net_lists.hand_in(
        forest.district,
        "security",
        sheet(
            *ROWS,
            ("ZZ-1", "又一个", "", ""),
            ("", "无编码", "", ""),
            ("Q", "名", "", "巨"),
        ),
        by=cast.town_a,
    )
    assert len(staged.rows["cells"]) == 4
    assert [(f["row"], f["column"]) for f in staged.rows["faults"]] == [
        (6, "code"),
        (7, "code"),
        (8, "level"),
    ]
    with pytest.raises(Invalid):
        net_lists.hand_in(forest.district, "nonsense", sheet(*ROWS), by=cast.town_a)
    with pytest.raises(NotAllowed):
        net_lists.hand_in(forest.district, "security", sheet(*ROWS), by=cast.officer_a)


def test_handing_in_again_shows_only_differences(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)
    nets.confirm(row("ZZ-2"), [forest.small_a1_2], by=cast.town_a)
    again = net_lists.hand_in(
        forest.district,
        "security",
        sheet(
            ROWS[0],
            (*ROWS[2][:1], "第二网格", *ROWS[2][2:]),
            ROWS[3],
            ("ZZ-9", "新", "", ""),
        ),
        by=cast.town_a,
    )
    found = net_lists.compare(again)
    assert [c["code"] for c in found.new] == ["ZZ-9"]
    assert [(r.code, c) for r, _cells, c in found.changed] == [
        ("ZZ-3", {"name": ("第一网格", "第二网格")})
    ]
    assert [r.code for r in found.gone] == ["ZZ-2"]
    assert found.same == 2
    assert LineGrid.objects.count() == 4  # nothing written yet

    counts = net_lists.take_over(again, by=cast.town_a)
    assert counts == {"new": 1, "changed": 1, "gone": 1, "ended": 0}
    run_all()
    assert desks()["ZZ-1"] == "confirmed"
    assert row("ZZ-2").desk == "changed"
    assert row("ZZ-2").findings == [{"code": "gone"}]
    held = row("ZZ-2").mappings.get(state="confirmed")
    assert held.own_code == "ZZ-2"  # in force until somebody ends it
    assert row("ZZ-3").mappings.get(state="proposed").grid == forest.small_a2_2
    assert net_lists.take_over(again, by=cast.town_a)["new"] == 0  # repeated

    assert nets.end_missing([row("ZZ-2"), row("ZZ-1")], by=cast.town_a) == 1
    assert row("ZZ-2").ended_on is not None
    held.refresh_from_db()
    assert (held.state, held.own_code) == ("ended", "ZZ-2")
    # a list that has it again begins a new one; the old code's history stays
    handed_in(forest, cast, *ROWS)
    assert LineGrid.objects.filter(code="ZZ-2").count() == 2


def test_one_that_comes_back_leaves_the_desk(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    nets.confirm(row("ZZ-2"), [forest.small_a1_2], by=cast.town_a)
    handed_in(forest, cast, ROWS[0], ROWS[2], ROWS[3])
    assert row("ZZ-2").desk == "changed"
    handed_in(forest, cast, *ROWS)
    assert row("ZZ-2").desk == "confirmed"
    assert row("ZZ-2").missing_since is None


def test_a_list_can_be_dropped_once(forest: Any, cast: Any) -> None:
    staged = net_lists.hand_in(
        forest.district, "security", sheet(*ROWS), by=cast.town_a
    )
    net_lists.drop(staged, by=cast.town_a)
    assert net_lists.drop(staged, by=cast.town_a).state == "dropped"
    with pytest.raises(Conflict):
        net_lists.take_over(staged, by=cast.town_a)
    assert not LineGrid.objects.exists()


def test_confirm_again_undo_and_reject(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    zz1 = row("ZZ-1")
    found, event = nets.confirm(
        zz1, [forest.small_a1_1], by=cast.town_a, version=zz1.version
    )
    assert event is not None
    assert found.desk == "confirmed"
    mapping = found.mappings.get(state="confirmed")
    assert (mapping.decided_by, mapping.own_name) == (cast.town_a, "星岩第1网格")
    # once more: nothing happens
    assert nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)[1] is None
    # with what somebody saw before: refused
    with pytest.raises(Conflict):
        nets.confirm(zz1, [forest.small_a1_2], by=cast.town_a, version=1)
    with pytest.raises(NotHere):
        nets.undo(event, by=cast.district)
    assert nets.undo(event, by=cast.town_a).desk == "clear"
    assert row("ZZ-1").mappings.get().state == "proposed"
    with pytest.raises(Conflict):
        nets.undo(event, by=cast.town_a)

    _r, event = nets.reject(row("ZZ-1"), by=cast.town_a, note="不是")
    assert row("ZZ-1").desk == "unmatched"
    net_matching.ask_matching(forest.district, "security", by=cast.town_a, again=True)
    run_all()
    assert row("ZZ-1").mappings.get().state == "rejected"  # not proposed again
    with pytest.raises(Invalid):
        nets.reject(row("ZZ-1"), by=cast.town_a)


def test_another_grid_by_hand_and_undo_takes_it_away(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    _r, event = nets.confirm(row("ZZ-4"), [forest.micro_a2_1_1], by=cast.town_a)
    held = row("ZZ-4").mappings.get()
    assert (held.method, held.state, held.score) == ("manual", "confirmed", 0)
    assert event is not None
    nets.undo(event, by=cast.town_a)
    assert not row("ZZ-4").mappings.exists()
    assert row("ZZ-4").medium_id is None


def test_what_cannot_be_confirmed(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    zz1 = row("ZZ-1")
    with pytest.raises(Invalid):
        nets.confirm(zz1, [], by=cast.town_a)
    with pytest.raises(Invalid):
        nets.confirm(zz1, [forest.village_a1, forest.small_a1_1], by=cast.town_a)
    with pytest.raises(NotAllowed):
        nets.confirm(zz1, [forest.small_b1_1], by=cast.town_a)
    for person in (cast.town_b, cast.officer_a, cast.worker_a, cast.leader):
        with pytest.raises(NotAllowed):
            nets.confirm(zz1, [forest.small_a1_1], by=person)
        with pytest.raises(NotAllowed):
            nets.reject(zz1, by=person)
    Grid.objects.filter(pk=forest.small_a1_1.pk).update(retired_on="2026-01-01")
    forest.small_a1_1.refresh_from_db()
    with pytest.raises(Invalid):
        nets.confirm(zz1, [forest.small_a1_1], by=cast.town_a)


def test_two_of_a_line_for_one_grid(forest: Any, cast: Any) -> None:
    handed_in(forest, cast, ROWS[0], ("ZZ-8", "第一网格", "星岩社区", "小"))
    assert desks() == {"ZZ-1": "doubled", "ZZ-8": "doubled"}
    assert row("ZZ-8").findings == [{"code": "claimed", "by": ["ZZ-1"]}]
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)
    assert desks() == {"ZZ-1": "confirmed", "ZZ-8": "doubled"}
    # whoever confirms the second one saw it: both are parts from now on
    nets.confirm(row("ZZ-8"), [forest.small_a1_1], by=cast.town_a)
    assert desks() == {"ZZ-1": "confirmed", "ZZ-8": "confirmed"}
    kinds = LineMapping.objects.confirmed().values_list("kind", flat=True)
    assert set(kinds) == {"part"}


def test_lines_that_disagree_about_one_outline(forest: Any, cast: Any) -> None:
    shape = box(112.0, 22.9, 112.01, 22.92)
    for line, code in (("security", "ZZ-1"), ("health", "GW-1")):
        staged = net_lists.hand_in(
            forest.district, line, drawn((code, "江滨", shape)), by=cast.town_a
        )
        net_lists.take_over(staged, by=cast.town_a)
        run_all()
        if line == "security":
            nets.confirm(row("ZZ-1"), [forest.small_a1_2], by=cast.town_a)
    assert row("GW-1").desk == "contested"
    told = {"code": "other_line", "line": "security", "own_code": "ZZ-1"}
    assert told in row("GW-1").findings


def test_clear_ones_are_confirmed_together(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    rows = list(LineGrid.objects.all())
    assert nets.confirm_clear(rows, by=cast.town_b) == 0
    assert nets.confirm_clear(rows, by=cast.town_a) == 3
    assert sorted(desks().values()) == ["confirmed"] * 3 + ["unmatched"]
    assert row("ZZ-3").small_id == forest.small_a2_1.pk
    assert nets.confirm_clear(rows, by=cast.town_a) == 0
    assert Event.objects.filter(name="linegrid.mapped").count() == 3


@pytest.mark.parametrize("name", ["grid.moved", "grid.recoded", "grid.drawn"])
def test_a_change_of_the_tree_asks_for_new_candidates_only(
    forest: Any, cast: Any, name: str
) -> None:
    handed_in(forest, cast)
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)
    heard.look_again(Event(name=name, subject_id=forest.village_a1.pk, data={}))
    assert (row("ZZ-1").desk, row("ZZ-1").needs_match) == ("confirmed", True)
    assert row("ZZ-3").desk == "clear"
    assert row("ZZ-1").mappings.get(state="confirmed").recheck == ""


def test_single_rows_and_their_candidates(forest: Any, cast: Any) -> None:
    values = {
        "line": "party",
        "code": "DJ-1",
        "name": "第二网格",
        "parent_name": "星岩",
    }
    made = lines.save_line_grid(None, values, by=cast.town_a)
    assert (made.large_id, made.needs_match) == (forest.town_a.pk, True)
    heard.match_what_was_written(Event.objects.get(name="linegrid.created"))
    run_all()
    assert row("DJ-1").mappings.get().grid == forest.small_a1_2
    with pytest.raises(Invalid):
        lines.save_line_grid(None, values, by=cast.town_a)  # the code is taken
    with pytest.raises(Invalid):
        lines.save_line_grid(None, {**values, "line": "x"}, by=cast.town_a)
    with pytest.raises(NotAllowed):
        lines.save_line_grid(made, {"name": "新"}, by=cast.town_b)
    with pytest.raises(Conflict):
        lines.save_line_grid(made, {"name": "新"}, by=cast.town_a, version=7)
    changed = lines.save_line_grid(
        made, {"geometry": box(112.0, 22.9, 112.01, 22.91)}, by=cast.district
    )
    assert changed.shape.max_lat == 22.91


def test_who_leads_a_line(forest: Any, cast: Any, departments: Any) -> None:
    district: District = forest.district
    values = {"lead_department": departments["water"], "level": "small"}
    made = lines.set_line(district, "security", values, by=cast.district)
    assert (made.lead_department, made.version) == (departments["water"], 1)
    assert lines.set_line(district, "security", values, by=cast.district).version == 1
    with pytest.raises(Conflict):
        lines.set_line(
            district, "security", {"level": "micro"}, by=cast.district, version=0
        )
    with pytest.raises(NotAllowed):
        lines.set_line(district, "security", values, by=cast.town_a)
    with pytest.raises(Invalid):
        lines.set_line(district, "security", {"sure_from": 0.2}, by=cast.district)
    with pytest.raises(Invalid):
        lines.set_line(district, "nothing", values, by=cast.district)
    assert WorkLine.objects.count() == 1


def test_the_lead_department_sees_its_own_line(
    forest: Any, cast: Any, departments: Any
) -> None:
    handed_in(forest, cast)
    seen = LineGrid.objects.visible_to
    assert not seen(cast.officer_a).exists()
    lines.set_line(
        forest.district,
        "security",
        {"lead_department": departments["urban_management"]},
        by=cast.district,
    )
    assert seen(cast.officer_a).count() == 4
    assert not seen(cast.officer_b).exists()
    assert not seen(cast.town_b).exists()
    assert seen(cast.town_a).count() == 4


def test_duties_with_their_rule(forest: Any, cast: Any) -> None:
    values = {
        "line": "security",
        "level": "micro",
        "what": "入户走访",
        "rule": "bymonthday=1,15; freq=monthly",
        "role": "liaison",
    }
    made = lines.save_duty(None, values, by=cast.district)
    assert made.rule == "FREQ=MONTHLY;BYMONTHDAY=1,15"
    assert LineDuty.objects.visible_to(cast.town_a).count() == 1
    with pytest.raises(Invalid):
        lines.save_duty(None, values, by=cast.district)  # there already
    with pytest.raises(Invalid):
        lines.save_duty(
            None, {**values, "what": "x", "rule": "FREQ=HOURLY"}, by=cast.district
        )
    with pytest.raises(Invalid):
        lines.save_duty(
            None,
            {**values, "what": "y", "starts_on": "2026-02-01", "ends_on": "2026-01-01"},
            by=cast.district,
        )
    with pytest.raises(NotAllowed):
        lines.save_duty(made, {"what": "z"}, by=cast.town_a)


def test_a_grid_of_the_line_alone(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    zz4 = row("ZZ-4")
    for person in (cast.town_b, cast.officer_a, cast.worker_a, cast.leader):
        with pytest.raises(NotAllowed):
            nets.keep_own(zz4, by=person, reason="流动党员")
    with pytest.raises(Invalid) as refused:
        nets.keep_own(zz4, by=cast.town_a, reason="  ")
    assert "reason" in refused.value.fields
    kept, event = nets.keep_own(zz4, by=cast.town_a, reason="流动党员", version=1)
    assert (kept.desk, kept.decision, kept.own_reason) == ("own", "own", "流动党员")
    assert nets.keep_own(row("ZZ-4"), by=cast.town_a, reason="流动党员")[1] is None
    with pytest.raises(Conflict):
        nets.keep_own(zz4, by=cast.town_a, reason="又一次", version=1)
    with pytest.raises(IllegalStep):
        nets.confirm(row("ZZ-4"), [forest.small_a1_1], by=cast.town_a)

    # a newer list with another name, matched anew: the decision stands
    handed_in(forest, cast, *ROWS[:3], ("ZZ-4", "江滨流动片区", "", ""))
    net_matching.ask_matching(forest.district, "security", by=cast.town_a, again=True)
    run_all()
    assert (row("ZZ-4").name, row("ZZ-4").desk) == ("江滨流动片区", "own")

    opened, event = nets.take_back_own(row("ZZ-4"), by=cast.town_a)
    assert (opened.desk, opened.own_reason) == ("unmatched", "")
    with pytest.raises(IllegalStep):
        nets.take_back_own(row("ZZ-4"), by=cast.town_a)
    assert event is not None
    assert nets.undo(event, by=cast.town_a).desk == "own"
    assert row("ZZ-4").own_reason == "流动党员"
    names = Event.objects.filter(subject_id=zz4.pk, name__startswith="linegrid.")
    assert {"linegrid.kept_own", "linegrid.own_taken_back"} <= set(
        names.values_list("name", flat=True)
    )


def test_a_mapped_grid_is_not_of_the_line_alone(forest: Any, cast: Any) -> None:
    handed_in(forest, cast)
    nets.confirm(row("ZZ-1"), [forest.small_a1_1], by=cast.town_a)
    with pytest.raises(Conflict):
        nets.keep_own(row("ZZ-1"), by=cast.town_a, reason="x")
    _r, event = nets.keep_own(row("ZZ-2"), by=cast.town_a, reason="只有本线有")
    assert event is not None
    alone = LineGrid.objects.filter(code="ZZ-2")
    said = {"own_reason": "x", "own_at": timezone.now()}
    refused = (  # the database holds to it as well
        lambda: LineGrid.objects.filter(code="ZZ-1").update(decision="own", **said),
        lambda: LineMapping.objects.filter(line_grid__code="ZZ-2").update(
            state="confirmed", decided_at=timezone.now()
        ),
        lambda: alone.update(own_reason=""),
        lambda: alone.update(decision="gone"),
    )
    for write in refused:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    assert nets.undo(event, by=cast.town_a).desk == "clear"
    assert row("ZZ-2").mappings.get().state == "proposed"
