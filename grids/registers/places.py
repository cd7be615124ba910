"""Tells the registers which grid a cell means, and how a place reads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _

from governance.core.registers import places
from governance.core.registers.places import Unclear
from governance.core.registers.spec import Viewer
from grids import locate
from grids.locate import Place
from grids.models import Grid
from grids.models.places import LEVELS
from grids.scoping import posts_of, scope_of

SEPARATORS = str.maketrans(dict.fromkeys("/／\\>＞|", "/"))


@dataclass
class _Names:
    """Live grids by name and by names from the town down, for one version of the forest."""

    version: str = ""
    by_name: dict[str, list[Place]] = field(default_factory=dict)
    paths: dict[int, str] = field(default_factory=dict)


_names = _Names()


def _current() -> _Names:
    global _names
    version = locate.version()
    if _names.version != version:
        _names = _read(version)
    return _names


def _read(version: str) -> _Names:
    live = Grid.objects.live().order_by("depth", "code").values_list("pk", flat=True)
    found: dict[str, list[Place]] = defaultdict(list)
    paths: dict[int, str] = {}
    for place in locate.places_of(live):
        above = place.chain[-2] if len(place.chain) > 1 else None
        head = f"{paths[above]}/" if above in paths else ""
        paths[place.grid_id] = head + place.name
        for name in {place.name, place.short_name} - {""}:
            found[_key(name)].append(place)
    return _Names(version, dict(found), paths)


def _key(text: str) -> str:
    """Names are compared without blanks, so that 城北 08 网格 and 城北08网格 are one."""
    return "".join(text.split()).casefold()


class GridPlaces:
    """`Places` from the snapshot in memory; no statement per cell."""

    def parse(self, text: str, viewer: Viewer) -> Grid:
        names = _current()
        place = self._by_code(text) or self._by_path(text, names, viewer)
        if place.grid_id not in names.paths:
            raise Unclear(_("Grid %(code)s has been retired.") % {"code": place.code})
        if not _covers(viewer, place):
            raise Unclear(_("This grid lies outside your area."))
        return locate.named_grids([place.grid_id])[place.grid_id]

    def _by_code(self, text: str) -> Place | None:
        code = text.strip()
        return locate.place_by_code(code) if code.isascii() and code.isdigit() else None

    def _by_path(self, text: str, names: _Names, viewer: Viewer) -> Place:
        parts = [_key(p) for p in text.translate(SEPARATORS).split("/") if p.strip()]
        found = names.by_name.get(parts[-1], []) if parts else []
        fitting = [p for p in found if _fits(p, parts[:-1], names)]
        inside = [p for p in fitting if _covers(viewer, p)] or fitting
        if len(inside) == 1:
            return inside[0]
        if inside:
            raise _several(text, inside)
        raise _none(text, names, viewer)

    def words(self, row: Any) -> str:
        place = _place(row)
        if place is None:
            return ""
        chain = locate.places_of(place.chain)
        return "/".join(p.name for p in chain)

    def short(self, row: Any) -> str:
        place = _place(row)
        if place is None:
            return ""
        if place.level in ("large", "medium"):
            return place.short_name or place.name
        below = [p for p in locate.places_of(place.chain) if p.level != "large"]
        return " ".join(p.short_name or p.name for p in below)

    def offered(self, viewer: Viewer) -> Sequence[tuple[str, str]]:
        names = _current()
        found = locate.places_of(names.paths)
        return [
            (p.code, names.paths[p.grid_id])
            for p in sorted(found, key=lambda p: p.code)
            if _covers(viewer, p)
        ]

    def below(self, viewer: Viewer, code: str = "") -> Sequence[tuple[str, str]]:
        names = _current()
        heads = {locate.place_by_code(code)} if code else _own(viewer)
        above = {head.grid_id for head in heads if head}
        found = [
            place
            for place in locate.places_of(names.paths)
            if _parent(place) in above or (not heads and place.level == "large")
        ]
        inside = [p for p in found if _covers(viewer, p)]
        return [(p.code, p.short_name or p.name) for p in inside]

    def name_of(self, code: str) -> str:
        place = locate.place_by_code(code)
        return place.name if place else code

    def district_id(self, viewer: Viewer) -> int | None:
        return next((post.district_id for post in posts_of(viewer)), None)


def _parent(place: Place) -> int | None:
    return place.chain[-2] if len(place.chain) > 1 else None


def _own(viewer: Viewer) -> set[Place | None]:
    """The grids somebody is posted at; none for those who see whole districts."""
    scope = scope_of(viewer)
    if scope.districts or scope.departments:
        return set()
    ids = [pk for found in scope.grids.values() for pk in found]
    return set(locate.places_of(ids))


def _covers(viewer: Viewer, place: Place) -> bool:
    """Whether a place lies in somebody's scope; a department's is its district."""
    scope = scope_of(viewer)
    if place.district_id in scope.districts:
        return True
    if any(getattr(place, f"{lv}_id") in ids for lv, ids in scope.grids.items()):
        return True
    posts = posts_of(viewer) if scope.departments else ()
    return any(p.department_id and p.district_id == place.district_id for p in posts)


def _fits(place: Place, above: list[str], names: _Names) -> bool:
    """Whether the names written before the last one are among its ancestors."""
    chain = locate.places_of(place.chain[:-1])
    known = {_key(n) for p in chain for n in (p.name, p.short_name) if n}
    return known.issuperset(above)


def _several(text: str, found: list[Place]) -> Unclear:
    """No suggestion: which of them is meant must not be guessed."""
    words = _("%(n)s grids are called “%(name)s”. Write the names from the town down.")
    return Unclear(words % {"n": len(found), "name": text.strip()})


def _none(text: str, names: _Names, viewer: Viewer) -> Unclear:
    last = text.translate(SEPARATORS).split("/")[-1].strip()
    inside = {
        key: place
        for key, places_ in names.by_name.items()
        for place in places_
        if _covers(viewer, place)
    }
    close = get_close_matches(_key(last), inside, n=1, cutoff=0.6)
    if not close:
        return Unclear(_("There is no grid “%(name)s”.") % {"name": text.strip()})
    near = inside[close[0]]
    words = _("There is no grid “%(name)s”; the nearest: %(near)s")
    told = words % {"name": text.strip(), "near": near.name}
    return Unclear(told, names.paths[near.grid_id])


def _place(row: Any) -> Place | None:
    """The lowest grid of a row with the place ids, or the place of a grid itself."""
    if isinstance(row, Grid):
        pk: int | None = row.pk
    else:
        ids = (getattr(row, f"{level}_id", None) for level in reversed(LEVELS))
        pk = next((found for found in ids if found is not None), None)
    return next(iter(locate.places_of([pk])), None) if pk is not None else None


places.tell(GridPlaces())
