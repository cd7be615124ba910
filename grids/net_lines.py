"""What the pages of the work lines show: who leads, what they ask, how far their nets are mapped."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import dictionaries
from grids import locate, recurrence
from grids.models import (
    District,
    Grid,
    LineDuty,
    LineGrid,
    LineList,
    LineMapping,
    MatchRun,
    WorkLine,
)
from grids.models.nets import LINES
from grids.net_words import line_label
from grids.scoping import Viewer, posts_of, scope_of

MOST_BARE = 50


@dataclass
class Summary:
    """One line in the list of lines."""

    code: str
    label: str
    icon: str
    lead: str
    is_proposal: bool
    by_desk: Counter[str] = field(default_factory=Counter)
    duties: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_desk.values())

    @property
    def mapped(self) -> int:
        return self.by_desk["confirmed"]

    @property
    def own(self) -> int:
        """Those that the line alone has."""
        return self.by_desk["own"]

    @property
    def waiting(self) -> int:
        return self.total - self.mapped - self.own

    @property
    def percent(self) -> int:
        return 100 * (self.mapped + self.own) // self.total if self.total else 0


def district_of(user: Viewer) -> District | None:
    """The district of somebody's first post."""
    posts = posts_of(user)
    return posts[0].district if posts else None


def may_see(user: Viewer, line: str) -> bool:
    """A department's officer sees the lines it leads; everybody else of the desks sees all."""
    scope = scope_of(user)
    if scope.has_role("district", "township", "leader", "admin", "auditor"):
        return True
    led = WorkLine.objects.led_by(sorted(scope.departments))
    return led.filter(line=line).exists()


def summaries(user: Viewer) -> list[Summary]:
    """The lines somebody may see, in the order of the dictionary; four statements."""
    district = district_of(user)
    settings = {
        w.line: w
        for w in WorkLine.objects.filter(district=district).select_related(
            "lead_department"
        )
    }
    by_line: dict[str, Counter[str]] = defaultdict(Counter)
    rows = LineGrid.objects.visible_to(user).live().order_by()
    for line, desk, n in rows.values_list("line", "desk").annotate(n=Count("pk")):
        by_line[line][desk] += n
    duties = LineDuty.objects.filter(district=district, ended_on__isnull=True)
    counts = dict(duties.order_by().values_list("line").annotate(n=Count("pk")))
    scope = scope_of(user)
    is_desk = scope.has_role("district", "township", "leader", "admin", "auditor")
    found = []
    for item in dictionaries.items(LINES):
        setting = settings.get(item.code)
        lead = setting.lead_department if setting else None
        if not is_desk and (lead is None or lead.pk not in scope.departments):
            continue
        found.append(
            Summary(
                code=item.code,
                label=item.label,
                icon=item.data.get("icon", "list-ul"),
                lead=lead.short if lead else "",
                is_proposal=item.is_proposal,
                by_desk=by_line[item.code],
                duties=counts.get(item.code, 0),
            )
        )
    return found


def summary_of(user: Viewer, setting: WorkLine) -> Summary:
    """One line on its own page; one statement."""
    rows = LineGrid.objects.visible_to(user).live().filter(line=setting.line).order_by()
    found = Counter(dict(rows.values_list("desk").annotate(n=Count("pk"))))
    item = dictionaries.item(LINES, setting.line)
    lead = setting.lead_department
    return Summary(
        code=setting.line,
        label=line_label(setting.line),
        icon=item.data.get("icon", "list-ul") if item else "list-ul",
        lead=lead.short if lead else "",
        is_proposal=bool(item and item.is_proposal),
        by_desk=found,
    )


@dataclass
class DutyRow:
    """One duty over the four levels: a cell holds who does it and how often."""

    what: str
    cells: list[list[dict[str, str]]]


def matrix(district: District, line: str) -> list[DutyRow]:
    """Duties in force by level: rows are duties, columns the levels from the town down."""
    duties = LineDuty.objects.filter(
        district=district, line=line, ended_on__isnull=True
    ).order_by("pk")
    rows: dict[str, DutyRow] = {}
    levels = list(Grid.Level.values)
    for duty in duties:
        row = rows.setdefault(duty.what, DutyRow(duty.what, [[] for _level in levels]))
        row.cells[levels.index(duty.level)].append(
            {
                "role": duty.get_role_display(),
                "often": recurrence.words(duty.rule),
                "area": duty.get_area_type_display() if duty.area_type else "",
            }
        )
    return list(rows.values())


@dataclass
class Coverage:
    """Integrated grids of one level with and without a grid of the line."""

    level: str
    total: int = 0
    bare: list[locate.Place] = field(default_factory=list)
    shown: list[tuple[str, str, str]] = field(default_factory=list)
    by_town: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def covered(self) -> int:
        return self.total - len(self.bare)

    @property
    def percent(self) -> float:
        return round(100 * self.covered / self.total, 1) if self.total else 0.0


def coverage(user: Viewer, district: District, line: str, level: str) -> Coverage:
    """Which grids of `level` in somebody's area have no confirmed grid of the line; two statements.

    A grid counts when it, a grid above it, or a grid below it is mapped.
    """
    grids = _own_area(user, Grid.objects.live().filter(district=district, level=level))
    places = locate.places_of(grids.order_by("code").values_list("pk", flat=True))
    held = LineMapping.objects.confirmed().filter(district=district, line=line)
    touched: set[int] = set()
    above: set[int] = set()
    for pk, at_level in held.values_list("grid_id", f"{level}_id"):
        if at_level is not None:
            touched.add(at_level)
        else:
            above.add(pk)
    out = Coverage(level, total=len(places))
    towns: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
    for place in places:
        is_covered = place.grid_id in touched or bool(above.intersection(place.chain))
        towns[place.large_id][0] += is_covered
        towns[place.large_id][1] += 1
        if not is_covered:
            out.bare.append(place)
    for place in out.bare[:MOST_BARE]:
        chain = locate.places_of(place.chain)
        out.shown.append((place.code, place.name, " ".join(p.name for p in chain[:-1])))
    for pk, (done, total) in towns.items():
        named = next(iter(locate.places_of([pk] if pk else [])), None)
        out.by_town.append((named.name if named else "", done, total))
    return out


def _own_area(user: Viewer, grids: Any) -> "QuerySet[Grid]":
    """The grids of a town for its own people, all for everybody else."""
    scope = scope_of(user)
    own = [pk for pks in scope.grids.values() for pk in pks]
    if scope.districts or scope.departments or not own:
        found: QuerySet[Grid] = grids
        return found
    codes = [place.code for place in locate.places_of(own)]
    narrowed: QuerySet[Grid] = grids.filter(code__startswith=codes[0] if codes else "x")
    return narrowed


def last_run(district: District, line: str) -> MatchRun | None:
    return MatchRun.objects.filter(district=district, line=line).order_by("-pk").first()


def lists(user: Viewer, district: District, line: str) -> list[LineList]:
    """The newest lists handed in, of one's own town or, for the district, of all."""
    rows = LineList.objects.filter(district=district, line=line).defer("rows")
    scope = scope_of(user)
    own = [pk for pks in scope.grids.values() for pk in pks]
    if own and not scope.districts:
        rows = rows.filter(large_id__in=own)
    return list(rows.select_related("by", "large").order_by("-pk")[:5])


def headings() -> list[str]:
    """The heads of the export, in the reader's language."""
    return [
        str(word)
        for word in (
            _("Own code"),
            _("Own name"),
            _("Name above"),
            _("Review"),
            _("Grid code"),
            _("Integrated grid"),
            _("Level of the grid"),
            _("Kind"),
            _("Share of the line's grid"),
            _("Share of the grid"),
            _("Confirmed on"),
            _("Reason"),
        )
    ]


def export_rows(user: Viewer, line: str) -> Iterator[list[str]]:
    """One row per confirmed mapping, and one for each line grid that has none; two statements."""
    rows = LineGrid.objects.visible_to(user).live().filter(line=line).order_by("code")
    held: dict[int, list[LineMapping]] = defaultdict(list)
    mappings = LineMapping.objects.confirmed().filter(
        line=line, line_grid__in=rows.order_by().values("pk")
    )
    for mapping in mappings.order_by("grid__code"):
        held[mapping.line_grid_id].append(mapping)
    for row in rows:
        own = [row.code, row.name, row.parent_name, str(row.get_desk_display())]
        if not held[row.pk]:
            day = timezone.localdate(row.own_at).isoformat() if row.own_at else ""
            yield [*own, *[""] * 6, day, row.own_reason]
        for mapping in held[row.pk]:
            yield [*own, *_mapped(mapping), mapping.note]


def _mapped(mapping: LineMapping) -> list[str]:
    place = locate.place_of(mapping.grid_id)
    chain = locate.places_of(place.chain)
    at = mapping.decided_at
    return [
        place.code,
        "/".join(p.name for p in chain),
        str(Grid.Level(place.level).label),
        str(mapping.get_kind_display()),
        _share(mapping.share_of_line),
        _share(mapping.share_of_grid),
        at.date().isoformat() if at else "",
    ]


def _share(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}%"


def of_grid(grid: Grid, user: Viewer) -> list[dict[str, Any]]:
    """The line codes of a grid, by line: its own mappings and those of grids above it.

    One statement. A line with nothing confirmed shows its best proposal.
    """
    chain = locate.place_of(grid).chain
    found = LineMapping.objects.visible_to(user).filter(
        grid_id__in=chain,
        state__in=(LineMapping.State.CONFIRMED, LineMapping.State.PROPOSED),
        line_grid__ended_on__isnull=True,
    )
    found = found.exclude(state="proposed", score__lt=0.5)
    found = found.exclude(state="proposed", line_grid__desk__in=("confirmed", "own"))
    by_line: dict[str, list[LineMapping]] = defaultdict(list)
    rows = found.select_related("line_grid").order_by("-score", "own_code")
    for mapping in rows:
        is_own = mapping.grid_id == grid.pk
        if is_own or mapping.state == LineMapping.State.CONFIRMED:
            by_line[mapping.line].append(mapping)
    order = {item.code: n for n, item in enumerate(dictionaries.items(LINES))}
    return [
        {"label": line_label(line), "rows": [_row(m, grid) for m in _best(mappings)]}
        for line, mappings in sorted(by_line.items(), key=lambda x: order.get(x[0], 99))
    ]


def _best(mappings: list[LineMapping]) -> list[LineMapping]:
    """Confirmed ones, of the grid itself before those above; else the best proposal."""
    held = [m for m in mappings if m.state == LineMapping.State.CONFIRMED]
    return (held or mappings[:1])[:4]


def _row(mapping: LineMapping, grid: Grid) -> dict[str, Any]:
    is_held = mapping.state == LineMapping.State.CONFIRMED
    share = mapping.share_of_line
    is_piece = share is not None and share < 0.8 and mapping.grid_id == grid.pk
    return {
        "pk": mapping.line_grid_id,
        "code": mapping.own_code,
        "is_held": is_held and not mapping.recheck,
        "recheck": bool(mapping.recheck),
        "share": round(100 * share) if is_piece and share is not None else None,
        "is_above": mapping.grid_id != grid.pk,
    }
