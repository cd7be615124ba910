"""How complete the teams are: per grid, level and town, what is missing, who holds too much.

Fill rate of a grid = filled required posts ÷ required posts, a post counting at most as often as it
is required. Open posts (the N of 3+N) are shown apart and never count. A grid whose level has no
template has no rate. Everything is read in a fixed number of statements, whatever the size.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from grids.models import (
    Assignment,
    ChangeKind,
    Grid,
    GridChangeSide,
    TeamSlot,
    TeamTemplate,
)
from grids.models.places import LEVELS
from grids.scoping import Viewer, posts_of, scope_of


@dataclass(frozen=True)
class Fill:
    """One post of one grid's team: how many hold it, and since when somebody is missing."""

    slot: TeamSlot
    held: int
    vacant_since: dt.date | None = None

    @property
    def missing(self) -> int:
        return max(self.slot.required - self.held, 0)

    def vacant_days(self, day: dt.date) -> int:
        return (day - self.vacant_since).days if self.vacant_since else 0


@dataclass(frozen=True)
class Totals:
    """Required and filled posts of some grids; `open_held` is the N, `grids` how many."""

    required: int = 0
    filled: int = 0
    open_held: int = 0
    grids: int = 0
    complete: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.required + other.required,
            self.filled + other.filled,
            self.open_held + other.open_held,
            self.grids + other.grids,
            self.complete + other.complete,
        )

    @property
    def missing(self) -> int:
        return self.required - self.filled

    @property
    def rate(self) -> float | None:
        """Percent with one decimal; None where nothing is required."""
        if not self.required:
            return None
        return round(self.filled * 100 / self.required, 1)


@dataclass(frozen=True)
class Team:
    """The team of one grid."""

    grid: Grid
    fills: Sequence[Fill]

    @property
    def totals(self) -> Totals:
        fixed = [f for f in self.fills if not f.slot.is_open]
        required = sum(f.slot.required for f in fixed)
        filled = sum(min(f.held, f.slot.required) for f in fixed)
        return Totals(
            required=required,
            filled=filled,
            open_held=sum(f.held for f in self.fills if f.slot.is_open),
            grids=1,
            complete=int(bool(required) and filled == required),
        )

    @property
    def vacancies(self) -> list[Fill]:
        return [fill for fill in self.fills if fill.missing]


@dataclass(frozen=True)
class Vacancy:
    """One line of the red list."""

    grid: Grid
    fill: Fill
    days: int


@dataclass
class Summary:
    """All teams of an area with their totals by level and by town (code of the large grid)."""

    teams: list[Team] = field(default_factory=list)
    by_level: dict[str, Totals] = field(default_factory=dict)
    by_town: dict[str, Totals] = field(default_factory=dict)
    total: Totals = field(default_factory=Totals)


def area_q(viewer: Viewer) -> Q:
    """Grids inside the posts of a viewer; departments see the teams of their district."""
    q = Q(pk__in=[])
    for post in posts_of(viewer):
        if post.role in ("good_person", "resident"):
            continue
        if post.grid:
            q |= Q(code__startswith=post.grid.code)
        else:
            q |= Q(district_id=post.district_id)
    return q


def grids_of(
    viewer: Viewer, *, code: str = "", level: str = "", area: str = ""
) -> "QuerySet[Grid]":
    """Live grids of the viewer's area under these filters, in the order of their codes."""
    rows = Grid.objects.live().filter(area_q(viewer))
    if code:
        rows = rows.filter(code__startswith=code)
    if level:
        rows = rows.filter(level=level)
    if area:
        rows = rows.filter(area_type=area)
    found: QuerySet[Grid] = rows.order_by("code")
    return found


def read(grids: "QuerySet[Grid]", day: dt.date | None = None) -> list[Team]:
    """The teams of these grids on a day (today when left out); six statements."""
    day = day or timezone.localdate()
    slots = _slots()
    held = _held(grids, day)
    ended = _ended(grids, day)
    born = born_on(grids)
    return [
        Team(
            grid,
            _fills(grid, _of(slots, grid), held, ended, day, born.get(grid.pk)),
        )
        for grid in grids
    ]


Slots = dict[tuple[int, str, str], list[TeamSlot]]
Key = tuple[int, str]


def _slots() -> Slots:
    """The posts in use by district, level and area type."""
    found: Slots = {
        (t.district_id, t.level, t.area_type): [] for t in TeamTemplate.objects.all()
    }
    for slot in TeamSlot.objects.active().select_related("template"):
        t = slot.template
        found.setdefault((t.district_id, t.level, t.area_type), []).append(slot)
    return found


def _of(slots: Slots, grid: Grid) -> list[TeamSlot]:
    """Those of the grid's own area type, else those for every one."""
    own = slots.get((grid.district_id, grid.level, grid.area_type))
    if own is not None:
        return own
    return slots.get((grid.district_id, grid.level, ""), [])


def _rows(grids: "QuerySet[Grid]") -> "QuerySet[Assignment]":
    return Assignment.objects.at_grids(grids.order_by().values("pk"))


def _held(grids: "QuerySet[Grid]", day: dt.date) -> dict[Key, int]:
    lasts = Q(ended_on__isnull=True) | Q(ended_on__gte=day)
    rows = _rows(grids).filter(lasts, starts_on__lte=day).order_by()
    counted = rows.values("slot__code", grid=F("at")).annotate(n=Count("pk"))
    return {(row["grid"], row["slot__code"]): row["n"] for row in counted}


def _ended(grids: "QuerySet[Grid]", day: dt.date) -> dict[Key, dt.date]:
    """The last day somebody was in the post, where somebody has left."""
    rows = _rows(grids).filter(ended_on__lt=day).order_by()
    last = rows.values("slot__code", grid=F("at")).annotate(last=Max("ended_on"))
    return {(row["grid"], row["slot__code"]): row["last"] for row in last}


def born_on(grids: "QuerySet[Grid]") -> dict[int, dt.date]:
    """The day each of these grids was made, by id; those that were there from the start lack."""
    sides = GridChangeSide.objects.filter(
        grid__in=grids.order_by().values("pk"),
        change__kind__in=(ChangeKind.CREATED, ChangeKind.SPLIT),
    )
    born: dict[int, dt.date] = {}
    rows = sides.order_by("change_id")
    for pk, on, before in rows.values_list("grid", "change__on", "change__before"):
        if all(old["id"] != pk for old in before):  # a grid that was split is older
            born.setdefault(pk, on)
    return born


def vacant_since(
    slot: TeamSlot, left: dt.date | None, born: dt.date | None, today: dt.date
) -> dt.date:
    """Since when somebody is missing: from the last one's leaving, else from the start.

    The start is the day the team was laid down, or the grid made, whichever was later.
    """
    if left:
        return min(left + dt.timedelta(days=1), today)
    start = slot.template.starts_on
    return min(max(start, born) if born else start, today)


def _fills(
    grid: Grid,
    slots: Iterable[TeamSlot],
    held: dict[Key, int],
    ended: dict[Key, dt.date],
    day: dt.date,
    born: dt.date | None,
) -> list[Fill]:
    out = []
    for slot in slots:
        key = (grid.pk, slot.code)
        count = held.get(key, 0)
        since = None
        if count < slot.required:
            since = vacant_since(slot, ended.get(key), born, day)
        out.append(Fill(slot, count, since))
    return out


def summarise(teams: list[Team]) -> Summary:
    """Totals by level and by town of these teams."""
    by_level: dict[str, Totals] = defaultdict(Totals)
    by_town: dict[str, Totals] = defaultdict(Totals)
    total = Totals()
    for team in teams:
        own = team.totals
        if not team.fills:
            continue
        by_level[team.grid.level] += own
        by_town[team.grid.code[:9]] += own
        total += own
    levels = {level: by_level[level] for level in LEVELS if level in by_level}
    return Summary(teams, levels, dict(by_town), total)


def red_list(teams: Iterable[Team], day: dt.date | None = None) -> list[Vacancy]:
    """Missing posts, longest vacant first, then by code of the grid."""
    day = day or timezone.localdate()
    rows = [
        Vacancy(team.grid, fill, fill.vacant_days(day))
        for team in teams
        for fill in team.vacancies
    ]
    return sorted(rows, key=lambda v: (-v.days, v.grid.code, v.fill.slot.order))


@dataclass(frozen=True)
class Overloaded:
    """Somebody who holds more posts than the setting allows."""

    holder: str
    unit: str
    rows: Sequence[Assignment]

    @property
    def count(self) -> int:
        return len(self.rows)


def overloaded(viewer: Viewer, most: int | None = None) -> list[Overloaded]:
    """Holders with more than `most` posts (TEAM_MOST_POSTS) of whom one lies in the area.

    Organisations may hold any number. Two statements.
    """
    most = settings.TEAM_MOST_POSTS if most is None else most
    current = Assignment.objects.current().exclude(slot__held_by="organisation")
    in_area = current.filter(_placed_q(viewer)).values("holder_key")
    many = (
        current.filter(holder_key__in=in_area)
        .order_by()
        .values("holder_key")
        .annotate(n=Count("pk"))
        .filter(n__gt=most)
    )
    rows = current.filter(holder_key__in=many.values("holder_key"))
    rows = rows.select_related("slot", *LEVELS).order_by("starts_on", "pk")
    by_key: dict[str, list[Assignment]] = defaultdict(list)
    for row in rows:
        by_key[row.holder_key].append(row)
    found = [Overloaded(r[0].holder, r[0].unit, r) for r in by_key.values()]
    return sorted(found, key=lambda o: (-o.count, o.holder))


def _placed_q(viewer: Viewer) -> Q:
    """Assignments inside the area of a viewer."""
    scope = scope_of(viewer)
    q: Q = Assignment.objects.all().scope_q(scope)
    for post in posts_of(viewer):
        if post.department_id:
            q |= Q(district_id=post.district_id)
    return q
