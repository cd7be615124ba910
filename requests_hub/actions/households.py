"""Tying a request to a household by hand, or saying that it is not theirs."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.errors import Invalid, NotAllowed
from governance.core.events import record
from governance.core.models import User
from grids.models import Household
from grids.registers.base import covers
from requests_hub.models import HouseholdRequest, Request


@transaction.atomic
def say_whose(
    home: Household, number: str, *, by: User, is_theirs: bool
) -> HouseholdRequest:
    """Keep that a request is this household's, or is not; repeating it changes nothing.

    Args:
        home: the household.
        number: of the request, as it is written on every page.
        by: who says so.
        is_theirs: False takes it off the household's page, however it came there.

    Raises:
        NotAllowed: the household lies outside the area.
        Invalid: field "number": no such request that `by` may see, or of another district.
    """
    if not covers(by, home):
        raise NotAllowed(_("This household lies outside your area."))
    number = "".join(number.split()).upper()[:24]
    rows = Request.objects.visible_to(by).filter(district_id=home.district_id)
    request = rows.filter(no=number).first() if number else None
    if request is None:
        words = _("There is no request with this number in your area.")
        raise Invalid(fields={"number": [words]})
    said, is_new = HouseholdRequest.objects.select_for_update().get_or_create(
        household=home,
        request=request,
        defaults={"is_theirs": is_theirs, "decided_by": by},
    )
    if is_new or said.is_theirs != is_theirs:
        said.is_theirs, said.decided_by = is_theirs, by
        said.decided_at = timezone.now()
        said.save()
        name = "household.request_tied" if is_theirs else "household.request_untied"
        record(name, home, by, {"request": request.pk})
    return said
