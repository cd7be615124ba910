"""Forms of the grids' own pages; those of registers are made from their declaration."""
