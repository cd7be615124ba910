"""Write the routing rules, put them in force, ask them, and switch off those that cannot work."""

from collections.abc import Iterable
from typing import Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotHere
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers.spec import Values
from governance.core.worktime import Amount
from grids.models import Department
from grids.registers import base as records
from requests_hub import deadlines
from requests_hub.actions import base, desk, suggestions, whistles
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request, RoutingDecision, RoutingRule, Suggested
from requests_hub.routing import rules
from requests_hub.routing.rules import Outcome

# What a rule does, as against its name and its place in the order: a change needs a new trial.
EFFECT = (
    "category", "channel", "words", "area_type", "hours", "starts_on", "ends_on",
    "lead_id", "assist", "kind", "due", "urgency", "is_automatic", *records.PLACE_FIELDS,
)  # fmt: skip


def save_rule(
    row: RoutingRule | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> RoutingRule:
    """Write a rule. A new one is a draft at the end; a changed one must be tried again.

    Raises:
        Invalid, Conflict: see `base.write`; unknown category, a department twice or closed,
        a time that cannot be read, nothing that would have to fit.
    """
    values = _with_ids(dict(values))
    if row is None and "grid" not in values:
        values["grid"] = None
    values = records.place(values, by, roles=records.DESK)
    if row is not None and not records.covers(by, row, records.DESK):
        raise NotAllowed(_("This rule lies outside your area."))
    _check(row, values)
    if row is None:
        values |= {"state": "draft", "order": rules.order_of(values["district_id"])}
    elif row.state == "live" and any(
        name in values and getattr(row, name) != values[name] for name in EFFECT
    ):
        values["state"] = "draft"
    return records.write(
        row,
        RoutingRule,
        values,
        by=by,
        source=source,
        version=version,
        event="routingrule",
    )


def _with_ids(values: Values) -> Values:
    """Departments as ids, as the columns of the model hold them."""
    if "lead" in values:
        lead = values.pop("lead")
        values["lead_id"] = lead.pk if lead else None
    if "assist" in values:
        values["assist"] = [d.pk for d in values["assist"] or []]
    return values


def _check(row: RoutingRule | None, values: Values) -> None:
    """What the columns alone cannot refuse.

    Raises:
        Invalid: naming each field.
    """
    after = {n: values.get(n, getattr(row, n, None)) for n in EFFECT}
    wrong: dict[str, list[str]] = {}
    category = after["category"]
    if category and dictionaries.item(CATEGORIES, category) is None:
        wrong["category"] = [_("There is no such category.")]
    named = [after["lead_id"], *(after["assist"] or [])]
    if len(set(named)) < len(named):
        wrong["assist"] = [_("A department is named twice.")]
    if values.keys() & {"lead_id", "assist"}:
        wrong |= _closed(after["lead_id"], after["assist"] or [])
    if after["due"]:
        try:
            Amount.parse(after["due"])
        except Invalid as error:
            wrong["due"] = [error.message]
    if wrong:
        raise Invalid(fields=wrong)


def _closed(lead: int | None, assist: Iterable[int]) -> dict[str, list[str]]:
    rows = Department.objects.filter(pk__in=[lead, *assist], is_active=False)
    return {
        "lead" if row.pk == lead else "assist": [
            _("%(department)s is out of use.") % {"department": row.short}
        ]
        for row in rows
    }


@transaction.atomic
def move_rule(rule: RoutingRule, *, by: User, up: bool) -> RoutingRule:
    """Ask a rule before its neighbour, or after it; the end of the list changes nothing.

    Raises:
        NotAllowed, NotHere.
    """
    row = _locked(rule, by)
    found = RoutingRule.objects.in_order().filter(district_id=row.district_id)
    ordered = list(found.select_for_update(of=("self",)))
    at = [r.pk for r in ordered].index(row.pk)
    other = at - 1 if up else at + 1
    if not 0 <= other < len(ordered):
        return row
    ordered[at], ordered[other] = ordered[other], ordered[at]
    with pghistory.context(user=by.pk, source="manual"):
        for n, each in enumerate(ordered, start=1):
            if each.order != n * 10:
                RoutingRule.objects.filter(pk=each.pk).update(order=n * 10)
    told = {"from": at + 1, "to": other + 1}
    events.record("routingrule.moved", row, by, told)
    row.refresh_from_db()
    return row


def _locked(rule: RoutingRule, by: User) -> RoutingRule:
    rows = RoutingRule.objects.live().select_for_update(of=("self",))
    row = rows.filter(pk=rule.pk).first()
    if row is None:
        raise NotHere(_("This rule is no longer there."))
    if not records.covers(by, row, records.DESK):
        raise NotAllowed(_("This rule lies outside your area."))
    return row


@transaction.atomic
def put_in_force(rule: RoutingRule, *, by: User) -> RoutingRule:
    """Let a rule decide from now on; only as it stands since its last trial.

    Raises:
        Conflict: it was not tried since it was changed, or names a closed department.
        NotAllowed, NotHere.
    """
    row = _locked(rule, by)
    if row.state == "live":
        return row
    if row.tried_version != row.version:
        raise Conflict(_("Try this rule on past requests first."))
    closed = rules.closed_departments(row)
    if closed:
        words = _("%(department)s is out of use.") % {"department": closed[0].short}
        raise Conflict(words)
    return _switch(row, by, "live", live_by=by, off_reason="")


@transaction.atomic
def switch_off(rule: RoutingRule, *, by: User, reason: str) -> RoutingRule:
    """Take a rule out of force; it keeps its place and its trial.

    Raises:
        Invalid: without a reason. NotAllowed, NotHere.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Say why.")]})
    row = _locked(rule, by)
    if row.state == "off":
        return row
    return _switch(row, by, "off", off_reason=reason.strip()[:200])


def _switch(row: RoutingRule, by: Actor, state: str, **changes: Any) -> RoutingRule:
    """Change the state only: the version stays, because what the rule says does."""
    changes["state"] = state
    who = by.pk if isinstance(by, User) else None
    with pghistory.context(user=who, source="manual"):
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
    verb = "put_in_force" if state == "live" else "switched_off"
    told = {"rule": row.name, "version": row.version, "note": row.off_reason}
    events.record(f"routingrule.{verb}", row, by, told)
    return row


@transaction.atomic
def switch_off_closed(department_ids: Iterable[int] | None = None) -> list[RoutingRule]:
    """Switch off every rule in force that names a department out of use, and say so.

    Args:
        department_ids: only rules that name one of these; all rules when left out.
    """
    gone = Department.objects.filter(is_active=False)
    if department_ids is not None:
        gone = gone.filter(pk__in=list(department_ids))
    names = {row.pk: row.short for row in gone}
    if not names:
        return []
    found = RoutingRule.objects.live().filter(state="live")
    out = []
    for row in found.select_for_update(of=("self",)):
        closed = [names[pk] for pk in row.departments if pk in names]
        if closed:
            reason = _("%(departments)s is out of use.") % {
                "departments": "、".join(closed)
            }
            out.append(_switch(row, base.SYSTEM, "off", off_reason=reason[:200]))
    return out


# --- Asking ---------------------------------------------------------------------------------


@transaction.atomic
def route(request: Request) -> RoutingDecision | None:
    """Ask the rules in force about a request at the desk, and keep the answer with its reasons.

    The same answer as before is not kept twice. A rule may raise the urgency; one that says so
    dispatches at once, in the name of who put it in force; where that person may not, it stays a
    proposal.
    """
    if request.state not in ("submitted", "accepted", "reopened"):
        return None
    suggested = Suggested.objects.filter(request=request).first()
    facts = rules.facts_of(request, suggested.options if suggested else ())
    outcome = rules.decide(rules.in_force(request.district_id), facts)
    last = newest_decision(request)
    if last is not None and _is_same(last, request, outcome):
        return last
    if last is None and outcome.rule is None:
        return None
    _raise_urgency(request, outcome)
    acted = outcome.rule is not None and _dispatch(request, outcome)
    return _keep(request, outcome, was_automatic=acted)


def newest_decision(request: Request) -> RoutingDecision | None:
    """What the rules said last of this request."""
    return RoutingDecision.objects.filter(request=request).order_by("-pk").first()


def _is_same(last: RoutingDecision, request: Request, outcome: Outcome) -> bool:
    rule = outcome.rule
    return (
        last.round == request.round
        and last.rule_id == (rule.pk if rule else None)
        and last.rule_version == (rule.version if rule else 0)
        and last.matched == list(outcome.matched)
    )


def _raise_urgency(request: Request, outcome: Outcome) -> None:
    """Give a request at the desk the urgency that the rule asks for, with its reason.

    What runs round the clock for an emergency is reckoned anew from where it began; no deadline
    becomes later.
    """
    if outcome.rule is None or outcome.urgency == outcome.asked:
        return
    row = base.lock_request(request.pk)
    before = Request.Urgency(row.urgency)
    if rules.URGENCIES.index(before) >= rules.URGENCIES.index(outcome.urgency):
        return
    row.urgency = outcome.urgency
    changes = _emergency_clocks(row)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["urgency", *changes])
    told = {
        "before": before.value,
        "urgency": row.urgency,
        "rule": outcome.rule.name,
        "version": outcome.rule.version,
        "matched": list(outcome.matched),
        "note": _("%(before)s → %(after)s, by the routing rule “%(rule)s”")
        % {
            "before": before.label,
            "after": Request.Urgency(row.urgency).label,
            "rule": outcome.rule.name,
        },
    }
    base.tell(
        "request.urgency_raised",
        row,
        base.SYSTEM,
        {**told, **base.clock_data(changes)},
    )


def _emergency_clocks(row: Request) -> dict[str, Any]:
    """The columns of the clocks that an emergency makes shorter."""
    if row.urgency != Request.Urgency.EMERGENCY:
        return {}
    changes: dict[str, Any] = {}
    accept = deadlines.limit("accept_emergency")
    if row.state == "submitted" and row.due_from_at is not None:
        due = accept.after(row.due_from_at)
        if row.due_at is None or due < row.due_at:
            changes |= {"limit": str(accept), "due_at": due}
    closes = base.close_clock("close_emergency", row.submitted_at)
    if row.close_due_at is not None and closes["close_due_at"] < row.close_due_at:
        changes |= closes
    return changes


@transaction.atomic
def _keep(
    request: Request, outcome: Outcome, *, was_automatic: bool
) -> RoutingDecision:
    rule = outcome.rule
    row = RoutingDecision.objects.create(
        request=request,
        round=request.round,
        rule=rule,
        rule_name=rule.name if rule else "",
        rule_version=rule.version if rule else 0,
        matched=list(outcome.matched),
        outcome=outcome.as_json,
        was_automatic=was_automatic,
    )
    if rule is not None:
        told = {"rule": rule.name, "version": rule.version, "by_itself": was_automatic}
        base.tell("request.routed", request, base.SYSTEM, {**told, "note": rule.name})
    return row


def _dispatch(request: Request, outcome: Outcome) -> bool:
    """Accept and whistle by an automatic rule; False where it stays a proposal."""
    rule = outcome.rule
    if rule is None or not rule.is_automatic or rule.live_by is None:
        return False
    note = _("By the routing rule “%(rule)s”, version %(version)s, by itself.") % {
        "rule": rule.name,
        "version": rule.version,
    }
    try:
        with transaction.atomic():
            _whistle(request, outcome, rule.live_by, note)
    except DomainError:
        return False
    return True


def _whistle(request: Request, outcome: Outcome, by: User, note: str) -> None:
    lead, *assist = outcome.departments
    row = Request.objects.get(pk=request.pk)
    if row.state == "submitted":
        row = desk.accept(row, by=by, note=note)
    named = Department.objects.in_bulk(outcome.departments)
    due = Amount.parse(outcome.due) if outcome.due else None
    whistles.whistle(
        row,
        by=by,
        lead=named[lead],
        assist=[named[pk] for pk in assist if pk in named],
        kind=outcome.kind,
        due=due,
        note=note,
    )


def propose(request: Request) -> None:
    """Suggest and route a request that has come to the desk; repeating changes nothing."""
    suggestions.suggest(request)
    route(request)
