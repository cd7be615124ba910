"""Tags of the request pages: places, numbers, masks, what a to-do row asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.core.clocks import Clock
from governance.core.models import DictionaryItem
from governance.core.workflow import Text
from requests_hub import deadlines, turns
from requests_hub.categories import told
from requests_hub.models import Request, Task
from requests_hub.paging import capped_text
from requests_hub.panels.turns import first_step
from requests_hub.queries.todo import Turn

register = template.Library()


@register.filter
def place(row: Request | Task) -> str:
    """Where a row lies, in the shortest form."""
    return turns.place_name(row)


@register.filter
def place_line(row: Request | Task) -> str:
    """Town and place, for a line of facts."""
    town, short = turns.town_name(row), turns.place_name(row)
    return town if town == short else f"{town} {short}"


@register.filter
def category(entry: DictionaryItem | None) -> str:
    """What a request is about; a rest says of what."""
    return told(entry) if entry else ""


@register.filter
def number(row: Request | Task) -> str:
    """The request's number of a request or of a task."""
    if isinstance(row, Request):
        return row.no
    return row.request.no if row.request else ""


@register.filter
def limit_words(stored: str) -> str:
    """A stored limit such as "2d" or "24h/c" in words."""
    return deadlines.words(stored)


@register.filter
def of_key(found: Mapping[int, Any], key: int) -> Any:
    """What a mapping holds under a key; nothing when it has none."""
    return found.get(key)


@register.filter
def capped(value: int) -> str:
    """A count as it is written: above 1,000 it is "1000+"."""
    return capped_text(value)


@register.filter
def mask_name(name: str) -> str:
    """A name with its first character only: 陈＊＊."""
    return name[:1] + "＊" * min(max(len(name) - 1, 1), 2) if name else ""


@register.filter
def mask_phone(phone: str) -> str:
    """A number with the middle hidden: 138 ＊＊＊＊ 2046."""
    if len(phone) < 7:
        return "＊" * len(phone)
    return f"{phone[:3]} ＊＊＊＊ {phone[-4:]}"


@dataclass(frozen=True)
class Work:
    """What one row of a to-do list asks of its reader."""

    url: str
    what: str
    verb: Text
    step_url: str
    clock: Clock | None
    clock_word: str


@register.simple_tag(takes_context=True)
def work_of(context: dict[str, Any], item: Turn) -> Work:
    """The row's address, verb, clock and step for the reader of the page."""
    user = context["request"].user
    row = item.request
    step = first_step(item.subject, user) if context.get("box") == "mine" else None
    url = reverse("request", args=[row.no]) if row else ""
    if isinstance(item.subject, Task):
        clock = turns.task_clock(item.subject)
        word = _("report in") if item.subject.state == "called" else ""
        return Work(
            url,
            str(step.label) if step else "",
            step.label if step else "",
            step.url if step else "",
            clock,
            word,
        )
    turn = turns.turn_of(item.subject) if context.get("box") == "started" else None
    return Work(
        url,
        turn.name if turn and not turn.is_over else str(step.label) if step else "",
        step.label if step else "",
        step.url if step else "",
        turns.request_clock(item.subject),
        "",
    )
