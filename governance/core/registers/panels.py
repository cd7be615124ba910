"""What a topic adds to the generic page of its records: panels, links, unmasking, sources.

panels.add("people", Panel("grids/persons/panels/care.html", care_of))
panels.add_link("people", Link(_("Household"), "house", lambda row: ...))
panels.tell_unmask("people", lambda row: reverse("unmask", ...))
panels.tell_source("feed", lambda code: name_of_feed(code))
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from governance.core.models import User
from governance.core.registers.forms import RecordForm
from governance.core.registers.spec import Text

Context = Callable[[HttpRequest, Any], dict[str, Any] | None]
EVERY = "*"  # in place of a key: on the pages of all registers


@dataclass(frozen=True)
class Panel:
    """A part of the record page: a template with its own context; None leaves it out."""

    template: str
    context: Context
    order: int = 100


@dataclass(frozen=True)
class Link:
    """A button of the record page; `roles` are post codes, empty for every reader."""

    label: Text
    icon: str
    url: Callable[[Any], str]
    roles: frozenset[str] = frozenset()
    shows: Callable[[Any], bool] = lambda _row: True


@dataclass(frozen=True)
class Preview:
    """What a form would mean once it is saved: a template with its own context, on asking."""

    template: str
    context: Callable[[User, RecordForm], dict[str, Any]]


@dataclass
class _Added:
    panels: dict[str, list[Panel]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    previews: dict[str, Preview] = field(default_factory=dict)
    list_links: dict[str, list[Link]] = field(default_factory=lambda: defaultdict(list))
    unmask: dict[str, Callable[[Any], str]] = field(default_factory=dict)
    sources: dict[str, Callable[[str], str]] = field(default_factory=dict)


_added = _Added()


def add(key: str, *panels: Panel) -> None:
    """Add panels to the record page of the register `key`."""
    _added.panels[key].extend(panels)
    _added.panels[key].sort(key=lambda panel: panel.order)


def add_link(key: str, *links: Link) -> None:
    """Add buttons to the record page of the register `key`."""
    _added.links[key].extend(links)


def add_list_link(key: str, *links: Link) -> None:
    """Add buttons above the list of the register `key`; their `url` gets None."""
    _added.list_links[key].extend(links)


def add_preview(key: str, preview: Preview) -> None:
    """Let the form of the register `key` show what it would mean before it is saved."""
    _added.previews[key] = preview


def preview_of(key: str) -> Preview | None:
    """What shows the form of this register beforehand; None where nothing does."""
    return _added.previews.get(key)


def tell_unmask(key: str, url: Callable[[Any], str]) -> None:
    """Say where the masked values of a record are shown for a reason."""
    _added.unmask[key] = url


def tell_source(kind: str, name: Callable[[str], str]) -> None:
    """Say how a source such as "feed:<code>" is called; `name` gets what follows the colon."""
    _added.sources[kind] = name


def of(key: str, request: HttpRequest, row: Any) -> list[dict[str, Any]]:
    """The panels of one record, each with `template` and its own context."""
    out = []
    for panel in (*_added.panels.get(key, ()), *_added.panels.get(EVERY, ())):
        context = panel.context(request, row)
        if context is not None:
            out.append({**context, "template": panel.template})
    return out


def links(key: str, row: Any, roles: frozenset[str]) -> list[dict[str, Any]]:
    """The buttons that these roles have on a record (of the list, when there is no record)."""
    added = _added.links if row is not None else _added.list_links
    return [
        {"label": link.label, "icon": link.icon, "url": link.url(row)}
        for link in added.get(key, ())
        if (not link.roles or link.roles & roles) and link.shows(row)
    ]


def unmask_url(key: str, row: Any) -> str:
    """Where masked values of this record can be seen for a reason; empty when nowhere."""
    url = _added.unmask.get(key)
    return url(row) if url else ""


def source_words(source: str) -> str:
    """Where a value comes from, in words."""
    kind, _colon, rest = source.partition(":")
    if kind in ("", "manual"):
        return _("entered by hand")
    name = _added.sources.get(kind)
    return name(rest) if name else source
