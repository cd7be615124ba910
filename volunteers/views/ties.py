"""Who could help a household: for those who dispatch, and nobody else."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from grids.models import Household
from grids.scoping import scope_of
from volunteers.models.ties import DISPATCHERS
from volunteers.takers import rank_takers


@login_required
@require_safe
def takers(request: HttpRequest, pk: int) -> HttpResponse:
    """Ranked good people with the reasons; skills narrow nothing, they only count."""
    if not scope_of(request.user).has_role(*DISPATCHERS):
        raise PermissionDenied
    rows = Household.objects.visible_to(request.user).select_related("head")
    household = get_object_or_404(rows, pk=pk)
    words = request.GET.get("skills", "").replace("\0", "")[:60]
    skills = [word for word in words.replace("、", " ").split() if word]
    context = {
        "household": household,
        "skills": words,
        "takers": rank_takers(household, by=request.user, skills=skills),
    }
    return render(request, "volunteers/ties/takers.html", context)
