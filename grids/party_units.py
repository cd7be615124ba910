"""What the rates ask of other topics: resident units that are covered, grids with a Party site."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from grids.models import AgreementParty, PartyOrganisation

LEVEL_OF = {9: "large", 12: "medium", 14: "small", 17: "micro"}


def _model(name: str) -> Any:
    """A model of this app that another topic brings; None while it is not there."""
    try:
        return apps.get_model("grids", name)
    except LookupError:
        return None


def units(digits: int, prefixes: Iterable[str]) -> "QuerySet[Any] | None":
    """Live resident units below these codes, with `above`, the code of so many digits."""
    model = _model("Organisation")
    if model is None:
        return None
    level, inside = LEVEL_OF[digits], Q(pk__in=[])
    for prefix in prefixes:
        at = LEVEL_OF.get(len(prefix))
        inside |= Q(**{f"{at}__code": prefix}) if at else Q()
    if "" in prefixes:
        inside = Q()
    rows = model.objects.live().filter(inside, **{f"{level}__isnull": False})
    return rows.annotate(above=F(f"{level}__code"))


def is_covered(settings: Mapping[str, Any]) -> Any:
    """A condition over units: a Party body of their own, or a side of an agreement in force."""
    own = PartyOrganisation.objects.active().filter(unit_name=OuterRef("name"))
    met = Q(has_party_body=True) | Q(Exists(own))
    if settings.get("count_agreements", True):
        sides = AgreementParty.objects.filter(
            unit_name=OuterRef("name"), agreement__state="active"
        )
        met |= Q(Exists(sides))
    return met


def covered_units(
    digits: int, prefixes: Iterable[str], settings: Mapping[str, Any]
) -> list[tuple[str, int, int]]:
    """(code of the grid above, units covered, units), in one statement."""
    rows = units(digits, list(prefixes))
    if rows is None:
        return []
    met = is_covered(settings)
    grouped = (
        rows.values("above")
        .annotate(total=Count("pk"), met=Count("pk", filter=met))
        .order_by()
    )
    return [(row["above"], row["met"], row["total"]) for row in grouped]


def uncovered(prefix: str, settings: Mapping[str, Any]) -> "QuerySet[Any] | None":
    """The units below a code without a Party body and without an agreement."""
    rows = units(len(prefix), [prefix]) if prefix else units(9, [""])
    if rows is None:
        return None
    return rows.exclude(is_covered(settings)).order_by("above", "name")


def grids_with_sites(kinds: Iterable[str]) -> Any:
    """A condition over `Grid`: a site in use lies in it."""
    model = _model("Site")
    if model is None:
        return Q(pk__in=[])
    rows = model.objects.open().filter(micro_id=OuterRef("pk"))
    if kinds := list(kinds):
        rows = rows.filter(kind__in=kinds)
    return Q(Exists(rows))
