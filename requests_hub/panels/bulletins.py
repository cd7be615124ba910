"""What the pages of bulletins show around their content."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core.models import User
from grids.models import District
from grids.scoping import scope_of
from requests_hub.actions.bulletins import ISSUERS
from requests_hub.assessment.periods import Period
from requests_hub.models import Bulletin

BAR_WIDTH = 380


def unit(district: District) -> str:
    """Who issues it."""
    return _("%(district)s one-grid command centre") % {"district": district.name}


def issue_line(row: Bulletin) -> str:
    """“2026 年第 47 期（总第 151 期）”, with the edition after the first."""
    words = {"year": row.year, "no": row.no, "total": row.total_no}
    line = _("%(year)s, issue %(no)s (%(total)s in all)") % words
    if row.edition > 1:
        line += " " + _("edition %(n)s") % {"n": row.edition}
    return line


def issued(row: Bulletin) -> dict[str, Any]:
    return {
        "content": with_bars(row.content),
        "issue": issue_line(row),
        "unit": unit(row.district),
        "day": timezone.localtime(row.issued_at),
        "newer": getattr(row, "replaced_by", None),
    }


def draft(user: User, district: District, period: Period) -> dict[str, Any]:
    """Around a draft: who, which period, what stands already and the way to other periods."""
    standing = Bulletin.objects.standing().filter(
        district=district, kind=period.kind, first=period.first
    )
    return {
        "unit": unit(district),
        "period": period,
        "day": timezone.localtime(),
        "standing": standing.first(),
        "may_issue": scope_of(user).has_role(*ISSUERS)
        and period.first <= timezone.localdate(),
        "is_running": period.last >= timezone.localdate(),
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
