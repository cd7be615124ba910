"""What one does with a record beside writing it: passing a note on, taking part of a resource."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from governance.core.errors import Invalid, NotAllowed, NotHere
from grids.actions import resources, sixdata
from grids.models import Department, Resource, ResourceUse, Sentiment
from grids.registers import base
from grids.views.access import signed_in, staff


@staff(*sorted(base.WRITE))
@require_POST
def sentiment_pass_on(http: HttpRequest, pk: int) -> HttpResponse:
    """Hand a note to the `department` that can do something about it."""
    user = signed_in(http)
    note = Sentiment.objects.visible_to(user).filter(pk=pk).first()
    if note is None:
        raise NotHere(_("This record is no longer there."))
    if not base.covers(user, note):
        raise NotAllowed(_("This record lies outside your area."))
    given = http.POST.get("department", "")
    rows = Department.objects.filter(district_id=note.district_id, is_active=True)
    department = rows.filter(pk=int(given)).first() if given.isdecimal() else None
    if department is None:
        raise Invalid(fields={"department": [_("Choose a department.")]})
    sixdata.pass_on(note, department, by=user)
    messages.success(http, _("Passed on to %(unit)s.") % {"unit": department.name})
    return redirect("registry_record", "sentiments", pk)


@staff(*sorted(resources.KEEPERS))
@require_POST
def resource_take(http: HttpRequest, pk: int) -> HttpResponse:
    """Take an `amount` of a resource for a `purpose`."""
    user = signed_in(http)
    row = Resource.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotHere(_("This record is no longer there."))
    resources.check_keeper(row, user)
    amount = http.POST.get("amount", "")
    number = int(amount) if amount.isdecimal() and len(amount) < 10 else 0
    resources.take(row, number, purpose=http.POST.get("purpose", ""), by=user)
    messages.success(http, _("Noted as in use."))
    return redirect("registry_record", "resources", pk)


@staff(*sorted(resources.KEEPERS))
@require_POST
def resource_back(http: HttpRequest, pk: int) -> HttpResponse:
    """Give a use back."""
    user = signed_in(http)
    use = get_object_or_404(ResourceUse.objects.select_related("resource"), pk=pk)
    if not Resource.objects.visible_to(user).filter(pk=use.resource_id).exists():
        raise NotHere(_("This record is no longer there."))
    resources.check_keeper(use.resource, user)
    resources.give_back(use, by=user)
    messages.success(http, _("Given back."))
    return redirect("registry_record", "resources", use.resource_id)
