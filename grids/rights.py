"""Who may change the tree: the district everywhere, a town's staff inside their own town."""

from django.utils.translation import gettext as _

from governance.core.errors import NotAllowed
from grids import locate
from grids.models import District, Grid
from grids.scoping import Viewer, scope_of

WRITERS = frozenset({"district", "township"})
READERS = frozenset(
    {
        *WRITERS,
        "leader",
        "admin",
        "auditor",
        "officer",
        "grid_leader",
        "grid_worker",
        "liaison",
    }
)
# What touches a town itself, or goes across towns, is the district's.
OF_TOWNS = frozenset({"recoded", "merged", "split", "retired", "moved"})


def may_change(user: Viewer, grid: Grid, kind: str = "") -> bool:
    """Whether somebody may change this grid; `kind` as in `ChangeKind`."""
    scope = scope_of(user)
    place = locate.place_of(grid)
    if scope.holds({"district"}, place):
        return True
    if grid.level == "large" and kind in OF_TOWNS:
        return False
    return scope.holds({"township"}, place)


def refuse_others(user: Viewer, *grids: Grid, kind: str = "") -> None:
    """Let pass who may change all of these grids.

    Raises:
        NotAllowed: one of them lies outside.
    """
    for grid in grids:
        if not may_change(user, grid, kind):
            raise no(grid.name)


def of_district(user: Viewer, district: District) -> bool:
    """Whether somebody may add towns to this district."""
    return district.pk in scope_of(user).districts and scope_of(user).has_role(
        "district"
    )


def no(name: str) -> NotAllowed:
    """The refusal."""
    return NotAllowed(_("%(grid)s is not yours to change.") % {"grid": name})
