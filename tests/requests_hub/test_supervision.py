"""Reminders by hand, supervision and its answer, naming: done, refused, out of scope, repeated."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from governance.core import consumers, worktime
from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed
from governance.core.models import Event, Notice
from requests_hub.actions import base, bulletins, escalation, supervision
from requests_hub.assessment.periods import period_of
from requests_hub.models import (
    Escalation,
    EscalationContact,
    Naming,
    Supervision,
    Task,
)
from requests_hub.queries import escalation as queries
from tests.factories.requests_hub import task_of

MONDAY = timezone.make_aware(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001


@pytest.fixture
def task(make):
    return task_of(make.request("whistled"), make.departments["transport"])


def deliver():
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))


def told(user):
    return Notice.objects.filter(user=user).values_list("text", flat=True)


def test_the_desk_reminds_and_the_officers_hear(task, make):
    supervision.remind(task, by=make.cast.town_a, words="居民催问。")
    deliver()
    assert any("居民催问" in text for text in told(make.cast.officer_b))
    assert Event.objects.filter(
        name="task.reminded", thread_id=task.request_id
    ).exists()


def test_a_second_reminder_waits_for_the_pause(task, make):
    with base.at(MONDAY):
        supervision.remind(task, by=make.cast.town_a)
    with base.at(MONDAY + timedelta(minutes=90)), pytest.raises(Conflict):
        supervision.remind(task, by=make.cast.town_a)
    with base.at(MONDAY + timedelta(minutes=130)):
        again = supervision.remind(task, by=make.cast.district)
    assert again.repeat == 1


def test_the_panel_leads_to_a_reminder_and_lists_say_how_often(task, make, client):
    link = f"/tasks/{task.pk}/remind/"
    pages = (f"/requests/{task.request.no}/", f"/whistles/{task.whistle_id}/")
    client.force_login(make.cast.town_a)
    for page in pages:
        shown = client.get(page).content.decode()
        assert f'hx-get="{link}"' in shown, page
        assert "催办 1 次" not in shown
    with base.at(MONDAY):
        supervision.remind(task, by=make.cast.town_a)
    for page in pages:
        assert "催办 1 次" in client.get(page).content.decode()
    client.force_login(make.cast.officer_b)
    for page in ("/todo/", "/desk/?tab=report-in"):
        assert "催办 1 次" in client.get(page).content.decode()
    assert link not in client.get(pages[0]).content.decode()


def test_others_may_not_remind(task, make):
    for name in ("town_b", "officer_a", "resident", "worker_a"):
        with pytest.raises(NotAllowed):
            supervision.remind(task, by=getattr(make.cast, name))


def test_nobody_is_reminded_of_what_is_answered(make):
    task = task_of(make.request("replied"), make.departments["transport"])
    with pytest.raises(Conflict):
        supervision.remind(task, by=make.cast.town_a)


def test_a_supervision_is_asked_answered_and_settled(task, make):
    asked = supervision.supervise(task, by=make.cast.leader, words="为何未报到？")
    deliver()
    assert any("督办" in text for text in told(make.cast.officer_b))
    supervision.answer(asked, by=make.cast.officer_b, answer="人员已到场，今日办结。")
    supervision.answer(asked, by=make.cast.officer_b, answer="人员已到场，今日办结。")
    deliver()
    assert Event.objects.filter(name="task.supervision_answered").count() == 1
    assert any("答复" in text for text in told(make.cast.leader))
    done = supervision.settle(asked, by=make.cast.leader)
    assert done.state == "settled"


def test_an_answer_that_does_not_do_is_asked_again(task, make):
    asked = supervision.supervise(task, by=make.cast.district, words="请说明")
    supervision.answer(asked, by=make.cast.officer_b, answer="快了")
    again = supervision.ask_again(asked, by=make.cast.district, reason="没有时间表")
    assert again.state == "asked"
    assert again.answer_by > timezone.now()


def test_supervision_is_refused(task, make):
    with pytest.raises(NotAllowed):
        supervision.supervise(task, by=make.cast.town_a, words="请说明")
    with pytest.raises(Invalid):
        supervision.supervise(task, by=make.cast.leader, words="  ")
    asked = supervision.supervise(task, by=make.cast.leader, words="请说明")
    with pytest.raises(Conflict):
        supervision.supervise(task, by=make.cast.district, words="再说明")
    with pytest.raises(NotAllowed):
        supervision.answer(asked, by=make.cast.officer_a, answer="不归我们")
    with pytest.raises(IllegalStep):
        supervision.settle(asked, by=make.cast.leader)
    supervision.withdraw(asked, by=make.cast.leader, reason="已办结")
    with pytest.raises(IllegalStep):
        supervision.answer(asked, by=make.cast.officer_b, answer="迟了")


def test_who_heads_the_unit_is_told_and_else_the_centre(make):
    with base.at(MONDAY):
        task = task_of(make.request("whistled"), make.departments["transport"])
    EscalationContact.objects.create(
        district=make.district,
        department=make.departments["transport"],
        user=make.cast.officer_b,
        role="head",
    )
    with base.at(task.report_in_due_at):
        escalation.sweep()
    deliver()
    mine = Escalation.objects.get(task=task, step="report_in", rung=2)
    lead = Escalation.objects.exclude(task=task).get(step="report_in", rung=2)
    assert mine.told == 1
    assert lead.told == 0
    assert told(make.cast.district)
    assert told(make.cast.officer_b)


def test_the_bulletin_lists_who_let_a_step_lapse(make):
    with base.at(MONDAY):
        task = task_of(make.request("whistled"), make.departments["transport"])
    late = worktime.add_working(task.report_in_due_at, worktime.Amount(1, "d"))
    with base.at(late):
        escalation.sweep()
    day = timezone.localdate(late)
    found = queries.named(make.district.pk, day, day + timedelta(days=1))
    assert {row.department.code for row in found} == {"transport", "urban_management"}
    assert not queries.named(
        make.district.pk, day + timedelta(days=1), day + timedelta(days=9)
    )
    row = Naming.objects.get(task=task)
    with pytest.raises(NotAllowed):
        supervision.strike(row, by=make.cast.town_a, reason="误列")
    supervision.strike(row, by=make.cast.district, reason="系统故障期间，误列")
    with pytest.raises(Conflict):
        supervision.strike(row, by=make.cast.district, reason="又")
    assert found.all().count() == 1


def test_a_rung_asks_no_second_statement_while_one_is_owed(make):
    with base.at(MONDAY):
        task = task_of(make.request("whistled"), make.departments["transport"])
        supervision.supervise(task, by=make.cast.leader, words="请说明")
    late = worktime.add_working(task.report_in_due_at, worktime.Amount(3, "h"))
    with base.at(late):
        escalation.sweep()
    assert Supervision.objects.filter(task=task).count() == 1
    assert Task.objects.get(pk=task.pk).next_at > late


def test_the_form_says_the_rules_time_to_answer(make, client):
    task = task_of(make.request("whistled"), make.departments["urban_management"])
    client.force_login(make.cast.district)
    page = client.get(f"/tasks/{task.pk}/supervise/").content.decode()
    assert "按规则：1 个工作日，到" in page
    assert "哨的规则" not in page


# --- Naming by hand -------------------------------------------------------------------------


@pytest.fixture
def unanswered(task, make):
    """A supervision whose day to answer has passed without a word."""
    with base.at(timezone.now() - timedelta(days=12)):
        return supervision.supervise(task, by=make.cast.leader, words="请说明")


def test_the_district_names_who_leaves_a_supervision_unanswered(unanswered, make):
    reason = "督办逾期未答复，影响居民出行。"
    supervision.name(unanswered, by=make.cast.district, reason=reason)
    row = Naming.objects.get(task=unanswered.task)
    assert (row.department.code, row.escalation.words) == ("transport", reason)
    deliver()
    assert any("通报" in text for text in told(make.cast.officer_b))
    with pytest.raises(Conflict, match="已列入"):
        supervision.name(unanswered, by=make.cast.district, reason=reason)
    made = bulletins.draft(make.district.pk, period_of("month", timezone.localdate()))
    unit = row.department.name
    assert made["figures"]["named_by_hand"] == [{"name": unit, "reason": reason}]
    assert unit not in str(made["figures"]["named"])
    said = [p for s in made["content"]["sections"] for p in s.get("paragraphs", [])]
    assert any(unit in p and reason in p for p in said)
    supervision.strike(row, by=make.cast.district, reason="已补充答复")
    made = bulletins.draft(make.district.pk, period_of("month", timezone.localdate()))
    assert made["figures"]["named_by_hand"] == []


def test_naming_waits_for_the_day_and_is_the_districts_with_a_reason(task, unanswered, make):  # fmt: skip
    for person in (make.cast.leader, make.cast.town_a, make.cast.officer_b):
        with pytest.raises(NotAllowed):
            supervision.name(unanswered, by=person, reason="逾期")
    with pytest.raises(Invalid):
        supervision.name(unanswered, by=make.cast.district, reason=" ")
    Supervision.objects.filter(pk=unanswered.pk).update(
        answer_by=timezone.now() + timedelta(days=1)
    )
    unanswered.refresh_from_db()
    with pytest.raises(Conflict, match="期限"):
        supervision.name(unanswered, by=make.cast.district, reason="逾期")
    assert "name" not in [s.name for s in supervision.available(unanswered, make.cast.district)]  # fmt: skip
    supervision.answer(unanswered, by=make.cast.officer_b, answer="材料已到。")
    unanswered.refresh_from_db()
    with pytest.raises(IllegalStep):
        supervision.name(unanswered, by=make.cast.district, reason="逾期")


def test_a_unit_is_named_on_the_page_of_its_supervision(unanswered, make, client):
    client.force_login(make.cast.district)
    url = f"/supervisions/{unanswered.pk}/"
    assert f'action="{url}name/"' in client.get(url).content.decode()
    done = client.post(f"{url}name/", {"reason": "督办逾期未答复。"}, follow=True)
    page = done.content.decode()
    assert "下一期通报" in page
    assert f'action="{url}name/"' not in page
    listed = client.get("/supervisions/?tab=named").content.decode()
    assert "督办未答复" in listed
    assert "督办逾期未答复。" in listed


def test_the_form_of_a_reminder_says_who_gets_it(task, make, client):
    client.force_login(make.cast.town_a)
    page = client.get(f"/tasks/{task.pk}/remind/").content.decode()
    assert str(make.cast.officer_b) in page
