"""Panels of a grid's page, by topic; each module registers its own."""

from grids.grid_panels import tree  # noqa: F401
