"""Loading the official divisions into the forest."""

from dataclasses import dataclass

from governance.core.events import Actor
from grids.actions import tree
from grids.actions.bulk import GridRow, bulk_build
from grids.divisions import Division
from grids.models import District, Grid, GridVersion


@dataclass(frozen=True)
class Loaded:
    """What a load did: grids added, and codes whose name here differs from the file's."""

    district: District
    added: int
    other_names: tuple[str, ...]


@tree.structural
def load_divisions(rows: list[Division], *, by: Actor) -> Loaded:
    """Add the towns and villages that are not there yet; names given here stay."""
    root = next(row for row in rows if row.kind == "district")
    district, _made = District.objects.get_or_create(
        code=root.code, defaults={"name": root.name}
    )
    GridVersion.objects.get_or_create(district=district)
    wanted = {row.code: row for row in rows if row.kind != "district"}
    known = dict(Grid.objects.filter(code__in=wanted).values_list("code", "name"))
    grids = [_grid_row(row, order) for order, row in enumerate(wanted.values(), 1)]
    added = bulk_build(district, grids, by=by)
    other = tuple(
        code for code, name in known.items() if name != wanted[code].grid_name
    )
    return Loaded(district, len(added), other)


def _grid_row(row: Division, order: int) -> GridRow:
    is_town = row.kind in ("street", "town", "township")
    return GridRow(
        code=row.code,
        name=row.grid_name,
        short_name=row.short_name,
        level="large" if is_town else "medium",
        parent_code="" if is_town else row.parent_code,
        area_type="community" if row.kind in ("street", "community") else "rural",
        order=order * 10,
    )
