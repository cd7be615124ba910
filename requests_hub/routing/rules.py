"""Ask the rules in their order; the first whose every condition fits decides."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from governance.core import dictionaries, worktime
from grids import hours, locate
from grids.models import Department, Grid
from requests_hub.categories import CATEGORIES
from requests_hub.models import Request, RoutingRule, Whistle

BETWEEN = re.compile(r"[\s、,，;；]+")
SURE_SHARE = 0.6  # from here on a suggested category counts where nobody has given one
Matched = dict[str, str]
URGENCIES = tuple(Request.Urgency.values)  # the last is the most urgent


@dataclass(frozen=True)
class Facts:
    """What the conditions look at.

    `category` is six digits or empty; `is_suggested` when it is only probable. `moment` is when
    the request came in. `chain` holds the grids it lies in, from the town down. `urgency` is no
    condition: a rule may raise it.
    """

    district_id: int
    category: str
    is_suggested: bool
    chain: tuple[int, ...]
    channel: str
    text: str
    moment: datetime
    area_type: str
    urgency: str = Request.Urgency.ORDINARY


@dataclass(frozen=True)
class Outcome:
    """What a rule says, or nothing: `rule` is None where none fitted.

    `asked` is the urgency with which the request came.
    """

    rule: RoutingRule | None = None
    matched: tuple[Matched, ...] = ()
    asked: str = Request.Urgency.ORDINARY

    @property
    def departments(self) -> tuple[int, ...]:
        return tuple(self.rule.departments) if self.rule else ()

    @property
    def urgency(self) -> str:
        """How urgent it is then: a rule raises it and never lowers it."""
        said = self.rule.urgency if self.rule else ""
        return max(self.asked, said or self.asked, key=URGENCIES.index)

    @property
    def kind(self) -> str:
        """The deadline class: the rule's, but an emergency is called as one."""
        if self.rule is None:
            return ""
        is_emergency = self.urgency == Request.Urgency.EMERGENCY
        return str(Whistle.Kind.EMERGENCY) if is_emergency else self.rule.kind

    @property
    def due(self) -> str:
        """The rule's own time to handle it, where its deadline class holds."""
        return self.rule.due if self.rule and self.kind == self.rule.kind else ""

    @property
    def treatment(self) -> tuple[tuple[int, ...], str, str, str]:
        """All that a request gets from the rules; two that differ treat it differently."""
        return self.departments, self.kind, self.due, self.urgency

    @property
    def as_json(self) -> dict[str, Any]:
        """The outcome as a decision keeps it."""
        if self.rule is None:
            return {}
        return {
            "lead": self.rule.lead_id,
            "assist": list(self.rule.assist),
            "kind": self.kind,
            "due": self.due,
            "urgency": self.urgency,
            "urgency_before": self.asked,
        }


@dataclass
class Areas:
    """Area types by grid, read once for many requests."""

    known: dict[int, str] = field(default_factory=dict)

    def of(self, chain: Sequence[int]) -> str:
        """The area type of the lowest grid; empty where a request has no place."""
        if not chain:
            return ""
        if chain[-1] not in self.known:
            self.read([chain[-1]])
        return self.known.get(chain[-1], "")

    def read(self, grids: Iterable[int]) -> None:
        """Learn several at once."""
        rows = Grid.objects.filter(pk__in=list(grids)).values_list("pk", "area_type")
        self.known.update(rows)


def facts_of(
    request: Request,
    options: Sequence[Mapping[str, Any]] = (),
    areas: Areas | None = None,
) -> Facts:
    """The facts of a request; a sure suggestion stands in for a missing category."""
    given = dictionaries.by_id(request.category_id)
    code = given.code if given else ""
    is_suggested = not code and bool(options) and options[0]["share"] >= SURE_SHARE
    chain = tuple(request.chain)
    return Facts(
        district_id=request.district_id,
        category=str(options[0]["code"]) if is_suggested else code,
        is_suggested=is_suggested,
        chain=chain,
        channel=request.channel,
        text=f"{request.title}\n{request.body}",
        moment=timezone.localtime(request.submitted_at),
        area_type=(areas or Areas()).of(chain),
        urgency=request.urgency,
    )


def in_force(district_id: int) -> list[RoutingRule]:
    """The rules that decide now, in their order."""
    rows = RoutingRule.objects.in_order().filter(district_id=district_id, state="live")
    return list(rows)


def decide(rules: Iterable[RoutingRule], facts: Facts) -> Outcome:
    """The first rule that fits, with the conditions that did."""
    for rule in rules:
        matched = fits(rule, facts)
        if matched is not None:
            return Outcome(rule, tuple(matched), facts.urgency)
    return Outcome(asked=facts.urgency)


def fits(rule: RoutingRule, facts: Facts) -> list[Matched] | None:
    """The conditions that fit, as (what, value); None as soon as one does not."""
    found: list[Matched] = []
    for what, condition in CONDITIONS.items():
        value = condition(rule, facts)
        if value is None:
            return None
        if value:
            found.append({"what": what, "value": value})
    return found


# Each gives "" where the rule does not ask, a text where it fits, None where it does not.


def _category(rule: RoutingRule, facts: Facts) -> str | None:
    if not rule.category:
        return ""
    if not facts.category.startswith(rule.category):
        return None
    entry = dictionaries.item(CATEGORIES, facts.category)
    return entry.label if entry else facts.category


def _grid(rule: RoutingRule, facts: Facts) -> str | None:
    if rule.district_id != facts.district_id:
        return None
    asked = rule.grid_id
    if asked is None:
        return ""
    return locate.place_of(asked).name if asked in facts.chain else None


def _channel(rule: RoutingRule, facts: Facts) -> str | None:
    if not rule.channel:
        return ""
    return str(rule.get_channel_display()) if rule.channel == facts.channel else None


def _words(rule: RoutingRule, facts: Facts) -> str | None:
    groups = word_groups(rule.words)
    if not groups:
        return ""
    hits = [group for group in groups if all(word in facts.text for word in group)]
    return "、".join("+".join(group) for group in hits) or None


def _area(rule: RoutingRule, facts: Facts) -> str | None:
    if not rule.area_type:
        return ""
    same = rule.area_type == facts.area_type
    return str(rule.get_area_type_display()) if same else None


def _time(rule: RoutingRule, facts: Facts) -> str | None:
    if not rule.hours:
        return ""
    now = facts.moment.strftime("%H:%M")
    day = str(facts.moment.isoweekday())
    for span in rule.hours:
        on_day = (
            worktime.is_working_day(facts.moment.date())
            if span["days"] == hours.WORKING
            else day in span["days"]
        )
        if on_day and span["from"] <= now < span["to"]:
            return hours.as_text([span])
    return None


def _dates(rule: RoutingRule, facts: Facts) -> str | None:
    day = facts.moment.date()
    begun = rule.starts_on is None or rule.starts_on <= day
    if not begun or (rule.ends_on is not None and day > rule.ends_on):
        return None
    return day.isoformat() if rule.starts_on or rule.ends_on else ""


CONDITIONS = {
    "category": _category,
    "grid": _grid,
    "channel": _channel,
    "words": _words,
    "area": _area,
    "time": _time,
    "dates": _dates,
}


def word_groups(text: str) -> list[list[str]]:
    """Words set apart by blanks or commas, one of which must occur; all of those tied by +."""
    groups = [[w for w in part.split("+") if w] for part in BETWEEN.split(text)]
    return [group for group in groups if group]


def closed_departments(rule: RoutingRule) -> list[Department]:
    """Departments that the rule names and that are out of use."""
    rows = Department.objects.filter(pk__in=rule.departments, is_active=False)
    return list(rows)


def order_of(district_id: int) -> int:
    """The place after the last rule of a district."""
    last = (
        RoutingRule.objects.live()
        .filter(district_id=district_id)
        .order_by(F("order").desc())
        .values_list("order", flat=True)
        .first()
    )
    return (last or 0) + 10
