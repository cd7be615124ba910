"""What the pages of bulletins show around their content."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from governance.core.models import User
from grids.models import District
from grids.scoping import scope_of
from requests_hub.actions.bulletins import ISSUERS
from requests_hub.assessment.periods import Period
from requests_hub.bulletins import guarded
from requests_hub.models import Bulletin
from requests_hub.panels.figure import NAMES

BAR_WIDTH = 380
TOWN_COLUMNS = (
    None,
    "received",
    "close_due",
    "close_done",
    "close_met",
    "close_due",
    "close_due",
)
CHECKED = (
    "received", "close_due", "close_done", "close_met", "excluded", "valid", "contacted",
    "solved", "satisfied", "basically", "whistles", "report_due", "report_met", "overdue",
    "reworks",
)  # fmt: skip


# The lines of the paper are in the language it is issued in, whoever reads it.


def unit(district: District) -> str:
    """Who issues it."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(district)s one-grid command centre") % {"district": district.name}


def issue_line(row: Bulletin) -> str:
    """“2026 年第 47 期（总第 151 期）”, with the edition after the first."""
    words = {"year": row.year, "no": row.no, "total": row.total_no}
    with translation.override(settings.LANGUAGE_CODE):
        line = _("%(year)s, issue %(no)s (%(total)s in all)") % words
        if row.edition > 1:
            line += " " + _("edition %(n)s") % {"n": row.edition}
    return line


def issued(row: Bulletin, user: User) -> dict[str, Any]:
    """Around an issued one; those who see the whole district get the lists behind the figures."""
    return {
        "content": linked(with_bars(guarded.shown(row)), row.figures, user),
        "behind": behind(row.figures, user),
        "issue": issue_line(row),
        "unit": unit(row.district),
        "day": timezone.localtime(row.issued_at),
        "newer": getattr(row, "replaced_by", None),
    }


def draft(
    user: User, district: District, period: Period, made: dict[str, Any]
) -> dict[str, Any]:
    """Around a draft: who, which period, what stands already and the way to other periods."""
    figures = made["figures"]
    standing = Bulletin.objects.standing().filter(
        district=district, kind=period.kind, first=period.first
    )
    is_running = period.last >= timezone.localdate()
    return {
        "content": linked(with_bars(made["content"]), figures, user),
        "behind": behind(figures, user),
        "unit": unit(district),
        "period": period,
        "day": timezone.localtime(),
        "standing": standing.first(),
        "may_issue": scope_of(user).has_role(*ISSUERS)
        and period.first <= timezone.localdate(),
        "is_running": is_running,
        # another kind of the same days; of those that run it is today
        "asked_at": (timezone.localdate() if is_running else period.last).isoformat(),
    }


def with_bars(content: dict[str, Any]) -> dict[str, Any]:
    """The content with the widths and places of its bars, in units of the drawing."""
    sections = []
    for section in content["sections"]:
        bars = section.get("bars", [])
        most = max([bar["n"] for bar in bars], default=1) or 1
        drawn = [
            {
                **bar,
                "no": n + 1,
                "y": 6 + 30 * n,
                "text_y": 21 + 30 * n,
                "w": round(BAR_WIDTH * bar["n"] / most),
                "end": round(BAR_WIDTH * bar["n"] / most) + 138,
            }
            for n, bar in enumerate(bars)
        ]
        sections.append({**section, "bars": drawn, "height": 30 * len(bars) + 6})
    return {**content, "sections": sections}


def behind(figures: dict[str, Any], user: User) -> list[tuple[str, int, str]]:
    """(what, how many, the list behind it) of the whole; nothing for who sees a part only."""
    if not _sees_all(user):
        return []
    whole = figures["whole"]
    return [
        (str(NAMES[name]), whole[name], _list(figures, figure=name))
        for name in CHECKED
        if whole.get(name)
    ]


def linked(
    content: dict[str, Any], figures: dict[str, Any], user: User
) -> dict[str, Any]:
    """The content with the lists behind the cells of its tables, for who sees the district."""
    if not _sees_all(user):
        return content
    # Bulletins of before tell topics by category only; their tables have no such cells.
    urls = {
        "towns": [_town(figures, town) for town in figures["towns"]],
        "topics": [_topic(figures, hot) for hot in figures["topics"] if "issue" in hot],
        "overdue": [[reverse("request", args=[r["no"]])] for r in figures["overdue"]],
    }
    sections = [
        {**section, "rows": _cells(section["table"], urls.get(section.get("of"), []))}
        if section.get("table")
        else section
        for section in content["sections"]
    ]
    return {**content, "sections": sections}


def _sees_all(user: User) -> bool:
    return scope_of(user).has_role("district", "leader", "admin", "auditor")


Cells = list[tuple[str, str]]


def _cells(table: dict[str, Any], urls: Sequence[Sequence[str]]) -> list[Cells]:
    """(text, url) of every cell; those without a list have none."""
    return [
        list(zip_longest(row, found or (), fillvalue=""))
        for row, found in zip_longest(table["rows"], urls[: len(table["rows"])])
    ]


def _town(figures: dict[str, Any], town: dict[str, Any]) -> list[str]:
    if not town["code"]:
        return []
    return [
        _list(figures, figure=name, grid=town["code"])
        if name and town.get(name)
        else ""
        for name in TOWN_COLUMNS
    ]


def _topic(figures: dict[str, Any], hot: dict[str, Any]) -> list[str]:
    return ["", _list(figures, figure="received", issue=hot["issue"])]


def _list(figures: dict[str, Any], **query: Any) -> str:
    days = {"first": figures["first"], "last": figures["last"]}
    days["cut"] = figures["cut_off"]
    return f"{reverse('requests')}?{urlencode({**query, **days})}"
