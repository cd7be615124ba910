"""Lists of messages in and out: tabs, chips and what the address narrows."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from governance.core.workflow import Text

Choices = Iterable[tuple[str, Text]]


def is_id(text: str) -> bool:
    """Whether a text from an address can be the id of a row."""
    return text.isascii() and text.isdigit() and len(text) < 19


def narrowed(
    rows: QuerySet[Any], request: HttpRequest, **known: Collection[str]
) -> QuerySet[Any]:
    """Rows by the parameters named in `known`, as far as their values are; `before` is an id."""
    for name, values in known.items():
        given = request.GET.get(name, "")
        if given and given in values:
            rows = rows.filter(**{name: given})
    before = request.GET.get("before", "")
    return rows.filter(pk__lt=int(before)) if is_id(before) else rows


def _url(request: HttpRequest, name: str, value: str) -> str:
    kept = request.GET.copy()
    kept.pop("before", None)
    kept[name] = value
    return f"?{kept.urlencode()}"


def tabs(
    request: HttpRequest,
    name: str,
    codes: Iterable[str],
    choices: Choices,
    *,
    first: str = "",
) -> list[dict[str, Any]]:
    """One tab for each of `codes`; an empty one is all. `first` is open when none is asked for."""
    labels: dict[str, Text] = {"": _("All"), **dict(choices)}
    given = request.GET.get(name, "") or first
    now = given if given in labels else first
    return [
        {
            "label": labels[code],
            "url": _url(request, name, code),
            "is_current": code == now,
        }
        for code in codes
    ]


def chips(
    request: HttpRequest, name: str, label: str, choices: Choices
) -> list[dict[str, Any]]:
    """The one filter besides the tabs."""
    known, given = dict(choices), request.GET.get(name, "")
    chip: dict[str, Any] = {"name": name, "label": label}
    if given in known:
        return [{**chip, "value": known[given], "clear_url": _url(request, name, "")}]
    offered = [
        {"label": words, "url": _url(request, name, code)}
        for code, words in known.items()
    ]
    return [{**chip, "choices": offered}]
