"""Still maps of the staff pages: own area by figures, and where one request lies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grids import drawing, locate
from grids.models import GridShape
from requests_hub.models import Request

STEPS = (0, 3, 7, 11, 17)


@dataclass(frozen=True)
class Cell:
    """One area of a map: its shape, its figure, its class 0 to 5, where it leads."""

    area: drawing.Area
    value: int | None
    look: int
    url: str
    is_own: bool = False


@dataclass(frozen=True)
class Map:
    """A still map; `pin` is the place of a request in units of the picture."""

    width: int
    height: int
    cells: list[Cell]
    is_schematic: bool
    pin: tuple[float, float] | None = None


def class_of(value: int) -> int:
    """The class of a figure: 0, 1–3, 4–7, 8–11, 12–17, 18 and more."""
    return sum(value > step for step in STEPS)


def by_figures(
    ids: Sequence[int], values: dict[str, int], url: Callable[[str], str]
) -> Map | None:
    """The grids `ids` tinted by their figures; None where no polygon is known. One statement."""
    picture = drawing.picture(
        GridShape.objects.filter(grid_id__in=ids).select_related("grid").order_by("pk")
    )
    if picture is None:
        return None
    cells = [
        Cell(
            area,
            values.get(area.code, 0),
            class_of(values.get(area.code, 0)),
            url(area.code),
        )
        for area in picture.areas
    ]
    return Map(picture.width, picture.height, cells, picture.is_schematic)


def of_request(row: Request) -> Map | None:
    """The small grids around a request, its own framed; None without a place. One statement."""
    parent = row.medium_id or row.large_id
    if parent is None:
        return None
    shapes = GridShape.objects.filter(grid__parent_id=parent, grid__retired_on=None)
    picture = drawing.picture(shapes.select_related("grid").order_by("pk"))
    if picture is None:
        return None
    ids = [pk for pk in (row.micro_id, row.small_id, row.medium_id) if pk]
    own = {place.code for place in locate.places_of(ids)}
    cells = [
        Cell(area, None, 2, f"/grids/{area.code}/", area.code in own)
        for area in picture.areas
    ]
    # The framed one is drawn last, so that no neighbour covers its edge.
    cells.sort(key=lambda cell: cell.is_own)
    pin = None
    if row.lon is not None and row.lat is not None:
        pin = picture.at(row.lon, row.lat)
    return Map(picture.width, picture.height, cells, picture.is_schematic, pin)
