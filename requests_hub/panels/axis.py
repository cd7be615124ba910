"""Today on the time axis: what was done, what falls due, and where the day stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import worktime
from governance.core.models import User
from requests_hub.history import VERBS
from requests_hub.models import Request
from requests_hub.panels.turns import first_step
from requests_hub.queries import numbers
from requests_hub.queries.todo import Turn

MOST = 6


@dataclass(frozen=True)
class Entry:
    """One line: `kind` is done, due, now or pause."""

    kind: str
    at: datetime
    title: str = ""
    url: str = ""
    icon: str = "check-lg"
    tone: str = "green"
    parts: list[str] = field(default_factory=list)
    words: str = ""

    @property
    def time(self) -> str:
        return timezone.localtime(self.at).strftime("%H:%M")


@dataclass(frozen=True)
class Axis:
    entries: list[Entry]
    due: int
    done: int
    hours: str


def day_axis(user: User, waiting: Iterable[Turn], due: int) -> Axis:
    """The axis of today; two statements.

    Args:
        user: whose day.
        waiting: rows of the to-do list, nearest deadline first.
        due: how many fall due today in all.
    """
    now, today = timezone.now(), timezone.localdate()
    done = _done(user)
    ahead = [
        _due(turn, user)
        for turn in waiting
        if turn.due_at
        and turn.due_at >= now
        and timezone.localdate(turn.due_at) == today
    ][:MOST]
    entries = [*done, *ahead]
    if entries:
        entries.append(Entry("now", now))
        entries += _pauses(ahead, now)
    entries.sort(key=lambda entry: entry.at)
    return Axis(entries, due, len(done), hours_words())


def _done(user: User) -> list[Entry]:
    acts = numbers.acts_of_today(user, 3)
    rows = Request.objects.in_bulk([act.thread_id for act in acts]) if acts else {}
    out = []
    for act in acts:
        row = rows.get(act.thread_id)
        verb = VERBS.get(act.name)
        if row is None or verb is None:
            continue
        out.append(
            Entry(
                "done",
                act.occurred_at,
                row.title,
                reverse("request", args=[row.no]),
                parts=[_("you: %(verb)s") % {"verb": verb[0]}],
            )
        )
    return out


def _due(turn: Turn, user: User) -> Entry:
    request: Any = turn.request
    step = first_step(turn.subject, user)
    assert turn.due_at is not None  # noqa: S101 - chosen by it
    return Entry(
        "due",
        turn.due_at,
        request.title,
        reverse("request", args=[request.no]),
        "megaphone" if turn.is_task else "hourglass-split",
        "teal" if turn.is_task else "amber",
        [str(step.label)] if step else [],
    )


def _pauses(ahead: list[Entry], now: datetime) -> list[Entry]:
    """The break between two blocks of office hours, where something still lies after it."""
    blocks = worktime.office_hours()
    out = []
    for (_a, closes), (opens, _b) in pairwise(blocks):
        local = timezone.localtime(now)
        start = local.replace(hour=closes.hour, minute=closes.minute, second=0)
        end = local.replace(hour=opens.hour, minute=opens.minute, second=0)
        if end > now and any(entry.at >= end for entry in ahead):
            words = _("%(from)s–%(to)s not office hours, limits stand still") % {
                "from": f"{closes:%H:%M}",
                "to": f"{opens:%H:%M}",
            }
            out.append(Entry("pause", max(start, now), words=words))
    return out


def hours_words() -> str:
    """Office hours as people write them: 8:30–12:00, 14:30–17:30."""
    parts = [f"{a:%H:%M}–{b:%H:%M}" for a, b in worktime.office_hours()]
    return _("office hours %(hours)s") % {"hours": "、".join(parts)}
