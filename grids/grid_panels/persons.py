"""The households of a grid: whose visit is due, the latest first."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q, Window
from django.http import HttpRequest
from django.utils import timezone

from grids import panels
from grids.models import Grid, Household
from grids.registers.base import READ
from grids.scoping import scope_of

MOST = 6


def _visits(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    """Six households by the day of their next visit, with how many there are and are late."""
    if not scope_of(request.user).has_role(*READ):
        return None
    today = timezone.localdate()
    rows = Household.objects.visible_to(request.user).live()
    rows = rows.filter(**{f"{grid.level}_id": grid.pk}).select_related("head")
    rows = rows.annotate(
        total=Window(Count("pk")),
        late=Window(Count("pk", filter=Q(next_visit_on__lt=today))),
    )
    found = list(rows.order_by(F("next_visit_on").asc(nulls_last=True), "pk")[:MOST])
    if not found:
        return None
    lines = [(row, _days(row, today)) for row in found]
    return {
        "visit_lines": lines,
        "household_count": getattr(found[0], "total", 0),
        "late_count": getattr(found[0], "late", 0),
    }


def _days(row: Household, today: Any) -> int | None:
    return (row.next_visit_on - today).days if row.next_visit_on else None


panels.add(
    "visits",
    order=40,
    column="main",
    template="grids/households/grid_panel.html",
    context=_visits,
)
