"""The escalation policy of a district: versions by their first day, and the proposal.

Where a district has written no version for a clock yet, the proposal of `data/` holds.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from requests_hub.ladders import STEPS, Rung
from requests_hub.models import EscalationRung, Ladder

FILE = Path(__file__).parent / "data" / "escalation_rungs.csv"
COLUMNS = ("step", "number", "when", "offset", "who", "what", "every", "most")


@dataclass(frozen=True)
class Version:
    """All rungs of one clock of one kind from a day on; `starts_on` None is the proposal.

    `ids` are the rows behind the rungs, in the same order; none behind a proposal.
    """

    kind: str
    step: str
    starts_on: date | None
    rungs: tuple[Rung, ...]
    ids: tuple[int, ...] = ()

    @property
    def is_proposal(self) -> bool:
        return self.starts_on is None


@cache
def proposals() -> dict[tuple[str, str], Version]:
    """The seed by kind and step."""
    found: dict[tuple[str, str], list[Rung]] = defaultdict(list)
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind = row.pop("kind")
            found[kind, row["step"]].append(
                Rung(**{**row, "number": int(row["number"]), "most": int(row["most"])})  # type: ignore[arg-type]
            )
    return {
        (kind, step): Version(kind, step, None, tuple(rungs))
        for (kind, step), rungs in found.items()
    }


def rung_of(row: EscalationRung) -> Rung:
    return Rung(**{name: getattr(row, name) for name in COLUMNS})


def versions(
    district_id: int, kind: str, step: str = ""
) -> dict[tuple[str, str], list[Version]]:
    """A district's own versions by kind and step, oldest first; one statement."""
    rows = EscalationRung.objects.live().filter(district_id=district_id)
    if kind:
        rows = rows.filter(kind=kind)
    if step:
        rows = rows.filter(step=step)
    parts: dict[tuple[str, str, date], list[EscalationRung]] = defaultdict(list)
    for row in rows.order_by("starts_on", "number"):
        parts[row.kind, row.step, row.starts_on].append(row)
    found: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for (of_kind, of_step, day), own in parts.items():
        rungs, ids = tuple(map(rung_of, own)), tuple(row.pk for row in own)
        found[of_kind, of_step].append(Version(of_kind, of_step, day, rungs, ids))
    return found


def in_force(
    known: Iterable[Version], kind: str, step: str, day: date
) -> Version | None:
    """The latest version that has begun; the proposal where none was ever written."""
    begun = [v for v in known if v.starts_on and v.starts_on <= day]
    return begun[-1] if begun else proposals().get((kind, step))


def rungs_in_force(district_id: int, kind: str, day: date) -> tuple[Rung, ...]:
    """Every rung of a kind on a day, step by step."""
    known = versions(district_id, kind)
    found = [in_force(known.get((kind, step), ()), kind, step, day) for step in STEPS]
    return tuple(rung for version in found if version for rung in version.rungs)


def kinds() -> list[tuple[str, str]]:
    return [(code, str(label)) for code, label in Ladder.Kind.choices]
