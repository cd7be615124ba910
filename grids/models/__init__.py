"""Tables of the grids app, by topic."""

from grids.models.nets import (
    LineDuty,
    LineGrid,
    LineList,
    LineMapping,
    LineShape,
    MatchRun,
    WorkLine,
)
from grids.models.posts import Post
from grids.models.support import Department
from grids.models.tree import District, Grid, GridShape, GridVersion

__all__ = [
    "Department",
    "District",
    "Grid",
    "GridShape",
    "GridVersion",
    "LineDuty",
    "LineGrid",
    "LineList",
    "LineMapping",
    "LineShape",
    "MatchRun",
    "Post",
    "WorkLine",
]
