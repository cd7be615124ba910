"""The filter above a list as chips: each is a link, the query string is the only state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.core.models import User
from requests_hub.filters import DUE_CHOICES
from requests_hub.models import Request
from requests_hub.paging import with_params
from requests_hub.queries import choices
from requests_hub.workflow import REQUEST

Text = str | Promise
FRESH = {"before": None, "after": None, "open": None}


@dataclass(frozen=True)
class Option:
    """One choice of a chip, as a link."""

    label: Text
    query: str
    is_on: bool


@dataclass(frozen=True)
class Chip:
    """One condition: what it is called, what it is set to, what it could be."""

    name: str
    label: Text
    value: Text
    clear_query: str
    options: Sequence[Option]

    @property
    def is_set(self) -> bool:
        return bool(self.value)


Offer = Callable[[User], Sequence[tuple[str, Text]]]
OFFERS: dict[str, tuple[Text, Offer]] = {
    "grid": (_("Area"), choices.areas),
    "due": (_("Deadline"), lambda _user: DUE_CHOICES),
    "state": (_("State"), lambda _user: REQUEST.choices[1:]),
    "category": (_("Category"), lambda _user: choices.categories()),
    "channel": (_("Source"), lambda _user: Request.Channel.choices),
    "urgency": (_("Urgency"), lambda _user: Request.Urgency.choices),
    "department": (_("Department"), choices.departments),
}


def chips(user: User, params: QueryDict, names: Sequence[str]) -> list[Chip]:
    """The chips of a list page, those that are set with their value."""
    return [_chip(user, params, name) for name in names]


def _chip(user: User, params: QueryDict, name: str) -> Chip:
    label, offer = OFFERS[name]
    offered = offer(user)
    given = params.get(name, "")
    chosen = [part for part in given.split(",") if part]
    names = {str(code): text for code, text in offered}
    words = [str(names.get(code, code)) for code in chosen]
    return Chip(
        name=name,
        label=label,
        value="、".join(words),
        clear_query=with_params(params, **{**FRESH, name: None}) or "?",
        options=[
            Option(
                text, with_params(params, **{**FRESH, name: code}), str(code) in chosen
            )
            for code, text in offered
        ],
    )


def clear_all(params: QueryDict, names: Sequence[str]) -> str:
    """The query string without any of these conditions, "" when none is set."""
    if not any(params.get(name) for name in (*names, "q")):
        return ""
    return with_params(params, **{**FRESH, **dict.fromkeys((*names, "q"))}) or "?"
