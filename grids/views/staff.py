"""First passwords of new staff, on slips to cut out and hand over."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from governance.core.errors import NotAllowed
from governance.core.models import User
from grids.actions import staff


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def slips(request: HttpRequest) -> HttpResponse:
    """Who has never signed in; a POST gives the ticked ones first passwords, shown once."""
    by = request.user
    if not isinstance(by, User) or not staff.may_give(by):
        raise NotAllowed(_("Only those who appoint staff may see this page."))
    waiting = staff.newcomers(by)
    if request.method == "POST":
        chosen = [u for u in waiting if str(u.pk) in request.POST.getlist("user")]
        told = staff.give_first_passwords(chosen, by=by)
        if told:
            context = {"told": told, "printed_at": timezone.now()}
            return render(request, "grids/staff/slips_print.html", context)
    return render(request, "grids/staff/slips.html", {"waiting": waiting})
