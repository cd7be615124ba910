"""Drafts of what residents read: templates with placeholders, filled from the request."""

import re
from collections.abc import Callable

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core import dictionaries
from governance.core.errors import Invalid
from requests_hub.history import tasks_of
from requests_hub.models import ReplyTemplate, Request
from requests_hub.turns import town_name

PLACEHOLDER = re.compile(r"\{([^{}\n]{0,40})\}")
BLANK = "____"


def _number(request: Request) -> str:
    return str(request.no)


def _title(request: Request) -> str:
    return request.title


def _department(request: Request) -> str:
    """Who leads, or the desk that answers itself."""
    if request.lead_department is not None:
        return request.lead_department.name
    return town_name(request)


def _date(_request: Request) -> str:
    today = timezone.localdate()
    return date_format(today, pgettext("day in a sentence", "j F"))


def _done(request: Request) -> str:
    """What those who handled it say: the lead first; a blank while nobody has answered."""
    tasks = [t for t in tasks_of(request) if t.round == request.round]
    said = next((t.reply for t in tasks if t.reply and t.kind != "look"), "")
    return said or request.reply or BLANK


PLACEHOLDERS: dict[str, tuple[str, Callable[[Request], str]]] = {
    "number": ("编号", _number),
    "title": ("标题", _title),
    "department": ("部门", _department),
    "date": ("日期", _date),
    "done": ("办理情况", _done),
}
BY_NAME = {name: fill for en, (zh, fill) in PLACEHOLDERS.items() for name in (en, zh)}


def check_placeholders(text: str) -> None:
    """Refuse what nothing would be filled into.

    Raises:
        Invalid: field "body" names each unknown placeholder, and those there are.
    """
    unknown = [
        name for name in PLACEHOLDER.findall(text) if name.strip() not in BY_NAME
    ]
    if not unknown:
        return
    words = _("There is no placeholder %(unknown)s. There are: %(known)s.")
    known = "、".join(f"{{{zh}}} {{{en}}}" for en, (zh, _f) in PLACEHOLDERS.items())
    wrong = "、".join(f"{{{name}}}" for name in unknown)
    raise Invalid(fields={"body": [words % {"unknown": wrong, "known": known}]})


def filled(text: str, request: Request) -> str:
    """The text with what is known of the request; unknown names stay as they are."""

    def put(match: re.Match[str]) -> str:
        fill = BY_NAME.get(match.group(1).strip())
        return fill(request) if fill else match.group(0)

    return PLACEHOLDER.sub(put, text)


def for_step(request: Request, occasion: str) -> list[ReplyTemplate]:
    """The templates for this step, those of the request's own category first; one statement.

    Templates of the district serve everywhere in it, those of a town inside it.
    """
    if occasion not in ReplyTemplate.Occasion.values:
        return []
    above = _codes(request)
    here = Q(large__isnull=True) | Q(large_id=request.large_id)
    rows = ReplyTemplate.objects.live().filter(
        here,
        district_id=request.district_id,
        occasion=occasion,
        category__in=["", *above],
    )
    closeness = {code: len(above) - n for n, code in enumerate(above)}
    return sorted(
        rows, key=lambda row: (closeness.get(row.category, 99), row.order, row.pk)
    )[:12]


def _codes(request: Request) -> list[str]:
    """Codes of the request's category and of those above it, top first."""
    entry = dictionaries.by_id(request.category_id)
    return [item.code for item in dictionaries.path(entry)] if entry else []
