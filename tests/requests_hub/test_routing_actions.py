"""Rules that say where requests go: order, conditions, trials, and switching off."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from governance.core import dictionaries
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.models import Event, Notice
from grids.actions.resources import save_department
from grids.models import Department
from requests_hub.actions import routing, suggestions, trials
from requests_hub.models import Request, RoutingDecision, RoutingRule, Task
from requests_hub.routing import rules
from requests_hub.subscribers import routing as consumers
from tests.factories import requests_hub as make

LIGHT = "010204"
TUESDAY_NIGHT = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)  # 21:30 in China


@pytest.fixture(autouse=True)
def _lists(db: None) -> Any:
    dictionaries.forget()
    yield
    dictionaries.forget()


@pytest.fixture
def people(cast: SimpleNamespace) -> SimpleNamespace:
    return cast


def _rule(
    cast: Any,
    departments: dict[str, Department],
    name: str = "路灯归城管",
    *,
    by: Any = None,
    **values: Any,
) -> RoutingRule:
    given = {"name": name, "lead": departments["urban_management"], **values}
    return routing.save_rule(None, given, by=by or cast.district)


def _live(rule: RoutingRule, cast: Any) -> RoutingRule:
    RoutingRule.objects.filter(pk=rule.pk).update(tried_version=rule.version)
    return routing.put_in_force(rule, by=cast.district)


def _facts(**changes: Any) -> rules.Facts:
    values: dict[str, Any] = {
        "district_id": 1,
        "category": LIGHT,
        "is_suggested": False,
        "chain": (),
        "channel": "public",
        "text": "巷口路灯不亮",
        "moment": timezone.localtime(TUESDAY_NIGHT),
        "area_type": "urban",
    }
    return rules.Facts(**(values | changes))


@pytest.mark.parametrize(
    ("condition", "changes", "fits"),
    [
        ({"category": "01"}, {}, True),
        ({"category": "0102"}, {}, True),
        ({"category": "04"}, {}, False),
        ({"category": "01"}, {"category": ""}, False),
        ({"channel": "public"}, {}, True),
        ({"channel": "hotline"}, {}, False),
        ({"words": "井盖 路灯"}, {}, True),
        ({"words": "路灯+不亮"}, {}, True),
        ({"words": "路灯+井盖"}, {}, False),
        ({"words": "，、 "}, {}, True),
        ({"area_type": "urban"}, {}, True),
        ({"area_type": "rural"}, {}, False),
        ({"hours": [{"days": "12345", "from": "18:00", "to": "24:00"}]}, {}, True),
        ({"hours": [{"days": "67", "from": "00:00", "to": "24:00"}]}, {}, False),
        ({"hours": [{"days": "1234567", "from": "08:00", "to": "21:30"}]}, {}, False),
        ({"hours": [{"days": "W", "from": "21:30", "to": "22:00"}]}, {}, True),
        ({"starts_on": date(2026, 11, 24)}, {}, True),
        ({"starts_on": date(2026, 11, 25)}, {}, False),
        ({"ends_on": date(2026, 11, 23)}, {}, False),
    ],
)
def test_each_condition_fits_or_does_not(
    condition: dict[str, Any], changes: dict[str, Any], fits: bool
) -> None:
    rule = RoutingRule(district_id=1, lead_id=1, **condition)
    assert (rules.fits(rule, _facts(**changes)) is not None) is fits


def test_a_decision_tells_the_conditions_that_fitted() -> None:
    rule = RoutingRule(district_id=1, lead_id=1, words="路灯 井盖", channel="public")
    found = rules.fits(rule, _facts())
    assert found is not None
    assert [m["what"] for m in found] == ["channel", "words"]
    assert found[1]["value"] == "路灯"


def test_a_rule_of_another_district_never_fits() -> None:
    assert rules.fits(RoutingRule(district_id=2, lead_id=1), _facts()) is None


def test_the_first_rule_that_fits_decides(cast: Any, departments: Any) -> None:
    first = _live(_rule(cast, departments, words="路灯"), cast)
    second = _rule(
        cast, departments, "都给交通", words="路灯", lead=departments["transport"]
    )
    _live(second, cast)
    request = make.submit(first.district, body="巷口路灯不亮")
    made = routing.route(request)
    assert made is not None
    assert made.rule_id == first.pk
    routing.move_rule(second, by=cast.district, up=True)
    again = routing.route(request)
    assert again is not None
    assert again.rule_id == second.pk
    assert again.outcome["lead"] == departments["transport"].pk


def test_a_grid_is_a_condition_with_all_below(
    cast: Any, departments: Any, forest: Any
) -> None:
    rule = _live(_rule(cast, departments, grid=forest.town_a), cast)
    inside = make.submit(forest.district, body="一处积水")
    outside = make.submit(
        forest.district, body="一处积水", lon=None, lat=None, grid=forest.town_b
    )
    found = routing.route(inside)
    assert found is not None
    assert found.rule_id == rule.pk
    assert found.matched == [{"what": "grid", "value": forest.town_a.name}]
    assert routing.route(outside) is None


def test_the_same_answer_is_kept_once(cast: Any, departments: Any) -> None:
    rule = _live(_rule(cast, departments, words="路灯"), cast)
    request = make.submit(rule.district, body="路灯不亮")
    assert routing.route(request) == routing.route(request)
    assert RoutingDecision.objects.filter(request=request).count() == 1
    event = Event.objects.get(name="request.routed", thread_id=request.pk)
    assert event.data["rule"] == rule.name


def test_a_request_that_has_gone_on_is_not_asked_about(
    cast: Any, departments: Any
) -> None:
    rule = _live(_rule(cast, departments, words="路灯"), cast)
    request = make.submit(rule.district, body="路灯不亮")
    make.whistled(request, cast, departments["transport"])
    assert routing.route(Request.objects.get(pk=request.pk)) is None


def test_a_sure_suggestion_stands_in_for_a_category(
    cast: Any, departments: Any, request: Any
) -> None:
    rule = _live(_rule(cast, departments, category="01"), cast)
    row = make.submit(rule.district, title="路灯坏了", body="巷口的路灯不亮")
    assert row.category_id is None
    suggestions.suggest(row)
    made = routing.route(row)
    assert made is not None
    assert made.rule_id == rule.pk


def test_an_automatic_rule_dispatches_in_the_name_of_its_keeper(
    cast: Any, departments: Any
) -> None:
    rule = _rule(
        cast,
        departments,
        words="路灯",
        assist=[departments["transport"]],
        is_automatic=True,
        due="3d",
    )
    _live(rule, cast)
    request = make.submit(rule.district, body="路灯不亮")
    routing.propose(request)
    row = Request.objects.get(pk=request.pk)
    assert row.state == "whistled"
    assert row.lead_department_id == departments["urban_management"].pk
    assert row.limit == "3d"
    called = Task.objects.filter(request=row).values_list("department_id", flat=True)
    assert set(called) == set(rule.departments)
    kept = RoutingDecision.objects.get(request=row)
    assert kept.was_automatic
    whistle = row.whistles.get()
    assert whistle.blown_by == cast.district
    assert rule.name in whistle.note
    routing.propose(row)
    assert RoutingDecision.objects.filter(request=row).count() == 1


def test_an_automatic_rule_of_somebody_who_may_no_longer_stays_a_proposal(
    cast: Any, departments: Any
) -> None:
    rule = _live(_rule(cast, departments, words="路灯", is_automatic=True), cast)
    RoutingRule.objects.filter(pk=rule.pk).update(live_by=cast.worker_a)
    request = make.submit(rule.district, body="路灯不亮")
    routing.propose(request)
    assert Request.objects.get(pk=request.pk).state == "submitted"
    assert not RoutingDecision.objects.get(request=request).was_automatic


# --- Writing and putting in force -----------------------------------------------------------


def test_a_new_rule_is_a_draft_at_the_end(cast: Any, departments: Any) -> None:
    first = _rule(cast, departments)
    second = _rule(cast, departments, "另一条")
    assert (first.state, second.state) == ("draft", "draft")
    assert second.order > first.order


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"category": "999999"}, "category"),
        ({"due": "soon"}, "due"),
    ],
)
def test_what_cannot_work_is_refused_by_field(
    cast: Any, departments: Any, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _rule(cast, departments, **wrong)
    assert field in refused.value.fields


def test_a_department_twice_or_closed_is_refused(cast: Any, departments: Any) -> None:
    lead = departments["urban_management"]
    with pytest.raises(Invalid) as twice:
        _rule(cast, departments, assist=[lead])
    assert "assist" in twice.value.fields
    Department.objects.filter(pk=lead.pk).update(is_active=False)
    with pytest.raises(Invalid) as closed:
        _rule(cast, departments)
    assert "lead" in closed.value.fields


def test_nobody_else_writes_rules(cast: Any, departments: Any) -> None:
    for person in (cast.worker_a, cast.officer_a, cast.resident):
        with pytest.raises((Invalid, NotAllowed)):
            _rule(cast, departments, by=person)


def test_a_town_writes_rules_for_itself_alone(
    cast: Any, departments: Any, forest: Any
) -> None:
    with pytest.raises(Invalid):
        _rule(cast, departments, by=cast.town_a, grid=forest.town_b)
    own = _rule(cast, departments, by=cast.town_a, grid=forest.town_a)
    with pytest.raises(NotAllowed):
        routing.move_rule(own, by=cast.town_b, up=True)
    whole = _rule(cast, departments, "全区")
    with pytest.raises(NotAllowed):
        routing.save_rule(whole, {"words": "井盖"}, by=cast.town_a)


def test_a_rule_goes_live_only_as_it_was_tried(cast: Any, departments: Any) -> None:
    rule = _rule(cast, departments, words="路灯")
    with pytest.raises(Conflict):
        routing.put_in_force(rule, by=cast.district)
    trial = trials.start_trial(rule, by=cast.district, wanted=10)
    trials.run_trial(trial.pk)
    live = routing.put_in_force(rule, by=cast.district)
    assert (live.state, live.live_by) == ("live", cast.district)
    assert routing.put_in_force(rule, by=cast.district).state == "live"
    changed = routing.save_rule(live, {"words": "井盖"}, by=cast.district)
    assert changed.state == "draft"
    with pytest.raises(Conflict):
        routing.put_in_force(changed, by=cast.district)


def test_another_name_needs_no_new_trial(cast: Any, departments: Any) -> None:
    rule = _live(_rule(cast, departments, words="路灯"), cast)
    renamed = routing.save_rule(rule, {"name": "路灯"}, by=cast.district)
    assert renamed.state == "live"


def test_switching_off_needs_a_reason(cast: Any, departments: Any) -> None:
    rule = _live(_rule(cast, departments), cast)
    with pytest.raises(Invalid):
        routing.switch_off(rule, by=cast.district, reason=" ")
    off = routing.switch_off(rule, by=cast.district, reason="太宽")
    assert (off.state, off.off_reason) == ("off", "太宽")
    assert routing.switch_off(off, by=cast.district, reason="再次").off_reason == "太宽"


def test_a_rule_whose_department_closes_switches_itself_off(
    cast: Any, departments: Any
) -> None:
    rule = _live(
        _rule(cast, departments, words="路灯", assist=[departments["transport"]]), cast
    )
    other = _live(_rule(cast, departments, "噪音", words="噪音"), cast)
    save_department(departments["transport"], {"is_active": False}, by=cast.district)
    event = Event.objects.filter(name="department.changed").latest("pk")
    consumers.close_rules(event)
    rule.refresh_from_db()
    other.refresh_from_db()
    assert (rule.state, other.state) == ("off", "live")
    assert departments["transport"].short in rule.off_reason
    told = Event.objects.get(name="routingrule.switched_off", subject_id=rule.pk)
    consumers.tell_rule_off(told)
    notice = Notice.objects.get(user=cast.district, event_id=told.pk)
    assert rule.name in notice.text
    request = make.submit(rule.district, body="路灯不亮")
    assert routing.route(request) is None
    assert routing.switch_off_closed() == []
    with pytest.raises(Conflict):
        routing.put_in_force(rule, by=cast.district)


def test_the_sweep_finds_a_department_that_was_closed_silently(
    cast: Any, departments: Any
) -> None:
    rule = _live(_rule(cast, departments), cast)
    Department.objects.filter(pk=rule.lead_id).update(is_active=False)
    assert [r.pk for r in routing.switch_off_closed()] == [rule.pk]


# --- Trials ---------------------------------------------------------------------------------


def test_a_trial_shows_now_against_then(cast: Any, departments: Any) -> None:
    _live(_rule(cast, departments, "全部", lead=departments["water"]), cast)
    rule = _rule(cast, departments, words="路灯")
    routing.move_rule(rule, by=cast.district, up=True)
    rule.refresh_from_db()
    light = make.submit(rule.district, title="路灯不亮")
    make.submit(rule.district, title="井盖破损")
    trial = trials.start_trial(rule, by=cast.district, wanted=10)
    done = trials.run_trial(trial.pk)
    assert done is not None
    assert (done.state, done.done) == ("done", 2)
    assert done.result["changed"] == done.result["fitted"] == 1
    urban, water = departments["urban_management"].pk, departments["water"].pk
    assert done.result["counts"] == [
        {"department": urban, "now": 0, "then": 1},
        {"department": water, "now": 2, "then": 1},
    ] or done.result["counts"] == [
        {"department": water, "now": 2, "then": 1},
        {"department": urban, "now": 0, "then": 1},
    ]
    [moved] = done.result["moved"]
    assert (moved["no"], moved["now"], moved["then"]) == (light.no, [water], [urban])


def test_a_trial_says_when_an_earlier_rule_is_faster(
    cast: Any, departments: Any
) -> None:
    _live(_rule(cast, departments, "全部", lead=departments["water"]), cast)
    rule = _rule(cast, departments, words="路灯")
    make.submit(rule.district, title="路灯不亮")
    trial = trials.start_trial(rule, by=cast.district, wanted=10)
    done = trials.run_trial(trial.pk)
    assert done is not None
    assert (done.result["caught"], done.result["changed"]) == (1, 0)


def test_a_trial_changes_no_request(cast: Any, departments: Any) -> None:
    rule = _rule(cast, departments, words="路灯", is_automatic=True)
    row = make.submit(rule.district, title="路灯不亮")
    trials.run_trial(trials.start_trial(rule, by=cast.district, wanted=5).pk)
    assert Request.objects.get(pk=row.pk).state == "submitted"
    assert not RoutingDecision.objects.exists()


def test_a_trial_is_done_once_and_a_forgotten_one_again(
    cast: Any, departments: Any
) -> None:
    rule = _rule(cast, departments)
    first = trials.start_trial(rule, by=cast.district, wanted=5)
    assert trials.start_trial(rule, by=cast.district, wanted=5) == first
    type(first).objects.filter(pk=first.pk).update(
        state="running", beat_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert trials.forgotten() == [first.pk]
    assert trials.run_trial(first.pk) is not None
    assert trials.run_trial(first.pk) is None
    assert trials.forgotten() == []


@pytest.mark.parametrize("wanted", [0, 20_001])
def test_a_trial_has_a_size(cast: Any, departments: Any, wanted: int) -> None:
    with pytest.raises(Invalid):
        trials.start_trial(_rule(cast, departments), by=cast.district, wanted=wanted)


def test_who_may_not_keep_a_rule_may_not_try_it(cast: Any, departments: Any) -> None:
    with pytest.raises(NotAllowed):
        trials.start_trial(_rule(cast, departments), by=cast.town_b, wanted=5)
