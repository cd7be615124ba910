"""Figures of assessment: what holds, for whom, in which period, beside what it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from governance.core.models import User
from grids.models import Department, Grid
from grids.scoping import scope_of
from requests_hub.assessment.indicators import ABOUT, MEASURES, OF_DEPARTMENTS
from requests_hub.assessment.periods import Period
from requests_hub.models import AssessmentRule, Scorecard
from requests_hub.models.statistics import WHOLE, Axis
from requests_hub.queries import areas, scores, statistics

Counts = dict[str, int]
CHILDREN = {"district": "large", "large": "medium"}


@dataclass(frozen=True)
class Unit:
    """One row: a grid or a department with its counts of the period."""

    name: str
    code: str
    n: Counts = field(default_factory=dict)


@dataclass(frozen=True)
class Board:
    """The whole of one's area, the same of the periods compared with, and its units."""

    whole: Counts
    before: Counts
    year_before: Counts
    units: Sequence[Unit]
    grid: str = ""
    by_day: tuple[tuple[date, int, int], ...] = ()


def rule_at(district: int, day: date) -> AssessmentRule:
    """The rule that holds on a day; the proposal where none was written."""
    rules = AssessmentRule.objects.live().filter(district_id=district)
    found: AssessmentRule | None = (
        rules.filter(valid_from__lte=day).order_by("-valid_from").first()
    )
    return found or AssessmentRule(district_id=district, valid_from=day)


def scorecards(district: int, of: str) -> list[Scorecard]:
    return list(Scorecard.objects.live().filter(district_id=district, of=of))


def places(user: User, period: Period, like: tuple[Period, Period]) -> Board | None:
    """One's area and the grids below it; None where the statistics hold no such area.

    Args:
        user: whose area.
        period: of which days.
        like: the days it is compared with, just before and a year before.
    """
    held = areas.held(user)
    if held is None or held.level not in areas.WITH_FLOW:
        return None
    before, year = (total(held, part) for part in like)
    level = CHILDREN.get(held.level)
    units = _grids(held, level, period) if level else []
    top = "" if held.level == "district" or len(held.places) > 1 else held.places[0]
    code = Grid.objects.get(pk=top).code if top else ""
    return Board(total(held, period), before, year, units, code, _days(held, period))


def total(held: areas.Held, period: Period) -> Counts:
    """The counts of an area in a period."""
    out: Counts = {}
    for figure in statistics.flow(
        held.district, MEASURES, period.first, period.last, places=held.places
    ):
        out[figure.measure] = out.get(figure.measure, 0) + figure.n
    return out


def _grids(held: areas.Held, level: str, period: Period) -> list[Unit]:
    below = Q(parent_id__in=held.places)
    if held.level == "district":
        below = Q(district_id=held.district)
    grids = Grid.objects.live().at_level(level).filter(below).order_by("tree_id", "lft")
    rows = list(grids)
    found: dict[int, Counts] = {grid.pk: {} for grid in rows}
    for figure in statistics.flow(
        held.district, MEASURES, period.first, period.last, places=list(found)
    ):
        found[figure.place][figure.measure] = figure.n
    column = f"{level}_id"
    inside = Q(**{f"{column}__in": list(found)})
    for pk, given in scores.of_period(period, column, inside).items():
        found[pk] |= given
    return [Unit(grid.short, grid.code, found[grid.pk]) for grid in rows]


def departments(user: User, period: Period) -> list[Unit]:
    """Departments called in one's area; an officer sees their own.

    Their revisits count answers about the department, one for each request it handled.
    """
    scope, held = scope_of(user), areas.held(user)
    own = sorted(scope.departments)
    district = held.district if held else next(iter(areas.districts_of(user)), 0)
    at = held.places if held and held.level in CHILDREN else (WHOLE,)
    if not own and (held is None or held.level not in CHILDREN):
        return []
    found: dict[int, Counts] = {}
    for figure in statistics.flow(
        district,
        [OF_DEPARTMENTS.get(name, name) for name in MEASURES],
        period.first,
        period.last,
        places=at,
        axis=Axis.DEPARTMENT,
        keys=[str(pk) for pk in own] if own else None,
    ):
        row = found.setdefault(int(figure.key), {})
        name = figure.measure.removeprefix(ABOUT)
        row[name] = row.get(name, 0) + figure.n
    inside = _inside(district, held) & (Q(department__in=own) if own else Q())
    for pk, given in scores.of_period(period, "department_id", inside).items():
        found.setdefault(pk, {}).update(given)
    named = Department.objects.filter(pk__in=own or found).order_by("order", "pk")
    return [Unit(d.short, d.code, found.get(d.pk, {})) for d in named]


def _inside(district: int, held: areas.Held | None) -> Q:
    """The calls of the area whose departments are assessed."""
    if held and held.level in ("large", "medium"):
        return Q(**{f"{held.level}_id__in": held.places})
    return Q(district_id=district)


def _days(held: areas.Held, period: Period) -> tuple[tuple[date, int, int], ...]:
    """(day, received, closed) of the 30 days that end with the period."""
    first = period.last - timedelta(days=29)
    days = {first + timedelta(days=n): [0, 0] for n in range(30)}
    for figure in statistics.flow(
        held.district, ("received", "closed"), first, period.last,
        places=held.places, by_day=True,
    ):  # fmt: skip
        if figure.day in days:
            days[figure.day][figure.measure == "closed"] += figure.n
    return tuple((day, *counts) for day, counts in days.items())  # type: ignore[misc]
