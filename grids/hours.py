"""Opening hours: as people write them, as they are kept, and whether a place is open now.

Kept as a list of spans `{"days": "12345", "from": "08:30", "to": "12:00"}`; `days` holds weekdays
1 (Monday) to 7, or "W" for the working days of the calendar, make-up Saturdays included. A span
never goes past midnight; the whole day is 00:00 to 24:00.
"""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core import worktime

Span = dict[str, str]
WORKING = "W"
LOOK_AHEAD_DAYS = 30
NAMES = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
ENGLISH = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
WHOLE = {
    "每天": "1234567",
    "每日": "1234567",
    "全年": "1234567",
    "daily": "1234567",
    "周末": "67",
    "weekend": "67",
    "weekends": "67",
    "工作日": WORKING,
    "working days": WORKING,
    "workdays": WORKING,
}
DAY = r"(?:周|星期|礼拜)?[一二三四五六日天]|mon|tue|wed|thu|fri|sat|sun"
DAYS = re.compile(rf"({DAY})(?:\s*(?:至|到|to|-|–|—|~)\s*({DAY}))?", re.IGNORECASE)
TIMES = re.compile(
    r"(\d{1,2})[:：](\d{2})\s*(?:至|到|to|-|–|—|~)\s*(\d{1,2})[:：](\d{2})"
)
ALL_DAY = re.compile(r"全天|24\s*小时|24\s*h(?:ours)?|all day", re.IGNORECASE)
MINUTES = 24 * 60


def parse(text: str) -> list[Span]:
    """Read text such as "周一至周五 08:30-12:00,14:30-17:30；周六 09:00-12:00".

    Parts are set apart by ； ; or a new line; a part without days counts for every day.

    Raises:
        ValueError: with a sentence that quotes the part it cannot read.
    """
    spans: list[Span] = []
    for part in re.split(r"[;；\n]+", text):
        if part.strip():
            spans += _part(part.strip())
    return sorted(spans, key=lambda s: (s["days"], s["from"]))


def _part(part: str) -> list[Span]:
    times = [] if not ALL_DAY.search(part) else [("00:00", "24:00")]
    times += [_times(part, found) for found in TIMES.finditer(part)]
    head = ALL_DAY.sub("", TIMES.sub("", part)).strip(" ,，、:：")
    days = _days(head, part)
    if not times:
        raise ValueError(
            _("No times such as 08:30-12:00 in “%(part)s”.") % {"part": part}
        )
    times.sort()
    for (_start, end), (start, _end) in itertools.pairwise(times):
        if start < end:
            raise ValueError(_("The times in “%(part)s” overlap.") % {"part": part})
    return [{"days": days, "from": start, "to": end} for start, end in times]


def _times(part: str, found: "re.Match[str]") -> tuple[str, str]:
    h1, m1, h2, m2 = (int(number) for number in found.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if not (start < end <= MINUTES and m1 < 60 and m2 < 60):
        raise ValueError(
            _("“%(part)s”: a time ends after it starts, by 24:00 of the same day.")
            % {"part": part}
        )
    return f"{h1:02d}:{m1:02d}", f"{h2:02d}:{m2:02d}"


def _days(head: str, part: str) -> str:
    text = head.lower()
    if not text:
        return "1234567"
    if text in WHOLE:
        return WHOLE[text]
    days: set[int] = set()
    for found in DAYS.finditer(text):
        first, last = _day(found[1]), _day(found[2] or found[1])
        span = (
            range(first, last + 1)
            if first <= last
            else (*range(first, 8), *range(1, last + 1))
        )
        days.update(span)
    if not days or DAYS.sub("", text).strip(" ,，、和及and"):
        raise ValueError(_("These days are not clear: “%(part)s”.") % {"part": part})
    return "".join(map(str, sorted(days)))


def _day(word: str) -> int:
    return ENGLISH.get(word[:3].lower()) or NAMES[word[-1]]


# --- In words -----------------------------------------------------------------------------


def as_text(spans: Sequence[Span]) -> str:
    """The hours on one line, in the reader's language; what `parse` reads again."""
    return "；".join(f"{days} {times}" for days, times in lines(spans))


def lines(spans: Sequence[Span]) -> list[tuple[str, str]]:
    """(days in words, times) for each set of days, in order."""
    by_days: dict[str, list[str]] = {}
    for span in spans:
        time = f"{span['from']}-{span['to']}"
        by_days.setdefault(span["days"], []).append(
            _("all day") if time == "00:00-24:00" else time
        )
    return [(_days_in_words(days), ",".join(times)) for days, times in by_days.items()]


def _days_in_words(days: str) -> str:
    whole = {"1234567": _("daily"), WORKING: _("working days")}
    if days in whole:
        return whole[days]
    names = [
        pgettext("opening hours", "Mon"),
        pgettext("opening hours", "Tue"),
        pgettext("opening hours", "Wed"),
        pgettext("opening hours", "Thu"),
        pgettext("opening hours", "Fri"),
        pgettext("opening hours", "Sat"),
        pgettext("opening hours", "Sun"),
    ]
    numbers = [int(digit) for digit in days]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        ends = {"first": names[numbers[0] - 1], "last": names[numbers[-1] - 1]}
        return _("%(first)s to %(last)s") % ends
    return "、".join(names[number - 1] for number in numbers)


# --- Open now -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Now:
    """Whether a place is open, and when that changes; `at` is None when nothing is known."""

    is_open: bool
    at: datetime | None = None
    note: str = ""


def now(
    spans: Sequence[Span], *, on_holidays: bool, moment: datetime | None = None
) -> Now:
    """Open or shut at a moment, with the time at which it closes or opens next.

    Args:
        spans: the hours.
        on_holidays: whether the hours also hold on public holidays.
        moment: the present, unless another one is asked about.
    """
    at = timezone.localtime(moment)
    minute = at.hour * 60 + at.minute
    today = _of_day(spans, at.date(), on_holidays)
    for start, end in today:
        if start <= minute < end:
            return Now(True, _moment(at.date(), _joined(today, end)))
    note = holiday(at.date()) if not today and not on_holidays else ""
    for start, _end in today:
        if start > minute:
            return Now(False, _moment(at.date(), start))
    for n in range(1, LOOK_AHEAD_DAYS):
        day = at.date() + timedelta(days=n)
        if later := _of_day(spans, day, on_holidays):
            return Now(False, _moment(day, later[0][0]), note)
    return Now(False, None, note)


def _joined(spans: list[tuple[int, int]], end: int) -> int:
    """The end of spans that follow each other without a break."""
    for start, later in spans:
        if start == end:
            end = later
    return end


def _of_day(
    spans: Sequence[Span], day: date, on_holidays: bool
) -> list[tuple[int, int]]:
    """The hours of one date as minutes after midnight, in order."""
    if not on_holidays and holiday(day):
        return []
    weekday = str(day.isoweekday())
    works = worktime.is_working_day(day)
    found = [
        (_minutes(span["from"]), _minutes(span["to"]))
        for span in spans
        if weekday in span["days"] or (works and span["days"] == WORKING)
    ]
    return sorted(found)


def holiday(day: date) -> str:
    """The name of a public holiday, else ""."""
    is_worked, name = worktime.calendar().days.get(day, (True, ""))
    return "" if is_worked else name


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _moment(day: date, minute: int) -> datetime:
    start = datetime.combine(day, datetime.min.time())
    return timezone.make_aware(start + timedelta(minutes=minute))
