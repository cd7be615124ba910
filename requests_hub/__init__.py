"""Requests, the governance loop, whistles and tasks."""
