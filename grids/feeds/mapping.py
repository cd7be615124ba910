"""Which column of a file is which column of a register: proposed, saved, applied."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core.errors import Invalid
from governance.core.registers import Column, Kind, Register
from grids.feeds import transforms
from grids.feeds.tables import Line, Table

AS_OF = "@as_of"
AS_OF_LABEL = gettext_lazy("Date of the entry")
ENOUGH = 0.62
SAMPLE_ROWS = 4
DIGITS = re.compile(r"\d")
DAY = re.compile(
    r"(?:19|20)\d\d[-/年]\d{1,2}[-/月]\d{1,2}日?(?: \d{1,2}:\d\d(?::\d\d)?)?"
)
GRID_DIGITS = frozenset([9, 12, 14, 17])
POSITION = ("lon", "lat")


@dataclass
class Entry:
    """One line of the mapping; an empty `column` leaves the source column out."""

    source: str
    column: str = ""
    transforms: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    score: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "column": self.column,
            "transforms": self.transforms,
            "codes": self.codes,
        }


def targets(register: Register) -> list[tuple[str, str | Promise]]:
    """(name, label) of what a source column may become."""
    columns = [c for c in register.file_columns if not c.read_only]
    return [*((c.name, c.label) for c in columns), (AS_OF, AS_OF_LABEL)]


def lacking(register: Register, entries: Iterable[Entry]) -> list[str]:
    """Headings of the columns that a new record must have and no source column gives."""
    given = {entry.column for entry in entries}
    needed = (c for c in register.file_columns if c.required and not c.read_only)
    return [str(column.label) for column in needed if column.name not in given]


def suggest(register: Register, headings: Sequence[str]) -> list[Entry]:
    """A proposal for each heading: the likest column, each column once, best first."""
    columns = [c for c in register.file_columns if not c.read_only]
    scored = sorted(
        (
            (_likeness(heading, column), -n, -m, heading, column)
            for n, heading in enumerate(headings)
            for m, column in enumerate(columns)
        ),
        key=lambda found: found[:3],
        reverse=True,
    )
    entries = {heading: Entry(heading) for heading in headings}
    taken: set[str] = set()
    for score, _n, _m, heading, column in scored:
        entry = entries[heading]
        if score < ENOUGH or entry.column or column.name in taken:
            continue
        entry.column, entry.score = column.name, score
        entry.transforms = _usual(column)
        taken.add(column.name)
    return list(entries.values())


def _likeness(heading: str, column: Column) -> float:
    """0 to 1; a heading that is a name of the column gives 1."""
    word = _plain(heading)
    names = [_plain(str(n)) for n in (column.label, column.name, *column.aliases)]
    if word in names:
        return 1.0
    return max(
        0.9 * SequenceMatcher(None, word, name, autojunk=False).ratio()
        for name in names
    )


def _plain(text: str) -> str:
    narrow = transforms.full_width(text)
    return re.sub(r"[\s_（(].*$|[*：:]", "", narrow.strip()).lower() or narrow.lower()


def _usual(column: Column) -> list[str]:
    """What nearly every file needs for a column of this kind."""
    if column.kind is Kind.DATE:
        return ["trim", "full_width", "day_ymd"]
    if column.kind in {Kind.IDENTITY, Kind.CREDIT_CODE}:
        return ["trim", "full_width", "no_spaces", "upper"]
    if column.kind in {Kind.PHONE, Kind.DECIMAL, Kind.INTEGER}:
        return ["trim", "full_width", "no_spaces"]
    return ["trim"]


def checked(register: Register, entries: Iterable[Entry]) -> list[Entry]:
    """The mapping, when it can be used.

    Raises:
        Invalid: field "mapping" or "transforms": a column twice, unknown or missing.
    """
    known = {name for name, _label in targets(register)}
    used: set[str] = set()
    out = []
    for entry in entries:
        transforms.check(entry.transforms)
        if entry.column and entry.column not in known:
            raise _refused(_("There is no column “%(name)s”."), entry.column)
        if entry.column in used:
            label = dict(targets(register))[entry.column]
            raise _refused(_("Two source columns are mapped to “%(name)s”."), label)
        used |= {entry.column} - {""}
        out.append(entry)
    if not used - {AS_OF}:
        raise _refused(_("Map at least one column."), "")
    missing = [c.label for c in register.typed_columns if c.required]
    lacking = [
        c.label for c in register.typed_columns if c.required and c.name not in used
    ]
    if missing and lacking and not used & set(register.natural_key):
        names = "、".join(str(label) for label in lacking)
        raise _refused(_("No source column is mapped to: %(name)s"), names)
    return out


def _refused(words: str, name: object) -> Invalid:
    return Invalid(fields={"mapping": [words % {"name": name}]})


def cells(
    line: Line, mapping: Sequence[Mapping[str, Any]], crs: str
) -> tuple[dict[str, str], str]:
    """Cells by register column, and the date of the entry as text (empty: the file's)."""
    out: dict[str, str] = {}
    as_of = ""
    for entry in mapping:
        name = entry["column"]
        if not name:
            continue
        text = line.cells.get(entry["source"], "")
        text = transforms.turned(text, entry["transforms"], entry["codes"])
        if name == AS_OF:
            as_of = text
        else:
            out[name] = text
    if any(out.get(name) for name in POSITION) and not out.get("crs"):
        out["crs"] = crs
    return out, as_of


def missing_columns(table: Table, mapping: Sequence[Mapping[str, Any]]) -> list[str]:
    """Source columns that the mapping needs and the file lacks."""
    there = set(table.headings)
    return [e["source"] for e in mapping if e["column"] and e["source"] not in there]


def sample_of(table: Table) -> str:
    """A few rows as JSON, for the page on which columns are mapped."""
    rows = [line.cells for line in table.lines[:SAMPLE_ROWS]]
    return json.dumps(rows, ensure_ascii=False)


def shown(text: str, district: str = "") -> str:
    """A sample value with the middle of long numbers hidden.

    Days, and codes of grids of the district with this code, are nobody's: the column is to be
    recognised by them.
    """
    is_grid = bool(district) and text.startswith(district) and len(text) in GRID_DIGITS
    is_known = (is_grid and text.isdigit()) or DAY.fullmatch(text)
    if len(DIGITS.findall(text)) >= 8 and "." not in text and not is_known:
        return text[:4] + "＊" * (len(text) - 6) + text[-2:]
    return text if len(text) <= 24 else f"{text[:23]}…"
