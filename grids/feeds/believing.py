"""Whom to believe: what a feed's row may write over, what is kept beside, what is asked.

A field is a column, except that longitude and latitude are one. An empty field is always filled,
and a source may always correct itself. Else the rule of the column decides; without a rule a
person does.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from governance.core.registers import Register, show
from governance.core.registers.plan import Applied
from governance.core.registers.spec import Planned
from grids.models import Claim, Feed, FeedRun, FieldRule

POSITION = "position"
POSITION_COLUMNS = ("lon", "lat", "crs")
CLOSE_DEGREES = 0.00005
WRITE, BESIDE, ASK = "write", Claim.State.BESIDE, Claim.State.OPEN


def field_of(column: str) -> str:
    return POSITION if column in POSITION_COLUMNS else column


def columns_of(field_name: str) -> tuple[str, ...]:
    return POSITION_COLUMNS if field_name == POSITION else (field_name,)


def label_of(register: Register | None, field_name: str) -> str:
    """The heading of a field, in the reader's language."""
    if field_name == POSITION:
        return _("Position")
    known = {c.name: str(c.label) for c in register.columns} if register else {}
    return known.get(field_name, field_name)


def kind_of_source(source: str) -> str:
    """Without the number of an import; what nobody signed counts as typed by hand."""
    return "import" if source.startswith("import") else source or "manual"


def told_by(record: Any, field_name: str) -> tuple[str, datetime | None]:
    """Who said what the record says in this field, and as of when."""
    known: Mapping[str, Any] = getattr(record, "provenance", None) or {}
    first = columns_of(field_name)[0]
    mark = known.get(first) or known.get(first.removesuffix("_unit")) or {}
    at = mark.get("as_of") or mark.get("at")
    moment = datetime.fromisoformat(at) if at else None
    return kind_of_source(mark.get("source", "")), moment


@dataclass
class Difference:
    """One field of one row that differs from the record, and what becomes of it."""

    row: Planned
    field: str
    state: str
    said: dict[str, str]
    shown: str


@dataclass
class Judge:
    """Weighs the rows of one batch. `dates` gives the date of the entry by row number."""

    feed: Feed
    run: FeedRun
    register: Register
    rules: dict[str, FieldRule]
    dates: dict[int, datetime] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    displaced: list[tuple[Planned, str, str, dict[str, str], str]] = field(
        default_factory=list
    )

    def weigh(self, planned: Iterable[Planned]) -> None:
        """Take out of the rows what they may not write."""
        for row in planned:
            if row.target is None or row.has_error:
                continue
            _drop_closeness(row)
            by_field: dict[str, list[str]] = defaultdict(list)
            for column in row.changes:
                by_field[field_of(column)].append(column)
            for name in by_field:
                self._decide(row, name)

    def _decide(self, row: Planned, name: str) -> None:
        before, after = _texts(row, name)
        state = self._verdict(row, name, before)
        if state == WRITE:
            source, _at = told_by(row.target, name)
            if before and source.startswith("feed:") and source != self.feed.source:
                old = _stored_cells(self.register, row.target, name)
                self.displaced.append((row, name, source, old, before))
            return
        said = {c: row.cells[c] for c in columns_of(name) if row.cells.get(c)}
        self.differences.append(Difference(row, name, state, said, after))
        for column in columns_of(name):
            row.changes.pop(column, None)
            row.values.pop(column, None)

    def _verdict(self, row: Planned, name: str, before: str) -> str:
        source, at = told_by(row.target, name)
        if not before or source == self.feed.source:
            return WRITE
        rule = self.rules.get(name)
        if rule is None or rule.rule == FieldRule.Rule.ASK:
            return ASK
        if rule.rule == FieldRule.Rule.PRIORITY:
            stronger = rank(rule, self.feed.source) < rank(rule, source)
        else:
            stronger = at is None or self.dates[row.number] > at
        return WRITE if stronger else BESIDE

    # --- after the rows are written ------------------------------------------------------

    def keep(self, applied: Sequence[Applied], planned: Sequence[Planned]) -> None:
        """Note what was said apart; forget what the source no longer says apart."""
        good = {done.number for done in applied if not done.error}
        targets = [r for r in planned if r.target is not None and r.number in good]
        known = self._known([row.target.pk for row in targets])
        differing = {(d.row.target.pk, d.field): d for d in self.differences}
        for row in targets:
            for name in {field_of(column) for column in row.cells}:
                key = (row.target.pk, name)
                if key not in differing and key in known:
                    known[key].delete()
        for key, difference in differing.items():
            if difference.row.number in good:
                self._note(difference, known.get(key))
        self._keep_displaced(good)

    def _known(self, ids: list[int]) -> dict[tuple[int, str], Claim]:
        rows = Claim.objects.filter(
            feed=self.feed, register=self.register.key, record_id__in=ids
        )
        return {(row.record_id, row.column): row for row in rows}

    def _note(self, new: Difference, known: Claim | None) -> None:
        said = json.dumps(new.said, ensure_ascii=False, sort_keys=True)
        is_open = new.state == ASK
        settled = {Claim.State.KEPT, new.state}
        if known is not None and known.said == said and known.state in settled:
            return
        claim = known or Claim(
            feed=self.feed, register=self.register.key, column=new.field
        )
        claim.said, claim.shown = said, new.shown
        claim.state = ASK if is_open else BESIDE
        claim.as_of = self.dates[new.row.number]
        self._lay(claim, new.row.target)

    def _lay(self, claim: Claim, record: Any) -> None:
        claim.run, claim.record_id = self.run, record.pk
        claim.record_label = label_of_record(self.register, record)
        claim.decided_by = claim.decided_at = None
        claim.place_at(record)
        claim.save()

    def _keep_displaced(self, good: set[int]) -> None:
        """What another department said until now stays visible beside the new word."""
        wanted = [found for found in self.displaced if found[0].number in good]
        codes = {source.removeprefix("feed:") for _r, _n, source, _o, _b in wanted}
        feeds = {feed.source: feed for feed in Feed.objects.filter(code__in=codes)}
        for row, name, source, old, before in wanted:
            if source not in feeds:
                continue
            _source, at = told_by(row.target, name)
            claim = Claim.objects.filter(
                feed=feeds[source],
                register=self.register.key,
                record_id=row.target.pk,
                column=name,
            ).first() or Claim(
                feed=feeds[source], register=self.register.key, column=name
            )
            claim.said = json.dumps(old, ensure_ascii=False, sort_keys=True)
            claim.shown, claim.state = before, BESIDE
            claim.as_of = at or self.dates[row.number]
            self._lay(claim, row.target)


def rank(rule: FieldRule, source: str) -> int:
    """Place in the order of trust, 0 the strongest; sources that are not named come last."""
    order: list[str] = rule.order
    return order.index(source) if source in order else len(order)


def rules_of(feed: Feed) -> dict[str, FieldRule]:
    rows = FieldRule.objects.filter(district=feed.district, register=feed.register)
    return {row.column: row for row in rows}


def label_of_record(register: Register, record: Any) -> str:
    """The record's name, masked where names are personal."""
    named = next((c for c in register.columns if c.name == "name"), register.columns[0])
    if register.is_personal:
        return show.masked(named, show.text(named, record))
    return show.brief(named, record)


def _drop_closeness(row: Planned) -> None:
    """Two surveys never agree to the centimetre: five metres are no difference."""
    if not {"lon", "lat"} & row.changes.keys() or not row.target.has_position:
        return
    lon = row.values.get("lon", row.target.lon)
    lat = row.values.get("lat", row.target.lat)
    off = max(abs(lon - row.target.lon), abs(lat - row.target.lat))
    if off < CLOSE_DEGREES:
        for column in POSITION_COLUMNS:
            row.changes.pop(column, None)
            row.values.pop(column, None)


def _texts(row: Planned, name: str) -> tuple[str, str]:
    """The field as the record has it, and as the row has it."""
    parts = [row.changes[c] for c in columns_of(name) if c in row.changes]
    if name == POSITION:
        old = row.target
        before = f"{old.lon}, {old.lat}" if old.has_position else ""
        lon, lat = row.values.get("lon", old.lon), row.values.get("lat", old.lat)
        return before, f"{lon}, {lat}"
    return parts[0]


def _stored_cells(register: Register, record: Any, name: str) -> dict[str, str]:
    """The record's own cells of a field, as a file would have them."""
    if name == POSITION:
        return {"lon": str(record.lon), "lat": str(record.lat), "crs": "wgs84"}
    return {name: show.text(register.column(name), record)}
