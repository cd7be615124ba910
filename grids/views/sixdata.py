"""The overview of the six data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.core import menu
from governance.core.registers import every
from grids import feed_lists, six
from grids.registers import base
from grids.views.access import signed_in, staff

ROLES = tuple(sorted(base.READ))


@staff(*ROLES)
@require_safe
def six_data(request: HttpRequest) -> HttpResponse:
    """Six numbers of my area, when each department last delivered, the other registers."""
    user = signed_in(request)
    roles = menu.standing_of(request).roles
    shown = {kind.key for kind in six.kinds()}
    others = [r for r in every() if r.key not in shown and roles & r.readers]
    context = {
        "counts": six.counted(user),
        "others": others,
        "stamps": feed_lists.stamps(user),
        "asked": feed_lists.open_claims(user),
        "may_feeds": bool(roles & feed_lists.READERS),
    }
    return render(request, "grids/sixdata/overview.html", context)
