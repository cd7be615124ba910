"""Tables of the core, by topic."""

from governance.core.models.accounts import User
from governance.core.models.attachments import Attachment
from governance.core.models.calendar import CalendarDay
from governance.core.models.dictionaries import Dictionary, DictionaryItem
from governance.core.models.events import Delivery, Event, Heartbeat, Outbox
from governance.core.models.idempotency import IdempotencyKey
from governance.core.models.notices import Notice

__all__ = [
    "Attachment",
    "CalendarDay",
    "Delivery",
    "Dictionary",
    "DictionaryItem",
    "Event",
    "Heartbeat",
    "IdempotencyKey",
    "Notice",
    "Outbox",
    "User",
]
