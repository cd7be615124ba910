"""The grids' part of the admin, by topic."""

from grids.admin import posts, support, tree

__all__ = ["posts", "support", "tree"]
