"""Lists that departments keep delivering: fetching a file, reading it, and whom to believe."""
