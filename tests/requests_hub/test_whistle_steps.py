"""Each step of a whistle: done, refused, out of scope, repeated; and what the database refuses."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from rest_framework.test import APIClient

from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed
from governance.core.models import Event
from governance.core.worktime import Amount
from requests_hub.actions import (
    base,
    callups,
    extensions,
    feedback,
    pauses,
    returns,
    scores,
    steps,
    whistles,
)
from requests_hub.forms.fields import moment
from requests_hub.models import Extension, Pause, Return, Score, Task, Whistle
from requests_hub.public import public_view
from tests.factories.requests_hub import answered, task_of

pytestmark = pytest.mark.django_db


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


# --- Returns and the ruling --------------------------------------------------------------------


def give_back(call: Any, **given: Any) -> Task:
    words = {"kind": "unclear", "reason": "权属不清", **given}
    return returns.send_back(fresh(call.lead), by=call.cast.officer_a, **words)


def test_a_return_goes_to_the_desk_and_the_clocks_stand(call: Any) -> None:
    task = give_back(call)
    assert (task.state, task.return_count, task.due_at) == ("returned", 1, None)
    assert task.is_paused
    assert task.decision_due_at > timezone.now()
    assert Return.objects.get(task=task).kind.code == "unclear"
    assert fresh(call.request).due_at is None
    again = returns.send_again(task, by=call.cast.town_a, reason="按职责清单")
    assert (again.state, again.is_paused, again.decision_due_at) == (
        "called",
        False,
        None,
    )
    assert again.due_at >= call.lead.due_at
    assert Return.objects.get(task=task).outcome == "sent_again"


def test_the_second_return_goes_to_the_district_whose_ruling_binds(call: Any) -> None:
    give_back(call)
    returns.send_again(fresh(call.lead), by=call.cast.town_a, reason="是你们的")
    task = give_back(call, kind="overlap")
    assert task.state == "ruling"
    with pytest.raises(NotAllowed):
        returns.rule(task, by=call.cast.town_a, reason="x")
    ruled = returns.rule(task, by=call.cast.district, reason="依三定方案")
    assert (ruled.state, ruled.is_ruled) == ("called", True)
    with pytest.raises(Conflict, match=r"binds|约束力"):
        give_back(call)
    assert [r.outcome for r in Return.objects.filter(task=task)] == [
        "sent_again",
        "ruled",
    ]


def test_a_return_after_its_window_is_refused_in_plain_words(call: Any) -> None:
    with (
        base.at(timezone.now() + timedelta(days=9)),
        pytest.raises(Conflict, match=r"could be returned until|退回时限"),
    ):
        give_back(call)
    assert not Return.objects.exists()


def test_who_had_reported_in_need_not_do_so_again(call: Any) -> None:
    whistles.report_in(call.lead, by=call.cast.officer_a)
    give_back(call)
    again = returns.send_again(fresh(call.lead), by=call.cast.town_a, reason="是")
    assert again.state == "reported_in"


def test_a_return_needs_a_known_kind_and_the_departments_officer(call: Any) -> None:
    with pytest.raises(Invalid):
        give_back(call, kind="because")
    with pytest.raises(NotAllowed):
        returns.send_back(call.lead, by=call.cast.officer_b, kind="unclear", reason="x")


def test_the_database_knows_no_third_return_and_no_return_of_a_ruling(
    call: Any,
) -> None:
    rows = Task.objects.filter(pk=call.lead.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(return_count=3)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(is_ruled=True, state="returned")


# --- Holds -------------------------------------------------------------------------------------


def reported(call: Any) -> Task:
    return whistles.report_in(call.lead, by=call.cast.officer_a)


def hold(call: Any, **given: Any) -> Task:
    words = {
        "kind": "weather",
        "reason": "暴雨",
        "until": timezone.now() + timedelta(days=3),
        **given,
    }
    return pauses.pause(fresh(call.lead), by=call.cast.town_a, **words)


def test_on_hold_nothing_is_due_and_deadlines_move_by_it(call: Any) -> None:
    reported(call)
    before = fresh(call.lead).due_at
    held = hold(call)
    assert (held.due_at, held.plan_due_at) == (None, None)
    assert list(Task.objects.open().filter(paused_at__isnull=False)) == [held]
    with base.at(timezone.now() + timedelta(days=2)):
        back = pauses.run_again(held, by=call.cast.officer_a)
    assert back.due_at > before
    assert fresh(call.request).due_at == back.due_at
    row = Pause.objects.get(task=held)
    assert (row.kind.code, row.ended_by) == ("weather", call.cast.officer_a)


def test_on_hold_the_officers_steps_wait(call: Any) -> None:
    reported(call)
    hold(call)
    with pytest.raises(Conflict) as refused:
        whistles.claim(fresh(call.lead), by=call.cast.officer_a)
    assert refused.value.extra["legal"] == ["run_again"]
    with pytest.raises(Conflict):
        hold(call)
    offered = {s.name for s in steps.available(fresh(call.lead), call.cast.officer_a)}
    assert "claim" not in offered
    assert "run_again" in offered


@pytest.mark.parametrize("days", [-1, 200])
def test_a_hold_ends_within_the_longest_time(call: Any, days: int) -> None:
    reported(call)
    with pytest.raises(Invalid) as refused:
        hold(call, until=timezone.now() + timedelta(days=days))
    assert "until" in refused.value.fields


def test_only_the_desk_holds_and_no_emergency_stands(make: Any, call: Any) -> None:
    reported(call)
    with pytest.raises(NotAllowed):
        pauses.pause(
            call.lead,
            by=call.cast.officer_a,
            kind="weather",
            reason="x",
            until=timezone.now() + timedelta(days=1),
        )
    request = make.request("accepted")
    d = make.departments
    whistles.whistle(
        request, by=call.cast.town_a, lead=d["transport"], kind="emergency"
    )
    task = whistles.report_in(task_of(request), by=call.cast.officer_b)
    with pytest.raises(Conflict, match=r"never stand|不能暂停"):
        pauses.pause(
            task,
            by=call.cast.town_a,
            kind="weather",
            reason="x",
            until=timezone.now() + timedelta(days=1),
        )


# --- Extensions --------------------------------------------------------------------------------


def test_more_time_once_and_before_it_is_due(call: Any) -> None:
    reported(call)
    day, officer = Amount.parse("1d"), call.cast.officer_a
    before = fresh(call.lead).due_at
    extensions.ask_extension(fresh(call.lead), by=officer, amount=day, reason="等料")
    given = extensions.grant_extension(fresh(call.lead), by=call.cast.town_a)
    assert given.due_at > before
    assert fresh(call.request).due_at == given.due_at
    with pytest.raises(Conflict, match=r"one only|只能延期一次"):
        extensions.ask_extension(given, by=officer, amount=day, reason="还要")
    with pytest.raises(Conflict):
        extensions.grant_extension(given, by=call.cast.town_a)


def test_a_late_or_too_long_extension_is_refused(call: Any) -> None:
    reported(call)
    officer = call.cast.officer_a
    with pytest.raises(Invalid):
        extensions.ask_extension(
            call.lead, by=officer, amount=Amount.parse("6d"), reason="x"
        )
    with (
        base.at(call.lead.due_at + timedelta(minutes=1)),
        pytest.raises(Conflict, match=r"before it is due|到期前"),
    ):
        extensions.ask_extension(
            call.lead, by=officer, amount=Amount.parse("1d"), reason="x"
        )
    assert not Extension.objects.exists()


def test_a_refused_extension_leaves_the_deadline(call: Any) -> None:
    reported(call)
    before = fresh(call.lead).due_at
    extensions.ask_extension(
        fresh(call.lead), by=call.cast.officer_a, amount=Amount.parse("1d"), reason="x"
    )
    row = extensions.refuse_extension(
        fresh(call.lead), by=call.cast.town_a, reason="可以按期"
    )
    assert (row.due_at, row.extension_state) == (before, "refused")


# --- Who is called, and when it is over (D5) -----------------------------------------------------


def test_one_more_department_has_its_own_clocks(call: Any) -> None:
    with base.at(timezone.now() + timedelta(days=1)):
        task = callups.add_department(
            call.whistle,
            by=call.cast.town_a,
            department=call.departments["water"],
            reason="有水管",
        )
    assert task.due_at > call.lead.due_at
    with pytest.raises(Conflict):
        callups.add_department(
            call.whistle,
            by=call.cast.town_a,
            department=call.departments["water"],
            reason="x",
        )
    with pytest.raises(NotAllowed):
        callups.add_department(
            call.whistle, by=call.cast.town_b, department=task.department, reason="x"
        )


def test_letting_the_lead_go_hands_it_on(call: Any) -> None:
    gone = callups.release(call.lead, by=call.cast.town_a, reason="不涉及")
    assert (gone.end_reason, gone.ended_by) == ("不涉及", call.cast.town_a)
    assert fresh(call.other).is_lead
    assert not fresh(call.lead).is_lead
    assert fresh(call.request).lead_department == call.departments["transport"]


def test_the_whole_whistle_is_taken_back_before_anybody_answers(call: Any) -> None:
    row = callups.recall_whistle(call.whistle, by=call.cast.town_a, reason="重复")
    assert (row.state, fresh(call.lead).state) == ("recalled", "recalled")
    assert fresh(call.request).state == "accepted"
    with pytest.raises(IllegalStep):
        callups.recall_whistle(call.whistle, by=call.cast.town_a, reason="重复")


def test_what_was_taken_back_was_not_done_in_time(call: Any, client: Any) -> None:
    """Nobody is praised for it, and no resident is told that they have it."""
    callups.recall_whistle(call.whistle, by=call.cast.town_a, reason="误发")
    client.force_login(call.cast.town_a)
    page = client.get(f"/whistles/{call.whistle.pk}/").content.decode()
    assert "已撤回" in page
    assert "按期" not in page
    view = public_view(fresh(call.request))
    assert call.departments["urban_management"].short not in str(view)


def test_who_was_let_go_is_not_waited_for(call: Any, client: Any) -> None:
    callups.release(call.other, by=call.cast.town_a, reason="与其无关")
    client.force_login(call.cast.town_a)
    page = client.get(f"/whistles/{call.whistle.pk}/").content.decode()
    assert "部门回复并核查通过后结案" in page


def test_an_answered_whistle_is_not_taken_back(call: Any) -> None:
    answered(call.other, call.cast.officer_b)
    with pytest.raises(Conflict):
        callups.recall_whistle(call.whistle, by=call.cast.town_a, reason="x")


def test_complete_only_when_every_department_closed_or_was_let_go(call: Any) -> None:
    answered(call.lead, call.cast.officer_a)
    with pytest.raises(DatabaseError, match="still waits"), transaction.atomic():
        Whistle.objects.filter(pk=call.whistle.pk).update(state="complete")
    callups.release(call.other, by=call.cast.town_a, reason="不涉及")
    assert fresh(call.whistle).state == "running"
    feedback.verify(call.request, by=call.cast.town_a, note="看过")
    feedback.close(call.request, by=call.cast.town_a, summary="井盖已换好，积水已排。")
    assert fresh(call.whistle).state == "complete"
    assert Event.objects.filter(name="whistle.completed").count() == 1


def test_the_database_lets_nobody_go_without_name_and_reason(call: Any) -> None:
    for columns in ("end_reason = 'x'", "ended_by_id = 1"):
        sql = "UPDATE requests_hub_task SET state = 'released', "
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(f"{sql}{columns} WHERE id = {call.lead.pk}")


def test_a_whistle_that_is_over_calls_nobody(call: Any) -> None:
    callups.recall_whistle(call.whistle, by=call.cast.town_a, reason="重复")
    row = fresh(call.lead)
    row.pk = row.id = None
    row.state, row.department = "called", call.departments["water"]
    with pytest.raises(DatabaseError, match="is over"), transaction.atomic():
        row.save(force_insert=True)


# --- Scores --------------------------------------------------------------------------------------

MARKS = {"promptness": 5, "result": 4, "cooperation": 3}


def test_both_sides_score_once_after_closing(make: Any) -> None:
    request = make.request("closed")
    task = task_of(request, make.departments["transport"])
    scores.score(task, by=make.cast.town_a, marks=MARKS, comment="快")
    other = {"accuracy": 5, "clarity": 5, "support": 1}
    scores.score_call(task, by=make.cast.officer_b, marks=other)
    assert Score.objects.filter(task=task).count() == 2
    with pytest.raises(Conflict):
        scores.score(task, by=make.cast.town_a, marks=MARKS)
    with pytest.raises(NotAllowed):
        scores.score(task, by=make.cast.town_b, marks=MARKS)


@pytest.mark.parametrize("marks", [{}, {**MARKS, "result": 6}, {**MARKS, "more": 1}])
def test_marks_are_one_to_five_for_each_criterion(make: Any, marks: Any) -> None:
    task = task_of(make.request("closed"), make.departments["transport"])
    with pytest.raises(Invalid):
        scores.score(task, by=make.cast.town_a, marks=marks)
    open_task = task_of(make.request("whistled"), make.departments["transport"])
    with pytest.raises(IllegalStep):
        scores.score(open_task, by=make.cast.town_a, marks=MARKS)


# --- Pages and API -------------------------------------------------------------------------------


def test_the_pages_of_the_steps_take_them(call: Any, client: Any) -> None:
    client.force_login(call.cast.officer_a)
    url = f"/tasks/{call.lead.pk}/step/send_back/"
    assert "权属" in client.get(url).content.decode()
    answer = client.post(url, {"kind": "unclear", "reason": "路权未定"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert fresh(call.lead).state == "returned"
    client.force_login(call.cast.town_a)
    page = client.get(f"/whistles/{call.whistle.pk}/").content.decode()
    assert "路权未定" in page
    url = f"/whistles/{call.whistle.pk}/step/add_department/"
    water = call.departments["water"].pk
    assert str(water) in client.get(url).content.decode()
    assert client.get(url.replace("add_department", "recall")).status_code == 200
    answer = client.post(url, {"department": water, "reason": "涉水"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert task_of(call.request).department_id == water


def test_more_time_is_offered_from_the_day_it_is_due(call: Any, client: Any) -> None:
    """What a choice says is the deadline that granting it gives."""
    reported(call)
    client.force_login(call.cast.officer_a)
    url = f"/tasks/{call.lead.pk}/step/ask_extension/"
    choices = re.findall(
        r'<option value="(\w+)"[^>]*>(.*?)</option>', client.get(url).content.decode()
    )
    told = dict(choices)["1d"]
    assert "10d" not in dict(choices)  # more than it was given
    sent = {"amount_usual": "1d", "reason": "等料"}
    assert client.post(url, sent).status_code == 302
    given = extensions.grant_extension(fresh(call.lead), by=call.cast.town_a)
    with translation.override("zh-hans"):
        assert moment(given.due_at) in told


def test_a_form_that_stands_as_a_page_opens_no_drawer(call: Any, client: Any) -> None:
    client.force_login(call.cast.officer_a)
    url = f"/tasks/{call.lead.pk}/step/send_back/"
    assert "hx-post" not in client.get(url).content.decode()
    part = {"HX-Request": "true", "HX-Target": "drawer"}
    assert f'hx-post="{url}"' in client.get(url, headers=part).content.decode()


def test_marks_are_given_on_a_page(make: Any, client: Any) -> None:
    task = task_of(make.request("closed"), make.departments["transport"])
    client.force_login(make.cast.town_a)
    url = f"/tasks/{task.pk}/step/score/"
    assert client.post(url, {"marks_result": 3}).status_code == 422
    given = {f"marks_{code}": n for code, n in MARKS.items()}
    assert client.post(url, given).status_code == 302
    assert "4.0" in client.get(f"/whistles/{task.whistle_id}/").content.decode()


def test_a_whistle_by_the_api(call: Any) -> None:
    client = APIClient()
    client.force_authenticate(call.cast.town_a)
    url = f"/api/v1/whistles/{call.whistle.pk}/"
    found = client.get(url).data
    assert [s["name"] for s in found["steps"]] == ["add_department", "recall"]
    more = {"department": "water", "reason": "涉水"}
    assert (
        len(client.post(f"{url}add_department/", more, format="json").data["tasks"])
        == 3
    )
    done = client.post(f"{url}recall/", {"reason": "重复"}, format="json")
    assert done.data["state"] == "recalled"
    assert (
        client.post(f"{url}recall/", {"reason": "x"}, format="json").status_code == 409
    )
    client.force_authenticate(call.cast.town_b)
    assert client.get(url).status_code == 404


def test_the_plan_has_steps_that_are_ticked(call: Any) -> None:
    officer = call.cast.officer_a
    reported(call)
    whistles.claim(fresh(call.lead), by=officer)
    day = timezone.now() + timedelta(days=1)
    data = {"plan": "围挡后修复", "planned_for": day, "plan_steps": "围挡\n修复"}
    steps.take(fresh(call.lead), "plan", by=officer, data=data)
    data = {"note": "已围挡", "done_steps": ["0"]}
    task = steps.take(fresh(call.lead), "handle", by=officer, data=data)
    assert [bool(s["done_at"]) for s in task.plan_steps] == [True, False]
    with pytest.raises(Invalid):
        steps.take(task, "handle", by=officer, data={"note": "x", "done_steps": "7"})
    with pytest.raises(Invalid):
        whistles.plan(task, by=officer, plan="x", planned_for=day - timedelta(days=9))
