"""Grids, departments and who is posted where. Must never know what people ask for or earn."""
