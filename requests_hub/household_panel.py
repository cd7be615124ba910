"""What a household or a meeting asked for, on their pages, with whose turn it is."""

from typing import Any

from django.http import HttpRequest

from governance.core.registers import panels
from grids.models import Household, JointMeeting
from grids.registers.base import WRITE, covers
from requests_hub.models import Request
from requests_hub.panels.turns import rows_with_turn
from requests_hub.queries import needs
from requests_hub.queries.households import of_household
from requests_hub.turns import for_list
from requests_hub.views.access import signed_in


def _requests(http: HttpRequest, home: Household) -> dict[str, Any]:
    """Open ones first; closed ones stand below them."""
    user = signed_in(http)
    found, tied = of_household(home, user)
    rows = list(for_list(Request.objects.filter(pk__in=found)).order_by("-pk"))
    rows.sort(key=lambda row: not row.state_info.is_open)
    return {
        "home": home,
        "rows": rows_with_turn(rows, user),
        "tied": tied,
        "may_tie": home.ended_on is None and covers(user, home, WRITE),
    }


def _asked(http: HttpRequest, home: Household) -> dict[str, Any]:
    return {"asked": needs.of_household(home, signed_in(http)), "name": "need_request"}


def _asked_at(http: HttpRequest, meeting: JointMeeting) -> dict[str, Any]:
    found = needs.of_meeting(meeting, signed_in(http))
    return {"asked": found, "name": "meeting_need_request"}


NEED = "requests_hub/parts/need_request.html"
panels.add("household_need", panels.Panel(NEED, _asked))
panels.add("meeting_need", panels.Panel(NEED, _asked_at))
panels.add(
    "household_page",
    panels.Panel("requests_hub/parts/household_requests.html", _requests),
)
