"""The team of a grid on its page: who holds which post, since when one is vacant."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from grids import panels, team_pages
from grids.actions.teams import may_keep
from grids.models import Grid
from grids.scoping import posts_of, scope_of


def _context(http: HttpRequest, grid: Grid) -> Mapping[str, Any] | None:
    """For staff whose area holds the grid."""
    scope = scope_of(http.user)
    if scope.is_empty or not _covers(http, grid):
        return None
    team = team_pages.team_of(grid)
    if team.template is None:
        return None
    return {"team": team, "may_keep": may_keep(http.user, grid)}


def _covers(http: HttpRequest, grid: Grid) -> bool:
    """Whether the grid lies in the viewer's area; asked of the posts, not of the database."""
    for post in posts_of(http.user):
        if post.grid and grid.code.startswith(post.grid.code):
            return True
        if not post.grid and post.district_id == grid.district_id:
            return True
    return False


panels.add(
    "team",
    order=10,
    column="main",
    template="grids/teams/panel.html",
    context=_context,
    of_retired=False,
)
