"""The tree of what requests are about: the one name of its dictionary, and how an entry is told."""

from governance.core import dictionaries
from governance.core.models import DictionaryItem

CATEGORIES = "request_category"
REST = "其他"  # what the published tree calls the rest of every branch


def told(entry: DictionaryItem) -> str:
    """The label; that of a rest goes with what it is the rest of: “Roads › Other”."""
    named = [step for step in dictionaries.path(entry) if step.label_zh != REST]
    if entry.label_zh != REST or not named:
        return entry.label
    return f"{named[-1].label} › {entry.label}"
