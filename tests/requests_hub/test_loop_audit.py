"""The auditor: planted orphans of every kind are found, told once a day, mended and gone."""

from datetime import timedelta

import pgtrigger
import pytest
from django.utils import timezone

from governance.core import consumers, engine, events
from governance.core.errors import Conflict, NotAllowed
from governance.core.models import (
    CalendarYear,
    Delivery,
    Event,
    Heartbeat,
    Notice,
    User,
)
from grids.models import Post
from requests_hub.actions import audit, base, escalation, mending, supervision
from requests_hub.audit_rules import KINDS
from requests_hub.models import (
    Escalation,
    Finding,
    Request,
    Supervision,
    Task,
    Whistle,
)
from tests.factories.requests_hub import task_of

STEP = "requests_hub.Task:whistle_task_step"


@pytest.fixture(autouse=True)
def _published(db):
    """Years in use are published, so that only what is planted is found."""
    from governance.core import worktime

    this = timezone.localdate().year
    for year in (this, this + 1, this + 2):
        CalendarYear.objects.get_or_create(year=year, defaults={"source": "test"})
    worktime.forget()
    yield
    worktime.forget()


@pytest.fixture
def task(make):
    found = task_of(make.request("whistled"), make.departments["transport"])
    escalation.sweep()
    found.refresh_from_db()
    return found


def kinds():
    audit.run()
    return set(Finding.objects.open().values_list("kind", flat=True))


def force(task, **changes):
    """Write past the trigger that would put it right."""
    with pgtrigger.ignore("requests_hub.Task:look_again", STEP):
        Task.objects.filter(pk=task.pk).update(**changes)


def test_a_healthy_loop_has_no_finding(task, make):
    make.request("handling")
    make.request("closed")
    make.request("accepted")
    escalation.sweep()
    assert kinds() == set()


def plant_no_moment(task, make):
    force(task, next_at=None)


def plant_beyond_ladder(task, make):
    late = timezone.now() - timedelta(days=40)
    force(task, next_at=None, due_at=late, report_in_due_at=late)


def plant_not_looked_at(task, make):
    force(task, next_at=timezone.now() - timedelta(minutes=11))


def plant_no_ladder(task, make):
    force(task, ladder=None)


def plant_no_holder(task, make):
    Post.objects.filter(department=make.departments["transport"]).delete()


def plant_closed_department(task, make):
    department = make.departments["transport"]
    type(department).objects.filter(pk=department.pk).update(is_active=False)


def plant_nobody_told(task, make):
    with base.at(timezone.now() + timedelta(days=30)):
        escalation.sweep()
    Escalation.objects.filter(task=task, rung=2).update(told=0)


def plant_stranded(task, make):
    with pgtrigger.ignore(STEP):
        rows = Task.objects.filter(request=task.request_id)
        rows.update(state="released", ended_at=timezone.now(), **_by(make))


def plant_complete(task, make):
    with pgtrigger.ignore(STEP):
        rows = Task.objects.filter(request=task.request_id)
        rows.update(state="replied", reply="已修复", replied_at=timezone.now())


def _by(make):
    names = {field.name for field in Task._meta.get_fields()}
    given = {"ended_by": make.cast.town_a, "end_reason": "无关"}
    return {name: value for name, value in given.items() if name in names}


def plant_whistle_open(task, make):
    row = make.request("closed")
    with pgtrigger.ignore("requests_hub.Whistle:whistle_step"):
        Whistle.objects.filter(request=row).update(state="running")


def plant_hold_over(task, make):
    past = timezone.now() - timedelta(minutes=11)  # the sweep had ten to end it
    force(task, state="handling")
    force(task, paused_at=past - timedelta(days=1), paused_until_at=past, due_at=None)


def plant_undecided(task, make):
    past = timezone.now() - timedelta(minutes=11)  # the sweep had ten to pass it on
    force(task, state="returned", next_at=None, decision_due_at=past)


def plant_no_deadline(task, make):
    row = make.request("accepted")
    Request.objects.filter(pk=row.pk).update(due_at=None)


def plant_stage_overdue(task, make):
    row = make.request("submitted")
    Request.objects.filter(pk=row.pk).update(
        due_at=timezone.now() - timedelta(minutes=1)
    )


def plant_late_answer(task, make):
    asked = supervision.supervise(task, by=make.cast.leader, words="请说明")
    Supervision.objects.filter(pk=asked.pk).update(
        answer_by=timezone.now() - timedelta(minutes=1)
    )


def plant_set_aside(task, make):
    event = Event.objects.order_by("pk")[0]
    Delivery.objects.create(
        event=event, consumer="probe", state="set_aside", attempts=8
    )


def plant_calendar(task, make):
    from governance.core import worktime

    CalendarYear.objects.filter(year=timezone.localdate().year).delete()
    worktime.forget()


def plant_sweep_silent(task, make):
    engine.beat("sweep")
    old = timezone.now() - timedelta(minutes=20)
    Heartbeat.objects.filter(name="sweep").update(beat_at=old)


def plant_sweep_failed(task, make):
    escalation._set_aside(task.pk, timezone.now(), ZeroDivisionError("planted"))


PLANTS = {
    name.removeprefix("plant_"): plant
    for name, plant in list(globals().items())
    if name.startswith("plant_")
}


def test_each_kind_has_its_plant():
    assert set(PLANTS) == set(KINDS)


@pytest.mark.parametrize("kind", PLANTS)
def test_a_planted_orphan_is_found(kind, task, make):
    assert kinds() == set()
    PLANTS[kind](task, make)
    assert kind in kinds()


def test_each_finding_is_told_once_a_day_until_mended(task, make):
    force(task, ladder=None)
    assert kinds() == {"no_ladder"}
    kinds()
    assert Event.objects.filter(name="audit.found").count() == 1
    consumers.deliver(list(Event.objects.values_list("pk", flat=True)))
    mine = Notice.objects.filter(user=make.cast.district, url__startswith="/checks/")
    assert mine.count() == 1
    with base.at(timezone.now() + timedelta(days=1)):
        audit.run()
    assert (
        Event.objects.filter(name="audit.found")
        .exclude(data__kind="stage_overdue")
        .count()
        >= 2
    )
    finding = Finding.objects.open().get(kind="no_ladder")
    mending.mend(finding, by=make.cast.district)
    escalation.sweep()
    task.refresh_from_db()
    assert task.ladder_id
    assert "no_ladder" not in kinds()


def test_many_of_one_kind_are_told_together(task, make, monkeypatch):
    monkeypatch.setattr(audit, "TOGETHER", 1)
    Task.objects.filter(request=task.request_id).update(ladder=None)
    audit.run()
    told = Event.objects.get(name="audit.found")
    assert told.data["n"] == 2


@pytest.mark.parametrize("kind", ["complete", "stranded"])
def test_a_request_that_stands_is_moved_on(kind, task, make):
    PLANTS[kind](task, make)
    audit.run()
    finding = Finding.objects.open().get(kind=kind)
    with pytest.raises(NotAllowed):
        mending.mend(finding, by=make.cast.town_a)
    mending.mend(finding, by=make.cast.admin)
    wanted = "replied" if kind == "complete" else "accepted"
    assert Request.objects.get(pk=task.request_id).state == wanted
    assert kind not in kinds()


def test_some_are_mended_elsewhere(task, make):
    plant_closed_department(task, make)
    audit.run()
    finding = Finding.objects.open().get(kind="closed_department")
    with pytest.raises(Conflict):
        mending.mend(finding, by=make.cast.district)


def test_a_holder_without_account_is_found(make):
    request = make.request("handling")
    escalation.sweep()
    assert kinds() == set()
    User.objects.filter(pk=task_of(request).holder_id).update(is_active=False)
    assert kinds() == {"no_holder"}


def test_next_years_calendar_is_asked_for_from_november(make, db):
    from governance.core import worktime

    CalendarYear.objects.filter(year__gt=timezone.localdate().year).delete()
    worktime.forget()
    noon = timezone.localtime().replace(hour=12)
    with base.at(noon.replace(month=10, day=31)):
        october = kinds()
    with base.at(noon.replace(month=11, day=1)):
        november = kinds()
    assert "calendar" not in october
    assert "calendar" in november


def test_consumers_of_the_alarm_are_registered():
    assert events.consumers_of("audit.found")
