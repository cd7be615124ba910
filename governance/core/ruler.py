"""The working-time ruler as shapes: half days in percent of the width, a line for now, flags.

Pure arithmetic on what the caller gives; the calendar and the clocks are asked elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.functional import Promise

GAP = 0.35  # percent between blocks
OFF_WIDTH = 1.0  # a run of days off is as wide as one working day
EDGE = 16.0  # flags nearer to an edge than this write their words inwards


@dataclass(frozen=True)
class Half:
    """One stretch of office hours, aware times."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Day:
    """One day, or one run of days off (then `halves` is empty)."""

    label: str | Promise
    halves: tuple[Half, ...] = ()
    is_today: bool = False
    day: date | None = None


@dataclass(frozen=True)
class Flag:
    """A mark at `at`; `tone` grey, green, amber or red."""

    at: datetime
    label: str | Promise
    sub: str | Promise = ""
    tone: str = "grey"


@dataclass
class Ruler:
    """What `components/ruler.html` draws. All x and widths are percents of the width."""

    days: list[dict[str, object]] = field(default_factory=list)
    flags: list[dict[str, object]] = field(default_factory=list)
    now_x: float | None = None


def build(days: Sequence[Day], now: datetime, flags: Sequence[Flag] = ()) -> Ruler:
    """Lay the days out side by side; work done up to `now` is filled."""
    if not days:
        return Ruler()
    width = 100 / len(days)
    spans: list[tuple[Half, float, float]] = []
    ruler = Ruler()
    for number, day in enumerate(days):
        left = number * width
        blocks = _blocks(day, left, width, now, spans)
        ruler.days.append(
            {
                "label": day.label,
                "x": round(left + GAP, 2),
                "width": round(width - 2 * GAP, 2),
                "middle": round(left + width / 2, 2),
                "is_today": day.is_today,
                "is_off": not day.halves,
                "blocks": blocks,
            }
        )
    ruler.now_x = _place(now, spans)
    ruler.flags = _flags(flags, spans)
    return ruler


def _blocks(
    day: Day,
    left: float,
    width: float,
    now: datetime,
    spans: list[tuple[Half, float, float]],
) -> list[dict[str, float]]:
    blocks: list[dict[str, float]] = []
    if not day.halves:
        return blocks
    part = width / len(day.halves)
    for number, half in enumerate(day.halves):
        x = left + number * part + GAP
        wide = part - 2 * GAP
        spans.append((half, x, wide))
        blocks.append(
            {
                "x": round(x, 2),
                "width": round(wide, 2),
                "done_width": round(wide * _share(half, now), 2),
            }
        )
    return blocks


def _share(half: Half, now: datetime) -> float:
    whole = (half.ends_at - half.starts_at).total_seconds()
    gone = (now - half.starts_at).total_seconds()
    return min(max(gone / whole, 0.0), 1.0) if whole else 0.0


def _place(at: datetime, spans: list[tuple[Half, float, float]]) -> float | None:
    """Where a moment lies; outside office hours at the start of the next stretch."""
    for half, x, wide in spans:
        if at <= half.ends_at:
            return round(x + wide * _share(half, at), 2)
    return round(spans[-1][1] + spans[-1][2], 2) if spans else None


def _flags(
    flags: Sequence[Flag], spans: list[tuple[Half, float, float]]
) -> list[dict[str, object]]:
    placed: list[dict[str, object]] = []
    last_x, row = -100.0, 0
    for flag in sorted(flags, key=lambda f: f.at):
        x = _place(flag.at, spans)
        if x is None:
            continue
        row = 1 - row if x - last_x < EDGE else 0
        last_x = x
        placed.append(
            {
                "x": x,
                "label": flag.label,
                "sub": flag.sub,
                "tone": flag.tone,
                "row": row,
                "anchor": "start"
                if x < EDGE
                else "end"
                if x > 100 - EDGE
                else "middle",
            }
        )
    return placed
