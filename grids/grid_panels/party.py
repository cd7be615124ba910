"""The strip of the five rates, and the Party bodies of a grid."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from governance.core.menu import standing_of
from grids import panels, party_pages, party_rates
from grids.models import Grid
from grids.registers import base

FOLDER = "grids/party/panels"


def _reads(request: HttpRequest, grid: Grid) -> bool:
    """Staff who see this grid's records."""
    if not standing_of(request).roles & base.READ:
        return False
    areas = party_pages.sees_rates(request.user)
    return any(grid.code.startswith(code) for code in areas)


def _rates(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    if not _reads(request, grid):
        return None
    return {"cells": party_pages.strip(party_rates.of_grid(grid), grid)}


def _party(request: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    return party_pages.panel(grid) if _reads(request, grid) else None


panels.add(
    "five-rates",
    order=10,
    column="strip",
    template=f"{FOLDER}/rates.html",
    context=_rates,
    of_retired=False,
)
panels.add(
    "party",
    order=30,
    column="side",
    template=f"{FOLDER}/party.html",
    context=_party,
    is_late=True,
    of_retired=False,
)
