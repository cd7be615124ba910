"""What a step declares beside itself is what happens: event, deadline, tasks, proposals, notices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.core import consumers, dictionaries
from governance.core.models import Event, Notice
from requests_hub import deadlines
from requests_hub.actions import base, callups, steps
from requests_hub.actions.actors import Reporter
from requests_hub.models import Proposal, Request, Sending, Task, Whistle
from requests_hub.subscribers.effects import AUDIENCES, OF_TASKS
from requests_hub.workflow import MACHINES, REQUEST, TASK_MACHINES
from tests.factories.requests_hub import submit, task_of

WORDS = "管网改造资金未落实，已申报明年计划。"
DONE = "井盖已更换并加固，积水已抽干。"
MARKS = {
    "score": {"promptness": 5, "result": 4, "cooperation": 3},
    "score_call": {"accuracy": 5, "clarity": 4, "support": 2},
}


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def _day(n):
    return (timezone.localdate() + timedelta(days=n)).isoformat()


def _asked(make, row, what):
    data = {"why": _entries(f"{what}_reason")[0], "statement": WORDS}
    if what == "hold":
        data["review_on"] = _day(9)
    return steps.take(row, f"{what}_ask", by=make.cast.town_a, data=data)


def _entries(name):
    return [entry.code for entry in dictionaries.items(name) if entry.is_active]


# (state, actor, input) of each step of a request that somebody takes.
def ways(make):
    cast, codes = make.cast, make.departments
    hold = {"why": _entries("hold_reason")[0], "statement": WORDS, "review_on": _day(9)}
    out = {"why": _entries("exclude_reason")[0], "statement": WORDS}
    because = {"reason": "情况属实，需要继续办理。"}
    return {
        "accept": ("submitted", cast.town_a, {}),
        "reject": ("submitted", cast.town_a, {"reason": "请找云安区水务局办理此事。"}),
        "dispatch": ("accepted", cast.town_a, {"holder": cast.worker_a}),
        "whistle": ("accepted", cast.town_a, {"lead": codes["water"]}),
        "reply": ("accepted", cast.town_a, {"reply": DONE}),
        "verify": ("replied", cast.worker_a, {"note": "现场已看"}),
        "rework": ("checking", cast.town_a, because),
        "close": ("checking", cast.town_a, {"summary": DONE}),
        "rate": ("closed", None, {"is_solved": True, "satisfaction": "satisfied"}),
        "reopen": ("closed", cast.town_a, because),
        "withdraw": ("verify", None, {}),
        "look": ("submitted", cast.town_a, {"holder": cast.worker_a}),
        "hold_ask": ("whistled", cast.town_a, hold),
        "hold": ("whistled+hold", cast.district, {}),
        "hold_refuse": ("whistled+hold", cast.district, because),
        "resume": ("held", cast.town_a, because),
        "merge": ("whistled+hold", cast.town_a, {}),
        "split": ("merged", cast.town_a, because),
        "exclude_ask": ("accepted", cast.town_a, out),
        "exclude": ("accepted+exclude", cast.district, {}),
        "exclude_refuse": ("accepted+exclude", cast.district, because),
        "include": ("accepted+excluded", cast.district, because),
        "hide": ("accepted", cast.town_a, because),
        "unhide": ("accepted+hidden", cast.town_a, because),
        "revisit": ("closed", cast.town_a, {"is_solved": True}),
        "missed": ("closed", cast.town_a, {}),
        "add": ("accepted", cast.town_a, {"note": "补充一张照片"}),
    }


def bring(make, wanted):
    """A request in a state, with what was asked for or decided about it before."""
    state, _, more = wanted.partition("+")
    row = make.request(state, reporter_phone="13812342046")
    if more in ("hold", "exclude"):
        _asked(make, row, more)
    elif more == "excluded":
        steps.take(_asked(make, row, "exclude"), "exclude", by=make.cast.district)
    elif more == "hidden":
        steps.take(row, "hide", by=make.cast.town_a, data={"reason": "涉及隐私"})
    return fresh(row)


TAKEN = sorted(
    {s.name for s in REQUEST.steps if s.roles != ("system",)} - {"review", "unreached"}
)


def test_each_step_that_somebody_takes_is_tried_here(make):
    assert sorted(ways(make)) == TAKEN


@pytest.mark.parametrize("name", TAKEN)
def test_a_request_step_does_what_it_declares(name, make):
    wanted, by, data = ways(make)[name]
    row = bring(make, wanted)
    if name == "merge":
        data = {"target": submit(make.district, body="井盖坏了，已有人报过。").no}
    by = by or Reporter(row.pk)
    before = list(Task.objects.filter(request=row).values_list("pk", "state"))
    step = REQUEST.take(row.state, name)
    moment = timezone.now()
    with base.at(moment):
        after = steps.take(row, name, by=by, data=data)
    assert after.state == (step.target or row.state)
    event = Event.objects.get(
        name=f"request.{step.effects.event}", subject_id=row.pk, data__step=name
    )
    _clock_is_as_declared(step, row, after, moment)
    _tasks_are_as_declared(step, after, dict(before))
    for kind in step.effects.drops:
        assert not Proposal.objects.filter(request=row, kind=kind).open().exists()
    _told_as_declared(step, after, event, AUDIENCES)


def _clock_is_as_declared(step, before, after, moment):
    rule = step.effects.clock
    if rule == "":
        assert (after.limit, after.due_at) == (before.limit, before.due_at)
    elif rule == "stop":
        assert (after.limit, after.due_at) == ("", None)
    elif rule == "as asked":
        assert after.due_from_at == moment
        assert after.due_at == deadlines.Limit.parse(after.limit).after(moment)
    else:
        assert after.limit == str(deadlines.limit(rule))
        assert after.due_at == deadlines.limit(rule).after(moment)


def _tasks_are_as_declared(step, request, before):
    now = Task.objects.filter(request=request, pk__in=before)
    if step.effects.tasks == "end":
        assert before
        assert not now.open().exists()
    elif step.effects.tasks == "close":
        assert before
        assert not now.filter(state__in=base.ANSWERED).exists()
    elif step.name != "rework":
        assert dict(now.values_list("pk", "state")) == before


def _told_as_declared(step, subject, event, audiences):
    consumers.deliver([event.pk])
    tells = step.effects.tells
    wanted = set()
    for told in tells:
        if told.who == "reporter":
            assert Sending.objects.filter(key=f"step:{event.pk}").exists()
        else:
            wanted |= audiences[told.who](subject)
    lines = Notice.objects.filter(event_id=event.pk)
    if tells:
        assert set(lines.values_list("user", flat=True)) == wanted - {event.actor_id}
    if not any(told.who == "reporter" for told in tells):
        assert not Sending.objects.filter(key=f"step:{event.pk}").exists()


# --- Tasks ---------------------------------------------------------------------------------------


def whistle_ways(make):
    """In order; each step is taken on one of two tasks of one whistle."""
    a, desk_, district = make.cast.officer_a, make.cast.town_a, make.cast.district
    back = {"kind": "unclear", "reason": "权属不清"}
    why = {"reason": "按职责清单办理"}
    plan = {"plan": "先围挡再更换", "planned_for": _later(1)}
    return [
        ("send_back", a, back),
        ("send_again", desk_, why),
        ("send_back", a, back),
        ("rule", district, why),
        ("report_in", a, {}),
        ("claim", a, {}),
        ("plan", a, plan),
        ("handle", a, {"note": "在办"}),
        ("ask_extension", a, {"amount": "1d", "reason": "等材料"}),
        ("grant_extension", desk_, {}),
        ("pause", desk_, {"kind": "weather", "reason": "暴雨", "until": _later(2)}),
        ("run_again", desk_, {}),
        ("reply", a, {"reply": DONE}),
        ("score", desk_, {"marks": MARKS["score"]}),
        ("score_call", a, {"marks": MARKS["score_call"]}),
    ]


def _later(days):
    return (timezone.now() + timedelta(days=days)).isoformat()


def _take_and_check(task, name, by, data):
    task = fresh(task)
    step = task.machine.take(task.state, name)
    last = Event.objects.order_by("-id").values_list("id", flat=True).first()
    steps.take(task, name, by=by, data=data)
    _check_task_event(task, step, last)


def _check_task_event(task, step, last):
    event = Event.objects.get(
        name=f"task.{step.effects.event}", subject_id=task.pk, id__gt=last
    )
    _told_as_declared(step, fresh(task), event, OF_TASKS)


def test_each_step_of_a_call_does_what_it_declares(make):
    request = make.request("whistled")
    lead = task_of(request, make.departments["urban_management"])
    other = task_of(request, make.departments["transport"])
    taken = []
    for name, by, data in whistle_ways(make):
        if name == "score":
            steps.take(other, "release", by=make.cast.town_a, data={"reason": "不涉及"})
            row = fresh(request)
            steps.take(row, "verify", by=make.cast.town_a, data={"note": "看过"})
            steps.take(fresh(row), "close", by=make.cast.town_a, data={"summary": DONE})
        _take_and_check(lead, name, by, data)
        taken.append(name)
    rest = make.request("whistled")
    one = task_of(rest, make.departments["urban_management"])
    two = task_of(rest, make.departments["transport"])
    why = {"reason": "无关"}
    _take_and_check(one, "report_in", make.cast.officer_a, {})
    for name, by, data in (
        ("claim", make.cast.officer_a, {}),
        ("ask_extension", make.cast.officer_a, {"amount": "1d", "reason": "等"}),
        ("refuse_extension", make.cast.town_a, why),
        ("release", make.cast.town_a, why),
    ):
        _take_and_check(one, name, by, data)
        taken.append(name)
    back = {"kind": "unclear", "reason": "权属不清"}
    _take_and_check(two, "send_back", make.cast.officer_b, back)
    _take_and_check(two, "ask_ruling", make.cast.town_a, {})
    _take_and_check(two, "recall", make.cast.town_a, why)
    mine = {s.name for s in TASK_MACHINES["whistle"].steps if s.roles != ("system",)}
    assert {*taken, "ask_ruling", "recall"} == mine


def test_each_step_of_a_grid_task_and_a_look_does_what_it_declares(make):
    worker = make.cast.worker_a
    task = task_of(make.request("dispatched"))
    _take_and_check(task, "claim", worker, {})
    _take_and_check(task, "handle", worker, {"note": "在清理"})
    _take_and_check(task, "reply", worker, {"reply": DONE})
    last = Event.objects.order_by("-id").values_list("id", flat=True).first()
    step = fresh(task).machine.take("confirming", "rework")
    row = Request.objects.get(pk=task.request_id)
    steps.take(row, "rework", by=make.cast.town_a, data={"reason": "积水还在"})
    _check_task_event(task, step, last)
    other = task_of(make.request("dispatched"))
    _take_and_check(other, "cancel", make.cast.town_a, {"reason": "已处理"})
    look = task_of(make.request("verify"))
    _take_and_check(look, "finding", worker, {"finding": "found"})
    gone = task_of(make.request("verify"))
    _take_and_check(gone, "cancel", make.cast.town_a, {"reason": "已有照片"})


def test_a_whistle_says_what_became_of_it(make):
    request = make.request("whistled")
    row = Whistle.objects.get(request=request)
    callups.add_department(
        row, by=make.cast.town_a, department=make.departments["water"], reason="涉水"
    )
    callups.recall_whistle(fresh(row), by=make.cast.town_a, reason="重复吹哨")
    names = Event.objects.filter(subject_type="whistle", subject_id=row.pk)
    assert list(names.order_by("id").values_list("name", flat=True)) == [
        "whistle.department_added",
        "whistle.recalled",
    ]


def test_every_step_names_its_event_and_whom_it_tells_is_known():
    for machine in MACHINES:
        known = {"reporter", *AUDIENCES} if machine is REQUEST else set(OF_TASKS)
        for step in machine.steps:
            assert step.effects.event, (machine.name, step.name)
            assert {told.who for told in step.effects.tells} <= known
            filled = [
                str(told.words) % {"title": "t", "no": "n", "unit": "u"}
                for told in step.effects.tells
                if told.who != "reporter"
            ]
            assert all("t" in words for words in filled)
