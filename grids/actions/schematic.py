"""Giving the demo district drawn outlines, and the small and micro grids inside them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.core.errors import Conflict
from governance.core.events import Actor
from grids.actions import tree
from grids.actions.bulk import GridRow, bulk_build, bulk_draw
from grids.models import District, Grid, GridShape

SEED = 2026


@dataclass(frozen=True)
class Drawn:
    """How many grids were added, and how many of the known ones got an outline."""

    added: int
    outlined: int


@tree.structural
def draw_schematic(district: District, *, by: Actor, seed: int = SEED) -> Drawn:
    """Split every village and draw all outlines; a district that is drawn stays as it is.

    Raises:
        Conflict: there is no town, or there are grids or outlines that are not schematic.
    """
    from grids import schematic

    grids = Grid.objects.live().filter(district=district)
    shapes = GridShape.objects.filter(grid__district=district)
    if shapes.filter(is_schematic=False).exists():
        raise Conflict(_("There are real outlines; schematic ones would hide them."))
    if shapes.exists():
        return Drawn(0, 0)
    if grids.filter(level__in=["small", "micro"]).exists():
        raise Conflict(_("There are small grids already; draw their outlines instead."))
    columns = ("pk", "code", "name", "level", "area_type")
    known = list(grids.filter(level__in=["large", "medium"]).values(*columns))
    towns = [town for town in schematic.cells_of(known) if town.below]
    if not towns:
        raise Conflict(_("Load the towns and villages first."))
    outlines = schematic.draw(towns, seed)
    pk_by_code = {row["code"]: row["pk"] for row in known}
    old = {pk_by_code[c]: shape for c, shape in outlines.items() if c in pk_by_code}
    rows = [
        GridRow(
            code=cell.code,
            name=cell.name,
            level=cell.level,
            parent_code=parent.code,
            area_type=cell.area_type,
            geometry=outlines[cell.code],
            is_schematic=True,
        )
        for town in towns
        for village in town.below
        for small in village.below
        for parent, cell in [(village, small), *((small, m) for m in small.below)]
    ]
    added = bulk_build(district, rows, by=by)
    return Drawn(len(added), bulk_draw(district, old, by=by, is_schematic=True))
