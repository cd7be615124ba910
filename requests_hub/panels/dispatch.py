"""The dispatch desk's list: tabs with counts, chips, rows."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from governance.core.models import User
from governance.core.workflow import Text
from requests_hub.chips import chips, clear_all
from requests_hub.models import Request
from requests_hub.panels import proposal
from requests_hub.panels.turns import rows_with_turn
from requests_hub.turns import for_list

CHIPS = ("grid", "due", "category", "channel", "urgency")
PROPOSED = ("accept", "dispatch")
TAB_WORDS: dict[str, Text] = {
    "accept": _("To accept"),
    "dispatch": _("To dispatch"),
    "check": _("To check"),
    "away": _("Being handled"),
    "all": _("All open"),
}
LIMIT_WORDS: dict[str, Text] = {
    "accept": _("Limit to accept"),
    "dispatch": _("Limit to dispatch"),
    "check": _("Limit to check"),
    "away": _("Handling limit"),
    "all": _("Limit"),
}


def desk_list(
    view: str,
    counts: dict[str, int],
    rows: list[Request],
    user: User,
    params: QueryDict,
) -> dict[str, Any]:
    """The context of the list; no statement beyond the choices of the chips."""
    return {
        "tabs": [
            {"code": code, "label": words, "count": counts[code]}
            for code, words in TAB_WORDS.items()
        ],
        "waiting": counts["accept"] + counts["dispatch"] + counts["check"],
        "rows": _with_proposals(view, rows, user),
        "limit_word": LIMIT_WORDS[view],
        "chips": chips(user, params, CHIPS),
        "clear_query": clear_all(params, CHIPS),
        "set_count": sum(bool(params.get(name)) for name in (*CHIPS, "q")),
    }


def listed(view: str, rows: QuerySet[Request]) -> QuerySet[Request]:
    """The rows of a tab with what its lines say of them."""
    rows = for_list(rows)
    return proposal.with_said(rows) if view in PROPOSED else rows


def _with_proposals(view: str, rows: list[Request], user: User) -> list[dict[str, Any]]:
    """The rows, and what is proposed for those that wait for a decision."""
    found = proposal.for_rows(rows) if view in PROPOSED else {}
    return [
        {
            "request": row.request,
            "turn": row.turn,
            "clock": row.clock,
            "proposal": found.get(row.request.pk),
        }
        for row in rows_with_turn(rows, user)
    ]
