"""The points ledger. Must never know requests."""
