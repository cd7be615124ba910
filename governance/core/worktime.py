"""Working time: deadlines in office hours of working days.

A working day is one day's office hours (`settings.OFFICE_HOURS`), so "3d" is three times those.
Which days are worked comes from `CalendarYear` and `CalendarDay`; a year nobody has loaded is
Monday to Friday, provisionally. Nothing here raises because a year is missing or far away.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.core.errors import Invalid
from governance.core.models import CalendarDay, CalendarYear
from governance.core.reference import Copy

Block = tuple[datetime, datetime]
ZERO = timedelta(0)
TICK = timedelta(microseconds=1)
FIRST_YEAR, LAST_YEAR = 10, 9990
LONGEST_DAYS = 3660


# --- Office hours -------------------------------------------------------------------------


@lru_cache(maxsize=8)
def parse_office_hours(text: str) -> tuple[tuple[time, time], ...]:
    """Blocks, in order, of a text such as 08:30-12:00,14:30-17:30.

    Raises:
        ImproperlyConfigured: with a sentence that says what is wrong.
    """
    blocks: list[tuple[time, time]] = []
    for part in text.split(","):
        try:
            opens, closes = (time.fromisoformat(end.strip()) for end in part.split("-"))
        except ValueError:
            raise ImproperlyConfigured(
                f"OFFICE_HOURS: {part.strip()!r} is not a block such as 08:30-12:00."
            ) from None
        if opens >= closes or (blocks and opens < blocks[-1][1]):
            raise ImproperlyConfigured(
                f"OFFICE_HOURS: {part.strip()!r} must start after what is before it and end "
                "later than it starts."
            )
        blocks.append((opens, closes))
    return tuple(blocks)


def office_hours() -> tuple[tuple[time, time], ...]:
    return parse_office_hours(settings.OFFICE_HOURS)


def _length(block: tuple[time, time]) -> timedelta:
    day = date(2000, 1, 1)
    return datetime.combine(day, block[1]) - datetime.combine(day, block[0])


def day_length() -> timedelta:
    """Office time of one working day."""
    return sum(map(_length, office_hours()), ZERO)


# --- Amounts ------------------------------------------------------------------------------

UNITS = {
    **dict.fromkeys(["d", "天", "日", "工作日", "个工作日"], "d"),
    **dict.fromkeys(["h", "时", "小时", "个小时"], "h"),
    **dict.fromkeys(["m", "分", "分钟"], "m"),
}


@dataclass(frozen=True)
class Amount:
    """A length of working time as people say it: 3 working days, 4 hours, 30 minutes."""

    value: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Amount":
        """Read "3d", "4h" or "30m" (also 3天, 4小时, 30分钟).

        Raises:
            Invalid: with field "amount".
        """
        found = re.fullmatch(r"\s*(\d{1,6})\s*(\D+?)\s*", text.lower())
        unit = UNITS.get(found[2]) if found else None
        if not found or not unit or int(found[1]) == 0:
            sentence = _("Write a time such as 3d, 4h or 30m.")
            raise Invalid(sentence, fields={"amount": [sentence]})
        amount = cls(int(found[1]), unit)
        if amount.office_time > LONGEST_DAYS * day_length():
            sentence = _("This is longer than ten years.")
            raise Invalid(sentence, fields={"amount": [sentence]})
        return amount

    @property
    def office_time(self) -> timedelta:
        unit = {"d": day_length(), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
        return self.value * unit[self.unit]

    @property
    def calendar_time(self) -> timedelta:
        """The same on the wall clock, for emergencies: a day is 24 hours."""
        unit = {"d": "days", "h": "hours", "m": "minutes"}[self.unit]
        return timedelta(**{unit: self.value})

    @property
    def label(self) -> str:
        n = self.value
        if self.unit == "d":
            words = ngettext("%(n)s working day", "%(n)s working days", n)
        elif self.unit == "h":
            words = ngettext("%(n)s working hour", "%(n)s working hours", n)
        else:
            words = ngettext("%(n)s working minute", "%(n)s working minutes", n)
        return words % {"n": n}

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


# --- The calendar -------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendar:
    """What is known of days: which years are published, and the days that differ."""

    years: frozenset[int] = frozenset()
    days: dict[date, tuple[bool, str]] = field(default_factory=dict)
    worked: dict[int, list[date]] = field(default_factory=dict)

    def is_worked(self, day: date) -> bool:
        known = self.days.get(day)
        return known[0] if known else day.weekday() < 5

    def worked_in(self, year: int) -> list[date]:
        """The working days of a year in order, made once."""
        if year not in self.worked:
            first, length = date(year, 1, 1), 366 if _is_leap(year) else 365
            days = (first + timedelta(days=n) for n in range(length))
            self.worked[year] = [day for day in days if self.is_worked(day)]
        return self.worked[year]

    def count_between(self, first: date, last: date) -> int:
        """Working days strictly between two dates."""
        count = 0
        for year in range(first.year, last.year + 1):
            days = self.worked_in(year)
            low = bisect_right(days, first) if year == first.year else 0
            high = bisect_left(days, last) if year == last.year else len(days)
            count += max(high - low, 0)
        return count

    def nth_after(self, day: date, n: int) -> date | None:
        """The n-th working day after a date, n from 1; None beyond the end of time."""
        year, low = day.year, bisect_right(self.worked_in(day.year), day)
        while year < LAST_YEAR:
            days = self.worked_in(year)
            if low + n <= len(days):
                return days[low + n - 1]
            n -= len(days) - low
            year, low = year + 1, 0
        return None

    def nth_before(self, day: date, n: int) -> date | None:
        """The n-th working day before a date, n from 1; None before the beginning of time."""
        year, high = day.year, bisect_left(self.worked_in(day.year), day)
        while True:
            if n <= high:
                return self.worked_in(year)[high - n]
            if year <= FIRST_YEAR:
                return None
            n -= high
            year -= 1
            high = len(self.worked_in(year))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _load() -> Calendar:
    return Calendar(
        years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        days={row.date: (row.is_worked, row.name) for row in CalendarDay.objects.all()},
    )


_copy = Copy("calendar", _load, Calendar())
forget = _copy.forget


def calendar() -> Calendar:
    return _copy.get()


def is_provisional(day: date) -> bool:
    """Whether the day's year is not published yet, so that its deadline may still move."""
    return day.year not in calendar().years


def is_working_day(day: date) -> bool:
    return calendar().is_worked(day)


# --- Reckoning ----------------------------------------------------------------------------


def _local(moment: datetime) -> datetime:
    """The moment on the wall clock of the district; without a zone it is taken as such."""
    if timezone.is_naive(moment):
        return moment
    return timezone.make_naive(moment, timezone.get_default_timezone())


def _aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment, timezone.get_default_timezone())


def _blocks(day: date) -> list[Block]:
    """Office blocks of a day that is worked."""
    return [
        (datetime.combine(day, opens), datetime.combine(day, closes))
        for opens, closes in office_hours()
    ]


def _overlap(day: date, since: datetime, until: datetime) -> timedelta:
    """Office time of a worked day between two moments."""
    spans = (min(until, b) - max(since, a) for a, b in _blocks(day))
    return sum((span for span in spans if span > ZERO), ZERO)


def _walk(day: date, since: datetime, left: timedelta) -> tuple[datetime, timedelta]:
    """Use up `left` within one worked day; the moment reached and what is still left."""
    for opens, closes in _blocks(day):
        span = closes - max(opens, since)
        if span <= ZERO:
            continue
        if left <= span:
            return max(opens, since) + left, ZERO
        left -= span
    return since, left


def is_working(moment: datetime) -> bool:
    """Whether offices are open at this moment."""
    local = _local(moment)
    if not calendar().is_worked(local.date()):
        return False
    return any(a <= local < b for a, b in _blocks(local.date()))


def add_working(start: datetime, amount: Amount | timedelta) -> datetime:
    """The moment at which `amount` of working time after `start` is used up.

    Nothing to add gives `start`; an exact end of a day stays on that day.
    """
    left = amount.office_time if isinstance(amount, Amount) else amount
    local, days = _local(start), calendar()
    if left <= ZERO:
        return _aware(local)
    if days.is_worked(local.date()):
        local, left = _walk(local.date(), local, left)
        if not left:
            return _aware(local)
    whole = (left - TICK) // day_length()
    day = days.nth_after(local.date(), whole + 1)
    if day is None:
        return _aware(datetime(LAST_YEAR, 12, 31))  # noqa: DTZ001 - made aware here
    reached, _left = _walk(
        day, datetime.combine(day, time.min), left - whole * day_length()
    )
    return _aware(reached)


def take_working(end: datetime, amount: Amount | timedelta) -> datetime:
    """The moment from which `amount` of working time is left until `end`.

    Nothing to take gives `end`; an exact start of a day stays on that day. The way back of
    `add_working`: adding the amount to the moment reaches `end` when `end` is in office hours.
    """
    left = amount.office_time if isinstance(amount, Amount) else amount
    local, days = _local(end), calendar()
    if left <= ZERO:
        return _aware(local)
    if days.is_worked(local.date()):
        local, left = _walk_back(local.date(), local, left)
        if not left:
            return _aware(local)
    whole = (left - TICK) // day_length()
    day = days.nth_before(local.date(), whole + 1)
    if day is None:
        return _aware(datetime(FIRST_YEAR, 1, 1))  # noqa: DTZ001 - made aware here
    reached, _left = _walk_back(
        day, datetime.combine(day, time.max), left - whole * day_length()
    )
    return _aware(reached)


def _walk_back(
    day: date, until: datetime, left: timedelta
) -> tuple[datetime, timedelta]:
    """Use up `left` backwards within one worked day; the moment reached and what is left."""
    for opens, closes in reversed(_blocks(day)):
        span = min(closes, until) - opens
        if span <= ZERO:
            continue
        if left <= span:
            return min(closes, until) - left, ZERO
        left -= span
    return until, left


def working_between(since: datetime, until: datetime) -> timedelta:
    """Office time between two moments; negative when `until` is the earlier one."""
    a, b, days = _local(since), _local(until), calendar()
    if b < a:
        return -working_between(until, since)
    if a.date() == b.date():
        return _overlap(a.date(), a, b) if days.is_worked(a.date()) else ZERO
    total = days.count_between(a.date(), b.date()) * day_length()
    if days.is_worked(a.date()):
        total += _overlap(a.date(), a, datetime.combine(a, time.max))
    if days.is_worked(b.date()):
        total += _overlap(b.date(), datetime.combine(b, time.min), b)
    return total


class Day(NamedTuple):
    """One line of 怎么算的: the blocks of a date that counted; none on a day off.

    `note` names the holiday or says weekend or make-up day; `seconds` is the sum of the blocks.
    """

    date: date
    blocks: list[Block]
    seconds: int
    note: str
    is_provisional: bool


def explain(start: datetime, due: datetime) -> list[Day]:
    """How a deadline came about, day by day from start to due, both included."""
    a, b, days = _local(start), _local(due), calendar()
    lines = []
    for n in range((b.date() - a.date()).days + 1):
        day = a.date() + timedelta(days=n)
        counted: list[Block] = []
        if days.is_worked(day):
            clipped = [(max(o, a), min(c, b)) for o, c in _blocks(day)]
            counted = [(_aware(o), _aware(c)) for o, c in clipped if o < c]
        seconds = sum(int((c - o).total_seconds()) for o, c in counted)
        lines.append(Day(day, counted, seconds, day_note(day), is_provisional(day)))
    return lines


def day_note(day: date) -> str:
    """Why a day is worked or not, where that is not plain from its weekday."""
    known = calendar().days.get(day)
    if known and known[0]:
        return _("make-up working day") if day.weekday() > 4 else known[1]
    if known:
        return known[1] or _("day off")
    return "" if day.weekday() < 5 else _("weekend")


def format_amount(
    seconds: float, *, calendar_time: bool = False, brief: bool = False
) -> str:
    """Two units at most: days and hours, hours and minutes, minutes.

    A day is one working day of office hours, or 24 hours with `calendar_time`. `brief` shortens
    the word for minutes. Less than a minute is said so.
    """
    whole = int(abs(seconds))
    day = 86400 if calendar_time else int(day_length().total_seconds())
    days, rest = divmod(whole, day)
    hours, minutes = rest // 3600, rest % 3600 // 60
    n = {"days": days, "hours": hours, "minutes": minutes}
    if days:
        text = _("%(days)s d %(hours)s h") if hours else _("%(days)s d")
    elif hours:
        text = _("%(hours)s h %(minutes)s min") if minutes else _("%(hours)s h")
    elif not minutes:
        text = _("under 1 min")
    else:
        text = _("%(minutes)s m") if brief else _("%(minutes)s min")
    return text % n
