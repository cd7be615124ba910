"""The top storey: cockpit, map, grid page, search. Reads every app, owns only roll-up tables."""
