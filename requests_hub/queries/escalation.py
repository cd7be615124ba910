"""Reminders, supervisions, namings and findings, as the pages list them."""

from datetime import date, datetime
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone

from governance.core.models import User
from requests_hub.models import Escalation, Finding, Ladder, Naming, Supervision
from requests_hub.models.escalation import NamingQuerySet
from requests_hub.paging import Page, count_many, newest_first

TABS = ("waiting", "late", "answered", "over", "named")


def named(
    district_id: int, since: datetime | date, until: datetime | date
) -> QuerySet[Naming]:
    """Whom the bulletin of a period names, oldest first; `since` included, `until` not."""
    return Naming.objects.named(district_id, since, until)


def reminded() -> Coalesce:
    """For rows of tasks: how often the holder was reminded in this cycle."""
    rows = (
        Escalation.objects.told()
        .filter(task_id=OuterRef("pk"), what="reminder", cycle=OuterRef("rework_count"))
        .exclude(step=Ladder.Step.DECISION)
    )
    counted = rows.order_by().values("task_id").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def supervisions(user: User, tab: str) -> QuerySet[Supervision]:
    """One tab of the supervisions that somebody may see."""
    rows = Supervision.objects.visible_to(user)
    now = timezone.now()
    found = {
        "waiting": rows.waiting(),
        "late": rows.waiting().filter(answer_by__lt=now),
        "answered": rows.filter(state="answered"),
        "over": rows.exclude(state__in=["asked", "answered"]),
    }[tab]
    return found.select_related(
        "task__request", "task__department", "task__grid", "task__holder", "asked_by"
    )


def namings(user: User) -> NamingQuerySet:
    """Units listed for the bulletin, struck out ones among them."""
    return Naming.objects.visible_to(user).select_related(
        "task__request",
        "task__department",
        "department",
        "large",
        "struck_by",
        "escalation",
    )


def counts(user: User) -> dict[str, int]:
    """How many each tab has; one statement."""
    parts = {tab: supervisions(user, tab) for tab in TABS if tab != "named"}
    return count_many({**parts, "named": namings(user).standing()})


def page(user: User, tab: str, params: QueryDict, *, total: int) -> Page[Any]:
    """One tab, newest first."""
    rows = namings(user) if tab == "named" else supervisions(user, tab)
    return newest_first(rows, params, total=total)


def findings(user: User) -> list[Finding]:
    """Open findings, oldest first, at most 1,000."""
    rows = Finding.objects.visible_to(user).open()
    return list(rows.order_by("kind", "pk")[:1000])
