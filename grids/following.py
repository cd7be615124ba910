"""What lies in a grid follows when the grid is merged, split, moved or retired.

A `Shift` says which rows go where. Live records (every model that inherits `Record`, of whatever
app) are shifted by the action itself; other apps register what they have with `add`, to be counted
before a change, and shift it in their own consumer of the grid's event, with `apply`.
Rows that are over are never asked for, so totals of the past stay where they were.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from grids.models import Grid, GridShape, LineMapping
from grids.models.places import LEVELS
from grids.models.records import Record

BATCH = 1000
# Mappings hang on one grid by name: `actions.carrying_nets` carries them.
MAPPINGS = "grids.linemapping"


@dataclass(frozen=True)
class Shift:
    """Rows of grid `grid` lie in grid `to` from now on.

    Attributes:
        level, grid: rows whose column of this level names this grid.
        to: the grid that takes them: of the same level, or above it (they rise); the grid
            itself when only what lies above it changed.
        children: only rows that lie in one of these grids below it.
        spots: rows with a position inside the polygon of one of these grids go to that grid
            first; the rest goes to `to`.
    """

    level: str
    grid: int
    to: int
    children: tuple[int, ...] = ()
    spots: tuple[int, ...] = ()

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(data: Iterable[Mapping[str, Any]]) -> list[Shift]:
    """The shifts that an event carries."""
    return [
        Shift(
            row["level"],
            row["grid"],
            row["to"],
            tuple(row["children"]),
            tuple(row["spots"]),
        )
        for row in data
    ]


@dataclass(frozen=True)
class Follower:
    """Rows with place columns that a change of the tree may take along.

    `rows` gives those that are open; `by_itself`: its app shifts them when it hears of the event.
    """

    key: str
    label: str | Promise
    rows: Callable[[], models.QuerySet[Any]]
    by_itself: bool = False


@dataclass
class _Others:
    found: list[Follower] = field(default_factory=list)


_others = _Others()


def add(follower: Follower) -> None:
    """Register open rows of another app; called from its `grid_followers.py`."""
    _others.found.append(follower)


@cache
def _discover() -> None:
    autodiscover_modules("grid_followers")


@cache
def records() -> tuple[type[Record], ...]:
    """Every model of records, of all apps."""
    return tuple(
        model
        for model in apps.get_models()
        if issubclass(model, Record) and not model._meta.proxy  # noqa: SLF001 - public
    )


def followers() -> list[Follower]:
    """All that can follow: records first, then what other apps registered."""
    _discover()
    own = [
        Follower(
            model._meta.label_lower,  # noqa: SLF001 - Django's documented API
            model._meta.verbose_name_plural or "",  # noqa: SLF001
            lambda model=model: model._default_manager.filter(  # type: ignore[misc] # noqa: SLF001
                ended_on__isnull=True
            ),
        )
        for model in records()
    ]
    return own + _others.found


def label_of(key: str) -> str:
    """The words for a follower's rows; the key where its app is gone."""
    if key == MAPPINGS:
        return str(LineMapping._meta.verbose_name_plural)  # noqa: SLF001 - public
    return next((str(f.label) for f in followers() if f.key == key), key)


def inside(shift: Shift) -> Q:
    """The rows that a shift is about, wherever in the grid they are."""
    q = Q(**{f"{shift.level}_id": shift.grid})
    if not shift.children:
        return q
    below = LEVELS[LEVELS.index(shift.level) + 1]
    return q & Q(**{f"{below}_id__in": shift.children})


def counts_in(grid: Grid) -> dict[str, int]:
    """How many live rows lie in a grid, by follower's key; zeros left out."""
    q = Q(**{f"{grid.level}_id": grid.pk})
    found = {f.key: f.rows().filter(q).count() for f in followers()}
    return {key: n for key, n in found.items() if n}


def counts(
    shifts: Sequence[Shift], *, with_open_work: bool = True
) -> list[tuple[str, int, int]]:
    """(follower's key, grid that takes them, how many) before anything is shifted."""
    out: list[tuple[str, int, int]] = []
    for follower in followers():
        if follower.by_itself and not with_open_work:
            continue
        done = Q(pk__in=[])
        for shift in shifts:
            rows = follower.rows().filter(inside(shift)).exclude(done)
            taken = 0
            for pk, ids in _by_spot(rows, shift).items():
                out.append((follower.key, pk, len(ids)))
                taken += len(ids)
            out.append((follower.key, shift.to, rows.count() - taken))
            done |= inside(shift)
    return [row for row in out if row[2]]


def apply(rows: models.QuerySet[Any], shifts: Sequence[Shift]) -> int:
    """Shift those of `rows` (live rows with place columns) that the shifts name.

    Idempotent, and right in any order: what lies above a grid is read now, and a grid that was
    retired since hands on to its heir.
    """
    moved = 0
    for shift in shifts:
        here = rows.filter(inside(shift))
        for pk, ids in _by_spot(here, shift).items():
            for start in range(0, len(ids), BATCH):
                batch = here.filter(pk__in=ids[start : start + BATCH])
                moved += _put(batch, shift.level, pk)
        moved += _put(here, shift.level, shift.to)
    return moved


def apply_to_records(shifts: Sequence[Shift]) -> int:
    """Shift all live records."""
    return sum(
        apply(follower.rows(), shifts)
        for follower in followers()
        if not follower.by_itself
    )


def _put(rows: models.QuerySet[Any], level: str, to: int) -> int:
    """Set the place columns down to the level of `to`, in order of id so that writers queue up."""
    columns = place_of(to)
    kept = LEVELS[LEVELS.index(level) + 1 :]
    values: dict[str, Any] = {k: v for k, v in columns.items() if k[:-3] not in kept}
    if values[f"{level}_id"] is None:  # they rise: nothing below is theirs any more
        values = columns
    values = {name.removesuffix("_id"): value for name, value in values.items()}
    names = {f.name for f in rows.model._meta.concrete_fields}  # noqa: SLF001
    if "version" in names:
        values |= {"version": F("version") + 1, "updated_at": timezone.now()}
    ids = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    base = rows.model._base_manager  # noqa: SLF001 - Django's documented API
    for start in range(0, len(ids), BATCH):
        base.filter(pk__in=ids[start : start + BATCH]).update(**values)
    return len(ids)


def place_of(pk: int) -> dict[str, int | None]:
    """The four place columns of a grid, read from the table; a retired grid's are its heir's."""
    grid = Grid.objects.get(pk=pk)
    while grid.heir_id is not None:
        grid = Grid.objects.get(pk=grid.heir_id)
    out: dict[str, int | None] = {f"{level}_id": None for level in LEVELS}
    at: Grid | None = grid
    while at is not None:
        out[f"{at.level}_id"] = at.pk
        at = Grid.objects.get(pk=at.parent_id) if at.parent_id else None
    return out


def _by_spot(rows: models.QuerySet[Any], shift: Shift) -> dict[int, list[int]]:
    """Ids of rows whose position lies in a polygon of `spots`, by grid; {} where none can."""
    names = {f.name for f in rows.model._meta.concrete_fields}  # noqa: SLF001
    if not shift.spots or not {"lon", "lat"} <= names:
        return {}
    below = LEVELS[LEVELS.index(shift.level) + 1 :]
    here = rows.filter(lon__isnull=False, lat__isnull=False)
    if below:  # what lies in a grid below goes with that grid
        here = here.filter(**{f"{below[0]}_id__isnull": True})
    found: dict[int, list[int]] = {}
    shapes = list(_shapes(shift.spots))
    for pk, lon, lat in here.values_list("pk", "lon", "lat").iterator(BATCH):
        for grid_id, polygon in shapes:
            if polygon.intersects(_point(lon, lat)):
                found.setdefault(grid_id, []).append(pk)
                break
    return found


def _shapes(ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    from shapely.geometry import shape

    for row in GridShape.objects.filter(grid_id__in=ids).order_by("grid_id"):
        yield row.grid_id, shape(row.geometry)


def _point(lon: float, lat: float) -> Any:
    from shapely.geometry import Point

    return Point(lon, lat)
