"""Days, weeks and assessment months, and what each is compared with.

An assessment month begins on any day from 1 to 28 and is called after the month it ends in: with
26, "November" is 26 October to 25 November. 环比 is the period just before, 同比 the same one a year
before: the same days of the month, for a week the 52 weeks before, so that weekdays meet.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

KINDS = ("day", "week", "month")


def moment(day: date) -> datetime:
    """The first moment of a day, local time."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included."""

    kind: str
    first: date
    last: date
    first_day: int = 1

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """The same as moments; the second one is not included."""
        return moment(self.first), moment(self.last + timedelta(days=1))

    def before(self) -> "Period":
        """The period just before (环比)."""
        return period_of(self.kind, self.first - timedelta(days=1), self.first_day)

    def after(self) -> "Period":
        return period_of(self.kind, self.last + timedelta(days=1), self.first_day)

    def year_before(self) -> "Period":
        """The same period a year before (同比)."""
        if self.kind == "week":
            back = timedelta(weeks=52)
            return Period("week", self.first - back, self.last - back, self.first_day)
        day = self.last if self.kind == "month" else self.first
        length = monthrange(day.year - 1, day.month)[1]
        moved = day.replace(year=day.year - 1, day=min(day.day, length))
        return period_of(self.kind, moved, self.first_day)

    def until(self, day: date) -> "Period":
        """The part that has passed by the end of `day`; the whole where all has."""
        if day >= self.last:
            return self
        return Period(self.kind, self.first, max(day, self.first), self.first_day)

    def like(self, part: "Period") -> "Period":
        """As many days of this period as `part` has of its own, at most all.

        A month of 28 days stays whole beside 30 days of a longer one.
        """
        last = min(self.last, self.first + timedelta(days=part.days - 1))
        return Period(self.kind, self.first, last, self.first_day)


def period_of(kind: str, day: date, first_day: int = 1) -> Period:
    """The day, the week from Monday, or the assessment month that `day` lies in.

    Raises:
        ValueError: another kind, or a first day outside 1 to 28.
    """
    if kind == "day":
        return Period(kind, day, day, first_day)
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6), first_day)
    if kind != "month" or not 1 <= first_day <= 28:
        raise ValueError(f"no such period: {kind}, first day {first_day}")
    first = day.replace(day=first_day)
    if first > day:
        first = (first.replace(day=1) - timedelta(days=1)).replace(day=first_day)
    following = (first.replace(day=1) + timedelta(days=32)).replace(day=first_day)
    return Period(kind, first, following - timedelta(days=1), first_day)
