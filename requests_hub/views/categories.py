"""Proposed categories taken many at once, and taken back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import Conflict, DomainError
from requests_hub.actions import categories as actions
from requests_hub.panels import categories as panels
from requests_hub.queries import areas
from requests_hub.views.access import DESK, signed_in, staff


@staff(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def take(http: HttpRequest) -> HttpResponse:
    """What could be taken at a chosen share; POST takes it."""
    user = signed_in(http)
    if http.method == "POST":
        district = areas.districts_of(user)[0]
        least, nos = panels.share_of(http.POST), panels.picked(http.POST)
        try:
            batch = actions.take_proposals(
                by=user, district_id=district, least=least, nos=nos
            )
        except Conflict as error:
            messages.error(http, error.message)
            return redirect("categories_take")
        return redirect("categories_taken", batch.pk)
    context = panels.offered(user, http.GET)
    return render(http, "requests_hub/categories/take.html", context)


@staff(*DESK)
@require_safe
def taken(http: HttpRequest, pk: int) -> HttpResponse:
    """What came of one batch."""
    user = signed_in(http)
    batch = get_object_or_404(panels.batches_of(user).select_related("taken_by"), pk=pk)
    context = panels.taken(batch, user, http.GET)
    return render(http, "requests_hub/categories/taken.html", context)


@staff(*DESK)
@require_POST
def take_back(http: HttpRequest, pk: int) -> HttpResponse:
    """Take the categories of a batch away again."""
    user = signed_in(http)
    batch = get_object_or_404(panels.batches_of(user), pk=pk)
    try:
        n = actions.take_back(batch, by=user).undone
    except DomainError as error:
        messages.error(http, error.message)
    else:
        said = ngettext("%(n)s category taken back.", "%(n)s categories taken back.", n)
        messages.success(http, said % {"n": n})
    return redirect("categories_taken", batch.pk)
