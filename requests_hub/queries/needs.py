"""Requests made from needs, and the needs behind requests."""

from collections.abc import Iterable

from django.urls import reverse

from governance.core.models import User
from grids.models import Household, JointMeeting
from requests_hub.models import NeedRequest, Request


def of_household(home: Household, user: User) -> dict[int, Request]:
    """The request behind each need of a household, by the need's id; one statement."""
    return _by_need("household_need", user, household_need__household=home)


def of_meeting(meeting: JointMeeting, user: User) -> dict[int, Request]:
    """The request behind each need of a meeting, by the need's id; one statement."""
    return _by_need("meeting_need", user, meeting_need__meeting=meeting)


def _by_need(name: str, user: User, **which: object) -> dict[int, Request]:
    seen = Request.objects.visible_to(user).values("pk")
    rows = NeedRequest.objects.filter(request__in=seen, **which)
    return {
        getattr(row, f"{name}_id"): row.request
        for row in rows.select_related("request")
    }


def origin(request: Request, user: User) -> dict[str, str] | None:
    """Where a request's need stands, for who may open it: `url` and `what`."""
    row = NeedRequest.objects.filter(request=request).first()
    if row is None:
        return None
    if row.household_need_id:
        homes = Household.objects.visible_to(user)
        home = homes.filter(needs=row.household_need_id).first()
        return {"url": _url("household", [home.pk]), "what": "home"} if home else None
    meetings = JointMeeting.objects.visible_to(user)
    held = meetings.filter(needs=row.meeting_need_id).first()
    return {"url": _url("meeting", [held.pk]), "what": "meeting"} if held else None


def _url(name: str, args: Iterable[int]) -> str:
    return f"{reverse(name, args=list(args))}#needs"
