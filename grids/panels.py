"""The panels of a grid's page (一格一档): each topic adds its own, the page only puts them in order.

A topic writes `add(…)` in a module of `grids/grid_panels/` (other apps: `<app>/grid_panels.py`),
which is found at the first page. Orders in use, so that the page reads as designed:

- strip, full width under the heading: five rates 10.
- main: team 10, time grid 20, requests 30, visits 40, sites 45, grids below 50, posts 60.
- side: map 10, six data 20, homes 25, Party body 30, line codes 40.

What stands below the first screen is `is_late`: the page fetches it when it is open, so that it
asks a dozen statements at first, and `?all=1` has everything at once for who has no scripts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.module_loading import autodiscover_modules

from grids.models import Grid

Column = Literal["strip", "main", "side"]
Context = Callable[[HttpRequest, Grid], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One panel. `context` gives what `template` shows; None leaves the panel out.

    `of_retired`: also on the page of a grid out of use; what asks for something to be done there
    (a vacancy, a visit) or counts what has gone to the heir is not.
    """

    key: str
    order: int
    column: Column
    template: str
    context: Context
    is_late: bool = False
    of_retired: bool = True


@dataclass(frozen=True)
class Shown:
    """A panel with what it shows on this page."""

    key: str
    template: str
    context: Mapping[str, Any]


_panels: dict[str, Panel] = {}


def add(
    key: str,
    *,
    order: int,
    column: Column,
    template: str,
    context: Context,
    is_late: bool = False,
    of_retired: bool = True,
) -> None:
    """Register a panel.

    The template draws a whole `<section class="panel">`; it gets `grid` and what `context`
    returns, on top of the page's own context. At most one statement a panel, and the same
    number for any count of rows. `context` decides who sees it: None for nobody else.

    Raises:
        ValueError: two panels have the same key.
    """
    if key in _panels:
        raise ValueError(f"two panels are called {key}")
    _panels[key] = Panel(key, order, column, template, context, is_late, of_retired)


@cache
def _discover() -> None:
    autodiscover_modules("grid_panels")


def panels_for(
    request: HttpRequest, grid: Grid, wanted: Callable[[Panel], bool]
) -> dict[str, list[Shown]]:
    """The panels of one page by column ("strip", "main", "side"), in order.

    Only those that are `wanted`: nothing is read for the others.
    """
    _discover()
    found: dict[str, list[Shown]] = {"strip": [], "main": [], "side": []}
    for panel in sorted(_panels.values(), key=lambda p: (p.order, p.key)):
        is_apt = wanted(panel) and (panel.of_retired or not grid.retired_on)
        context = panel.context(request, grid) if is_apt else None
        if context is not None:
            found[panel.column].append(Shown(panel.key, panel.template, context))
    return found
