"""Exact figures of one's own area: rates of the month, what is open where, today's deadlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from governance.core.models import Event, User
from grids.models import Department, Grid
from grids.scoping import scope_of
from requests_hub.filters import month_start
from requests_hub.models import Request, Task
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

    In time: closed requests of which nobody replied late ÷ closed requests. Satisfied:
    (satisfied + 0.9 × basically satisfied) ÷ rated. One statement.
    """
    this = month_start(timezone.localdate())
    last = month_start((this - timedelta(days=1)).date())
    late = Task.objects.filter(request_id=OuterRef("pk"), replied_at__gt=F("due_at"))
    rows = (
        Request.objects.visible_to(user)
        .filter(Q(closed_at__gte=last) | Q(rated_at__gte=last))
        .annotate(is_late=Exists(late))
    )
    n = rows.aggregate(**_asked("now", this, None), **_asked("was", last, this))
    pleased = {
        w: n[f"satisfied_{w}"] + 0.9 * n[f"basically_{w}"] for w in ("now", "was")
    }
    was_met = Rate(n["met_was"], n["closed_was"]).percent
    was_pleased = Rate(pleased["was"], n["rated_was"]).percent
    return (
        Rate(n["met_now"], n["closed_now"], was_met),
        Rate(pleased["now"], n["rated_now"], was_pleased),
    )


def _asked(name: str, since: datetime, until: datetime | None) -> dict[str, Any]:
    """The counts of one month, as columns called after it."""
    closed = Q(closed_at__gte=since)
    rated = Q(rated_at__gte=since) & ~Q(satisfaction="")
    if until:
        closed &= Q(closed_at__lt=until)
        rated &= Q(rated_at__lt=until)
    return {
        f"closed_{name}": Count("pk", filter=closed),
        f"met_{name}": Count("pk", filter=closed & Q(is_late=False)),
        f"rated_{name}": Count("pk", filter=rated),
        f"satisfied_{name}": Count("pk", filter=rated & Q(satisfaction="satisfied")),
        f"basically_{name}": Count("pk", filter=rated & Q(satisfaction="basically")),
    }


@dataclass(frozen=True)
class Area:
    """One grid below one's own, with what is open and what is late there."""

    grid: Grid
    open: int
    late: int


def area_figures(user: User) -> tuple[str, list[Area]]:
    """The level shown, and each grid of it in one's own area; two statements.

    A department sees the towns that called it. Grids without open requests are listed too.
    """
    top, ids = _top(user)
    level = BELOW.get(top, "micro")
    counted = (
        Request.objects.visible_to(user)
        .filter(state__in=REQUEST.open_states)
        .order_by()
        .values(f"{level}_id")
        .annotate(
            open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=timezone.now()))
        )
    )
    found = {row[f"{level}_id"]: row for row in counted}
    grids = Grid.objects.live().at_level(level)
    grids = (
        grids.filter(district_id__in=ids)
        if top == "district"
        else grids.filter(parent_id__in=ids)
    )
    rows = [
        Area(
            grid,
            found.get(grid.pk, {}).get("open", 0),
            found.get(grid.pk, {}).get("late", 0),
        )
        for grid in grids.order_by("tree_id", "lft")
    ]
    return level, sorted(rows, key=lambda row: (-row.open, row.grid.code))


def _top(user: User) -> tuple[str, Sequence[int]]:
    """The highest level a person is posted at, with the ids there."""
    scope = scope_of(user)
    if not scope.grids:
        return "district", _districts(user)
    level = next(
        name for name in ("large", "medium", "small", "micro") if scope.grids.get(name)
    )
    return level, sorted(scope.grids[level])


def _districts(user: User) -> Sequence[int]:
    scope = scope_of(user)
    if scope.districts:
        return sorted(scope.districts)
    return sorted(set(user.posts.current().values_list("district_id", flat=True)))


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


OPEN_STAGES = ("called", "reported_in", "planned", "handling", "replied")


def whistle_board(user: User) -> list[BoardRow]:
    """Departments × stage of open calls in one's area, those with late report-ins first.

    One statement.
    """
    now = timezone.now()
    names = ("name", "short_name", "code", "order")
    counted = (
        Task.objects.visible_to(user)
        .filter(kind="whistle", state__in=OPEN_STAGES)
        .order_by()
        .values("department_id", "state", *(f"department__{name}" for name in names))
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=Q(state="called", report_in_due_at__lt=now)),
        )
    )
    rows: dict[int, BoardRow] = {}
    for found in counted:
        pk = found["department_id"]
        if pk not in rows:
            values = {name: found[f"department__{name}"] for name in names}
            rows[pk] = BoardRow(Department(pk=pk, **values), {})
        rows[pk].stages[found["state"]] = found["n"]
        rows[pk].late += found["late"]
    return sorted(rows.values(), key=lambda r: (-r.late, -r.open, r.department.order))


def late_report_ins(user: User, most: int = 50) -> QuerySet[Task]:
    """Calls whose report-in is late, the latest first."""
    rows = Task.objects.visible_to(user).filter(
        kind="whistle", state="called", report_in_due_at__lt=timezone.now()
    )
    rows = rows.select_related("department", "holder", "whistle")
    rows = rows.select_related(*(f"request__{name}" for name in RELATIONS))
    return rows.order_by("report_in_due_at")[:most]
