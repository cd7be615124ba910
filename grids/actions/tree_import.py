"""A whole tree from a file, in one transaction: all of it or nothing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid
from governance.core.events import Actor
from governance.core.ids import reserve_ids
from governance.core.models import User
from grids.actions import history, posts, tree
from grids.actions.bulk import GridRow, bulk_build
from grids.models import District, Grid, GridChange, GridChangeSide, Post
from grids.tree_file import Line
from grids.tree_plan import NEW, Plan, Row, plan

LEADER = {
    "large": "grid_leader",
    "medium": "grid_leader",
    "small": "grid_leader",
    "micro": "liaison",
}


@tree.structural
def import_tree(
    lines: Sequence[Line],
    district: District,
    *,
    by: Actor,
    on: dt.date | None = None,
    reason: str = "",
    towns: frozenset[str] | None = None,
    retire_missing: bool = False,
) -> Plan:
    """Make the tree what the file says; grids that it does not name stay, unless asked.

    The file is checked again against the tree as it is now that the lock is held.

    Raises:
        Invalid: rows have faults (`fields["file"]` names the first ones); nothing is written.
        Conflict: nothing would change.
    """
    day = history.day(on)
    found = plan(lines, district, towns=towns, retire_missing=retire_missing)
    if not found.is_sound:
        raise Invalid(
            _("%(n)s rows have faults; nothing was written.") % {"n": found.n_wrong},
            fields={"file": _sentences(found)},
        )
    if not (found.changes_anything or _new_leaders(found.rows)):
        raise Conflict(_("Nothing would change."))
    words = {"by": by, "on": day, "reason": reason}
    _change(found.rows, words)
    _build(found.rows, district, words)
    _lead(found.rows, district, by=by, on=day)
    _retire(found, district, words)
    return found


def _sentences(found: Plan) -> list[str]:
    rows = [row for row in found.rows if row.faults][:200]
    words = [
        _("Row %(row)s: %(message)s")
        % {"row": row.number, "message": " ".join(row.faults.values())}
        for row in rows
    ]
    return words + [f"{pk}: {what}" for pk, what in list(found.left.items())[:50]]


def _change(rows: Sequence[Row], words: dict[str, Any]) -> None:
    """Re-code and move what is there, upper levels first; then names and details at once."""
    changed = [row for row in rows if row.grid and row.verdict not in (NEW, "same")]
    for row in sorted(changed, key=lambda row: len(row.code)):
        if row.verdict == "moved":
            grid = Grid.objects.get(pk=row.grid)
            if grid.code != row.code:
                _recode(grid, row, words)
    _edit({row.grid: row for row in changed if row.grid}, words)


def _edit(rows: Mapping[int, Row], words: dict[str, Any]) -> None:
    """Names, short names and area types in a few statements, each with its history."""
    grids = list(Grid.objects.filter(pk__in=rows).order_by("pk"))
    before = {grid.pk: history.side(grid) for grid in grids}
    touched: list[Grid] = []
    for grid in grids:
        row = rows[grid.pk]
        values = (row.name, row.short_name, row.area_type)
        if (grid.name, grid.short_name, grid.area_type) != values:
            grid.name, grid.short_name, grid.area_type = values
            touched.append(grid)
    if not touched:
        return
    Grid.objects.bulk_update(touched, ["name", "short_name", "area_type"], 1000)
    changes = [
        GridChange(
            id=pk,
            district_id=grid.district_id,
            kind="renamed" if before[grid.pk]["name"] != grid.name else "edited",
            on=words["on"],
            reason=words["reason"].strip()[: history.MOST_REASON],
            by=words["by"] if isinstance(words["by"], User) else None,
            by_label=str(words["by"] or "")[:80],
            before=[before[grid.pk]],
            after=[history.side(grid)],
        )
        for pk, grid in zip(reserve_ids(len(touched)), touched, strict=True)
    ]
    GridChange.objects.bulk_create(changes, 1000)
    sides = zip(changes, touched, strict=True)
    GridChangeSide.objects.bulk_create(
        [GridChangeSide(change=change, grid=grid) for change, grid in sides], 1000
    )
    tree.touch(touched[0].district_id)
    district = touched[0].district
    events.record("grid.edited_many", district, words["by"], {"count": len(touched)})


def _recode(grid: Grid, row: Row, words: dict[str, Any]) -> None:
    parent = Grid.objects.filter(code=row.parent).first() if row.parent else None
    if parent is not None and parent.pk != grid.parent_id:
        tree.move_grid(grid, to=parent, code=row.code, **words)
    else:
        tree.recode_grid(grid, code=row.code, **words)


def _build(rows: Sequence[Row], district: District, words: dict[str, Any]) -> None:
    """All new grids at once; one line of history for them together."""
    new = [row for row in rows if row.verdict == NEW]
    if not new:
        return
    areas = dict(
        Grid.objects.filter(district=district).values_list("code", "area_type")
    )
    for row in sorted(new, key=lambda row: len(row.code)):
        row.area_type = row.area_type or areas.get(row.parent, Grid.AreaType.RURAL)
        areas[row.code] = row.area_type
    ids = bulk_build(
        district,
        [
            GridRow(
                row.code, row.name, row.level, row.parent, row.area_type, row.short_name
            )
            for row in new
        ],
        by=words["by"],
    )
    for row, pk in zip(new, ids, strict=True):
        row.grid = pk
    _write_history("created", ids, district, words)


def _write_history(
    kind: str, ids: Sequence[int], district: District, words: dict[str, Any]
) -> None:
    """One change that concerns many grids; its sides are written by one statement."""
    change = GridChange.objects.create(
        district=district,
        kind=kind,
        on=words["on"],
        reason=words["reason"].strip()[: history.MOST_REASON],
        by=words["by"] if isinstance(words["by"], User) else None,
        by_label=str(words["by"] or "")[:80],
    )
    table = GridChangeSide._meta.db_table  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (change_id, grid_id) SELECT %s, unnest(%s::bigint[])",
            [change.pk, list(ids)],
        )


def _new_leaders(rows: Sequence[Row]) -> list[Row]:
    """Rows whose leader is not posted there yet."""
    named = [row for row in rows if row.leader and row.grid]
    there = set(
        Post.objects.current()
        .filter(grid__in=[row.grid for row in named])
        .values_list("grid_id", "user_id", "role")
    )
    return [
        row for row in named if (row.grid, row.leader, LEADER[row.level]) not in there
    ]


def _lead(rows: Sequence[Row], district: District, *, by: Actor, on: dt.date) -> None:
    """Post the leaders that the file names; another leader's post there ends."""
    fresh = _new_leaders(rows)
    if not fresh:
        return
    old = Post.objects.current().filter(grid__in=[row.grid for row in fresh])
    for post in old.filter(role__in=set(LEADER.values())):
        posts.end(post, by=by)
    Post.objects.bulk_create(
        [
            Post(
                user_id=row.leader or 0,
                role=LEADER[row.level],
                grid_id=row.grid,
                district=district,
                starts_on=on,
            )
            for row in fresh
        ],
        1000,
    )
    for role in sorted(set(LEADER.values())):
        group, _made = Group.objects.get_or_create(name=role)
        users = {row.leader for row in fresh if LEADER[row.level] == role}
        through = User.groups.through
        through.objects.bulk_create(
            [through(user_id=pk, group_id=group.pk) for pk in users if pk],
            1000,
            ignore_conflicts=True,
        )
    events.record("post.begun_many", district, by, {"count": len(fresh)})


def _retire(found: Plan, district: District, words: dict[str, Any]) -> None:
    """Retire what the file does not name; the plan has said that nothing is left in it."""
    ids = [grid.pk for grid in found.missing]
    if not ids:
        return
    last = GridChangeSide.objects.filter(grid__in=ids).aggregate(on=Max("change__on"))
    day = max(words["on"], last["on"] or words["on"])
    Grid.objects.filter(pk__in=ids).update(retired_on=day)
    tree.touch(district.pk)
    _write_history("retired", ids, district, {**words, "on": day})
    data = {
        "grids": ids[:1000],
        "count": len(ids),
        "on": timezone.localdate().isoformat(),
    }
    events.record("grid.retired_many", district, words["by"], data)
