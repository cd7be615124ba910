"""The list of hot issues and one issue, as their pages show them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core.models import User
from grids import locate
from requests_hub.actions import issues as actions
from requests_hub.chips import clear_all
from requests_hub.models import HotIssue
from requests_hub.paging import with_params
from requests_hub.queries import hot as queries
from requests_hub.queries.choices import areas
from requests_hub.queries.hot import Hot, Span

SPANS = (7, 30, 90, 365)
MONTHS_BACK = 6
LONGEST_DAYS = 1100


@dataclass(frozen=True)
class Tab:
    """One span to choose."""

    label: str
    url: str
    is_on: bool


@dataclass(frozen=True)
class Bar:
    """One stroke of the little chart, in hundredths of its height."""

    x: int
    y: int
    height: int


def span_of(params: QueryDict) -> tuple[Span, str]:
    """What the query string asks for, and its name: days, a month or two dates."""
    today = timezone.localdate()
    first, last = _day(params.get("from")), _day(params.get("to"))
    if first and last and first <= last <= first + timedelta(days=LONGEST_DAYS):
        return Span(first, last), "dates"
    month = _day(f"{params.get('month', '')}-01")
    if month:
        return Span(month, _end_of(month)), f"{month:%Y-%m}"
    days = params.get("days", "")
    n = int(days) if days.isdigit() and int(days) in SPANS else 30
    return Span(today - timedelta(days=n - 1), today), str(n)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _end_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(1)


def tabs(params: QueryDict, chosen: str) -> list[Tab]:
    """The last days, and the months before."""
    cleared = {"from": None, "to": None, "days": None, "month": None}
    out = [
        Tab(
            _("Last %(n)s days") % {"n": n},
            with_params(params, **{**cleared, "days": str(n)}),
            chosen == str(n),
        )
        for n in SPANS
    ]
    month = timezone.localdate().replace(day=1)
    for _n in range(MONTHS_BACK):
        code = f"{month:%Y-%m}"
        url = with_params(params, **{**cleared, "month": code})
        out.append(Tab(date_format(month, "YEAR_MONTH_FORMAT"), url, chosen == code))
        month = (month - timedelta(days=1)).replace(day=1)
    return out


@dataclass(frozen=True)
class Chart:
    """Strokes 4 wide and 2 apart, 100 high."""

    width: int
    bars: list[Bar]


def chart(days: Sequence[int]) -> Chart:
    """Requests by day; a day without any is a stroke of 2."""
    top = max(days, default=0) or 1
    out = []
    for n, count in enumerate(days):
        height = max(round(count / top * 96), 2)
        out.append(Bar(n * 6, 100 - height, height))
    return Chart(len(out) * 6, out)


def listed(user: User, params: QueryDict) -> dict[str, Any]:
    """The context of the list, its print and its workbook."""
    span, chosen = span_of(params)
    offered = areas(user)
    code = params.get("grid", "")
    place = locate.place_by_code(code) if code in dict(offered) else None
    hots = queries.ranked(user, span, grid_id=place.grid_id if place else None)
    return {
        "span": span,
        "tabs": tabs(params, chosen),
        "areas": offered,
        "area": code if place else "",
        "area_name": place.name if place else "",
        "hots": hots,
        "rows": [(hot, chart(hot.days)) for hot in hots],
        "most": max((hot.people for hot in hots), default=1),
        "clear_query": clear_all(params, ("grid", "from", "to", "month", "days")),
        "query": with_params(params),
        "totals": _totals(hots),
    }


def _totals(hots: Sequence[Hot]) -> dict[str, int]:
    return {
        "issues": len(hots),
        "requests": sum(hot.requests for hot in hots),
        "open": sum(hot.open for hot in hots),
    }


def issue(row: HotIssue, user: User) -> dict[str, Any]:
    """The context of one issue: its requests, days and grids."""
    requests = queries.members(row, user)
    days = [timezone.localdate(request.likeness.asked_at) for request in requests]
    span = Span(min(days), max(days)) if days else None
    counted = Counter(days)
    homes = (r.medium_id or r.large_id for r in requests)
    grids = Counter(pk for pk in homes if pk)
    return {
        "issue": row,
        "requests": requests,
        "span": span,
        "people": queries.people(requests),
        "supporters": sum(r.likeness.supporters for r in requests),
        "open": sum(r.state_info.is_open for r in requests),
        "chart": chart(queries.bars(counted, span)) if span else None,
        "grids": queries.named(grids),
        "may_keep": actions.may_keep(user),
        "may_choose_topic": actions.may_choose_topic(user),
    }


def sheet(hots: Sequence[Hot]) -> list[list[str]]:
    """Rows of the workbook, in the order of the list."""
    return [
        [
            str(n),
            hot.issue.title,
            str(hot.people),
            str(hot.requests),
            str(hot.open),
            f"{hot.change:+d}",
            hot.first.isoformat(),
            hot.last.isoformat(),
            "、".join(f"{name} {count}" for name, count in hot.grids),
        ]
        for n, hot in enumerate(hots, 1)
    ]


def heads() -> list[str]:
    """Column names of the workbook."""
    return [
        _("Rank"),
        _("Issue"),
        pgettext("hot issues", "People"),
        pgettext("hot issues", "Requests"),
        _("Open now"),
        _("Against the span before"),
        _("First"),
        _("Last"),
        pgettext("hot issues", "Grids"),
    ]
