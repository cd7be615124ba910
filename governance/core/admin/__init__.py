"""The core's part of the admin, by topic."""

from governance.core.admin import (
    accounts,
    attachments,
    calendar,
    dictionaries,
    events,
)

__all__ = ["accounts", "attachments", "calendar", "dictionaries", "events"]
