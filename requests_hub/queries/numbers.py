"""Exact figures of one's own area: rates of the month, what is open where, today's deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from governance.core.models import Event, User
from grids.models import Department, Grid
from requests_hub.filters import month_start
from requests_hub.models import Request, Revisit, Task
from requests_hub.queries import areas, statistics
from requests_hub.queries.choices import departments_by_id
from requests_hub.queries.lists import RELATIONS
from requests_hub.workflow import REQUEST

BELOW = {"district": "large", "large": "medium", "medium": "small", "small": "micro"}


@dataclass(frozen=True)
class Rate:
    """A share with its base: `part` of `whole`. None where there is no base yet."""

    part: float
    whole: int
    before: float | None = None

    @property
    def percent(self) -> float | None:
        return 100 * self.part / self.whole if self.whole else None

    @property
    def change(self) -> float | None:
        """Percentage points since the month before; None where either has no base."""
        if self.percent is None or self.before is None:
            return None
        return round(self.percent, 1) - round(self.before, 1)


def month_rates(user: User) -> tuple[Rate, Rate]:
    """(in time, satisfied) of this month in one's area, with the month before.

    In time: requests closed by the day they had to be closed ÷ closed requests. Satisfied:
    (satisfied + 0.9 × basically satisfied) ÷ rated. Out of the statistics; what they do not hold,
    a department's requests and those of a small grid, is counted in the rows.
    """
    this = month_start(timezone.localdate())
    last = month_start((this - timedelta(days=1)).date())
    held = areas.held(user)
    if held is None or held.level not in areas.WITH_FLOW:
        n = _live_months(user, this, last)
    else:
        n = _held_months(held, this.date(), last.date())
    pleased = {
        w: n[f"satisfied_{w}"] + 0.9 * n[f"basically_{w}"] for w in ("now", "was")
    }
    was_met = Rate(n["met_was"], n["closed_was"]).percent
    was_pleased = Rate(pleased["was"], n["rated_was"]).percent
    return (
        Rate(n["met_now"], n["closed_now"], was_met),
        Rate(pleased["now"], n["rated_now"], was_pleased),
    )


MONTHLY = {
    "closed": "closed",
    "x.closed": "closed",
    "closed_in_time": "met",
    "valid": "rated",
    "satisfied": "satisfied",
    "basically": "basically",
}


def _held_months(held: areas.Held, this: date, last: date) -> dict[str, int]:
    today = timezone.localdate()
    out = {f"{name}_{w}": 0 for name in MONTHLY.values() for w in ("now", "was")}
    figures = statistics.flow(
        held.district, MONTHLY, last, today, places=held.places, by_day=True
    )
    for figure in figures:
        when = "now" if figure.day and figure.day >= this else "was"
        sign = -1 if figure.measure.startswith("x.") else 1
        out[f"{MONTHLY[figure.measure]}_{when}"] += sign * figure.n
    return out


def _live_months(user: User, this: datetime, last: datetime) -> dict[str, int]:
    seen = Request.objects.visible_to(user).filter(is_excluded=False)
    closed = seen.filter(closed_at__gte=last)
    closed = closed.annotate(is_late=Q(closed_at__gt=F("close_due_at")))
    asked = Revisit.objects.valid().filter(asked_at__gte=last, request__in=seen)
    n: dict[str, int] = {}
    for when in ("now", "was"):
        n |= closed.aggregate(**_closings(when, this))
        n |= asked.aggregate(**_answers(when, this))
    return n


def _closings(when: str, this: datetime) -> dict[str, Any]:
    """Counts of one month's closings; "now" is since `this`."""
    month = Q(closed_at__gte=this) if when == "now" else Q(closed_at__lt=this)
    return {
        f"closed_{when}": Count("pk", filter=month),
        f"met_{when}": Count("pk", filter=month & ~Q(is_late=True)),
    }


def _answers(when: str, this: datetime) -> dict[str, Any]:
    month = Q(asked_at__gte=this) if when == "now" else Q(asked_at__lt=this)
    return {
        f"rated_{when}": Count("pk", filter=month),
        f"satisfied_{when}": Count("pk", filter=month & Q(satisfaction="satisfied")),
        f"basically_{when}": Count("pk", filter=month & Q(satisfaction="basically")),
    }


@dataclass(frozen=True)
class Area:
    """One grid below one's own, with what is open and what is late there."""

    grid: Grid
    open: int
    late: int


def area_figures(user: User) -> tuple[str, list[Area]]:
    """The level shown, and each grid of it in one's own area; three statements.

    A department sees the towns that called it. Grids without open requests are listed too.
    """
    held = areas.held(user)
    top, ids = areas.top(user)
    level = BELOW.get(top, "micro")
    grids = Grid.objects.live().at_level(level)
    grids = (
        grids.filter(district_id__in=ids)
        if top == "district"
        else grids.filter(parent_id__in=ids)
    )
    listed = list(grids.order_by("tree_id", "lft"))
    if held is None:
        open_, late = _live_areas(user, level)
    else:
        open_, late = _held_areas(held.district, level, [grid.pk for grid in listed])
    rows = [Area(g, open_.get(g.pk, 0), late.get(g.pk, 0)) for g in listed]
    return level, sorted(rows, key=lambda row: (-row.open, row.grid.code))


Counts = dict[int, int]


def _held_areas(district: int, level: str, ids: Sequence[int]) -> tuple[Counts, Counts]:
    open_: Counts = {}
    measures = [f"r:{state}" for state in REQUEST.open_states]
    for figure in statistics.stock(district, measures, places=ids):
        open_[figure.place] = open_.get(figure.place, 0) + figure.n
    return open_, statistics.overdue_requests(district, level, ids)


def _live_areas(user: User, level: str) -> tuple[Counts, Counts]:
    counted = (
        Request.objects.visible_to(user)
        .filter(state__in=REQUEST.open_states)
        .order_by()
        .values_list(f"{level}_id")
        .annotate(
            open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=timezone.now()))
        )
    )
    found = list(counted)
    return {pk: n for pk, n, _late in found}, {pk: late for pk, _n, late in found}


def acts_of_today(user: User, most: int = 5) -> list[Event]:
    """The latest steps that this person took today, oldest first."""
    since = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    acts = Event.objects.filter(actor=user, occurred_at__gte=since)
    acts = acts.filter(Q(name__startswith="request.") | Q(name__startswith="task."))
    return list(acts.exclude(name="request.unmasked").order_by("-id")[:most])[::-1]


@dataclass
class BoardRow:
    """One department of the whistle board: how many calls stand at each stage."""

    department: Department
    stages: dict[str, int]
    late: int = 0

    @property
    def open(self) -> int:
        return sum(self.stages.get(code, 0) for code in OPEN_STAGES)


OPEN_STAGES = (
    "called",
    "reported_in",
    "claimed",
    "planned",
    "handling",
    "returned",
    "ruling",
    "replied",
)


def whistle_board(user: User) -> list[BoardRow]:
    """Departments × stage of open calls in one's area, those with late report-ins first.

    Out of the statistics where they hold the area; else one statement over the rows.
    """
    held = areas.held(user)
    found = (
        _held_calls(held)
        if held is not None and held.level in ("district", "large")
        else _live_calls(user)
    )
    named = departments_by_id(found)
    rows = [BoardRow(named[pk], *found[pk]) for pk in found if pk in named]
    return sorted(rows, key=lambda r: (-r.late, -r.open, r.department.order))


Calls = dict[int, tuple[dict[str, int], int]]


def _held_calls(held: areas.Held) -> Calls:
    found = statistics.calls_by_department(
        held.district, held.level, held.places, OPEN_STAGES
    )
    late = {pk: row.pop(statistics.LATE, 0) for pk, row in found.items()}
    return {pk: (row, late[pk]) for pk, row in found.items() if row}


def _live_calls(user: User) -> Calls:
    is_late = Q(state="called", report_in_due_at__lt=timezone.now())
    counted = (
        Task.objects.visible_to(user)
        .filter(kind="whistle", state__in=OPEN_STAGES)
        .order_by()
        .values_list("department_id", "state")
        .annotate(n=Count("pk"), late=Count("pk", filter=is_late))
    )
    out: Calls = {}
    for pk, state, n, late in counted:
        row, before = out.get(pk, ({}, 0))
        out[pk] = ({**row, state: n}, before + late)
    return out


def late_report_ins(user: User, most: int = 50) -> QuerySet[Task]:
    """Calls whose report-in is late, the latest first."""
    rows = Task.objects.visible_to(user).filter(
        kind="whistle", state="called", report_in_due_at__lt=timezone.now()
    )
    rows = rows.select_related("department", "holder", "whistle")
    rows = rows.select_related(*(f"request__{name}" for name in RELATIONS))
    return rows.order_by("report_in_due_at")[:most]
