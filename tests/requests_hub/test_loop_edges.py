"""Every edge of the machines, and every pair that is not one: by action, by API, by raw SQL."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from rest_framework.test import APIClient

from governance.core.errors import Conflict, IllegalStep, Invalid, NotAllowed
from governance.core.models import Event
from requests_hub.actions import steps
from requests_hub.actions.actors import Reporter
from requests_hub.models import Request, Task
from requests_hub.workflow import GRID_TASK, LOOK_TASK, REQUEST, WHISTLE_TASK
from tests.factories.requests_hub import task_of

STATES = [s.code for s in REQUEST.states if s.code != "draft"]
NAMES = sorted({name for _machine, name in steps.ACTIONS if _machine == "request"})
EDGES = [(s, step.name) for s in STATES for step in REQUEST.steps_from(s)]
TAKEN = [(s, n) for s, n in EDGES if n in NAMES]
INPUT = {
    "reject": {"reason": "不属于本区"},
    "dispatch": {"holder": "worker_a"},
    "whistle": {"lead": "urban_management", "assist": ["transport"]},
    "reply": {"reply": "街道已于11月20日上门说明办理流程。"},
    "verify": {"note": "看过了"},
    "rework": {"reason": "没办好"},
    "rate": {"is_solved": True, "satisfaction": "satisfied"},
    "reopen": {"reason": "又坏了"},
    "add": {"note": "补充"},
    "look": {"holder": "worker_a"},
    "hold_ask": {
        "why": "funds",
        "statement": "资金未落实，已申报明年计划。",
        "review_on": "2099-01-04",
    },
    "hold_refuse": {"reason": "可以先修补"},
    "resume": {"reason": "资金到位"},
    "split": {"reason": "不是同一处"},
    "exclude_ask": {"why": "court", "statement": "同一事项已由区法院立案审理。"},
    "exclude_refuse": {"reason": "仍在本区职责内"},
    "include": {"reason": "复核后应计入"},
    "hide": {"reason": "涉及未成年人"},
    "unhide": {"reason": "当事人同意公开"},
    "revisit": {"is_solved": True, "satisfaction": "basically"},
}


def actor(make, request, name):
    step = next(s for s in REQUEST.steps if s.name == name)
    if step.roles == ("reporter",):
        return Reporter(request.pk)
    return make.cast.leader if "leader" in step.roles else make.cast.town_a


def prepare(make, request, name):
    """Bring about what a step needs besides its state; give its input."""
    asked = {"hold": "hold_ask", "hold_refuse": "hold_ask"}
    asked |= dict.fromkeys(("exclude", "exclude_refuse", "include"), "exclude_ask")
    if name in asked:
        first = asked[name]
        steps.take(request, first, by=make.cast.town_a, data=INPUT[first])
        if name == "include":
            steps.take(request, "exclude", by=make.cast.leader)
    if name == "unhide":
        steps.take(request, "hide", by=make.cast.town_a, data=INPUT["hide"])
    if name == "merge":
        return {"target": make.request("accepted").no}
    return INPUT.get(name)


@pytest.mark.parametrize(("state", "name"), TAKEN)
def test_a_legal_step_does_what_the_table_says(make, state, name):
    request = make.request(state)
    step = REQUEST.take(state, name)
    data = prepare(make, request, name)
    request = Request.objects.get(pk=request.pk)
    done = steps.take(request, name, by=actor(make, request, name), data=data)
    assert done.state == (step.target or state)
    event = Event.objects.filter(subject_id=request.pk, data__step=name).latest("id")
    assert event.data["from"] == state
    assert event.data["to"] == done.state


@pytest.mark.parametrize("state", STATES)
def test_every_other_step_is_refused_by_action_and_api(make, state):
    request = make.request(state)
    legal = {s.name for s in REQUEST.steps_from(state)}
    client = APIClient()
    client.force_authenticate(make.cast.town_a)
    before = Event.objects.count()
    for name in NAMES:
        if name in legal:
            continue
        with pytest.raises(IllegalStep) as refused:
            steps.take(
                request, name, by=actor(make, request, name), data=INPUT.get(name)
            )
        assert refused.value.extra["legal"] == REQUEST.legal_from(state)
        path = f"/api/v1/requests/{request.pk}/{name}/"
        answer = client.post(path, INPUT.get(name, {}), format="json")
        assert answer.status_code == 409, name
        assert answer.data["legal"] == REQUEST.legal_from(state)
        assert answer.data["state"] == state
    assert Event.objects.count() == before
    assert Request.objects.get(pk=request.pk).state == state


@pytest.mark.parametrize("state", STATES)
def test_every_other_pair_is_refused_by_the_database(make, state):
    request = make.request(state)
    targets = {b for a, b in REQUEST.pairs() if a == state}
    for target in [s.code for s in REQUEST.states]:
        if target in targets or target == state:
            continue
        with pytest.raises(DatabaseError, match="onegrid"), transaction.atomic():
            sql(
                "UPDATE requests_hub_request SET state = %s WHERE id = %s",
                target,
                request.pk,
            )


def sql(text, *params):
    with connection.cursor() as cursor:
        cursor.execute(text, params)


@pytest.mark.parametrize(
    "machine", [WHISTLE_TASK, GRID_TASK, LOOK_TASK], ids=lambda m: m.name
)
def test_tasks_refuse_every_other_pair_in_the_database(make, machine):
    start = {
        "whistle_task": "whistled",
        "grid_task": "dispatched",
        "look_task": "verify",
    }[machine.name]
    task = task_of(make.request(start))
    reached = {task.state}
    _walk(machine, task.pk, task.state, reached)
    assert reached == {s.code for s in machine.states}


def _walk(machine, pk, state, reached):
    """From each state try every pair, then go on along the legal ones not seen yet."""
    legal = [b for a, b in machine.pairs() if a == state]
    for target in [s.code for s in machine.states]:
        if target == state:
            continue
        update = (
            "UPDATE requests_hub_task SET state = %s, end_reason = 'x', ended_by_id = "
            "(SELECT min(id) FROM core_user) WHERE id = %s"
        )
        if target not in legal:
            with pytest.raises(DatabaseError, match="illegal"), transaction.atomic():
                sql(update, target, pk)
        elif target not in reached:
            reached.add(target)
            mark = transaction.savepoint()
            sql(update, target, pk)
            _walk(machine, pk, target, reached)
            transaction.savepoint_rollback(mark)


def test_a_row_is_born_in_an_initial_state_only(make):
    with pytest.raises(DatabaseError, match="illegal state"), transaction.atomic():
        Request.objects.create(
            district=make.district,
            channel="public",
            state="closed",
            title="x",
            follow_code="0000000000",
            submitted_at="2026-11-01T00:00Z",
        )


def test_the_database_closes_nothing_unanswered_or_unchecked(make):
    request = make.request("checking")
    close = "UPDATE requests_hub_request SET state = 'closed' WHERE id = %s"
    with pytest.raises(DatabaseError, match="open tasks"), transaction.atomic():
        sql(close, request.pk)
    for column in ("reply = ''", "checked_at = NULL"):
        with pytest.raises(DatabaseError, match="a reply and a check"):
            _close_without(request, column)


@transaction.atomic
def _close_without(request, column):
    sql(f"UPDATE requests_hub_request SET {column} WHERE id = %s", request.pk)
    sql("UPDATE requests_hub_request SET state = 'closed' WHERE id = %s", request.pk)


def test_a_task_belongs_to_its_whistles_request(make):
    one, other = make.request("whistled"), make.request("accepted")
    task = task_of(one)
    with (
        pytest.raises(DatabaseError, match="belongs to its whistle"),
        transaction.atomic(),
    ):
        Task.objects.filter(pk=task.pk).update(request=other)


@pytest.mark.parametrize(
    ("state", "name", "allowed"),
    [
        ("submitted", "accept", {"town_a", "district"}),
        ("accepted", "whistle", {"town_a", "district"}),
        ("replied", "verify", {"town_a", "district", "worker_a"}),
        ("checking", "close", {"town_a", "district", "worker_a"}),
    ],
)
def test_only_the_roles_of_the_table_may(make, state, name, allowed):
    request = make.request(state)
    for person, user in vars(make.cast).items():
        offered = {s.name for s in steps.available(request, user)}
        assert (name in offered) == (person in allowed), person
        if person not in allowed:
            with pytest.raises(NotAllowed):
                steps.take(request, name, by=user, data=INPUT.get(name))


def test_whistle_names_the_wrong_department_at_its_field(make):
    request = make.request("accepted")
    cases = [
        ({"lead": "water", "assist": ["water"]}, "assist"),
        ({"lead": "water", "assist": ["transport", "transport"]}, "assist"),
        ({"lead": "nobody"}, "lead"),
        ({"lead": "water", "due": "soon"}, "due"),
        ({"lead": "water", "kind": "loud"}, "kind"),
        ({}, "lead"),
    ]
    for data, field in cases:
        with pytest.raises(Invalid) as refused:
            steps.take(request, "whistle", by=make.cast.town_a, data=data)
        assert set(refused.value.fields) == {field}
    assert not Task.objects.exists()


def test_releasing_the_last_department_brings_it_back_to_the_desk(make):
    request = make.request("whistled")
    for department in ("urban_management", "transport"):
        task = task_of(request, make.departments[department])
        steps.take(task, "release", by=make.cast.town_a, data={"reason": "不涉及"})
    request.refresh_from_db()
    assert (request.state, request.round) == ("accepted", 2)
    again = steps.take(request, "whistle", by=make.cast.town_a, data={"lead": "water"})
    assert again.state == "whistled"


def test_a_reply_of_one_and_release_of_the_other_completes_it(make):
    request = make.request("whistled")
    lead = task_of(request, make.departments["urban_management"])
    other = task_of(request, make.departments["transport"])
    for name, data in (
        ("report_in", {}),
        ("claim", {"plan": "当天处理"}),
        ("reply", {"reply": "路灯已换好"}),
    ):
        steps.take(lead, name, by=make.cast.officer_a, data=data)
        lead.refresh_from_db()
    request.refresh_from_db()
    assert request.state == "whistled"
    steps.take(other, "release", by=make.cast.town_a, data={"reason": "不涉及"})
    request.refresh_from_db()
    assert (request.state, request.reply) == ("replied", "路灯已换好")


def test_what_the_desk_answered_itself_comes_back_to_the_desk(make):
    request = make.request("accepted")
    request = steps.take(
        request, "reply", by=make.cast.town_a, data={"reply": "已上门说明流程"}
    )
    done = steps.take(request, "rework", by=make.cast.worker_a, data={"reason": "不对"})
    assert done.state == "accepted"
    assert done.reply == ""


def test_the_grids_own_people_go_the_whole_way(make):
    request = make.request("accepted")
    steps.take(
        request, "dispatch", by=make.cast.town_a, data={"grid": str(request.medium_id)}
    )
    task = task_of(request)
    assert task.holder_id is None
    with pytest.raises(NotAllowed):
        steps.take(task, "claim", by=make.cast.worker_b)
    task = steps.take(task, "claim", by=make.cast.worker_a)
    with pytest.raises(Conflict, match=str(make.cast.worker_a)):
        steps.take(task, "claim", by=make.cast.worker_a)
    task = steps.take(task, "reply", by=make.cast.worker_a, data={"reply": "已清理"})
    request.refresh_from_db()
    assert (task.state, request.state) == ("confirming", "replied")
    steps.take(request, "verify", by=make.cast.town_a, data={"note": "看过"})
    closed = steps.take(
        Request.objects.get(pk=request.pk), "close", by=make.cast.town_a
    )
    task.refresh_from_db()
    assert (closed.state, task.state, closed.reply) == ("closed", "done", "已清理")


def test_taking_back_a_grid_task_brings_it_to_the_desk(make):
    request = make.request("handling")
    steps.take(task_of(request), "cancel", by=make.cast.town_a, data={"reason": "改派"})
    request.refresh_from_db()
    assert request.state == "accepted"


def test_reopening_ends_with_the_window(make, settings):
    request = make.request("closed")
    settings.REOPEN_WORKING_DAYS = 0
    assert {s.name for s in steps.available(request, Reporter(request.pk))} == {"rate"}
    with pytest.raises(Conflict) as refused:
        steps.take(request, "reopen", by=Reporter(request.pk), data={"reason": "x"})
    assert refused.value.extra["until"]


def test_the_diagram_is_that_of_the_tables():
    call_command("workflow_diagram", "--check")
