"""A dry run: where past requests would go with a rule, against where they go without it.

The result of a trial:
    counts: [{"department": id, "now": n, "then": n}], most changed first;
    classes: [{"what": "kind" or "urgency", "code", "now": n, "then": n}], in their own order;
    moved: [{"no", "title", "now": [ids], "then": [ids], "called": id or null,
        "kind": [now, then], "due": [now, then], "urgency": [now, then]}], newest first, at most
        `MOST_ROWS`; "called" is the department that really led;
    changed, fitted: how many requests would be treated differently (departments, deadline class,
        own time or urgency), and how many the rule itself takes;
    caught: how many of those are taken by an earlier rule.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from requests_hub.models import Request, RoutingRule, Suggested, Whistle
from requests_hub.routing.rules import (
    Areas,
    Facts,
    Outcome,
    decide,
    facts_of,
    fits,
    in_force,
)

BATCH = 500
MOST_ROWS = 500
Tell = Callable[[int], None]


def with_rule(district_id: int, rule: RoutingRule) -> list[RoutingRule]:
    """The rules in force as they would be with this one, in their order."""
    others = [r for r in in_force(district_id) if r.pk != rule.pk]
    return sorted([*others, rule], key=lambda r: (r.order, r.pk))


def last_requests(district_id: int, most: int) -> QuerySet[Request]:
    """The newest requests of a district."""
    rows = Request.objects.filter(district_id=district_id).order_by("-pk")
    return rows[:most]


def run(rule: RoutingRule, most: int, tell: Tell) -> dict[str, Any]:
    """Try a rule on the last `most` requests; `tell` hears how many are done."""
    before = [r for r in in_force(rule.district_id) if r.pk != rule.pk]
    after = with_rule(rule.district_id, rule)
    now: Counter[int] = Counter()
    then: Counter[int] = Counter()
    sums: Counter[str] = Counter()
    classes: Counter[tuple[str, str, str]] = Counter()
    moved: list[dict[str, Any]] = []
    for row, facts in _each(rule.district_id, most, tell):
        old, new = decide(before, facts), decide(after, facts)
        now.update(old.departments)
        then.update(new.departments)
        sums["fitted"] += new.rule is rule
        sums["caught"] += new.rule is not rule and fits(rule, facts) is not None
        classes.update(_classes(old, "now"))
        classes.update(_classes(new, "then"))
        if old.treatment != new.treatment:
            sums["changed"] += 1
            if len(moved) < MOST_ROWS:
                moved.append(_line(row, old, new))
    counts = [{"department": pk, "now": now[pk], "then": then[pk]} for pk in now | then]
    counts.sort(key=lambda c: (-abs(c["then"] - c["now"]), -c["then"], c["department"]))
    names = ("fitted", "caught", "changed")
    return {
        "counts": counts,
        "classes": _by_class(classes),
        "moved": moved,
        **{name: sums[name] for name in names},
    }


def _classes(outcome: Outcome, when: str) -> list[tuple[str, str, str]]:
    found = [("urgency", outcome.urgency, when)]
    return [*found, ("kind", outcome.kind, when)] if outcome.rule else found


def _by_class(counted: Counter[tuple[str, str, str]]) -> list[dict[str, Any]]:
    known = {"kind": Whistle.Kind.values, "urgency": Request.Urgency.values}
    return [
        {
            "what": what,
            "code": code,
            "now": counted[what, code, "now"],
            "then": counted[what, code, "then"],
        }
        for what, codes in known.items()
        for code in codes
        if counted[what, code, "now"] or counted[what, code, "then"]
    ]


def _line(row: Request, old: Outcome, new: Outcome) -> dict[str, Any]:
    return {
        "no": row.no,
        "title": row.title,
        "now": list(old.departments),
        "then": list(new.departments),
        "called": row.lead_department_id,
        "kind": [old.kind, new.kind],
        "due": [old.due, new.due],
        "urgency": [old.urgency, new.urgency],
    }


def _each(district_id: int, most: int, tell: Tell) -> Iterator[tuple[Request, Facts]]:
    """Each request with its facts; two statements a batch."""
    areas, done = Areas(), 0
    rows = last_requests(district_id, most).iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        ids = [row.pk for row in batch]
        options = dict(
            Suggested.objects.filter(pk__in=ids).values_list("pk", "options")
        )
        areas.read({row.chain[-1] for row in batch if row.chain} - areas.known.keys())
        for row in batch:
            yield row, facts_of(row, options.get(row.pk, ()), areas)
        done += len(batch)
        tell(done)
