"""What the pages about teams show, read in a fixed number of statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core.models import User
from grids import locate, team_rates
from grids.actions.teams import may_keep, template_of
from grids.models import Assignment, Grid, TeamSlot, TeamTemplate
from grids.models.places import LEVELS
from grids.scoping import posts_of
from grids.team_candidates import Candidate, suggest
from grids.team_rates import Team, Totals, Vacancy

PAGE_SIZE = 50
DIGITS = (9, 12, 14, 17)


TABS = (
    ("fill", gettext_lazy("Fill rate")),
    ("vacant", gettext_lazy("Red list")),
    ("overloaded", gettext_lazy("Too many posts")),
)
FILTERS: dict[str, tuple[Any, Any]] = {
    "level": (gettext_lazy("Level"), Grid.Level.choices),
    "area": (gettext_lazy("Area type"), Grid.AreaType.choices),
}


def overview(user: User, params: QueryDict, *, whole: bool = False) -> dict[str, Any]:
    """The page of all teams under its filters; `whole` for paper and sheets: no pages, all tabs."""
    code = params.get("grid", "").strip()[:17] or _only_grid(user)
    level = _one_of(params.get("level", ""), Grid.Level.values)
    area = _one_of(params.get("area", ""), Grid.AreaType.values)
    grids = team_rates.grids_of(user, code=code, level=level, area=area)
    summary = team_rates.summarise(team_rates.read(grids))
    red = team_rates.red_list(summary.teams)
    many = team_rates.overloaded(user)
    tab = _one_of(params.get("tab", ""), [t[0] for t in TABS]) or "fill"
    context: dict[str, Any] = {
        "summary": summary,
        "levels": level_totals(summary),
        "cells": strip(summary, red, len(many), params),
        "tab": tab,
        "tabs": _tabs(params, tab, len(red), len(many)),
        "chips": [_chip(name, params) for name in FILTERS],
        "chain": _chain(code),
        "query": with_params(params),
        "most": settings.TEAM_MOST_POSTS,
    }
    if whole or tab == "fill":
        context["rows"] = rows_of(user, code, summary.teams)
    if whole:
        context["red"] = red
    elif tab == "vacant":
        context |= _page(red, params, user)
    if whole or tab == "overloaded":
        context["many"] = many
    return context


def _only_grid(user: User) -> str:
    """Where the viewer's only post is, so that its grids below are shown at once."""
    posts = [post for post in posts_of(user) if post.grid]
    only = posts[0].grid if len(posts) == 1 else None
    return only.code if only and only.level != Grid.Level.MICRO else ""


def _one_of(value: str, allowed: Sequence[str]) -> str:
    return value if value in allowed else ""


def _page(red: Sequence[Vacancy], params: QueryDict, user: User) -> dict[str, Any]:
    """One page of the red list with candidates."""
    given = params.get("page", "1")
    number = max(int(given), 1) if given.isascii() and given.isdigit() else 1
    first = (number - 1) * PAGE_SIZE
    lines = red_lines(red[first : first + PAGE_SIZE], user)
    has_next = len(red) > first + PAGE_SIZE
    return {
        "lines": lines,
        "page": {
            "shown": len(lines),
            "total": len(red),
            "previous_url": with_params(params, page=number - 1) if number > 1 else "",
            "next_url": with_params(params, page=number + 1) if has_next else "",
        },
    }


def _tabs(params: QueryDict, tab: str, red: int, many: int) -> list[dict[str, Any]]:
    counts = {"vacant": red, "overloaded": many}
    return [
        {
            "label": label,
            "url": with_params(params, tab=key, page=None),
            "count": counts.get(key),
            "is_current": key == tab,
            "is_late": False,
        }
        for key, label in TABS
    ]


def _chip(name: str, params: QueryDict) -> dict[str, Any]:
    label, choices = FILTERS[name]
    given = params.get(name, "")
    return {
        "name": name,
        "label": label,
        "value": dict(choices).get(given, ""),
        "clear_url": with_params(params, **{name: None, "page": None}) or "?",
        "choices": [
            {
                "label": word,
                "url": with_params(params, **{name: code, "page": None}),
                "is_on": code == given,
            }
            for code, word in choices
        ],
    }


def _chain(code: str) -> list[locate.Place]:
    place = locate.place_by_code(code) if code else None
    return locate.places_of(place.chain) if place else []


def with_params(params: QueryDict, **changes: Any) -> str:
    """The query string with these values set; None takes one away. With a leading "?"."""
    query = params.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else ""


@dataclass(frozen=True)
class Row:
    """One grid of the table: its own team, and the totals of it with all below it."""

    grid: Grid
    own: Totals
    all: Totals


@dataclass(frozen=True)
class RedLine:
    """One line of the red list with who could take the post."""

    vacancy: Vacancy
    above: str
    candidates: Sequence[Candidate]
    may_keep: bool


def rows_of(viewer: User, code: str, teams: Iterable[Team]) -> list[Row]:
    """The grids right below `code`, or the tops of the viewer's area; one statement."""
    own: dict[str, Totals] = {}
    below: dict[str, Totals] = defaultdict(Totals)
    for team in teams:
        if not team.fills:
            continue
        totals = team.totals
        own[team.grid.code] = totals
        for digits in DIGITS:
            if digits <= len(team.grid.code):
                below[team.grid.code[:digits]] += totals
    grids = Grid.objects.live().filter(team_rates.area_q(viewer))
    if code:
        grids = grids.filter(parent__code=code)
    else:
        posted = [post.grid_id for post in posts_of(viewer) if post.grid_id]
        grids = grids.filter(pk__in=posted) if posted else grids.filter(level="large")
    return [
        Row(grid, own.get(grid.code, Totals()), below.get(grid.code, Totals()))
        for grid in grids.order_by("order", "code")
    ]


def red_lines(rows: Sequence[Vacancy], user: User) -> list[RedLine]:
    """A page of the red list with its candidates, and whether `user` may give the post."""
    found = suggest([(row.grid, row.fill.slot) for row in rows])
    return [
        RedLine(
            row,
            _above(row.grid),
            found.get((row.grid.pk, row.fill.slot.code), []),
            may_keep(user, row.grid),
        )
        for row in rows
    ]


def _above(grid: Grid) -> str:
    """The names over a grid, from the town down; from memory."""
    chain = locate.place_of(grid).chain[:-1]
    return " / ".join(place.name for place in locate.places_of(chain))


def strip(
    summary: team_rates.Summary, red: Sequence[Vacancy], many: int, params: QueryDict
) -> list[Any]:
    """Five figures over the list."""
    fill, vacant, loaded = (with_params(params, tab=t[0], page=None) for t in TABS)
    total = summary.total
    longest = red[0].days if red else 0
    rate = "—" if total.rate is None else f"{total.rate:.1f}"
    return [
        {
            "label": _("Fill rate"),
            "figure": rate,
            "unit": "%" if total.rate is not None else "",
            "line": f"{total.filled:,} / {total.required:,}",
            "url": fill,
        },
        {
            "label": _("Complete teams"),
            "figure": f"{total.complete:,}",
            "unit": _("grids"),
            "line": _("of %(n)s with a template") % {"n": f"{total.grids:,}"},
            "url": fill,
        },
        {
            "label": _("Missing posts"),
            "figure": f"{total.missing:,}",
            "unit": _("posts"),
            "line": _("longest vacant: %(n)s days") % {"n": longest},
            "url": vacant,
            "tone": "amber" if total.missing else "",
        },
        {
            "label": _("Open posts held (N)"),
            "figure": f"{total.open_held:,}",
            "unit": _("people"),
            "line": _("not part of the rate"),
            "url": fill,
        },
        {
            "label": _("Hold too many posts"),
            "figure": f"{many:,}",
            "unit": _("people"),
            "line": _("more posts than the limit"),
            "url": loaded,
        },
    ]


# --- One grid -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Spell:
    """One holder of the past or present, with the days nobody held the post before it."""

    row: Assignment
    gap_days: int = 0


@dataclass
class Seat:
    """One post of a grid's team with who holds it and who held it."""

    slot: TeamSlot
    holders: list[Assignment] = field(default_factory=list)
    coming: list[Assignment] = field(default_factory=list)
    past: list[Spell] = field(default_factory=list)
    vacant_since: dt.date | None = None
    today: dt.date = field(default_factory=timezone.localdate)

    @property
    def missing(self) -> int:
        return max(self.slot.required - len(self.holders), 0)

    @property
    def vacant_days(self) -> int:
        return (self.today - self.vacant_since).days if self.vacant_since else 0


@dataclass
class TeamFile:
    """The team of one grid: the template, and a seat for each of its posts."""

    template: TeamTemplate | None
    seats: list[Seat] = field(default_factory=list)
    others: list[Assignment] = field(default_factory=list)

    @property
    def required(self) -> int:
        return sum(seat.slot.required for seat in self.seats)

    @property
    def missing(self) -> int:
        return sum(seat.missing for seat in self.seats)

    @property
    def shown(self) -> list[Seat]:
        """For the panel: fixed posts, and open ones that somebody holds."""
        return [seat for seat in self.seats if not seat.slot.is_open or seat.holders]


def team_of(grid: Grid) -> TeamFile:
    """The team of one grid with its history; three statements."""
    slots = _slots_of(grid)
    template = slots[0].template if slots else template_of(grid)
    if template is None:
        return TeamFile(None)
    seats = {slot.code: Seat(slot) for slot in slots}
    team = TeamFile(template, list(seats.values()))
    rows = Assignment.objects.at_grid(grid).select_related("slot", "user")
    today = timezone.localdate()
    for row in rows.order_by("starts_on", "pk"):
        seat = seats.get(row.slot.code)
        if seat is None:
            if row.ended_on is None or row.ended_on >= today:
                team.others.append(row)
        else:
            _sort(seat, row, today)
    born = team_rates.born_on(Grid.objects.filter(pk=grid.pk)).get(grid.pk)
    for seat in team.seats:
        _finish(seat, born)
    return team


def _slots_of(grid: Grid) -> list[TeamSlot]:
    """The posts of the grid's template, which each of them carries."""
    at = Q(template__area_type=grid.area_type) | Q(template__area_type="")
    rows = TeamSlot.objects.active().filter(
        at, template__district_id=grid.district_id, template__level=grid.level
    )
    found = list(rows.select_related("template"))
    best = max((slot.template.area_type for slot in found), default="")
    return [slot for slot in found if slot.template.area_type == best]


def _sort(seat: Seat, row: Assignment, today: dt.date) -> None:
    if row.starts_on > today:
        seat.coming.append(row)
    elif row.ended_on is None or row.ended_on >= today:
        seat.holders.append(row)
    if seat.slot.required <= 1 and not seat.slot.is_open:
        before = [spell.row.ended_on for spell in seat.past if spell.row.ended_on]
        last = max(before, default=None)
        gap = (row.starts_on - last).days - 1 if last else 0
        seat.past.append(Spell(row, max(gap, 0)))
    else:
        seat.past.append(Spell(row))


def _finish(seat: Seat, born: dt.date | None) -> None:
    """Since when somebody is missing; the history newest first."""
    if seat.missing:
        ended = [
            spell.row.ended_on
            for spell in seat.past
            if spell.row.ended_on and spell.row.ended_on < seat.today
        ]
        left = max(ended, default=None)
        seat.vacant_since = team_rates.vacant_since(seat.slot, left, born, seat.today)
    seat.past.reverse()


def level_totals(summary: team_rates.Summary) -> list[tuple[str, Totals]]:
    """Totals by level in words, large first."""
    names = dict(Grid.Level.choices)
    return [
        (str(names[level]), summary.by_level[level])
        for level in LEVELS
        if level in summary.by_level
    ]
