"""What a file of a whole tree would change, row by row; nothing is written here."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from governance.core.models import User
from grids import following
from grids.actions.codes import CODE_DIGITS, LEVEL_ABOVE, MOST_NAME
from grids.models import District, Grid, GridCode, Post
from grids.tree_file import AREA_WORDS, LEVEL_WORDS, Line

NEW, SAME, WRONG, RETIRED = "new", "same", "wrong", "retired"
LEVEL_OF = {digits: level for level, digits in CODE_DIGITS.items()}
TAIL = 4


@dataclass(slots=True)
class Known:
    """A grid that is there."""

    pk: int
    code: str
    name: str
    level: str
    parent_code: str
    area_type: str
    short_name: str
    is_retired: bool


@dataclass
class Row:
    """One row read: what it means and what would happen. `grid` is the one it would change."""

    number: int
    code: str
    name: str
    level: str = ""
    parent: str = ""
    area_type: str = ""
    short_name: str = ""
    leader: int | None = None
    old_code: str = ""
    verdict: str = SAME
    grid: int | None = None
    was: str = ""
    faults: dict[str, str] = field(default_factory=dict)


@dataclass
class Plan:
    """All rows, and the grids that are not in the file and would be retired if asked."""

    rows: list[Row]
    missing: list[Known] = field(default_factory=list)
    left: dict[int, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.verdict for row in self.rows)
        if self.missing:
            found[RETIRED] = len(self.missing)
        return dict(found)

    @property
    def is_sound(self) -> bool:
        return not any(row.faults for row in self.rows) and not self.left

    @property
    def n_wrong(self) -> int:
        return sum(bool(row.faults) for row in self.rows) + len(self.left)

    @property
    def changes_anything(self) -> bool:
        return bool(self.missing) or any(row.verdict != SAME for row in self.rows)


def plan(
    lines: Sequence[Line],
    district: District,
    *,
    towns: frozenset[str] | None = None,
    retire_missing: bool = False,
) -> Plan:
    """Check a whole file against the tree as it is.

    `towns` are the codes of the towns that the person may write; None means all.
    """
    known = read_known(district)
    by_code = {grid.code: grid for grid in known}
    rows = [_row(line) for line in lines]
    _check_codes(rows, district, towns)
    _check_twice(rows)
    _find_parents(rows, by_code)
    _check_cycles(rows)
    _check_taken(rows, by_code, district)
    _find_leaders(rows, lines)
    for row in rows:
        _judge(row, by_code)
    found = Plan(rows)
    if retire_missing:
        found.missing = _missing(rows, known)
        found.left = _left_in(found.missing)
    return found


def read_known(district: District) -> list[Known]:
    """Every grid of the district, retired ones too."""
    grids = Grid.objects.order_by("code").filter(district=district)
    return [
        Known(pk, code, name, level, above or "", area, short, bool(day))
        for pk, code, name, level, above, area, short, day in grids.values_list(
            "pk",
            "code",
            "name",
            "level",
            "parent__code",
            "area_type",
            "short_name",
            "retired_on",
        )
    ]


def _row(line: Line) -> Row:
    row = Row(
        line.number,
        line.get("code"),
        line.get("name"),
        parent=line.get("parent"),
        short_name=line.get("short_name"),
        old_code=line.get("old_code"),
        faults=dict(line.faults),
    )
    row.level = LEVEL_OF.get(len(row.code), "")
    if word := line.get("level"):
        level = LEVEL_WORDS.get(word.lower())
        if level is None:
            _say(row, "level", _("There is no level “%(word)s”.") % {"word": word})
        elif row.level and level != row.level:
            words = _("The code has %(n)s digits, so the level is another one.")
            _say(row, "level", words % {"n": len(row.code)})
    if word := line.get("area_type"):
        row.area_type = AREA_WORDS.get(word.lower(), "")
        if not row.area_type:
            words = _("There is no area type “%(word)s”.")
            _say(row, "area_type", words % {"word": word})
    return row


def _say(row: Row, column: str, words: str) -> None:
    row.faults.setdefault(column, words)


def _check_codes(
    rows: Sequence[Row], district: District, towns: frozenset[str] | None
) -> None:
    for row in rows:
        code = row.code
        if not (code.isascii() and code.isdigit() and row.level):
            _say(row, "code", _("The code has 9, 12, 14 or 17 digits, by level."))
        elif not code.startswith(district.code):
            words = _("The code starts with the code above it, %(code)s.")
            _say(row, "code", words % {"code": district.code})
        elif towns is not None and code[:9] not in towns:
            _say(row, "code", _("This town is not yours to change."))
        if not row.name or len(row.name) > MOST_NAME:
            _say(row, "name", _("A grid needs a name of at most 60 characters."))
        if len(row.short_name) > 20:
            _say(row, "short_name", _("At most %(n)s characters.") % {"n": 20})


def _check_twice(rows: Sequence[Row]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        if row.code in first:
            words = _("The code is in row %(row)s already.") % {"row": first[row.code]}
            _say(row, "code", words)
        elif row.code:
            first[row.code] = row.number


def _find_parents(rows: Sequence[Row], by_code: Mapping[str, Known]) -> None:
    """Fill in the parent from the code where it is left out; compare both where it is not."""
    levels = {row.code: row.level for row in rows}
    names: dict[tuple[str, str], int] = {}
    for row in rows:
        above = LEVEL_ABOVE.get(row.level)
        head = row.code[: CODE_DIGITS[above]] if above else ""
        given, row.parent = row.parent, row.parent or head
        if not row.level:
            continue
        if given and not above:
            _say(row, "parent", _("A town has nothing above it in this sheet."))
        elif given and LEVEL_OF.get(len(given)) != above:
            words = _("The one above must be exactly one level higher.")
            _say(row, "parent", words)
        elif given and given != head:
            words = _("The code does not start with the code above it, %(code)s.")
            _say(row, "parent", words % {"code": given})
        elif above and row.parent not in levels and _gone(by_code.get(row.parent)):
            words = _("No grid %(code)s in the file or in the tree.")
            _say(row, "parent", words % {"code": row.parent})
        key = (row.parent, row.name)
        if row.name and key in names:
            words = _("The name is in row %(row)s already, below the same grid.")
            _say(row, "name", words % {"row": names[key]})
        names.setdefault(key, row.number)


def _gone(grid: Known | None) -> bool:
    return grid is None or grid.is_retired


def _check_cycles(rows: Sequence[Row]) -> None:
    """Say of every row whose parents lead back to itself."""
    above = {row.code: row.parent for row in rows}
    for row in rows:
        seen, at = {row.code}, row.parent
        while at and at in above and len(seen) <= len(CODE_DIGITS) + 1:
            if at in seen:
                row.faults["parent"] = _("Its parents lead back to itself.")
                break
            seen.add(at)
            at = above[at]


def _check_taken(
    rows: Sequence[Row], by_code: Mapping[str, Known], district: District
) -> None:
    """Codes that belong to retired grids or to others once."""
    used = dict(
        GridCode.objects.filter(
            pk__gte=district.code, pk__lt=f"{district.code}:"
        ).values_list("pk", "grid_id")
    )
    for row in rows:
        mine = by_code.get(row.old_code) if row.old_code else by_code.get(row.code)
        if row.old_code and _gone(mine):
            words = _("No grid has the former code %(code)s.")
            _say(row, "old_code", words % {"code": row.old_code})
            continue
        owner = used.get(row.code)
        if mine is not None and mine.is_retired:
            _say(row, "code", _("The grid with this code is retired."))
        elif owner is not None and (mine is None or owner != mine.pk):
            words = _(
                "The code %(code)s belonged to another grid and is never given again."
            )
            _say(row, "code", words % {"code": row.code})
        if mine is not None and mine.level != row.level and row.level:
            _say(row, "old_code", _("A grid keeps its level."))


def _find_leaders(rows: Sequence[Row], lines: Sequence[Line]) -> None:
    """By account name, or by name with the last four digits of the phone."""
    wanted = {line.get("leader") for line in lines} - {""}
    if not wanted:
        return
    found: dict[str, list[int]] = defaultdict(list)
    names = {word[:-TAIL] for word in wanted} | wanted
    users = User.objects.filter(is_active=True)
    users = users.filter(Q(username__in=wanted) | Q(name__in=names))
    for user in users:
        for key in {user.username, user.name, f"{user.name}{_tail(user)}"}:
            found[key].append(user.pk)
    for row, line in zip(rows, lines, strict=True):
        if word := line.get("leader"):
            hits = found.get(word, [])
            if len(hits) == 1:
                row.leader = hits[0]
            elif hits:
                words = _("Several accounts are called so; add the end of the phone.")
                _say(row, "leader", words)
            else:
                words = _("No account “%(word)s”.") % {"word": word}
                _say(row, "leader", words)


def _tail(user: User) -> str:
    return user.phone_tail


def _judge(row: Row, by_code: Mapping[str, Known]) -> None:
    """The verdict of one row."""
    if row.faults:
        row.verdict = WRONG
        return
    mine = by_code.get(row.old_code or row.code)
    if mine is None:
        row.verdict = NEW
        return
    row.grid = mine.pk
    row.area_type = row.area_type or mine.area_type
    row.short_name = row.short_name or (
        mine.short_name if mine.name == row.name else ""
    )
    if mine.code != row.code:
        row.verdict, row.was = "moved", mine.code
    elif mine.name != row.name:
        row.verdict, row.was = "renamed", mine.name
    elif (mine.area_type, mine.short_name) != (row.area_type, row.short_name):
        row.verdict = "changed"


def _missing(rows: Sequence[Row], known: Sequence[Known]) -> list[Known]:
    """Live grids of the towns in the file that the file does not name; lowest level first."""
    towns = {row.code[:9] for row in rows}
    there = {row.code for row in rows} | {row.old_code for row in rows}
    found = [
        grid
        for grid in known
        if not grid.is_retired and grid.code[:9] in towns and grid.code not in there
    ]
    return sorted(found, key=lambda grid: (-len(grid.code), grid.code))


def _left_in(missing: Sequence[Known]) -> dict[int, str]:
    """What is still open in grids that would be retired, by grid id."""
    found: dict[int, list[str]] = defaultdict(list)
    ids = [grid.pk for grid in missing]
    for pk in (
        Post.objects.current().filter(grid__in=ids).values_list("grid_id", flat=True)
    ):
        found[pk].append(_("posts"))
    for level in CODE_DIGITS:
        here = [grid.pk for grid in missing if grid.level == level]
        for follower in following.followers() if here else ():
            column = f"{level}_id"
            hits: Iterable[Any] = follower.rows().filter(**{f"{column}__in": here})
            for pk in set(hits.values_list(column, flat=True)):  # type: ignore[attr-defined]
                found[pk].append(str(follower.label))
    return {pk: _(", ").join(dict.fromkeys(words)) for pk, words in found.items()}
