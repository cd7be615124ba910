"""What the review desk shows, read in a fixed number of statements."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from governance.core import dictionaries
from governance.core.models import Event, User
from governance.core.workflow import State as Badge
from grids import drawing, locate
from grids.actions.nets import UNDO_SECONDS
from grids.models import Grid, GridShape, LineGrid, LineMapping
from grids.models.nets import LINES
from grids.net_words import finding, line_label, reason
from grids.scoping import Viewer, posts_of, scope_of

SIZE = 50
Desk = LineGrid.Desk
TABS = (
    Desk.CLEAR,
    Desk.UNMATCHED,
    Desk.OVERLAPPING,
    Desk.DOUBLED,
    Desk.CONTESTED,
    Desk.CHANGED,
    Desk.CONFIRMED,
    Desk.OWN,
)
LOOKS = {
    Desk.CLEAR: ("blue", "check-circle"),
    Desk.UNMATCHED: ("amber", "question-circle"),
    Desk.OVERLAPPING: ("amber", "intersect"),
    Desk.DOUBLED: ("violet", "layers"),
    Desk.CONTESTED: ("red", "shield-exclamation"),
    Desk.CHANGED: ("teal", "arrow-repeat"),
    Desk.CONFIRMED: ("green", "check-circle-fill"),
    Desk.OWN: ("grey", "pin-map"),
}
OPEN = (LineMapping.State.PROPOSED, LineMapping.State.CONFIRMED)
PARAMS = ("tab", "line", "town", "q", "open", "after", "find")
MOST_FOUND = 8


def badge(desk: str) -> Badge:
    tone, icon = LOOKS[Desk(desk)]
    return Badge(desk, Desk(desk).label, tone, icon)


def query(params: QueryDict | dict[str, str], **changes: str | None) -> str:
    """The page's query string with these values; None takes one away."""
    fresh = QueryDict(mutable=True)
    for name in PARAMS:
        value = changes[name] if name in changes else params.get(name, "")
        if value:
            fresh[name] = value
    return f"?{fresh.urlencode()}"


@dataclass
class Line:
    """A line grid in the list, with what it is or might be."""

    row: LineGrid
    mappings: list[LineMapping] = field(default_factory=list)
    url: str = ""

    @property
    def badge(self) -> Badge:
        return badge(self.row.desk)

    @property
    def line_label(self) -> str:
        return line_label(self.row.line)

    @property
    def why(self) -> str:
        if self.row.desk == Desk.OWN:
            return self.row.own_reason
        return "；".join(finding(f) for f in self.row.findings[:2])

    @property
    def best(self) -> list[dict[str, Any]]:
        """Up to two integrated grids with their scores: confirmed ones, else the best."""
        if self.row.desk == Desk.OWN:
            return []
        held = [m for m in self.mappings if m.state == LineMapping.State.CONFIRMED]
        return [
            {
                "name": path(m.grid_id),
                "score": score(m),
                "share": percent(m.share_of_line),
            }
            for m in (held or self.mappings[:1])[:2]
        ]

    @property
    def more(self) -> int:
        held = [m for m in self.mappings if m.state == LineMapping.State.CONFIRMED]
        return max(0, len(held) - 2)


def path(grid_id: int, levels: int = 2) -> str:
    """The last names from the town down: 星岩社区 第一网格; no statement."""
    place = next(iter(locate.places_of([grid_id])), None)
    if place is None:
        return ""
    return " ".join(p.name for p in locate.places_of(place.chain)[-levels:])


def score(mapping: LineMapping) -> int:
    return round(100 * mapping.score)


def percent(share: float | None) -> int | None:
    return None if share is None else round(100 * share)


@dataclass
class DeskPage:
    """One page of the desk: rows, counts by tab, and the way on."""

    tab: str
    lines: list[Line]
    counts: Counter[str]
    by_line: dict[str, Counter[str]]
    next_query: str
    is_first: bool


def seen(user: Viewer, params: QueryDict) -> QuerySet[LineGrid]:
    """Live line grids that somebody sees, narrowed by town and words (not by line or tab)."""
    rows = LineGrid.objects.visible_to(user).live()
    town = locate.place_by_code(params.get("town", ""))
    if town is not None:
        rows = rows.filter(**{f"{town.level}_id": town.grid_id})
    for word in params.get("q", "").replace("\0", "").split()[:3]:
        rows = rows.filter(Q(code__icontains=word) | Q(name__icontains=word))
    return rows


def read(user: Viewer, params: QueryDict) -> DeskPage:
    """The list of one tab; three statements."""
    rows = seen(user, params)
    by_line: dict[str, Counter[str]] = defaultdict(Counter)
    found = rows.order_by().values_list("line", "desk").annotate(n=Count("pk"))
    for line, desk, n in found:
        by_line[line][desk] += n
    line = params.get("line", "")
    counts: Counter[str] = Counter()
    for code, per_desk in by_line.items():
        if not line or code == line:
            counts.update(per_desk)
    tab = params.get("tab", "")
    if tab not in Desk.values:
        tab = next((t.value for t in TABS if counts[t]), Desk.CLEAR.value)
    page = rows.filter(desk=tab)
    page = page.filter(line=line) if line else page
    shown = _after(page, params.get("after", ""))[: SIZE + 1]
    lines = with_mappings(list(shown))
    for each in lines:
        each.url = query(params, tab=tab, open=str(each.row.pk), find=None)
    on = lines[SIZE - 1].row if len(lines) > SIZE else None
    return DeskPage(
        tab=tab,
        lines=lines[:SIZE],
        counts=counts,
        by_line=dict(by_line),
        next_query=query(params, tab=tab, after=f"{on.line}~{on.code}", open=None)
        if on
        else "",
        is_first=not params.get("after"),
    )


def _after(rows: QuerySet[LineGrid], key: str) -> QuerySet[LineGrid]:
    """By line and own code, behind a key "line~code"."""
    line, _sep, code = key.partition("~")
    if line:
        rows = rows.filter(Q(line=line, code__gt=code) | Q(line__gt=line))
    return rows.order_by("line", "code")


def with_mappings(rows: list[LineGrid]) -> list[Line]:
    """The rows with their open mappings, best first; one statement."""
    lines = {row.pk: Line(row) for row in rows}
    if lines:
        open_ones = LineMapping.objects.filter(line_grid_id__in=lines, state__in=OPEN)
        for mapping in open_ones.order_by("-score", "-share_of_line", "grid__code"):
            lines[mapping.line_grid_id].mappings.append(mapping)
    return list(lines.values())


def may_decide(user: Viewer) -> bool:
    return scope_of(user).has_role("township", "district")


def tabs(page: DeskPage, params: QueryDict) -> list[dict[str, Any]]:
    """For `components/view_tabs.html`."""
    return [
        {
            "label": tab.label,
            "url": query(params, tab=tab.value, open=None, after=None, find=None),
            "count": page.counts[tab],
            "is_current": page.tab == tab,
        }
        for tab in TABS
    ]


def strip(page: DeskPage, params: QueryDict) -> list[dict[str, Any]]:
    """Per line: how many wait, of how many; at most five, those with most to do first."""
    cells = []
    for line, per_desk in page.by_line.items():
        total = sum(per_desk.values())
        done = per_desk[Desk.CONFIRMED] + per_desk[Desk.OWN]
        cells.append(
            {
                "label": line_label(line),
                "figure": f"{total - done:,}",
                "unit": _("to review"),
                "line": _("%(done)s / %(total)s decided")
                % {"done": done, "total": total},
                "share": 100 * done // total,
                "share_tone": "green",
                "url": query(params, line=line, open=None, after=None, tab=None),
                "waiting": total - done,
            }
        )
    cells.sort(key=lambda cell: (-int(str(cell["waiting"])), str(cell["label"])))
    return cells[:5]


def chips(user: Viewer, params: QueryDict) -> list[dict[str, Any]]:
    """Line and town as chips; no statement beyond the posts."""
    return [
        _chip(_("Work line"), "line", dictionaries.choices(LINES), params),
        _chip(_("Town"), "town", towns(user), params),
    ]


def _chip(
    label: str, name: str, offered: list[tuple[str, str]], params: QueryDict
) -> dict[str, Any]:
    words = dict(offered)
    value = params.get(name, "")
    return {
        "name": name,
        "label": label,
        "value": words.get(value, value),
        "clear_query": query(params, **{name: None, "open": None, "after": None}),
        "options": [
            {
                "label": text,
                "query": query(params, **{name: code, "open": None, "after": None}),
            }
            for code, text in offered
        ],
    }


def towns(user: Viewer) -> list[tuple[str, str]]:
    """(code, name) of the towns somebody may narrow to: those of the district, or their own."""
    scope = scope_of(user)
    districts = scope.districts | {
        p.district_id for p in posts_of(user) if p.department_id
    }
    if not districts:
        own = sorted(pk for pks in scope.grids.values() for pk in pks)
        return [(place.code, place.name) for place in locate.places_of(own)]
    towns_ = Grid.objects.live().filter(district_id__in=districts, level="large")
    return list(towns_.order_by("order", "code").values_list("code", "name"))


@dataclass
class Pane:
    """The open line grid: its facts, its candidates, a picture of both."""

    line: Line
    candidates: list[dict[str, Any]]
    picture: Any
    cells: list[tuple[Any, str]]
    before: str
    after: str
    next_pk: int | None
    is_mapped: bool
    has_proposals: bool
    other_lines: list[LineMapping]

    @property
    def row(self) -> LineGrid:
        return self.line.row


def pane(line: Line, around: list[Line], params: QueryDict) -> Pane:
    """The pane beside the list; four statements at most."""
    ids = [each.row.pk for each in around]
    at = ids.index(line.row.pk) if line.row.pk in ids else -1
    found = found_by_hand(line.row, params.get("find", ""))
    chosen = _chosen(line)
    candidates = [_candidate(m, m.pk in chosen) for m in line.mappings]
    known = {m.grid_id for m in line.mappings}
    candidates += [_by_hand(grid) for grid in found if grid.pk not in known]
    picture, cells = _picture(line, found)
    grids = [m.grid_id for m in line.mappings]
    others = LineMapping.objects.confirmed().filter(grid_id__in=grids)
    return Pane(
        line=line,
        candidates=candidates,
        picture=picture,
        cells=cells,
        before=query(params, open=str(ids[at - 1])) if at > 0 else "",
        after=query(params, open=str(ids[at + 1])) if 0 <= at < len(ids) - 1 else "",
        next_pk=_next(ids, at),
        is_mapped=any(m.state == LineMapping.State.CONFIRMED for m in line.mappings),
        has_proposals=bool(line.mappings),
        other_lines=list(
            others.exclude(line=line.row.line).order_by("line", "own_code")[:8]
        ),
    )


def _next(ids: list[int], at: int) -> int | None:
    """The row to open after a decision: the next one, else the one before."""
    if 0 <= at < len(ids) - 1:
        return ids[at + 1]
    return ids[at - 1] if at > 0 else None


def _chosen(line: Line) -> set[int]:
    """What is ticked beforehand: what is confirmed, all pieces of a spread one, else the best."""
    held = {m.pk for m in line.mappings if m.state == LineMapping.State.CONFIRMED}
    if held:
        return held
    if line.row.desk == Desk.OVERLAPPING:
        return {m.pk for m in line.mappings if (m.share_of_line or 0) >= 0.15}
    return {m.pk for m in line.mappings[:1] if m.score >= 0.5}


def _candidate(mapping: LineMapping, is_on: bool) -> dict[str, Any]:
    place = locate.place_of(mapping.grid_id)
    kind = f"{Grid.Level(place.level).label} · {mapping.get_kind_display()}"
    return {
        "name": path(mapping.grid_id),
        "code": place.code,
        "kind": kind.replace(" · ", "，"),
        "score": score(mapping),
        "value": mapping.grid_id,
        "is_on": is_on,
        "is_held": mapping.state == LineMapping.State.CONFIRMED,
        "reasons": [reason(r) for r in mapping.reasons] or [_manual()],
    }


def _manual() -> dict[str, Any]:
    return {"icon": "hand-index-thumb", "text": _("chosen by hand"), "is_minus": False}


def _by_hand(grid: Grid) -> dict[str, Any]:
    return {
        "name": path(grid.pk),
        "code": grid.code,
        "kind": grid.get_level_display(),
        "score": None,
        "value": grid.pk,
        "is_on": False,
        "is_held": False,
        "reasons": [
            {"icon": "search", "text": _("found by your words"), "is_minus": False}
        ],
    }


def found_by_hand(row: LineGrid, words: str) -> list[Grid]:
    """Live grids of the row's district (and town) by part of the name or start of the code."""
    text = words.strip().replace("\0", "")[:60]
    if not text:
        return []
    grids = Grid.objects.live().filter(district_id=row.district_id)
    if row.large_id:
        grids = grids.filter(code__startswith=locate.place_of(row.large_id).code)
    if text.isascii() and text.isdigit():
        grids = grids.filter(Q(code__startswith=text[:17]) | Q(name__icontains=text))
    else:
        for part in text.split()[:3]:
            grids = grids.filter(
                Q(name__icontains=part) | Q(parent__name__icontains=part)
            )
    return list(grids.order_by("depth", "code")[:MOST_FOUND])


def _picture(line: Line, found: list[Grid]) -> tuple[Any, list[tuple[Any, str]]]:
    """Candidates and the line's outline on one still map; (None, []) without an outline."""
    own = getattr(line.row, "shape", None)
    ids = [m.grid_id for m in line.mappings] + [g.pk for g in found]
    shapes = list(GridShape.objects.filter(grid_id__in=ids).select_related("grid"))
    if own is None and not shapes:
        return None, []
    rank = {m.grid_id: n for n, m in enumerate(line.mappings)}
    shapes.sort(key=lambda s: (len(s.grid.code), rank.get(s.grid_id, 99), s.grid.code))
    drawn: list[Any] = list(shapes)
    if own is not None:
        name = line.row.code
        named = SimpleNamespace(code=name, short=name, name=name)
        drawn.append(
            SimpleNamespace(
                grid=named,
                geometry=own.geometry,
                is_schematic=False,
                min_lon=own.min_lon,
                min_lat=own.min_lat,
                max_lon=own.max_lon,
                max_lat=own.max_lat,
            )
        )
    picture = drawing.picture(drawn)
    looks = [f"net-grid net-grid-{min(rank.get(s.grid_id, 9), 3)}" for s in shapes]
    if own is not None:
        looks.append("net-own")
    cells = list(zip(picture.areas, looks, strict=True)) if picture else []
    return picture, cells


def toast(user: User, event_id: str, back: str) -> list[dict[str, str]]:
    """The offer to undo what was just decided, for ten seconds."""
    if not (event_id.isascii() and event_id.isdigit() and len(event_id) < 19):
        return []
    event = Event.objects.filter(pk=int(event_id), actor=user).first()
    if event is None or "before" not in event.data:
        return []
    age = (timezone.now() - event.occurred_at).total_seconds()
    if age > min(10, UNDO_SECONDS):
        return []
    words = {
        "linegrid.mapped": _("Mapping confirmed"),
        "linegrid.kept_own": _("Kept as only of this line"),
        "linegrid.own_taken_back": pgettext("mapping", "Open again"),
    }
    return [
        {
            "text": words.get(event.name, _("Candidates rejected")),
            "undo_url": reverse("mapping_undo", args=[event.pk]) + back,
        }
    ]
