"""What the grid pages show, read in a fixed number of statements."""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from grids import locate
from grids.models import Grid, GridShape, Post

MOST_FOUND = 50


@dataclass
class Row:
    """One grid in a list, with how many live grids it has below, by level."""

    grid: Grid
    below: dict[str, int] = field(default_factory=dict)

    @property
    def small(self) -> int:
        return self.below.get("small", 0)

    @property
    def micro(self) -> int:
        return self.below.get("micro", 0)

    @property
    def medium(self) -> int:
        return self.below.get("medium", 0)


def towns() -> list[Row]:
    return _with_counts(Grid.objects.live().filter(level="large"))


def children(grid: Grid) -> list[Row]:
    return _with_counts(Grid.objects.live().filter(parent=grid))


def found(text: str) -> list[Grid]:
    """Live grids by part of the name or start of the code; parents first."""
    by_name = Grid.objects.live().select_related("parent")
    if text.isascii() and text.isdigit():
        hits = by_name.filter(code__startswith=text[:17])
    else:
        hits = by_name.filter(name__icontains=text[:60].replace("\0", ""))
    return list(hits.order_by("depth", "code")[:MOST_FOUND])


def people_at(grid: Grid) -> list[Post]:
    """Who is posted at this grid itself, leaders before workers."""
    order = {role: n for n, role in enumerate(Post.Role.values)}
    posts = Post.objects.current().filter(grid=grid).select_related("user")
    return sorted(posts, key=lambda post: (order[post.role], post.pk))


def chain(grid: Grid) -> list[locate.Place]:
    """The ancestors, town first, without the grid itself."""
    return locate.places_of(locate.place_of(grid).chain[:-1])


def shapes_inside(grid: Grid | None) -> "QuerySet[GridShape]":
    """Polygons of the children of a grid, or of all towns; its own when it has none below."""
    shapes = GridShape.objects.filter(grid__retired_on__isnull=True)
    shapes = shapes.select_related("grid").order_by("grid__code")
    if grid is None:
        return shapes.filter(grid__level="large")
    if grid.level == Grid.Level.MICRO:
        return shapes.filter(grid=grid)
    return shapes.filter(grid__parent=grid)


def _with_counts(grids: "QuerySet[Grid]") -> list[Row]:
    rows = [Row(grid) for grid in grids.order_by("order", "code")]
    below: dict[str, Counter[str]] = defaultdict(Counter)
    if rows:
        digits = len(rows[0].grid.code)
        head = rows[0].grid.code[: {9: 6, 12: 9, 14: 12, 17: 14}[digits]]
        inside = Grid.objects.live().filter(code__startswith=head)
        for code, level in inside.values_list("code", "level"):
            below[code[:digits]][level] += 1
    for row in rows:
        row.below = dict(below[row.grid.code])
    return rows


def today() -> dt.date:
    """The day, as the pages count it."""
    return timezone.localdate()
