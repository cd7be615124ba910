"""The menu registry: each app's `menu.py` says its entries and counts; the shell asks here.

An entry names the address of its page. While no page answers there, the entry is left out, so a
menu never leads to a 404. The core knows no posts: the grids app tells it who somebody is.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.urls import is_valid_path
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

Text = str | Promise
MOST_OPEN = 12  # a menu of so many lines needs no folding
MOST_TABS = 5
Count = Callable[[HttpRequest], tuple[int, bool]]


@dataclass(frozen=True)
class Entry:
    """One line of the side menu or one tab of the phone bar.

    `roles` are post codes; `order` sorts inside the group; `count` gives (what is yours to do,
    whether something of it is late); `short` is what the phone bar has room for.
    """

    label: Text
    icon: str
    url: str
    roles: AbstractSet[str]
    group: Text = ""
    order: int = 100
    count: Count | None = None
    is_tab: bool = False
    is_big: bool = False
    short: Text = ""


@dataclass(frozen=True)
class Standing:
    """Who is looking: post codes, the place (widest part first) and the role in words."""

    roles: frozenset[str] = frozenset()
    place: tuple[Text, ...] = ()
    role_label: Text = ""


@dataclass
class _Registry:
    entries: list[Entry] = field(default_factory=list)
    under: dict[str, tuple[str, ...]] = field(default_factory=dict)
    standing: Callable[[HttpRequest], Standing] | None = None


_registry = _Registry()


def add(*entries: Entry) -> None:
    """Register entries; called from an app's `menu.py`."""
    _registry.entries.extend(entries)


def put_under(url: str, *prefixes: str) -> None:
    """Pages elsewhere that belong to the entry of this address: it is marked on them too."""
    _registry.under[url] = (*_registry.under.get(url, ()), *prefixes)


def tell_standing(reader: Callable[[HttpRequest], Standing]) -> None:
    """Register the one function that knows posts."""
    _registry.standing = reader


@cache
def _discover() -> None:
    autodiscover_modules("menu")


def standing_of(request: HttpRequest) -> Standing:
    _discover()
    return _registry.standing(request) if _registry.standing else Standing()


@cache
def answers(path: str) -> bool:
    """Whether a page answers at this address."""
    return bool(is_valid_path(path.partition("?")[0]))


def _current(request: HttpRequest, entries: Iterable[Entry]) -> Entry | None:
    """The entry whose address, with what it asks for, or whose pages fit this one best."""

    def fit(entry: Entry) -> int:
        path, _mark, query = entry.url.partition("?")
        if request.path.startswith(path):
            asked = parse_qsl(query)
            is_it = all(request.GET.get(name) == value for name, value in asked)
            return len(entry.url) if is_it else 0
        under = _registry.under.get(entry.url, ())
        return max((len(p) for p in under if request.path.startswith(p)), default=0)

    best = max(entries, key=fit, default=None)
    return best if best and fit(best) else None


def _item(
    request: HttpRequest, entry: Entry, current: Entry | None
) -> dict[str, object]:
    number, is_late = entry.count(request) if entry.count else (0, False)
    return {
        "label": entry.label,
        "short": entry.short or entry.label,
        "icon": entry.icon,
        "url": entry.url,
        "count": number,
        "is_late": is_late,
        "is_current": entry is current,
        "is_big": entry.is_big,
    }


def menu_for(
    request: HttpRequest, roles: frozenset[str]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """The side menu as groups, and the phone tabs, that these roles have.

    A long menu is folded: of its named groups only that of the current page is open.
    """
    _discover()
    mine = [e for e in _registry.entries if e.roles & roles and answers(e.url)]
    mine.sort(key=lambda e: e.order)
    lines = [e for e in mine if not e.is_tab]
    tabs = [e for e in mine if e.is_tab]
    now = _current(request, lines)
    groups: dict[str, list[dict[str, object]]] = {}
    for entry in lines:
        groups.setdefault(str(entry.group), []).append(_item(request, entry, now))
    is_short = len(lines) <= MOST_OPEN
    menu: list[dict[str, object]] = [
        {
            "label": label,
            "items": items,
            "is_folded": bool(label) and not is_short,
            "is_open": is_short or any(item["is_current"] for item in items),
        }
        for label, items in groups.items()
    ]
    tab = _current(request, tabs)
    return menu, [_item(request, e, tab) for e in tabs[:MOST_TABS]]


def bar_of(
    menu: list[dict[str, Any]], tabs: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], bool]:
    """The tabs of a phone, and whether the last one opens the whole menu.

    Who has no tabs of their own has the first lines of the menu.
    """
    lines = [item for group in menu for item in group["items"]]
    tabs = tabs or lines[: MOST_TABS - 1]
    shown = {item["url"] for item in tabs}
    has_more = any(item["url"] not in shown for item in lines)
    return (tabs[: MOST_TABS - 1] if has_more else tabs), has_more


def first_url(request: HttpRequest, roles: frozenset[str]) -> str:
    """Where a role lands: its first entry, on a phone role its first tab."""
    menu, tabs = menu_for(request, roles)
    for group in menu:
        items = group["items"]
        if isinstance(items, list) and items:
            return str(items[0]["url"])
    return str(tabs[0]["url"]) if tabs else "/"
