"""Lists aside of the desk: what waits for a decision, the problem library, who is to be asked."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.utils import timezone

from governance.core.models import User
from grids.scoping import scope_of
from requests_hub.models import Proposal, Request, Revisit
from requests_hub.paging import Page, newest_first
from requests_hub.queries.lists import joined
from requests_hub.workflow import DESK

BOXES = ("asked", "decided")


def proposals(user: User, box: str, kind: str = "") -> QuerySet[Proposal]:
    """What was asked for in one's own scope; "decided" also has what no longer can be."""
    rows = Proposal.objects.filter(
        request__in=Request.objects.visible_to(user)
    ).select_related("request", "request__large", "proposed_by", "decided_by")
    rows = rows.filter(state="asked") if box == "asked" else rows.exclude(state="asked")
    return rows.filter(kind=kind) if kind else rows


def proposal_page(user: User, params: QueryDict) -> Page[Any]:
    """One page of `proposals`, newest first."""
    box = params.get("box", "asked")
    rows = proposals(user, box if box in BOXES else "asked", params.get("kind", ""))
    return newest_first(rows, params)


def held(user: User, params: QueryDict) -> QuerySet[Proposal]:
    """The problem library: holds that stand, nearest review day first."""
    rows = (
        Proposal.objects.filter(
            kind="hold", request__in=Request.objects.visible_to(user)
        )
        .standing()
        .select_related("proposed_by", "decided_by")
    )
    rows = rows.select_related("request", "request__large", "request__medium")
    if reason := params.get("reason", ""):
        rows = rows.filter(reason=reason)
    if params.get("due") == "30d":
        until = timezone.localdate() + timedelta(days=30)
        rows = rows.filter(review_on__lte=until)
    return rows.order_by("review_on", "pk")


def held_by_reason(user: User) -> dict[str, int]:
    """How many stand for each kind of reason; one statement."""
    rows = Proposal.objects.filter(
        kind="hold", request__in=Request.objects.visible_to(user)
    ).standing()
    return dict(rows.order_by().values_list("reason").annotate(Count("pk")))


def to_revisit(user: User) -> QuerySet[Any]:
    """Closed requests whose resident is still to be asked, longest waiting first.

    Those that the hotline had answered before are the hotline's to ask about.
    Annotated with `attempts` and `last_try` of the present round.
    """
    scope = scope_of(user)
    of_round = Revisit.objects.filter(request=OuterRef("pk"), round=OuterRef("round"))
    tries = of_round.order_by().values("request")
    rows = Request.objects.visible_to(user) if scope.has_role(*DESK) else None
    if rows is None:
        rows = Request.objects.none()
    found: QuerySet[Any] = (
        joined(rows.filter(state="closed").exclude(route=Request.Route.HOTLINE))
        .annotate(
            attempts=Subquery(tries.annotate(n=Count("pk")).values("n")),
            last_try=Subquery(tries.annotate(at=Max("asked_at")).values("at")),
        )
        .order_by(F("last_try").asc(nulls_first=True), "closed_at", "pk")
    )
    return found


def revisits_of(request: Request) -> list[Revisit]:
    """Every attempt of a request, newest first."""
    rows = Revisit.objects.filter(request=request).select_related("asked_by")
    return list(rows.order_by("-id"))


def attempts_left(request: Request) -> int:
    """How many calls remain before the resident counts as not reached."""
    done = Revisit.objects.filter(request=request, round=request.round).count()
    return max(0, int(settings.REVISIT_ATTEMPTS) - done)
