"""Which requests are a household's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.core.errors import NotHere
from grids.models import Household, HouseholdNeed, JointMeeting, MeetingNeed
from requests_hub.actions import households as actions
from requests_hub.actions import needs
from requests_hub.models import Request
from requests_hub.views.access import DESK, ON_GRID, signed_in, staff


@staff(*DESK, *ON_GRID)
@require_POST
def household_request(http: HttpRequest, pk: int) -> HttpResponse:
    """Tie a request by its `number`, or take it off the household's page (`not_theirs`)."""
    user = signed_in(http)
    home = Household.objects.visible_to(user).filter(pk=pk).first()
    if home is None:
        raise NotHere(_("There is no such household in your area."))
    is_theirs = "not_theirs" not in http.POST
    number = http.POST.get("number", "")
    actions.say_whose(home, number, by=user, is_theirs=is_theirs)
    said = _("The request is on the page.") if is_theirs else _("Taken off the page.")
    messages.success(http, said)
    return redirect("household", pk)


@staff(*DESK, *ON_GRID)
@require_POST
def need_request(http: HttpRequest, pk: int) -> HttpResponse:
    """Make a household's need a request, and show it on the household's page."""
    user = signed_in(http)
    need = HouseholdNeed.objects.filter(
        pk=pk, household__in=Household.objects.visible_to(user)
    ).first()
    if need is None:
        raise NotHere(_("There is no such household in your area."))
    _tell(http, needs.ask_for_household(need, by=user))
    return redirect(f"{reverse('household', args=[need.household_id])}#needs")


@staff(*DESK, *ON_GRID)
@require_POST
def meeting_need_request(http: HttpRequest, pk: int) -> HttpResponse:
    """Make a need put at a joint meeting a request, and show it on the meeting's page."""
    user = signed_in(http)
    need = MeetingNeed.objects.filter(
        pk=pk, meeting__in=JointMeeting.objects.visible_to(user)
    ).first()
    if need is None:
        raise NotHere(_("There is no such meeting in your area."))
    _tell(http, needs.ask_for_meeting(need, by=user))
    return redirect(f"{reverse('meeting', args=[need.meeting_id])}#needs")


def _tell(http: HttpRequest, row: Request) -> None:
    messages.success(http, _("It is request %(no)s now.") % {"no": row.no})
