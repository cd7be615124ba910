"""What the rates ask of other topics: resident units that are covered, grids with a Party site."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    Value,
)

from grids.models import AgreementParty, Organisation, PartyOrganisation, Site

LEVEL_OF = {9: "large", 12: "medium", 14: "small", 17: "micro"}


def units(digits: int, prefixes: Iterable[str]) -> Any:
    """Live resident units below these codes, with `above`, the code of so many digits."""
    level, inside = LEVEL_OF[digits], Q(pk__in=[])
    for prefix in prefixes:
        at = LEVEL_OF.get(len(prefix))
        inside |= Q(**{f"{at}__code": prefix}) if at else Q()
    if "" in prefixes:
        inside = Q()
    rows = Organisation.objects.live().filter(inside, **{f"{level}__isnull": False})
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
) -> Any:
    """("", code of the grid above, units, units covered, 0, 0), to be joined with others."""
    grouped = units(digits, list(prefixes)).values("above").order_by()
    counted = grouped.annotate(
        _total=Count("pk"), _met0=Count("pk", filter=is_covered(settings))
    )
    named = counted.annotate(
        _unit=Value("", CharField()), _met1=Value(0), _met2=Value(0)
    )
    return named.values_list("_unit", "above", "_total", "_met0", "_met1", "_met2")


def uncovered(prefix: str, settings: Mapping[str, Any]) -> Any:
    """The units below a code without a Party body and without an agreement."""
    rows = units(len(prefix), [prefix]) if prefix else units(9, [""])
    return rows.exclude(is_covered(settings)).order_by("above", "name")


def grids_with_sites(kinds: Iterable[str]) -> Any:
    """A condition over `Grid`: a site in use lies in it."""
    rows = Site.objects.open().filter(micro_id=OuterRef("pk"))
    if kinds := list(kinds):
        rows = rows.filter(kind__in=kinds)
    return Q(Exists(rows))
