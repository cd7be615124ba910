"""Where each line grid stands on the review desk; called by every action that changes a mapping."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from governance.core.bulk import update_many
from grids.matching import LOOSE, Standing, Verdict, judge
from grids.models import LineGrid, LineMapping, WorkLine

OPEN = (LineMapping.State.PROPOSED, LineMapping.State.CONFIRMED)
CLOSE = 0.1


def settle(rows: Iterable[LineGrid]) -> int:
    """Judge these rows and all that name the same integrated grids; returns how many changed."""
    given = {row.pk: row for row in rows}
    if not given:
        return 0
    near = _near(given)
    mappings = _mappings(near)
    facts = _Facts(near, mappings)
    changed = []
    for row in near.values():
        verdict = facts.verdict(row)
        top = max((m.score for m in mappings[row.pk]), default=0.0)
        now = (verdict.desk, verdict.findings, top)
        if now != (row.desk, row.findings, row.top_score):
            row.desk, row.findings, row.top_score = now
            changed.append(row)
            if row.pk in given:  # the caller's own objects tell the truth afterwards
                mine = given[row.pk]
                mine.desk, mine.findings, mine.top_score = now
    update_many(changed, ["desk", "findings", "top_score"])
    return len(changed)


def _near(rows: Mapping[int, LineGrid]) -> dict[int, LineGrid]:
    """The rows themselves, fresh, and other rows of their lines at the same grids."""
    lines = {row.line for row in rows.values()}
    touched = LineMapping.objects.filter(line_grid_id__in=rows).values("grid_id")
    beside = LineMapping.objects.filter(
        grid_id__in=touched, line__in=lines, state__in=OPEN
    )
    ids = set(rows) | set(beside.values_list("line_grid_id", flat=True))
    found = LineGrid.objects.live().filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in found}


def _mappings(rows: Mapping[int, LineGrid]) -> dict[int, list[LineMapping]]:
    """Open mappings of the rows, best first, by line grid."""
    found: dict[int, list[LineMapping]] = defaultdict(list)
    ranked = LineMapping.objects.filter(line_grid_id__in=rows, state__in=OPEN)
    for mapping in ranked.order_by("-score", "-share_of_line", "grid__code"):
        found[mapping.line_grid_id].append(mapping)
    return found


class _Facts:
    """What the judgement of one row needs to know of the others."""

    def __init__(
        self, rows: Mapping[int, LineGrid], mappings: dict[int, list[LineMapping]]
    ) -> None:
        self.rows, self.mappings = rows, mappings
        self.claims: dict[tuple[str, int], dict[int, LineMapping]] = defaultdict(dict)
        for row in rows.values():
            for mapping in _claimed_by(mappings[row.pk]):
                self.claims[row.line, mapping.grid_id][row.pk] = mapping
        self.twins = _twins(rows.values())
        self.sure_from = {
            (w.district_id, w.line): w.sure_from
            for w in WorkLine.objects.filter(line__in={r.line for r in rows.values()})
        }

    def verdict(self, row: LineGrid) -> Verdict:
        mine = self.mappings[row.pk]
        held = [m for m in mine if m.state == LineMapping.State.CONFIRMED]
        if row.missing_since:
            return Verdict("changed", [{"code": "gone"}])
        if row.decision == "own":
            return Verdict("own", [])
        if held:
            return self._of_confirmed(row, mine, held)
        sure_from = self.sure_from.get((row.district_id, row.line), 0.8)
        rivals = {m.grid_id: self._rivals(row, m.grid_id, since=None) for m in mine[:1]}
        others = [self._told(m) for m in self._twin_sets(row)]
        ranked = [standing(m) for m in mine]
        return judge(ranked, sure_from=sure_from, rivals=rivals, others=others)

    def _of_confirmed(
        self, row: LineGrid, mine: Sequence[LineMapping], held: Sequence[LineMapping]
    ) -> Verdict:
        rechecks = sorted({m.recheck for m in held if m.recheck})
        if rechecks:
            return Verdict("changed", [{"code": "tree", "event": e} for e in rechecks])
        since = max((m.decided_at for m in held if m.decided_at), default=None)
        claims = [
            code
            for m in held
            if m.kind not in LOOSE
            for code in self._rivals(row, m.grid_id, since=since)
        ]
        if claims:
            return Verdict("doubled", [{"code": "claimed", "by": sorted(claims)[:5]}])
        findings = self._disagreements(row, mine, held, since)
        return Verdict("contested" if findings else "confirmed", findings)

    def _disagreements(
        self,
        row: LineGrid,
        mine: Sequence[LineMapping],
        held: Sequence[LineMapping],
        since: Any,
    ) -> list[dict[str, Any]]:
        """A much better candidate, found later; another line with this outline, decided later."""
        best = max(m.score for m in held)
        better = [
            m
            for m in mine
            if m not in held and m.score >= best + CLOSE and m.found_at > since
        ]
        findings = [{"code": "better", "score": m.score} for m in better[:1]]
        grids = {m.grid_id for m in held}
        for twin in self._twin_sets(row):
            at = max(m.decided_at for m in twin if m.decided_at)
            if at > since and not grids & {m.grid_id for m in twin}:
                findings.append(self._finding(twin))
        return findings

    def _rivals(self, row: LineGrid, grid: int, since: Any) -> list[str]:
        """Codes of other grids of the line that claim a grid whole.

        Against a confirmed row (`since`) only what was confirmed later counts: whoever confirmed
        last saw the other.
        """
        return [
            self.rows[pk].code
            for pk, m in self.claims[row.line, grid].items()
            if pk != row.pk
            and m.kind not in LOOSE
            and (since is None or (m.decided_at is not None and m.decided_at > since))
        ]

    def _twin_sets(self, row: LineGrid) -> list[list[LineMapping]]:
        return [self.twins[pk] for pk in row.twins if pk in self.twins]

    def _told(self, twin: Sequence[LineMapping]) -> dict[str, Any]:
        first = twin[0]
        grids = [m.grid_id for m in twin]
        return {"line": first.line, "code": first.own_code, "grids": grids}

    def _finding(self, twin: Sequence[LineMapping]) -> dict[str, Any]:
        told = self._told(twin)
        return {"code": "other_line", "line": told["line"], "own_code": told["code"]}


def standing(mapping: LineMapping) -> Standing:
    """A stored mapping as `judge` sees it."""
    return Standing(
        mapping.grid_id,
        mapping.score,
        mapping.kind,
        mapping.share_of_line,
        mapping.share_of_grid,
        mapping.reasons,
    )


def _claimed_by(mappings: Sequence[LineMapping]) -> list[LineMapping]:
    """What a line grid claims: what it is confirmed to be, else its best candidate."""
    held = [m for m in mappings if m.state == LineMapping.State.CONFIRMED]
    return held or [m for m in mappings[:1] if m.score >= 0.5]


def _twins(rows: Iterable[LineGrid]) -> dict[int, list[LineMapping]]:
    """Confirmed mappings of the other lines' grids with the same outline."""
    ids = {pk for row in rows for pk in row.twins}
    found: dict[int, list[LineMapping]] = defaultdict(list)
    if ids:
        for mapping in LineMapping.objects.confirmed().filter(line_grid_id__in=ids):
            found[mapping.line_grid_id].append(mapping)
    return dict(found)
