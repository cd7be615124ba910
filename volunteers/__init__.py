"""Good people and their service. Must never know points or requests."""
