"""Who may see the pictures of a visit: who may see the household."""

from django.http import HttpRequest

from governance.core import attachments
from grids.models import Household, Visit


def sees_visit(request: HttpRequest, pk: int) -> bool:
    home = Visit.objects.filter(pk=pk).values("household_id")
    return Household.objects.visible_to(request.user).filter(pk__in=home).exists()


attachments.register("visit", sees_visit)
