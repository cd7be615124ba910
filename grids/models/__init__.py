"""Tables of the grids app, by topic."""

from grids.models.posts import Post
from grids.models.support import Department
from grids.models.tree import District, Grid, GridShape, GridVersion

__all__ = ["Department", "District", "Grid", "GridShape", "GridVersion", "Post"]
