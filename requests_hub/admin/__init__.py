"""Requests, whistles and tasks in the admin: to look into, never to change."""

from requests_hub.admin.inspection import RequestAdmin, TaskAdmin, WhistleAdmin

__all__ = ["RequestAdmin", "TaskAdmin", "WhistleAdmin"]
