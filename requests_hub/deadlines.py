"""How long each stage may take, and the moments that follow from it.

The rules are the dictionary "deadline_rules" (administrators edit it); where an entry is missing
or does not parse, the proposal below holds. Source of the proposals: public hotline and city
management rules, working time for all but emergencies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import structlog

from governance.core import dictionaries, worktime
from governance.core.errors import Invalid

log = structlog.get_logger(__name__)

DICTIONARY = "deadline_rules"
CALENDAR = "/c"


@dataclass(frozen=True)
class Limit:
    """An amount of working time, or of calendar time for emergencies.

    Stored as text: "4h", "5d", and with "/c" for calendar time, "24h/c".
    """

    amount: worktime.Amount
    is_calendar: bool = False

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Read the stored text.

        Raises:
            Invalid: with field "amount".
        """
        return cls(
            worktime.Amount.parse(text.removesuffix(CALENDAR)), text.endswith(CALENDAR)
        )

    def after(self, start: datetime) -> datetime:
        """The moment at which the limit, counted from `start`, is used up."""
        return self.add(start, self.span)

    @property
    def span(self) -> timedelta:
        """The limit as a length of the time that it counts in."""
        return (
            self.amount.calendar_time if self.is_calendar else self.amount.office_time
        )

    def add(self, start: datetime, span: timedelta) -> datetime:
        """`span` later, in the time that this limit counts in."""
        if self.is_calendar:
            return start + span
        return worktime.add_working(start, span)

    def between(self, since: datetime, until: datetime) -> timedelta:
        """The time that counts between two moments."""
        if self.is_calendar:
            return until - since
        return worktime.working_between(since, until)

    def __str__(self) -> str:
        return f"{self.amount}{CALENDAR if self.is_calendar else ''}"


_parse = lru_cache(maxsize=256)(Limit.parse)


@dataclass(frozen=True)
class Stand:
    """An interval in which a clock stands; `until` None while it still does."""

    since: datetime
    until: datetime | None = None


def due(
    limit: str, start: datetime, *, extension: str = "", stands: Iterable[Stand] = ()
) -> datetime | None:
    """When a stored limit, counted from `start`, is used up; None while its clock stands.

    A clock that ran out before it was stopped stays run out.

    Args:
        limit: as `Limit` is stored.
        start: where the time began to run.
        extension: another stored limit, added to it and counted like it.
        stands: the intervals that do not count; they do not overlap.
    """
    rule = _parse(limit)
    left = rule.span
    if extension:
        left += Limit(_parse(extension).amount, rule.is_calendar).span
    for stand in sorted(stands, key=lambda s: s.since):
        end, since = rule.add(start, left), max(stand.since, start)
        if end <= since:
            return end
        if stand.until is None:
            return None
        left -= rule.between(start, since)
        start = max(start, stand.until)
    return rule.add(start, left)


def left_of(limit: str, since: datetime, until: datetime) -> str:
    """What lies between two moments as a stored limit that counts like `limit`, in minutes.

    A begun minute counts whole.
    """
    rule = _parse(limit)
    minutes = -(-rule.between(since, until) // timedelta(minutes=1))
    return str(Limit(worktime.Amount(max(minutes, 1), "m"), rule.is_calendar))


PROPOSALS = {
    "accept": "4h",
    "accept_emergency": "2h/c",
    "look": "1d",
    "give": "4h",
    "grid": "5d",
    "check": "2d",
    "close": "10d",
    "close_emergency": "48h/c",
    "rework": "3d",
    "rework_emergency": "24h/c",
    "report_in_routine": "4h",
    "report_in_campaign": "4h",
    "report_in_emergency": "2h/c",
    "plan_routine": "1d",
    "plan_campaign": "3d",
    "plan_emergency": "4h/c",
    "return_routine": "1d",
    "return_campaign": "1d",
    "return_emergency": "1h/c",
    "decide_return": "4h",
    "decide_return_emergency": "1h/c",
    "ruling": "1d",
    "ruling_emergency": "2h/c",
    "longest_pause": "30d",
    "handle_routine": "5d",
    "handle_campaign": "15d",
    "handle_emergency": "24h/c",
    "supervision_answer": "1d",
    "remind_pause": "2h",
}


def limit(code: str) -> Limit:
    """The rule for one stage, e.g. "accept" or "report_in_routine"."""
    entry = dictionaries.item(DICTIONARY, code)
    if entry is not None and entry.is_active and isinstance(entry.data, dict):
        try:
            return _parse(str(entry.data.get("limit", "")))
        except Invalid:
            log.warning("deadline_rule_unreadable", code=code)
    return _parse(PROPOSALS[code])


def asked(amount: worktime.Amount | None, code: str) -> Limit:
    """What the desk asked for, counted as the rule `code` counts; the rule where it did not."""
    rule = limit(code)
    return rule if amount is None else Limit(amount, rule.is_calendar)


def is_calendar(stored: str) -> bool:
    """Whether a stored limit counts round the clock."""
    return stored.endswith(CALENDAR)


def words(stored: str, extension: str = "") -> str:
    """A stored limit as people say it, with what it was extended by."""
    if not stored:
        return ""
    rule = _parse(stored)
    text = rule.amount.label
    if rule.is_calendar:
        seconds = rule.span.total_seconds()
        text = worktime.format_amount(seconds, calendar_time=True)
    return f"{text} + {words(extension)}" if extension else text
