"""Steps aside of the main way: look first, hold, merge, exclude, hide, revisit, plain replies."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from governance.core import dictionaries
from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed, NotHere
from governance.core.models import DictionaryItem, Event, Notice
from requests_hub import plainwords, presenters, replies
from requests_hub.actions import (
    base,
    feedback,
    intake,
    looking,
    merging,
    privacy,
    proposals,
    reporting,
    revisits,
    steps,
)
from requests_hub.actions.actors import Reporter
from requests_hub.actions.replies import save_template
from requests_hub.models import Proposal, Request, Revisit, Sending, Task
from requests_hub.subscribers.effects import tell_by_effects
from tests.factories.requests_hub import submit, task_of

STATEMENT = "管网改造资金未落实，已申报明年计划。"


def fresh(row):
    return Request.objects.get(pk=row.pk)


def later(days):
    return timezone.localdate() + timedelta(days=days)


def ask_hold(row, by, day=None):
    return proposals.hold_ask(
        row, by=by, why="funds", statement=STATEMENT, review_on=day or later(30)
    )


# --- Look first -----------------------------------------------------------------------------


@pytest.mark.parametrize("found", ["found", "not_found", "cannot_tell"])
def test_what_the_grid_finds_brings_it_back_to_the_desk(make, cast, found):
    row = make.request("submitted")
    looking.look(row, by=cast.town_a, holder=cast.worker_a, note="是否公共路段")
    task = task_of(row)
    assert fresh(row).state == "verify"
    assert task.due_at == fresh(row).due_at
    looking.finding(task, by=cast.worker_a, finding=found, note="井盖确实缺失")
    task.refresh_from_db()
    assert (task.state, task.finding, fresh(row).state) == ("done", found, "accepted")
    with pytest.raises(IllegalStep):
        looking.finding(task, by=cast.worker_a, finding=found, note="再看一次")


def test_a_look_is_refused_to_others_and_without_words(make, cast):
    row = make.request("verify")
    task = task_of(row)
    with pytest.raises(Invalid) as wrong:
        looking.finding(task, by=cast.worker_a, finding="not_found")
    assert "note" in wrong.value.fields
    with pytest.raises(NotAllowed):
        looking.finding(task, by=cast.worker_b, finding="found")
    with pytest.raises(Invalid):
        looking.look(make.request(), by=cast.town_a, holder=cast.worker_b)
    looking.cancel(task, by=cast.town_a, reason="已有照片")
    assert fresh(row).state == "accepted"


# --- Hold -----------------------------------------------------------------------------------


def test_a_hold_ends_tasks_stops_the_clock_and_comes_back_on_its_day(make, cast):
    row = make.request("whistled")
    ask_hold(row, cast.town_a)
    with pytest.raises(Conflict):
        ask_hold(fresh(row), cast.town_a)
    proposals.hold(fresh(row), by=cast.leader, note="同意")
    held = fresh(row)
    assert (held.state, held.due_at) == ("held", None)
    assert not Task.objects.open().filter(request=row).exists()
    assert proposals.sweep_reviews() == 0
    with base.at(timezone.now() + timedelta(days=31)):
        assert proposals.sweep_reviews() == 1
        assert proposals.sweep_reviews() == 0
    back = fresh(row)
    assert (back.state, back.round) == ("accepted", row.round + 1)
    assert back.due_at is not None
    assert Proposal.objects.get(request=row).ended_at is not None


def test_a_called_department_may_ask_and_nobody_decides_their_own(make, cast):
    row = make.request("whistled")
    ask_hold(row, cast.officer_a)
    with pytest.raises(NotAllowed):
        proposals.hold(fresh(row), by=cast.town_a)
    proposals.hold_refuse(fresh(row), by=cast.district, reason="可先修补")
    assert fresh(row).state == "whistled"
    ask_hold(fresh(row), cast.district)
    with pytest.raises(Conflict):
        proposals.hold(fresh(row), by=cast.district)
    with pytest.raises(DatabaseError), transaction.atomic():
        Proposal.objects.filter(request=row, state="asked").update(
            state="approved", decided_by=cast.district, decided_at=timezone.now()
        )


def test_a_hold_needs_a_statement_and_a_day_ahead(make, cast):
    row = make.request("accepted")
    for wrong in (
        {"statement": "没钱", "review_on": later(3), "why": "funds"},
        {"statement": STATEMENT, "review_on": later(0), "why": "funds"},
        {"statement": STATEMENT, "review_on": later(3), "why": "nothing"},
    ):
        with pytest.raises(Invalid):
            proposals.hold_ask(row, by=cast.town_a, **wrong)
    with pytest.raises(NotAllowed):
        ask_hold(row, cast.town_b)


def test_an_open_hold_proposal_falls_when_the_request_is_answered(make, cast):
    row = make.request("accepted")
    ask_hold(row, cast.town_a)
    steps.take(
        fresh(row), "reply", by=cast.town_a, data={"reply": "已于今天上门换好灯。"}
    )
    assert Proposal.objects.get(request=row).state == "dropped"


# --- Exclusion --------------------------------------------------------------------------------


def test_an_exclusion_is_a_flag_that_somebody_else_sets_and_that_can_be_taken_back(
    make, cast
):
    row = make.request("closed")
    data = {"why": "court", "statement": "同一事项区法院已立案审理。"}
    steps.take(row, "exclude_ask", by=cast.town_a, data=data)
    assert not fresh(row).is_excluded
    with pytest.raises(NotAllowed):
        steps.take(fresh(row), "exclude", by=cast.town_a)
    steps.take(fresh(row), "exclude", by=cast.leader)
    assert (fresh(row).is_excluded, fresh(row).state) == (True, "closed")
    with pytest.raises(Conflict):
        steps.take(fresh(row), "exclude_ask", by=cast.town_a, data=data)
    steps.take(fresh(row), "include", by=cast.district, data={"reason": "复核应计入"})
    assert not fresh(row).is_excluded


# --- Merge ------------------------------------------------------------------------------------


def test_merged_requests_go_along_and_split_off_again(make, cast, forest):
    goal, first = make.request("accepted"), submit(forest.district)
    second = submit(forest.district)
    merging.merge(second, by=cast.town_a, target=first)
    merging.merge(first, by=cast.town_a, target=goal)
    assert fresh(second).merged_into_id == goal.pk
    view = presenters.public_view(fresh(second))
    assert view.code.replace(" ", "") == second.follow_code
    assert "一起办理" in view.sentence
    feedback.add(fresh(second), by=Reporter(second.pk), note="又深了")
    told = Event.objects.filter(subject_id=goal.pk, name="request.added").get()
    assert told.data["of"] == second.no
    merging.split(fresh(second), by=cast.town_a, reason="不是同一处")
    again = fresh(second)
    assert (again.state, again.merged_into_id) == ("accepted", None)
    assert fresh(first).merged_into_id == goal.pk


def test_a_merge_needs_an_open_visible_target(make, cast, forest):
    row, ended = make.request("accepted"), make.request("closed")
    merged = make.request("merged")
    for target in (row, ended, merged):
        with pytest.raises(Invalid) as wrong:
            merging.merge(row, by=cast.town_a, target=target)
        assert "target" in wrong.value.fields
    with pytest.raises(NotAllowed):
        merging.merge(row, by=cast.town_b, target=make.request("accepted"))


def test_a_merge_ends_what_is_open(make, cast):
    row, goal = make.request("handling"), make.request("accepted")
    merging.merge(row, by=cast.town_a, target=goal)
    assert task_of(row).state == "cancelled"


# --- Closing and replies ------------------------------------------------------------------------


def test_closed_not_solved_says_why(make, cast):
    row = make.request("checking")
    with pytest.raises(Invalid) as wrong:
        feedback.close(row, by=cast.town_a, outcome="not_solved")
    assert "summary" in wrong.value.fields
    why = "该路属省道，区公路中心已于11月20日报省公路局，计划明年3月修复。"
    feedback.close(row, by=cast.town_a, outcome="not_solved", summary=why)
    assert (fresh(row).outcome, fresh(row).reply) == ("not_solved", why)


@pytest.mark.parametrize(
    "empty",
    [
        "已处理",
        "您好，您反映的问题已转交相关部门处理，感谢您的支持与理解！",
        "已办结。",
        "____",
    ],
)
def test_words_that_say_nothing_are_refused_until_a_reason_is_given(make, cast, empty):
    row = make.request("checking")
    with pytest.raises(Invalid) as wrong:
        feedback.close(row, by=cast.town_a, summary=empty)
    assert "summary" in wrong.value.fields
    feedback.close(row, by=cast.town_a, summary=empty, keep_reason="来电人要求简短")
    event = Event.objects.get(subject_id=row.pk, name="request.closed")
    assert event.data["keep_reason"] == "来电人要求简短"


@pytest.mark.django_db
def test_hints_name_what_is_missing():
    dictionaries.forget()
    good = "市政中心11月20日上午已更换村口3盏路灯，当晚恢复照明。"
    assert plainwords.hints(good) == []
    codes = {
        hint.code for hint in plainwords.hints("问题确实存在，我们很重视这件事情。")
    }
    assert {"what", "when", "short"} <= codes
    jargon = plainwords.hints(f"{good}本工单已销号。")
    assert [hint.code for hint in jargon] == ["jargon", "jargon"]
    assert not any(hint.is_refused for hint in jargon)


def test_templates_fill_themselves_and_refuse_unknown_placeholders(make, cast):
    row = make.request("replied")
    values = {
        "occasion": "close",
        "title": "路灯",
        "body": "{部门}{日期}办理{编号}：{办理情况}",
    }
    save_template(None, values, by=cast.district)
    drafted = replies.for_step(row, "close")
    text = replies.filled(drafted[0].body, row)
    assert row.no in text
    assert "井盖已更换" in text
    with pytest.raises(Invalid) as wrong:
        save_template(
            None, {**values, "title": "错", "body": "{姓名}"}, by=cast.district
        )
    assert "{姓名}" in wrong.value.fields["body"][0]


# --- Private ------------------------------------------------------------------------------------


def test_private_requests_are_for_their_handlers(make, cast):
    row = make.request("accepted")
    assert Request.objects.visible_to(cast.leader).filter(pk=row.pk).exists()
    privacy.hide(row, by=cast.town_a, reason="涉及未成年人")
    for name in ("town_a", "district", "auditor"):
        seen = Request.objects.visible_to(getattr(cast, name))
        assert seen.filter(pk=row.pk).exists(), name
    # the worker of the grid was given nothing of it
    for name in ("leader", "admin", "town_b", "worker_a"):
        seen = Request.objects.visible_to(getattr(cast, name))
        assert not seen.filter(pk=row.pk).exists(), name
    with pytest.raises(Conflict):
        privacy.hide(fresh(row), by=cast.town_a, reason="再来一次")
    privacy.unhide(fresh(row), by=cast.town_a, reason="当事人同意")
    assert not fresh(row).is_private


def test_a_flagged_category_makes_what_comes_in_private(make, forest):
    dictionaries.forget()
    top = DictionaryItem.objects.filter(
        dictionary__code="request_category", children__isnull=False
    ).first()
    below = DictionaryItem.objects.filter(parent=top).first()
    assert not intake.is_sensitive(below)
    top.data = {**top.data, "private": True}
    top.save(update_fields=["data"])
    dictionaries.forget()
    assert submit(forest.district, category=below).is_private
    dictionaries.forget()


# --- Revisits -----------------------------------------------------------------------------------


def test_four_answers_are_kept_and_count_once(make, cast):
    row = make.request("closed")
    revisits.missed(row, by=cast.town_a, words="无人接听")
    revisits.revisit(
        fresh(row),
        by=cast.town_a,
        is_solved=True,
        satisfaction="basically",
        words="还行",
    )
    one = Revisit.objects.valid().get(request=row)
    assert (one.attempt, one.is_contacted, one.is_solved) == (2, True, True)
    assert (fresh(row).state, fresh(row).satisfaction) == ("revisited", "basically")
    with pytest.raises(IllegalStep):
        revisits.missed(fresh(row), by=cast.town_a)


def test_who_cannot_be_reached_counts_after_the_last_attempt(make, cast, settings):
    settings.REVISIT_ATTEMPTS = 2
    row = make.request("closed")
    revisits.missed(row, by=cast.town_a)
    assert (fresh(row).state, Revisit.objects.valid().count()) == ("closed", 0)
    revisits.missed(fresh(row), by=cast.town_a)
    last = Revisit.objects.valid().get()
    assert (fresh(row).state, last.is_contacted, last.is_solved) == (
        "revisited",
        False,
        None,
    )


def test_the_residents_own_rating_is_a_revisit(make):
    row = make.request("revisited")
    one = Revisit.objects.valid().get(request=row)
    assert (one.way, one.asked_by, one.satisfaction) == ("self", None, "satisfied")


def test_a_revisit_is_the_desks(make, cast):
    row = make.request("closed")
    with pytest.raises(NotAllowed):
        revisits.revisit(row, by=cast.worker_a, is_solved=True)
    with pytest.raises(NotAllowed):
        revisits.missed(row, by=cast.town_b)


# --- Who is told, and why not -------------------------------------------------------------------


def test_effects_tell_the_desk_the_approvers_and_the_reporter(make, cast):
    row = make.request("accepted", reporter_phone="13812342046")
    ask_hold(row, cast.town_a)
    asked = Event.objects.get(subject_id=row.pk, name="request.hold_asked")
    tell_by_effects(asked)
    told = set(Notice.objects.filter(event_id=asked.pk).values_list("user", flat=True))
    assert {cast.district.pk, cast.leader.pk} <= told
    proposals.hold(fresh(row), by=cast.leader)
    event = Event.objects.get(subject_id=row.pk, name="request.held")
    tell_by_effects(event)
    tell_by_effects(event)
    message = Sending.objects.get(request=row)
    assert (message.channel, message.key) == ("sms", f"step:{event.pk}")
    assert "资金未落实" in message.body
    assert reporting.channels_of(make.request()) == []


def test_refused_steps_say_why(make, cast):
    row = make.request("submitted")
    offered = {step.name for step in steps.available(row, cast.town_a)}
    why = {step.name: words for step, words in steps.refused(row, cast.town_a)}
    assert {"accept", "reject", "look", "merge"} <= offered
    assert not offered & set(why)
    assert "已受理" in why["dispatch"]
    assert why["unhide"]
    assert "hold" not in why  # nothing is said of what is never this post's
    assert steps.refused(row, cast.worker_b) == []


def test_a_request_out_of_sight_is_not_there(make, cast):
    from requests_hub.actions import redaction

    row = make.request("accepted")
    with pytest.raises(NotHere):
        redaction.photo_of(row, 1)
