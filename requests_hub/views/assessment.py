"""Assessment: rates and scorecards of one's area, and the recounts of the statistics."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from governance.core.models import User
from requests_hub.actions import statistics
from requests_hub.assessment.periods import KINDS, Period, period_of
from requests_hub.models import StatCheck
from requests_hub.panels import assessment as panels
from requests_hub.panels.recounts import differing
from requests_hub.queries import areas
from requests_hub.queries import assessment as queries
from requests_hub.views.access import signed_in, staff

ASSESSED = ("township", "district", "officer", "leader", "admin", "auditor")
KEEPERS = ("district", "admin", "auditor")


def asked_period(http: HttpRequest, first_day: int) -> Period:
    """The period of `?kind=&at=`; today's month where they say nothing sensible."""
    kind = http.GET.get("kind", "month")
    try:
        day = date.fromisoformat(http.GET.get("at", ""))
        day = min(max(day, date(2001, 1, 1)), date(2100, 1, 1))
    except ValueError:
        day = timezone.localdate()
    return period_of(kind if kind in KINDS else "month", day, first_day)


@staff(*ASSESSED)
@require_safe
def overview(http: HttpRequest) -> HttpResponse:
    """Rates of a period, by place or by department, beside those compared with."""
    user = signed_in(http)
    district = next(iter(areas.districts_of(user)), 0)
    rule = queries.rule_at(district, timezone.localdate())
    period = asked_period(http, rule.first_day)
    part = period.until(timezone.localdate())
    like = (period.before().like(part), period.year_before().like(part))
    board = queries.places(user, part, like)
    by = "place" if board and http.GET.get("by") != "department" else "department"
    context = _table(user, by, board, district, part)
    if board:
        context["cells"] = panels.strip(board, context["rule"].weights, part)
        context["chart"] = panels.chart(board.by_day)
    context |= {"period": period, "part": part, "by": by, "like": like}
    context |= {"glossary": panels.glossary(), "has_places": board is not None}
    return render(http, "requests_hub/assessment/page.html", context)


def _table(
    user: User, by: str, board: queries.Board | None, district: int, period: Period
) -> dict[str, Any]:
    rule = queries.rule_at(district, period.last)
    cards = queries.scorecards(district, by)
    units = (
        board.units if board and by == "place" else queries.departments(user, period)
    )
    return {
        "rule": rule,
        "headings": panels.headings(by, cards),
        "rows": panels.rows(units, by, rule.weights, cards, period),
    }


@staff(*KEEPERS)
@require_safe
def recounts(http: HttpRequest) -> HttpResponse:
    """The last recounts, and which figures differed."""
    checks = list(StatCheck.objects.order_by("-checked_at")[:30])
    latest = checks[0] if checks else None
    cells = differing(latest) if latest and latest.differences else []
    context = {"checks": checks, "latest": latest, "cells": cells}
    return render(http, "requests_hub/assessment/recounts.html", context)


@staff("district", "admin")
@require_POST
def recount(http: HttpRequest) -> HttpResponse:
    """Count every figure again now."""
    statistics.recount(by=signed_in(http))
    return redirect("recounts")


@staff("district", "admin")
@require_POST
def rebuild(http: HttpRequest) -> HttpResponse:
    """Have the statistics built anew; the worker does it within seconds."""
    statistics.ask_for_rebuild(by=signed_in(http))
    return redirect("recounts")
