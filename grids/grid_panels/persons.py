"""The households and houses of a grid: how many, and whose visit is due, the latest first."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Subquery, Window
from django.http import HttpRequest
from django.utils import timezone

from grids import panels
from grids.models import CareEntry, Grid, House, Household, HouseholdNeed, Person
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
    is_late=True,
    of_retired=False,
)


def _homes(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    """How many households, houses and people on the care list; one statement."""
    user = request.user
    if not scope_of(user).has_role(*READ):
        return None
    at = {f"{grid.level}_id": grid.pk}
    today = timezone.localdate()
    homes = Household.objects.visible_to(user).live().filter(**at)
    houses = House.objects.visible_to(user).live().filter(**at)
    care = CareEntry.objects.visible_to(user).current().filter(**at)
    needs = HouseholdNeed.objects.filter(state="open", household__in=homes)
    counted = {
        "households": homes,
        "late": homes.filter(next_visit_on__lt=today),
        "needs": needs,
        "houses": houses,
        "let": houses.exclude(tenant_name=""),
        "hazards": houses.exclude(hazards=[]),
        "care": Person.objects.live().filter(pk__in=care.values("person_id")),
    }
    row = Grid.objects.filter(pk=grid.pk).values(
        **{name: _count(rows) for name, rows in counted.items()}
    )
    return {"homes": {name: n or 0 for name, n in row[0].items()}}


def _count(rows: "QuerySet[Any, Any]") -> Subquery:
    """How many rows, as a column of another statement."""
    whole = "household__district" if rows.model is HouseholdNeed else "district"
    one = rows.order_by().values(whole)
    return Subquery(one.annotate(n=Count("pk")).values("n"))


panels.add(
    "homes",
    order=25,
    column="side",
    template="grids/households/homes_panel.html",
    context=_homes,
    is_late=True,
    of_retired=False,
)
