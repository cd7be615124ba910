"""Random histories of a whistle with a moved clock, against a model written from the rules alone.

After every step each department's state, deadlines, returns, extension and hold are what the
model says, what the model forbids was refused, and the deadlines that follow from the events
alone are those that are stored. 10,000 histories with SOAK=1, or as many as HISTORIES says.
"""

import os
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from governance.core.errors import DomainError
from governance.core.models import CalendarDay
from governance.core.worktime import Amount
from grids.actions.posts import appoint
from requests_hub.actions import (
    base,
    callups,
    escalation,
    extensions,
    feedback,
    handling,
    pauses,
    returns,
    scores,
    whistles,
)
from requests_hub.models import Request, Task, Whistle
from requests_hub.models.tasks import LOOKED_AT
from tests.factories.grids import make_user
from tests.requests_hub.whistle_events import dues_from_events
from tests.requests_hub.whistle_model import (
    AT_WORK,
    BEFORE_REPLY,
    DECIDE,
    ENDED,
    LIMITS,
    REWORK,
    TZ,
    Part,
)

IS_FULL = os.environ.get("SOAK") == "1"
HISTORIES = int(os.environ.get("HISTORIES", "10000" if IS_FULL else "60"))
CODES = ("urban_management", "transport", "water")
WAITS = [timedelta(minutes=m) for m in (1, 20, 90, 240, 900, 1440, 4400, 10080)]
START = datetime(2026, 9, 21, 9, 0, tzinfo=TZ)  # before the long holiday of October
codes = st.sampled_from(CODES)
MARKS = {
    "score": {"promptness": 5, "result": 4, "cooperation": 3},
    "score_call": {"accuracy": 5, "clarity": 4, "support": 2},
}

pytestmark = pytest.mark.django_db


class Histories(RuleBasedStateMachine):
    """One request whistled to two departments, a third may be added."""

    ground: SimpleNamespace

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now, self.parts, self.scored = START, {}, set()
        self.over, self.whistle_state = "", "running"

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # --- What the steps share --------------------------------------------------------------

    @property
    def days(self) -> Any:
        return self.ground.days

    def task(self, code: str) -> Task:
        return Task.objects.select_related("whistle").get(
            request=self.request, department=self.ground.departments[code]
        )

    def officer(self, code: str) -> Any:
        return self.ground.officers[code]

    def part(self, code: str) -> Part | None:
        return self.parts.get(code)

    def act(self, code: str, allowed: bool, action: Any, **given: Any) -> bool:
        """Do it: what the rules allow is done, anything else is refused."""
        if code not in self.parts:
            return False
        refusal = self.refusal(action, self.task(code), **given)
        assert (refusal is None) == allowed, f"{action.__name__}: {refusal}"
        return refusal is None

    def refusal(self, action: Any, *subject: Any, **given: Any) -> str | None:
        """Why an action is refused now; None when it was done."""
        with base.at(self.now):
            try:
                action(*subject, **given)
            except DomainError as error:
                return error.message
        return None

    @initialize(kind=st.sampled_from(sorted(LIMITS)), wait=st.sampled_from(WAITS))
    def blow(self, kind: str, wait: timedelta) -> None:
        self.now += wait
        with base.at(self.now):
            self.request = self.ground.make.request("accepted")
            two = [self.ground.departments[code] for code in CODES[:2]]
            self.whistle = whistles.whistle(
                self.request,
                by=self.ground.desk,
                lead=two[0],
                assist=two[1:],
                kind=kind,
            )
        self.kind = kind
        for code in CODES[:2]:
            self.parts[code] = Part(kind, self.now, is_lead=code == CODES[0])

    @rule(wait=st.sampled_from(WAITS))
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @rule()
    def looked_at(self) -> None:
        """The sweep comes by: what is due goes on by itself, and has its next moment."""
        with base.at(self.now):
            escalation.sweep()
            assert escalation.sweep() == 0
        for p in self.parts.values():
            p.looked_at(self.now, self.days)
        for task in Task.objects.filter(request=self.request, state__in=LOOKED_AT):
            ends = task.decision_due_at if task.state in DECIDE else task.due_at
            is_over = ends is not None and ends <= self.now
            assert is_over or task.next_at > self.now
            assert task.next_at is None or task.next_at > self.now

    # --- The department ----------------------------------------------------------------------

    @rule(code=codes)
    def report_in(self, code: str) -> None:
        p = self.part(code)
        ok = p is not None and (p.reported or p.state == "called")
        done = self.act(code, ok, whistles.report_in, by=self.officer(code))
        if p and done and not p.reported:
            p.meet("report_in", self.days)
            p.reported, p.state = True, "reported_in"

    @rule(code=codes, with_plan=st.booleans())
    def claim(self, code: str, with_plan: bool) -> None:
        p = self.part(code)
        ok = p is not None and p.state == "reported_in" and not p.is_held
        given = {"plan": "当天处理"} if with_plan else {}
        if self.act(code, ok, whistles.claim, by=self.officer(code), **given) and p:
            p.state = "claimed"
            if with_plan:
                p.meet("plan", self.days)
                p.state = "planned"

    @rule(code=codes)
    def plan(self, code: str) -> None:
        p = self.part(code)
        states = ("claimed", "planned", "handling")
        ok = p is not None and p.state in states and not p.is_held
        words = {"plan": "先围挡", "plan_steps": ["围挡", "修复"]}
        done = self.act(code, ok, whistles.plan, by=self.officer(code), **words)
        if p and done and p.state == "claimed":
            p.meet("plan", self.days)
            p.state = "planned"

    @rule(code=codes)
    def handle(self, code: str) -> None:
        p = self.part(code)
        ok = p is not None and (
            p.state == "handling" or (p.state == "planned" and not p.is_held)
        )
        if (
            self.act(code, ok, whistles.handle, by=self.officer(code), note="在办")
            and p
        ):
            p.state = "handling"

    @rule(code=codes)
    def reply(self, code: str) -> None:
        p = self.part(code)
        ok = p is not None and p.state in ("planned", "handling") and not p.is_held
        if (
            self.act(code, ok, handling.reply, by=self.officer(code), reply="好了")
            and p
        ):
            p.meet("handle", self.days)
            p.state = "replied"
            self.answered()

    @rule(code=codes)
    def send_back(self, code: str) -> None:
        p = self.part(code)
        ok = False
        if p is not None and p.state in ("called", "reported_in") and not p.is_held:
            until = p.window(self.days)
            in_time = until is not None and self.now <= until
            ok = in_time and p.returns < 2 and not p.is_ruled
        words = {"kind": "unclear", "reason": "权属不清"}
        if self.act(code, ok, returns.send_back, by=self.officer(code), **words) and p:
            p.returns += 1
            p.hold(self.now)
            p.decide_from = self.now
            p.state = "ruling" if p.returns == 2 else "returned"

    @rule(code=codes, amount=st.sampled_from(["2h", "1d", "40d"]))
    def ask_extension(self, code: str, amount: str) -> None:
        p = self.part(code)
        ok, asked = False, timedelta(0)
        if p is not None and p.state in AT_WORK and not p.is_held and not p.extension:
            until = p.clock("handle", self.days)
            real = {"2h": 2, "1d": 24, "40d": 960}[amount]
            work = {"2h": 2.0, "1d": 6.5, "40d": 260.0}[amount]
            asked = timedelta(hours=real if p.handle_real else work)
            ok = until is not None and self.now <= until and asked <= p.handle_limit
        given = {"amount": Amount.parse(amount), "reason": "等料"}
        who = self.officer(code)
        if self.act(code, ok, extensions.ask_extension, by=who, **given) and p:
            p.extension, p.asked = "asked", asked

    # --- The desk and the district -------------------------------------------------------------

    @rule(code=codes)
    def send_again(self, code: str) -> None:
        p = self.part(code)
        ok = p is not None and p.state == "returned"
        if (
            self.act(code, ok, returns.send_again, by=self.ground.desk, reason="是")
            and p
        ):
            p.window_from = self.now
            self.back(p)

    @rule(code=codes)
    def ask_ruling(self, code: str) -> None:
        p = self.part(code)
        ok = p is not None and p.state == "returned"
        if self.act(code, ok, returns.ask_ruling, by=self.ground.desk) and p:
            p.state, p.decide_from = "ruling", self.now

    @rule(code=codes, by_town=st.booleans())
    def rule_it(self, code: str, by_town: bool) -> None:
        p = self.part(code)
        ok = p is not None and p.state == "ruling" and not by_town
        who = self.ground.desk if by_town else self.ground.district
        if self.act(code, ok, returns.rule, by=who, reason="依三定方案") and p:
            p.is_ruled = True
            self.back(p)

    def back(self, p: Part) -> None:
        p.run(self.now)
        p.decide_from = None
        p.state = "reported_in" if p.reported else "called"

    @rule(code=codes, grant=st.booleans())
    def answer_extension(self, code: str, grant: bool) -> None:
        p = self.part(code)
        ok = p is not None and p.state in AT_WORK and p.extension == "asked"
        action: Any = (
            extensions.grant_extension if grant else extensions.refuse_extension
        )
        given = {} if grant else {"reason": "不同意"}
        if self.act(code, ok, action, by=self.ground.desk, **given) and p:
            p.extension = "granted" if grant else "refused"
            p.granted = p.asked if grant else timedelta(0)

    @rule(code=codes)
    def pause(self, code: str) -> None:
        p = self.part(code)
        ok = False
        if p is not None and p.state in AT_WORK and not p.is_held and not p.real:
            until = p.clock("handle", self.days)
            ok = until is None or self.now <= until
        given = {"kind": "weather", "reason": "暴雨", "until": self.now + WAITS[-2]}
        if self.act(code, ok, pauses.pause, by=self.ground.desk, **given) and p:
            p.hold(self.now, given["until"])

    @rule(code=codes)
    def resume(self, code: str) -> None:
        p = self.part(code)
        ok = p is not None and p.state in AT_WORK and p.is_held
        if self.act(code, ok, pauses.run_again, by=self.ground.desk) and p:
            p.run(self.now)

    @rule(code=codes, recall=st.booleans())
    @precondition(lambda self: self.now > START + timedelta(days=2))
    def let_go(self, code: str, recall: bool) -> None:
        p = self.part(code)
        ok = p is not None and p.state in BEFORE_REPLY
        action: Any = callups.recall if recall else callups.release
        if self.act(code, ok, action, by=self.ground.desk, reason="不涉及") and p:
            p.end("recalled" if recall else "released", self.now, self.days)
            if p.is_lead:
                left = [c for c in CODES if c in self.parts]
                heirs = [c for c in left if self.parts[c].state not in ENDED]
                if heirs:
                    p.is_lead, self.parts[self.first(heirs)].is_lead = False, True
            self.answered()

    def first(self, heirs: list[str]) -> str:
        return min(heirs, key=lambda c: self.task(c).pk)

    @rule()
    def add_third(self) -> None:
        allowed = "water" not in self.parts and self.over in ("", "reworked")
        refusal = self.refusal(
            callups.add_department,
            Whistle.objects.get(pk=self.whistle.pk),
            by=self.ground.desk,
            department=self.ground.departments["water"],
            reason="涉水",
        )
        assert (refusal is None) == allowed, refusal
        if refusal is not None:
            return
        self.parts["water"] = Part(self.kind, self.now)

    @rule(code=codes)
    @precondition(lambda self: self.over == "replied")
    def rework(self, code: str) -> None:
        p = self.parts.get(code)
        if p is None or p.state != "replied":
            return
        with base.at(self.now):
            feedback.rework(
                self.fresh(),
                by=self.ground.desk,
                reason="没好",
                tasks=[self.task(code)],
            )
        p.frozen.pop("handle")
        p.handle_from, p.handle_limit = self.now, REWORK[p.real]
        p.granted, p.state, self.over = timedelta(0), "handling", "reworked"

    @rule()
    @precondition(lambda self: self.over == "replied")
    def close(self) -> None:
        with base.at(self.now):
            feedback.verify(self.fresh(), by=self.ground.desk, note="看过")
            feedback.close(
                self.fresh(), by=self.ground.desk, summary="井盖已经更换好。"
            )
        for p in self.parts.values():
            if p.state == "replied":
                p.state = "closed"
        self.over, self.whistle_state = "closed", "complete"

    @rule(code=codes, by_desk=st.booleans())
    @precondition(lambda self: self.over == "closed")
    def score(self, code: str, by_desk: bool) -> None:
        p = self.part(code)
        action: Any = scores.score if by_desk else scores.score_call
        who = self.ground.desk if by_desk else self.officer(code)
        ok = (
            p is not None and p.state == "closed" and (code, by_desk) not in self.scored
        )
        if self.act(code, ok, action, by=who, marks=MARKS[action.__name__]):
            self.scored.add((code, by_desk))

    @rule()
    @precondition(lambda self: self.now > START + timedelta(days=3))
    def recall_whistle(self) -> None:
        is_open = self.over in ("", "reworked") and self.whistle_state == "running"
        no_reply = all(p.state != "replied" for p in self.parts.values())
        allowed = is_open and no_reply
        refusal = self.refusal(
            callups.recall_whistle,
            Whistle.objects.get(pk=self.whistle.pk),
            by=self.ground.desk,
            reason="重复吹哨",
        )
        assert (refusal is None) == allowed, refusal
        if refusal is not None:
            return
        for p in self.parts.values():
            if p.state not in ENDED:
                p.end("recalled", self.now, self.days)
        self.over, self.whistle_state = "desk", "recalled"

    def answered(self) -> None:
        """All answered or let go: checked next; nobody left: back at the desk."""
        states = {p.state for p in self.parts.values()}
        if states <= {"replied", *ENDED}:
            self.over = "replied" if "replied" in states else "desk"
        if states <= set(ENDED):
            self.whistle_state = "complete"

    # --- What must hold ------------------------------------------------------------------------

    def fresh(self) -> Request:
        return Request.objects.get(pk=self.request.pk)

    @invariant()
    def stored_is_what_the_rules_say(self) -> None:
        if not self.parts:
            return
        for task in Task.objects.filter(request=self.request, kind="whistle"):
            code = next(
                c for c in CODES if self.ground.departments[c].pk == task.department_id
            )
            p = self.parts[code]
            assert task.state == p.state
            assert task.is_lead == p.is_lead
            assert task.return_count == p.returns
            assert task.is_ruled == p.is_ruled
            assert task.extension_state == p.extension
            assert task.is_paused == p.is_held
            stored = (task.report_in_due_at, task.plan_due_at, task.due_at)
            names = ("report_in", "plan", "handle")
            assert stored == tuple(p.clock(n, self.days) for n in names)
            assert task.return_due_at == p.window(self.days)
            assert task.decision_due_at == p.decision(self.days)
            assert dues_from_events(task, self.days) == stored

    @invariant()
    def complete_only_when_whole(self) -> None:
        if not self.parts:
            return
        row = Whistle.objects.get(pk=self.whistle.pk)
        assert row.state == self.whistle_state
        ends = {"": "whistled", "desk": "accepted"}
        assert self.fresh().state == ends.get(self.over, self.over)
        lead = next((p for p in self.parts.values() if p.is_lead), None)
        if self.over == "" and lead:
            assert self.fresh().due_at == lead.clock("handle", self.days)


@pytest.fixture
def ground(make: Any) -> SimpleNamespace:
    third = make_user("officer_c", "邓水生", is_demo=True)
    appoint(third, "officer", by="test", department=make.departments["water"])
    cast = make.cast
    return SimpleNamespace(
        make=make,
        departments=make.departments,
        officers=dict(zip(CODES, (cast.officer_a, cast.officer_b, third), strict=True)),
        desk=cast.town_a,
        district=cast.district,
        days={row.date: row.is_worked for row in CalendarDay.objects.all()},
    )


def test_random_histories_are_what_the_rules_say(ground: SimpleNamespace) -> None:
    class Here(Histories):
        pass

    Here.ground = ground
    run_state_machine_as_test(
        Here,
        settings=settings(
            deadline=None,
            max_examples=HISTORIES,
            stateful_step_count=40 if IS_FULL else 25,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
