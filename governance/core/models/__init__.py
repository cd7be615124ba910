"""Tables of the core, by topic."""

from governance.core.models.accounts import User
from governance.core.models.attachments import Attachment
from governance.core.models.calendar import CalendarDay, CalendarYear
from governance.core.models.dictionaries import Dictionary, DictionaryItem
from governance.core.models.events import Delivery, Event, Heartbeat, Outbox
from governance.core.models.idempotency import IdempotencyKey
from governance.core.models.notices import Notice
from governance.core.models.redactions import Redaction
from governance.core.models.registers import ImportRow, ImportRun, RegisterExport
from governance.core.models.versions import ReferenceVersion

__all__ = [
    "Attachment",
    "CalendarDay",
    "CalendarYear",
    "Delivery",
    "Dictionary",
    "DictionaryItem",
    "Event",
    "Heartbeat",
    "IdempotencyKey",
    "ImportRow",
    "ImportRun",
    "Notice",
    "Outbox",
    "Redaction",
    "ReferenceVersion",
    "RegisterExport",
    "User",
]
