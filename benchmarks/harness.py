"""Interleave, compare, and tell: what every bar's module uses."""

import json
import statistics
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

BLOCK, ROUNDS, DROPPED = 25, 12, 1
OUT = Path(__file__).resolve().parent.parent / "var" / "bench"

Call = Callable[[], object]
Clock = Callable[[], float]


@dataclass
class Bar:
    """One measured figure against its target; `value` must be at most `target`."""

    id: str
    what: str
    value: float
    target: float
    unit: str = "×"
    at_least: bool = False
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target


def interleaved(
    calls: Mapping[str, Call],
    *,
    block: int = BLOCK,
    rounds: int = ROUNDS,
    clock: Clock = time.perf_counter,
    before: Callable[[str], None] | None = None,
) -> dict[str, float]:
    """Seconds a call takes (p50), the calls measured block by block in turn.

    Args:
        calls: what to measure, by name.
        block: calls in a row of one kind.
        rounds: how often the turn goes round; the first is dropped.
        clock: wall time, or `time.process_time` for the CPU of this process.
        before: told the name before each block, outside of the measure.

    A block is measured as a whole where single calls are shorter than the clock's step.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds):
        for name, call in calls.items():
            if before:
                before(name)
            taken = _block(call, block, clock)
            if number >= DROPPED:
                times[name].extend(taken)
    return {name: statistics.median(values) for name, values in times.items()}


def _block(call: Call, size: int, clock: Clock) -> list[float]:
    out = []
    for _ in range(size):
        start = clock()
        call()
        out.append(clock() - start)
    return out


def repeated(call: Call, times: int) -> Call:
    """`call` as a loop of `times`, for calls shorter than a clock can tell."""

    def loop() -> None:
        for _ in range(times):
            call()

    return loop


def table(bars: Sequence[Bar]) -> str:
    """Bar, what, measured, target, met; one line each."""
    rows = [("bar", "what", "measured", "target", "met")]
    for bar in bars:
        sign = "≥" if bar.at_least else "≤"
        rows.append(
            (
                bar.id,
                bar.what,
                f"{_short(bar.value)} {bar.unit}",
                f"{sign} {_short(bar.target)} {bar.unit}",
                "yes" if bar.is_met else "NO",
            )
        )
    widths = [max(_width(row[i]) for row in rows) for i in range(5)]
    lines = [
        "  ".join(
            cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)
        )
        for row in rows
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(line.rstrip() for line in lines)


def save(name: str, bars: Sequence[Bar]) -> Path:
    """Write the bars with their details under `var/bench/`."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.json"
    body = {
        "python": sys.version.split()[0],
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "bars": [{**asdict(bar), "is_met": bar.is_met} for bar in bars],
    }
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    return path


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _short(number: float) -> str:
    if number >= 1000 or float(number).is_integer():
        return f"{number:,.0f}"
    return f"{number:.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
