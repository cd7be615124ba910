"""The line over a list that a figure led to: which figure, of which days, and how many it counts."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_hub.assessment.indicators import LABELS
from requests_hub.chips import FRESH, Chip
from requests_hub.filters import RequestFilter
from requests_hub.models import HotIssue
from requests_hub.paging import with_params
from requests_hub.queries.drill import Behind

PARAMS = ("figure", "first", "last", "cut")
OF_LISTS = (*PARAMS, "issue")
NAMES: dict[str, str | Promise] = {
    **LABELS,
    "overdue": gettext_lazy("Open past the day of closing"),
    "whistles": gettext_lazy("Whistles blown"),
    "reworks": gettext_lazy("Sent back for rework"),
}


@dataclass(frozen=True)
class Shown:
    """The figure, and the requests it is spread over; both are exact, not capped."""

    name: str | Promise
    first: str
    last: str
    count: int
    noun: str | Promise
    requests: int


def shown(filtered: RequestFilter) -> Shown | None:
    """Of the filter of a list; None where no figure led to it. One or two statements."""
    behind: Behind | None = filtered.behind
    given = filtered.data
    if behind is None or given["figure"] not in NAMES:
        return None
    rows = filtered.qs.order_by()
    n = rows.count()
    return Shown(
        NAMES[given["figure"]],
        given["first"],
        given["last"],
        n if behind.units is None else behind.count(rows),
        behind.noun,
        n,
    )


def chips(params: QueryDict) -> list[Chip]:
    """What a figure or a hot issue narrows, to be taken away."""
    out = []
    figure, issue = params.get("figure", ""), params.get("issue", "")
    if figure:
        gone = {**FRESH, **dict.fromkeys(PARAMS)}
        days = f"{params.get('first', '')} – {params.get('last', '')}"
        value = f"{NAMES.get(figure, figure)} {days}"
        out.append(_chip("figure", _("Figure"), value, params, gone))
    if issue.isascii() and issue.isdigit() and len(issue) < 19:
        row = HotIssue.objects.filter(pk=int(issue)).first()
        name = row.title if row else issue
        gone = {**FRESH, "issue": None}
        out.append(_chip("issue", _("Hot issue"), name, params, gone))
    return out


def _chip(
    name: str, label: str, value: str, params: QueryDict, gone: dict[str, str | None]
) -> Chip:
    return Chip(name, label, value, with_params(params, **gone) or "?", ())
