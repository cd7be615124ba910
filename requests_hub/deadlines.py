"""How long each stage may take, and the moments that follow from it.

The rules are the dictionary "deadline_rules" (administrators edit it); where an entry is missing
or does not parse, the proposal below holds. Source of the proposals: public hotline and city
management rules, working time for all but emergencies.
"""

from dataclasses import dataclass
from datetime import datetime
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
        if self.is_calendar:
            return start + self.amount.calendar_time
        return worktime.add_working(start, self.amount)

    def __str__(self) -> str:
        return f"{self.amount}{CALENDAR if self.is_calendar else ''}"


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
    "report_in_routine": "4h",
    "report_in_campaign": "4h",
    "report_in_emergency": "2h/c",
    "handle_routine": "5d",
    "handle_campaign": "15d",
    "handle_emergency": "24h/c",
    "supervision_answer": "1d",
    "remind_pause": "2h",
}


_parse = lru_cache(maxsize=256)(Limit.parse)


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
