"""The merge desk: pairs that may be one person, side by side."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import NotHere
from governance.core.models import User
from governance.core.registers import find, show
from grids.actions import merging
from grids.models import Person, PersonPair
from grids.views.privacy import allow

MOST_APART = 50


@login_required
@require_safe
def merge_desk(request: HttpRequest) -> HttpResponse:
    """Pairs to decide on, and the merges that can still be undone."""
    user = allow(request, merging.DESK)
    since = timezone.now() - dt.timedelta(days=merging.UNDO_DAYS)
    done = PersonPair.objects.filter(
        state=PersonPair.State.MERGED,
        decided_at__gte=since,
        kept__in=Person.objects.visible_to(user),
    )
    apart = PersonPair.objects.filter(
        state__in=PersonPair.SETTLED,
        kept__in=Person.objects.visible_to(user).live(),
        other__ended_on__isnull=True,
    )
    context = {
        "pairs": merging.likely(user),
        "apart": apart.select_related(
            "kept", "other", "decided_by", "undone_by"
        ).order_by("-id")[:MOST_APART],
        "done": done.select_related("kept", "other", "decided_by").order_by("-id")[:20],
        "undo_days": merging.UNDO_DAYS,
    }
    return render(request, "grids/persons/merge_desk.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def merge_pair(request: HttpRequest, first: int, second: int) -> HttpResponse:
    """Two records field by field; choose what is right, and merge or keep apart."""
    user = allow(request, merging.DESK)
    kept, other = _person(user, first), _person(user, second)
    if request.method == "POST" and "apart" in request.POST:
        merging.keep_apart(kept, other, by=user)
        messages.success(request, _("Kept as two persons."))
        return redirect("merge_desk")
    if request.method == "POST":
        chosen = [n for n in merging.CHOOSABLE if request.POST.get(n) == "other"]
        merging.merge(kept, other, by=user, take=chosen)
        words = _("Merged. It can be undone for %(n)s days.")
        messages.success(request, words % {"n": merging.UNDO_DAYS})
        return redirect("registry_record", key="people", pk=kept.pk)
    context = {"kept": kept, "other": other, "lines": _lines(kept, other)}
    return render(request, "grids/persons/merge_pair.html", context)


def _person(user: User, pk: int) -> Person:
    rows = Person.objects.visible_to(user).live().select_related("household", "house")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotHere(_("There is no such record in your area."))
    return found


def _lines(kept: Person, other: Person) -> list[dict[str, Any]]:
    """Each field with both values, masked; `differs` asks for a choice."""
    register = find("people")
    columns = {c.name: c for c in register.columns} if register else {}
    out = []
    for name in merging.CHOOSABLE:
        column = columns.get(name) or columns.get(name.replace("_id", "_no"))
        mine, theirs = getattr(kept, name), getattr(other, name)
        if column is None or (not mine and not theirs):
            continue
        out.append(
            {
                "name": name,
                "label": column.label,
                "mine": show.safe(column, kept),
                "theirs": show.safe(column, other),
                "differs": mine != theirs,
                "takes_other": not mine,
            }
        )
    return out


@login_required
@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge apart."""
    user = allow(request, merging.DESK)
    seen = Person.objects.visible_to(user)
    pair = get_object_or_404(PersonPair, pk=pk, kept__in=seen)
    merging.undo(pair, by=user)
    messages.success(request, _("Both records are back, and kept as two persons."))
    return redirect("merge_desk")


@login_required
@require_POST
def merge_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer two records again that were kept apart."""
    user = allow(request, merging.DESK)
    seen = Person.objects.visible_to(user)
    pair = get_object_or_404(PersonPair, pk=pk, kept__in=seen, other__in=seen)
    merging.reconsider(pair, by=user)
    messages.success(request, _("They are looked at again with the others."))
    return redirect("merge_desk")
