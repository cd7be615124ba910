"""The core's part of the admin, by topic."""

from governance.core.admin import events

__all__ = ["events"]
