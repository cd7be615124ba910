"""A bulletin as it is shown: what was issued stays, titles of requests that are private now do not.

Figures and words are frozen when a bulletin is issued. A request may become private afterwards,
and public again; so its title is taken out each time somebody reads the page, prints it, or asks
for the Word or Excel file, and never in what is kept.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from requests_hub.models import Bulletin, IssueMember, Request

Content = dict[str, Any]
Masks = Mapping[str, str]
TELLING = 6  # characters; shorter titles are words that a sentence may hold for itself


def shown(row: Bulletin) -> Content:
    """The content to show to anybody, its foot saying how many titles were taken out.

    Two statements at most; the content as it was issued where nothing is private now.
    """
    overdue, topics = _private_numbers(row), _private_topics(row)
    if not overdue and not topics:
        return dict(row.content)
    with translation.override(settings.LANGUAGE_CODE):  # as it was written
        masks = {
            **{r["title"]: _("(private)") for r in overdue},
            **{topic["name"]: _named(topic) for topic in topics},
        }
        sections = [_masked(section, masks) for section in row.content["sections"]]
        return {**row.content, "sections": sections, "foot": _foot(row, len(masks))}


def _private_numbers(row: Bulletin) -> list[dict[str, Any]]:
    """The requests named as overdue that are private now."""
    named = [one for one in row.figures["overdue"] if one["title"]]
    if not named:
        return []
    rows = _private(row).filter(no__in=[one["no"] for one in named])
    found = set(rows.values_list("no", flat=True))
    return [one for one in named if one["no"] in found]


def _private_topics(row: Bulletin) -> list[dict[str, Any]]:
    """The issues called after a request that is private now; it may have left the issue since."""
    # Bulletins of before tell topics by category only.
    named = [one for one in row.figures["topics"] if "issue" in one and one["name"]]
    if not named:
        return []
    members = IssueMember.objects.filter(issue_id__in=[one["issue"] for one in named])
    rows = _private(row).filter(pk__in=members.values("request_id"))
    titles = {one["name"] for one in named}
    found = set(rows.filter(title__in=titles).values_list("title", flat=True))
    return [one for one in named if one["name"] in found]


def _private(row: Bulletin) -> Any:
    return Request.objects.filter(district_id=row.district_id, is_private=True)


def _named(topic: Mapping[str, Any]) -> str:
    return _("(private) %(category)s") % {"category": topic["category"]}


def _masked(section: dict[str, Any], masks: Masks) -> dict[str, Any]:
    """A section without the titles: whole cells of its table, and wherever a sentence has them."""
    lines = [_without(line, masks) for line in section["paragraphs"]]
    out = {**section, "paragraphs": lines}
    if table := section.get("table"):
        rows = [[masks.get(cell, cell) for cell in cells] for cells in table["rows"]]
        out["table"] = {**table, "rows": rows}
    return out


def _without(line: str, masks: Masks) -> str:
    for title, mask in masks.items():
        line = line.replace(f"“{title}”", f"“{mask}”")
        if len(title) >= TELLING:
            line = line.replace(title, mask)
    return line


def _foot(row: Bulletin, n: int) -> str:
    words = ngettext(
        "%(foot)s; %(n)s title is not shown, as its request became private since",
        "%(foot)s; %(n)s titles are not shown, as their requests became private since",
        n,
    )
    return words % {"foot": row.content["foot"], "n": n}
