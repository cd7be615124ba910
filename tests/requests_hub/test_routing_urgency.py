"""A rule raises the urgency and sets the deadline class, when it decides and in its dry run."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from governance.core import dictionaries
from governance.core.models import Event, Notice
from governance.core.worktime import Amount
from requests_hub import deadlines
from requests_hub.actions import base, desk, routing, trials
from requests_hub.history import timeline
from requests_hub.models import Request, RoutingDecision, RoutingRule, Task
from requests_hub.panels import proposal
from requests_hub.routing import rules
from requests_hub.subscribers.routing import tell_urgency
from tests.factories import requests_hub as make

MONDAY = timezone.make_aware(datetime(2026, 11, 16, 9, 0))  # noqa: DTZ001
GAS = "燃气泄漏，气味很大"


@pytest.fixture(autouse=True)
def _lists(db: None) -> Any:
    dictionaries.forget()
    yield
    dictionaries.forget()


@pytest.fixture
def rule(cast: SimpleNamespace, departments: dict[str, Any]) -> Any:
    """Makes a rule about gas and puts it in force."""

    def build(*, live: bool = True, **values: Any) -> RoutingRule:
        given = {
            "name": "燃气归城管",
            "words": "燃气",
            "lead": departments["urban_management"],
            **values,
        }
        row = routing.save_rule(None, given, by=cast.district)
        if live:
            RoutingRule.objects.filter(pk=row.pk).update(tried_version=row.version)
            row = routing.put_in_force(row, by=cast.district)
        return row

    return build


def _submit(rule: RoutingRule, **changes: Any) -> Request:
    with base.at(MONDAY):
        return make.submit(rule.district, title=GAS, body=GAS, **changes)


def _fresh(row: Request) -> Request:
    return Request.objects.get(pk=row.pk)


def test_an_emergency_is_made_when_the_rule_decides_and_its_clocks_run_at_once(
    rule: Any, cast: Any
) -> None:
    row = _submit(rule(urgency="emergency"))
    closes = row.close_due_at
    with base.at(MONDAY + timedelta(minutes=5)):
        made = routing.route(row)
    after = _fresh(row)
    assert after.urgency == "emergency"
    assert after.limit == str(deadlines.limit("accept_emergency"))
    assert after.due_at == MONDAY + timedelta(
        hours=2
    )  # from when it came, not from now
    assert after.close_due_at == MONDAY + timedelta(hours=48) < closes
    assert made is not None
    assert made.outcome["kind"] == "emergency"
    assert (made.outcome["urgency_before"], made.outcome["urgency"]) == (
        "ordinary",
        "emergency",
    )
    event = Event.objects.get(name="request.urgency_raised", subject_id=row.pk)
    assert event.data["rule"] == "燃气归城管"
    assert event.data["matched"] == [{"what": "words", "value": "燃气"}]
    assert datetime.fromisoformat(event.data["close_due_at"]) == after.close_due_at
    told = next(e for e in timeline(row, cast.town_a) if e.name == event.name)
    assert "燃气归城管" in told.note
    tell_urgency(event)
    notice = Notice.objects.get(event_id=event.pk)
    assert notice.user == cast.town_a
    assert row.title in notice.text
    shown = proposal.shown(made)
    assert shown is not None
    assert any("紧急程度提高为" in term for term in shown["terms"])


def test_urgent_changes_no_clock_and_repeating_changes_nothing(rule: Any) -> None:
    row = _submit(rule(urgency="urgent"))
    routing.route(row)
    routing.route(_fresh(row))
    after = _fresh(row)
    assert (after.urgency, after.due_at, after.limit) == (
        "urgent",
        row.due_at,
        row.limit,
    )
    assert Event.objects.filter(name="request.urgency_raised").count() == 1
    assert RoutingDecision.objects.filter(request=row).count() == 1


def test_a_rule_never_lowers_the_urgency(rule: Any) -> None:
    row = _submit(rule(urgency="urgent", kind="routine"), urgency="emergency")
    made = routing.route(row)
    assert _fresh(row).urgency == "emergency"
    assert not Event.objects.filter(name="request.urgency_raised").exists()
    assert made is not None
    assert made.outcome["kind"] == "emergency"  # called as what it is


def test_an_accepted_request_keeps_its_stage_but_closes_sooner(
    rule: Any, cast: Any
) -> None:
    row = _submit(rule(urgency="emergency"))
    with base.at(MONDAY + timedelta(hours=1)):
        desk.accept(row, by=cast.town_a)
        before = _fresh(row)
        routing.route(before)
    after = _fresh(row)
    assert (after.due_at, after.limit) == (before.due_at, before.limit)
    assert after.close_due_at == MONDAY + timedelta(hours=48)


def test_what_dispatches_by_itself_calls_as_an_emergency(rule: Any) -> None:
    made = rule(urgency="emergency", kind="routine", due="3d", is_automatic=True)
    row = _submit(made)
    with base.at(MONDAY + timedelta(minutes=1)):
        routing.route(row)
    whistle = _fresh(row).whistles.get()
    assert whistle.kind == "emergency"
    task = Task.objects.get(whistle=whistle)
    assert task.limit == str(deadlines.limit("handle_emergency"))  # not "3d"


def test_the_rules_own_time_counts_in_its_own_class(rule: Any) -> None:
    row = _submit(rule(kind="campaign", due="8d", urgency="urgent", is_automatic=True))
    routing.route(row)
    assert _fresh(row).whistles.get().kind == "campaign"
    assert _fresh(row).limit == str(Amount.parse("8d"))


def test_an_emergency_without_a_rule_is_proposed_as_one(
    cast: Any, departments: Any, forest: Any
) -> None:
    row = make.submit(forest.district, body=GAS, urgency="emergency")
    assert proposal._terms(row, None) == {"kind": "emergency"}
    calm = make.submit(forest.district, body="路灯不亮")
    assert proposal._terms(calm, None) == {}


def test_a_trial_tells_apart_class_time_and_urgency(
    rule: Any, cast: Any, departments: Any, client: Any
) -> None:
    first = rule(name="全部归城管", words="")
    other = rule(
        live=False, name="燃气加急", kind="campaign", due="8d", urgency="urgent"
    )
    routing.move_rule(other, by=cast.district, up=True)
    other.refresh_from_db()
    gas, light = _submit(first), make.submit(first.district, title="路灯不亮")
    trial = trials.start_trial(other, by=cast.district, wanted=10)
    done = trials.run_trial(trial.pk)
    assert done is not None
    assert (done.result["changed"], done.result["fitted"]) == (1, 1)
    [line] = done.result["moved"]
    assert line["now"] == line["then"] == [departments["urban_management"].pk]
    assert (line["no"], line["kind"]) == (gas.no, ["routine", "campaign"])
    assert (line["due"], line["urgency"]) == (["", "8d"], ["ordinary", "urgent"])
    assert {
        (c["what"], c["code"], c["now"], c["then"]) for c in done.result["classes"]
    } == {
        ("kind", "routine", 2, 1),
        ("kind", "campaign", 0, 1),
        ("urgency", "ordinary", 2, 1),
        ("urgency", "urgent", 0, 1),
    }
    assert _fresh(gas).urgency == _fresh(light).urgency == "ordinary"
    client.force_login(cast.district)
    page = client.get(reverse("routing_trial", args=[trial.pk])).content.decode()
    ordinary, urgent = (str(u.label) for u in list(Request.Urgency)[:2])
    assert f"紧急程度：{ordinary} → {urgent}" in page
    assert f"办理时限：— → {deadlines.words('8d')}" in page


def test_urgencies_are_ordered() -> None:
    assert rules.URGENCIES == ("ordinary", "urgent", "emergency")
