"""Which departments a request probably belongs to: rule, past cases, and the list of branches."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.core import dictionaries
from grids.models import Department
from requests_hub.models import Request, RoutingDecision

BY_CATEGORY = "category_departments"
LOOKED_BACK = (
    2000  # newest cases of the town that are asked; a bound on time, not on years
)
BRANCH = 4  # digits: cases of the same second level are alike
SURE, LIKELY = 0.75, 0.45
MOST = 3


@dataclass
class Proposal:
    """One department: `share` 0 to 1 of how sure, and the reasons as texts."""

    department: Department
    is_lead: bool
    share: float
    reasons: list[str] = field(default_factory=list)

    @property
    def sure(self) -> str:
        return (
            "high" if self.share >= SURE else "some" if self.share >= LIKELY else "low"
        )


@dataclass(frozen=True)
class Past:
    """Cases of the same branch: how many each department led, in the town and at the place."""

    led: Counter[int]
    here: Counter[int]

    @property
    def total(self) -> int:
        return sum(self.led.values())


def past_cases(request: Request, category: str) -> Past:
    """Who led the newest cases of this branch of the tree in the same town."""
    if not category or request.large_id is None:
        return Past(Counter(), Counter())
    newest = Request.objects.filter(
        large_id=request.large_id, lead_department__isnull=False
    ).order_by("-pk")[:LOOKED_BACK]
    rows = newest.values_list("category_id", "lead_department_id", "small_id")
    led: Counter[int] = Counter()
    here: Counter[int] = Counter()
    for category_id, lead, small in rows:
        entry = dictionaries.by_id(category_id)
        if entry is not None and entry.code[:BRANCH] == category[:BRANCH]:
            led[lead] += 1
            here[lead] += small is not None and small == request.small_id
    return Past(led, here)


def by_category(category: str) -> dict[str, Any]:
    """Codes of the departments of the nearest branch in the list, or nothing."""
    for size in (6, 4, 2):
        entry = dictionaries.item(BY_CATEGORY, category[:size]) if category else None
        if entry is not None and entry.is_active and isinstance(entry.data, dict):
            return entry.data
    return {}


def propose(
    request: Request,
    category: str,
    share: float,
    decision: RoutingDecision | None,
    known: Sequence[Department],
    past: Past | None = None,
) -> list[Proposal]:
    """The departments, the lead first; `share` says how sure the category is.

    Args:
        request: what is to be given to somebody.
        category: six digits, given or suggested.
        share: 1 for a category that somebody gave.
        decision: what the rules said, if anything.
        known: departments in use in the district.
        past: cases that were decided; none are read when left out.
    """
    in_use = {row.pk: row for row in known}
    if decision is not None and decision.outcome:
        ruled = _by_rule(decision, in_use)
        if any(p.is_lead for p in ruled):
            return ruled  # else the department that the rule named is closed by now
    past = past or Past(Counter(), Counter())
    found = _by_past(past, in_use, share)
    listed = _by_list(by_category(category), {d.code: d for d in known}, share)
    # A few cases that went here and there say less than the list of branches does.
    leads = max(
        found, [p for p in listed if p.is_lead], key=lambda p: p[0].share if p else 0.0
    )
    named = {p.department.pk for p in leads}
    return [*leads, *(p for p in listed if p.department.pk not in named)][:MOST]


def _by_rule(
    decision: RoutingDecision, in_use: Mapping[int, Department]
) -> list[Proposal]:
    said = decision.outcome
    words = _("rule: %(rule)s") % {"rule": decision.rule_name}
    ids = [said.get("lead"), *said.get("assist", [])]
    return [
        Proposal(in_use[pk], n == 0, 1.0, [words])
        for n, pk in enumerate(ids)
        if pk in in_use
    ]


def _by_past(
    past: Past, in_use: Mapping[int, Department], share: float
) -> list[Proposal]:
    """The department that led most of the cases like this one."""
    led = [(pk, n) for pk, n in past.led.most_common() if pk in in_use][:1]
    out = []
    for pk, count in led:
        part = (count + 1) / (past.total + 2)
        words = ngettext(
            "led %(n)s case like this", "led %(n)s cases like this", count
        ) % {"n": count}
        reasons = [words]
        if past.here[pk]:
            at_place = ngettext(
                "%(n)s of them at this place",
                "%(n)s of them at this place",
                past.here[pk],
            )
            reasons.append(at_place % {"n": past.here[pk]})
        out.append(Proposal(in_use[pk], True, part * share, reasons))
    return out


def _by_list(
    entry: Mapping[str, Any], by_code: Mapping[str, Department], share: float
) -> list[Proposal]:
    codes = [entry.get("lead", ""), *entry.get("assist", [])]
    words = _("by the list of branches")
    return [
        Proposal(by_code[code], n == 0, share * 0.8, [words])
        for n, code in enumerate(codes)
        if code in by_code
    ]
