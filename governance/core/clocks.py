"""A deadline in words: what is left, or how late, as every page shows it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.core import worktime

HOUR = timedelta(hours=1)
LOOKS = {
    "running": ("grey", ""),
    "due_soon": ("amber", "hourglass-split"),
    "overdue": ("red", "exclamation-triangle-fill"),
    "paused": ("grey", "pause"),
    "met": ("green", "check"),
    "missed": ("grey", "exclamation-triangle"),
    "not_started": ("grey", ""),
}


@dataclass(frozen=True)
class Clock:
    """One clock. `share` is what is left of the whole, 1 to 0."""

    code: str
    text: str
    share: float
    due_at: datetime | None
    started_at: datetime | None
    calendar_time: bool = False

    @property
    def tip(self) -> str:
        """The exact deadline in words; made where it is shown, lists for programs have none."""
        return _tip(self.due_at, self.calendar_time)

    @property
    def tone(self) -> str:
        return LOOKS[self.code][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.code][1]

    @property
    def is_late(self) -> bool:
        return self.code in ("overdue", "missed")

    @property
    def percent(self) -> int:
        """The share as a whole number, for the ring."""
        return round(self.share * 100)


def clock(
    due_at: datetime | None,
    *,
    started_at: datetime | None = None,
    done_at: datetime | None = None,
    now: datetime | None = None,
    paused: bool = False,
    starts_later: bool = False,
    calendar_time: bool = False,
) -> Clock:
    """The clock of one deadline.

    Args:
        due_at: the deadline; None where there is none yet.
        started_at: when the time began to run; without it the share is 1 until it is over.
        done_at: when the thing was done; the clock then stands.
        now: the moment to tell for; the present when left out.
        paused: on hold, or waiting for the resident.
        starts_later: the time begins with the report-in.
        calendar_time: reckon round the clock, for emergencies.
    """

    def make(code: str, text: str, share: float = 0.0) -> Clock:
        return Clock(code, text, share, due_at, started_at, calendar_time)

    if done_at is None and paused:
        return make("paused", _("on hold, not counted"), 1.0)
    if due_at is None or (starts_later and done_at is None):
        words = _("starts with the report-in") if starts_later else _("no deadline")
        return make("not_started", words, 1.0)
    at = done_at or now or timezone.now()
    left = _between(at, due_at, calendar_time)
    gap = worktime.format_amount(
        left.total_seconds(), calendar_time=calendar_time, brief=bool(done_at)
    )
    if done_at is not None:
        return make(*_done_words(at, due_at, left, gap))
    if at > due_at:
        over = _("%(time)s over") % {"time": gap} if left else _("just overdue")
        return make("overdue", over)
    share, is_soon = _share(left, started_at, due_at, calendar_time)
    code = "due_soon" if is_soon else "running"
    return make(code, _("%(time)s left") % {"time": gap}, share)


def _done_words(
    at: datetime, due_at: datetime, left: timedelta, gap: str
) -> tuple[str, str]:
    if at > due_at:
        late = _("done late, by %(time)s") % {"time": gap}
        return "missed", late if left else _("done late")
    if not left:
        return "met", _("on time")
    return "met", _("on time, %(time)s early") % {"time": gap}


def _share(
    left: timedelta, started_at: datetime | None, due_at: datetime, calendar_time: bool
) -> tuple[float, bool]:
    """The share left, and whether that is little: the last part of the whole or of an hour."""
    if started_at is None:
        return 1.0, left <= HOUR
    whole = _between(started_at, due_at, calendar_time)
    share = min(max(left / whole, 0.0), 1.0) if whole > timedelta(0) else 0.0
    return share, left <= HOUR or share <= settings.DUE_SOON_SHARE


def _between(since: datetime, until: datetime, calendar_time: bool) -> timedelta:
    return until - since if calendar_time else worktime.working_between(since, until)


def _tip(due_at: datetime | None, calendar_time: bool) -> str:
    if due_at is None:
        return ""
    local = timezone.localtime(due_at)
    words = {"when": date_format(local, "Y-m-d H:i")}
    if calendar_time:
        return _("Due %(when)s, counted round the clock") % words
    if worktime.is_provisional(local.date()):
        return _("Due %(when)s, provisional: the days off are not published") % words
    return _("Due %(when)s, working time") % words
