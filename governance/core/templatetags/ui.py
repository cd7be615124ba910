"""Template tags of the product's look: icons, badges, times and grouped numbers."""

import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

RING_LENGTH = (
    31.416  # circumference of the ring of radius 5 that clock_badge.html draws
)
OWN_ADDRESS = re.compile(r"(/registry/[a-z-]+/\d+/)")
CLOCK_ICONS = {
    "due_soon": "hourglass-split",
    "overdue": "exclamation-triangle-fill",
    "paused": "pause-fill",
    "met": "check-lg",
    "missed": "exclamation-triangle",
}


@cache
def _public_icons() -> frozenset[str]:
    """The icons of the small sprite that public pages load."""
    names = Path(settings.BASE_DIR) / "static/vendor/rebuild/icons-public.txt"
    return frozenset(names.read_text(encoding="utf-8").split())


@register.simple_tag
def icon(name: str, size: str = "", label: str | Promise = "") -> SafeString:
    """One icon of the sprite. Hidden from readers unless it has a `label`.

    `size` is "" (as tall as the text), "s", "m" or "l".
    """
    css = f"icon icon-{size}" if size else "icon"
    sprite = "img/icons-public.svg" if name in _public_icons() else "img/icons.svg"
    href = f"{static(sprite)}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}" focusable="false"><use href="{}"></use></svg>',
            css,
            label,
            href,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        css,
        href,
    )


@register.inclusion_tag("components/state_badge.html")
def state_badge(state: Any, size: str = "") -> dict[str, Any]:
    """The badge of a `workflow.State`; `size` "lg" is for page headers."""
    return {"state": state, "size": size}


@register.inclusion_tag("components/clock_badge.html")
def clock(clock: Any, prefix: str | Promise = "", size: str = "") -> dict[str, Any]:
    """The badge of a `clocks.Clock`; `prefix` says which limit it is ("Dispatch")."""
    return {
        "clock": clock,
        "prefix": prefix,
        "size": size,
        "icon_name": CLOCK_ICONS.get(clock.code, "") if clock else "",
        "ring": ring_dash(clock.share if clock else None),
    }


def ring_dash(share: float | None) -> str:
    """Dash array of a ring of which `share` (0 to 1) is drawn."""
    part = min(max(share or 0.0, 0.0), 1.0)
    return f"{part * RING_LENGTH:.2f} {RING_LENGTH:.2f}"


@register.filter
def when(moment: datetime | date | None) -> str:
    """A short time: today 09:05, yesterday 17:24, 11-17 09:05, 2025-11-17 09:05."""
    if moment is None:
        return ""
    now = timezone.localtime()
    if not isinstance(moment, datetime):
        return moment.strftime("%m-%d" if moment.year == now.year else "%Y-%m-%d")
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    clock_text = local.strftime("%H:%M")
    days = (now.date() - local.date()).days
    if days == 0:
        return _("today %(time)s") % {"time": clock_text}
    if days == 1:
        return _("yesterday %(time)s") % {"time": clock_text}
    if days == -1:
        return _("tomorrow %(time)s") % {"time": clock_text}
    if local.year == now.year:
        return local.strftime("%m-%d %H:%M")
    return local.strftime("%Y-%m-%d %H:%M")


@register.filter
def when_said(moment: datetime | None) -> str:
    """`when` of what sources date: midnight is a day without a time."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    is_day = (local.hour, local.minute, local.second) == (0, 0, 0)
    return when(local.date() if is_day else moment)


@register.filter
def full_time(moment: datetime | None) -> str:
    """The whole time for a tip: 2026-11-19 09:05."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


WEEKDAYS_ZH = "一二三四五六日"


@register.filter
def day_words(day: date | datetime | None) -> str:
    """A day in a sentence with its weekday: 11月27日（周五）, Fri 27 November."""
    if day is None:
        return ""
    if isinstance(day, datetime) and timezone.is_aware(day):
        day = timezone.localtime(day)
    if (get_language() or "").startswith("zh"):
        return f"{day.month}月{day.day}日（周{WEEKDAYS_ZH[day.weekday()]}）"
    return f"{day:%a} {day.day} {day:%B}"


@register.filter
def cn_phone(number: str | None) -> str:
    """A mobile number, masked or not, in groups (138 1234 2046); others as they are."""
    text = "".join(str(number or "").split())
    if len(text) == 11 and text.startswith("1"):
        return f"{text[:3]} {text[3:7]} {text[7:]}"
    return text


@register.filter
def code_groups(code: str | int | None) -> str:
    """A follow-up code in groups for reading aloud: 482 063 1795."""
    text = str(code or "")
    return f"{text[:3]} {text[3:6]} {text[6:]}" if len(text) == 10 else text


@register.filter
def grouped(value: Any) -> str:
    """A number with thousands set apart: 1,204."""
    if value is None or value == "":
        return ""
    return number_format(value, force_grouping=True)


@register.filter
def initial(name: Any) -> str:
    """The first character of a name, for the round or square mark beside it."""
    text = str(name or "").strip()
    for prefix in ("区",):
        if text.startswith(prefix) and len(text) > len(prefix):
            text = text[len(prefix) :]
    return text[:1].upper()


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The query string of this page with some parameters changed; None or "" drops one."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is None:
        return ""
    for name, value in changes.items():
        query.pop(name, None)
        if isinstance(value, list | tuple):
            query.setlist(name, [str(v) for v in value])
        elif value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.filter
def with_links(words: object) -> SafeString:
    """A sentence in which the address of a record, such as /registry/people/7/, is a link."""
    parts = OWN_ADDRESS.split(str(words))
    linked = ((part, n % 2) for n, part in enumerate(parts) if part)
    return format_html_join(
        "",
        "{}",
        ((_link(part) if is_address else part,) for part, is_address in linked),
    )


def _link(address: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, _("this record"))


@register.simple_tag
def field_widget(field: Any) -> SafeString:
    """Render a form field with the product's classes and its descriptions tied to it."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    css = "form-control"
    if kind in ("checkbox", "radio"):
        css = "form-check-input"
    elif kind == "select":
        css = "form-select"
    if field.errors:
        css += " is-invalid"
    extra = widget.attrs.get("class", "")
    described = [f"{field.auto_id}_help"] if field.help_text else []
    described += [f"{field.auto_id}_error"] if field.errors else []
    attrs: dict[str, Any] = {"class": f"{css} {extra}".strip()}
    if str(widget.attrs.get("placeholder", "")) == str(field.label):
        attrs["placeholder"] = False  # the label stands above, once is enough
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if field.errors:
        attrs["aria-invalid"] = "true"
    html: SafeString = field.as_widget(attrs=attrs)
    return html


@register.filter
def is_checkbox(field: Any) -> bool:
    """Whether a field is one tick box, which stands before its label."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not hasattr(
        field.field, "choices"
    )


@register.filter
def is_choice_list(field: Any) -> bool:
    """Whether a field is drawn as a list of radios or tick boxes."""
    widget = field.field.widget
    return getattr(widget, "input_type", "") in ("radio", "checkbox") and hasattr(
        field.field, "choices"
    )
