"""One tap from a need to a request, linked both ways."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.core.errors import Conflict, NotAllowed
from governance.core.models import User
from grids.actions.committees import may_keep
from grids.models import HouseholdNeed, MeetingNeed
from grids.registers.base import WRITE, covers
from grids.scoping import scope_of
from requests_hub.actions import base
from requests_hub.actions.households import say_whose
from requests_hub.actions.intake import submit_request
from requests_hub.models import NeedRequest, Request
from requests_hub.workflow import DESK


@transaction.atomic
def ask_for_household(need: HouseholdNeed, *, by: User) -> Request:
    """The request of a household's need; made once, and again only shown.

    It is private: what a household needs is nobody else's business. Name and telephone go along
    encrypted, so that whoever handles it can reach the home; the address stays with the household.

    Raises:
        NotAllowed: outside the area. Conflict: the need is settled.
    """
    need = HouseholdNeed.objects.select_for_update().get(pk=need.pk)
    home = need.household
    if home.ended_on is not None or not covers(by, home, WRITE):
        raise NotAllowed(_("This household lies outside your area."))
    if made := NeedRequest.objects.filter(household_need=need).first():
        return made.request
    if need.state != HouseholdNeed.State.OPEN:
        raise Conflict(_("This need is settled; write down a new one."))
    request = _submit(
        by,
        district=home.district,
        title=need.words,
        body=need.words,
        grid=home.grid_id,
        reporter_name=home.head.name if home.head else "",
        reporter_phone=home.phone,
        is_private=True,
    )
    say_whose(home, request.no, by=by, is_theirs=True)
    _link(request, by, household_need=need)
    return request


@transaction.atomic
def ask_for_meeting(need: MeetingNeed, *, by: User) -> Request:
    """The request of a need put at a joint meeting; made once, and again only shown.

    Raises:
        NotAllowed: the committee is kept by others. Conflict: the need is withdrawn.
    """
    need = MeetingNeed.objects.select_for_update().get(pk=need.pk)
    committee = need.meeting.committee
    if not may_keep(by, committee):
        raise NotAllowed(_("This committee is kept by others."))
    if made := NeedRequest.objects.filter(meeting_need=need).first():
        return made.request
    if need.is_dropped:
        raise Conflict(_("This need is withdrawn."))
    told = _("Put at the joint meeting of %(day)s by %(who)s: %(what)s")
    given = {"day": need.meeting.held_on, "who": need.put_by, "what": need.what}
    request = _submit(
        by,
        district=committee.district,
        title=need.what,
        body=told % given,
        grid=committee.grid_id,
    )
    _link(request, by, meeting_need=need)
    return request


def _submit(by: User, **given: Any) -> Request:
    at_desk = scope_of(by).has_role(*DESK)
    channel = Request.Channel.STAFF if at_desk else Request.Channel.FIELD
    return submit_request(channel=channel, by=by, **given).request


def _link(request: Request, by: User, **need: Any) -> None:
    NeedRequest.objects.create(request=request, made_by=by, **need)
    base.tell(
        "request.from_need", request, by, {name: n.pk for name, n in need.items()}
    )
