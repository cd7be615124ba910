"""Joint committees: members, meetings, needs and offers, decisions tracked until checked."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed
from governance.core.models import Event, Notice
from grids.actions import committees, decision_reminders, decisions
from grids.models import Decision, JointCommittee, JointMeeting
from grids.subscribers.committees import tell_of_decisions
from grids.workflow import DECISION
from tests.factories.support import make_meeting


def days(n: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=n)


@pytest.fixture
def meeting(cast: SimpleNamespace, forest: SimpleNamespace) -> JointMeeting:
    return make_meeting(forest.village_a1, by=cast.town_a)


@pytest.fixture
def decision(cast: SimpleNamespace, meeting: Any, departments: Any) -> Decision:
    return committees.decide(
        meeting,
        by=cast.town_a,
        what="清理后巷",
        due_on=days(5),
        department=departments["urban_management"],
    )


def test_the_kind_follows_from_the_grid_and_there_is_one(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    street = committees.save_committee(
        None, {"grid": forest.town_a, "name": "云城街道大工委"}, by=cast.town_a
    )
    assert street.kind == "street"
    with pytest.raises(Invalid):
        committees.save_committee(
            None, {"grid": forest.town_a, "name": "又一个"}, by=cast.town_a
        )
    with pytest.raises(Invalid):
        committees.save_committee(
            None, {"grid": forest.small_a1_1, "name": "小"}, by=cast.town_a
        )
    with pytest.raises(Invalid):
        committees.save_committee(
            None, {"grid": forest.town_b, "name": "别家"}, by=cast.town_a
        )
    with pytest.raises(NotAllowed):
        committees.save_committee(street, {"chair": "甲"}, by=cast.town_b)
    changed = committees.save_committee(
        street, {"grid": forest.town_a, "chair": "甲"}, by=cast.district, version=1
    )
    assert (changed.chair, changed.version) == ("甲", 2)


def test_part_time_members_stand_for_a_unit(
    cast: SimpleNamespace, meeting: JointMeeting
) -> None:
    row, by = meeting.committee, cast.town_a
    with pytest.raises(Invalid) as refused:
        committees.add_member(row, by=by, name="", unit="")
    assert set(refused.value.fields) == {"name", "unit"}
    member = committees.add_member(row, by=by, name="新人", unit="新单位")
    again = committees.add_member(row, by=by, name="新人", unit="新单位")
    assert again.pk == member.pk
    with pytest.raises(NotAllowed):
        committees.add_member(row, by=cast.town_b, name="乙", unit="某单位")
    committees.end_member(member, by=by)
    with pytest.raises(NotAllowed):
        committees.end_member(member, by=cast.officer_a)
    member.refresh_from_db()
    assert member.ends_on == timezone.localdate()  # joined today: this was the last day


def test_a_meeting_begins_with_study_and_counts_only_members(
    cast: SimpleNamespace, meeting: JointMeeting
) -> None:
    by, row = cast.town_a, meeting.committee
    with pytest.raises(Invalid) as refused:
        committees.save_meeting(
            None, {"committee": row, "held_on": days(3), "first_topic": ""}, by=by
        )
    assert "first_topic" in refused.value.fields
    with pytest.raises(Invalid):
        committees.save_meeting(meeting, {"attended": ["路人"]}, by=by)
    saved = committees.save_meeting(
        meeting, {"attended": ["单位甲"], "minutes": "议定两项"}, by=by
    )
    assert [m.name for m in saved.attended.all()] == ["单位甲"]
    with pytest.raises(NotAllowed):
        committees.save_meeting(meeting, {"minutes": "x"}, by=cast.worker_b)


def test_needs_and_offers_meet_once(
    cast: SimpleNamespace, meeting: JointMeeting
) -> None:
    by = cast.town_a
    need = committees.put_need(meeting, by=by, what="停车位", put_by="星岩社区")
    offer = committees.make_offer(
        meeting, by=by, what="夜间开放车场", offered_by="单位甲"
    )
    first = committees.match(need, offer, by=by)
    assert committees.match(need, offer, by=by).pk == first.pk
    with pytest.raises(NotAllowed):
        committees.match(need, offer, by=cast.town_b)
    with pytest.raises(Invalid):
        committees.put_need(meeting, by=by, what=" ", put_by="")
    committees.decide(
        meeting, by=by, what="开放", due_on=days(1), owner_unit="单位甲", need=need
    )
    with pytest.raises(Conflict):
        committees.withdraw(need, by=by)
    committees.withdraw(offer, by=by)
    assert not need.matches.exists()
    with pytest.raises(Conflict):
        committees.match(need, offer, by=by)


def test_a_decision_goes_from_open_to_checked(
    cast: SimpleNamespace, decision: Decision
) -> None:
    assert decision.number == 1
    row = decisions.take(decision, "begin", by=cast.officer_a)
    row = decisions.take(row, "note", by=cast.officer_a, note="已进场")
    assert row.state == "doing"
    with pytest.raises(Invalid):
        decisions.take(row, "finish", by=cast.officer_a)
    row = decisions.take(row, "finish", by=cast.officer_a, note="清了")
    assert (row.state, row.done_on) == ("done", timezone.localdate())
    with pytest.raises(NotAllowed):
        decisions.take(row, "check", by=cast.officer_a)
    row = decisions.take(row, "send_back", by=cast.town_a, note="还有杂物")
    row = decisions.take(row, "finish", by=cast.town_a, note="再清")
    with pytest.raises(NotAllowed):  # who reported it does not check it
        decisions.take(row, "check", by=cast.town_a)
    row = decisions.take(row, "check", by=cast.district)
    assert row.state == "checked"
    with pytest.raises(IllegalStep):
        decisions.take(row, "begin", by=cast.town_a)


@pytest.mark.parametrize("who", ["officer_b", "town_b", "worker_a", "auditor"])
def test_others_take_no_step(
    who: str, cast: SimpleNamespace, decision: Decision
) -> None:
    with pytest.raises(NotAllowed):
        decisions.take(decision, "begin", by=getattr(cast, who))


def test_dropping_needs_a_reason_and_can_be_undone(
    cast: SimpleNamespace, decision: Decision
) -> None:
    by = cast.town_a
    with pytest.raises(Invalid):
        decisions.take(decision, "drop", by=by)
    row = decisions.take(decision, "drop", by=by, note="另案办理")
    assert (row.state, row.dropped_reason) == ("dropped", "另案办理")
    with pytest.raises(Conflict):
        decisions.undo(row, by=cast.district)
    row = decisions.undo(row, by=by)
    assert (row.state, row.dropped_reason) == ("open", "")
    with pytest.raises(Conflict):
        decisions.undo(row, by=by)
    row = decisions.take(row, "finish", by=by, note="办了")
    row = decisions.undo(row, by=by)
    assert (row.state, row.done_on, row.done_by_id) == ("open", None, None)


def test_the_database_refuses_every_other_change_of_state(
    decision: Decision,
) -> None:
    legal = set(DECISION.pairs())
    for state in ("open", "doing", "done", "checked", "dropped"):
        if ("open", state) in legal or state == "open":
            continue
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.filter(pk=decision.pk).update(
                state=state, dropped_reason="x"
            )


def test_reminders_are_told_once_a_date(
    cast: SimpleNamespace, decision: Decision
) -> None:
    assert decision_reminders.sweep() == 0  # five days are not soon
    assert decision_reminders.sweep(days(2)) == 1
    assert decision_reminders.sweep(days(3)) == 0
    assert decision_reminders.sweep(days(6)) == 1
    assert decision_reminders.sweep(days(7)) == 0
    names = Event.objects.filter(subject_id=decision.pk).values_list("name", flat=True)
    assert [n for n in names if n in ("decision.due_soon", "decision.overdue")] == [
        "decision.due_soon",
        "decision.overdue",
    ]
    event = Event.objects.get(name="decision.overdue")
    tell_of_decisions(event)
    tell_of_decisions(event)
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert {"officer_a", "town_a"} <= told
    assert Notice.objects.filter(user=cast.officer_a).count() == 1
    Decision.objects.filter(pk=decision.pk).update(due_on=days(1))
    decision.refresh_from_db()
    assert decision_reminders.sweep() == 1  # a new date is told again


def test_a_department_sees_what_it_carries_out_and_nothing_else(
    cast: SimpleNamespace, decision: Decision
) -> None:
    for who, seen in (
        ("officer_a", 1),
        ("officer_b", 0),
        ("town_a", 1),
        ("town_b", 0),
        ("district", 1),
        ("outsider", 0),
    ):
        user = getattr(cast, who)
        assert Decision.objects.visible_to(user).count() == seen, who
        assert JointMeeting.objects.visible_to(user).count() == seen, who
        assert JointCommittee.objects.visible_to(user).count() == seen, who
