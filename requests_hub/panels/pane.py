"""The preview beside a list: one request, enough to decide on it."""

from typing import Any

from governance.core import attachments
from governance.core.models import User
from requests_hub import turns
from requests_hub.models import Request
from requests_hub.panels import proposal
from requests_hub.panels.turns import acts, shown


def pane(row: Request, user: User, *, before: str, after: str) -> dict[str, Any]:
    """The pane's context; one statement for the photos, one for tasks not read yet."""
    turn, others, more = shown(row, user)
    return {
        "row": row,
        "before": before,
        "after": after,
        "turn": turn,
        "others": others,
        "others_count": more,
        "clock": turns.request_clock(row) if row.state_info.is_open else None,
        "photos": list(attachments.of(row)[:6]),
        "steps": acts(row, user),
        "proposal": proposal.for_pane(row, user),
    }
