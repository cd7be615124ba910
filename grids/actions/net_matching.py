"""Looking for candidates: asked for by a person or a change, done by a worker in pieces.

A run takes every line grid of its line with `needs_match`, some hundreds at a time, each piece in
a transaction of its own: so a page can show how far it is, and a killed worker loses one piece.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.bulk import update_many
from governance.core.errors import NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from grids import locate
from grids.actions.net_settling import OPEN, settle
from grids.matching import Candidate, Net, Ours, Theirs, match
from grids.models import (
    District,
    Grid,
    GridShape,
    LineGrid,
    LineMapping,
    LineShape,
    MatchRun,
)
from grids.registers.base import DESK
from grids.scoping import posts_of

PIECE = 500
FACTS = ("score", "method", "kind", "share_of_line", "share_of_grid", "reasons")
SAME_OUTLINE = 0.8
State = LineMapping.State


@transaction.atomic
def ask_matching(
    district: District, line: str, *, by: Actor, again: bool = False
) -> MatchRun:
    """Have the line grids matched whose candidates are not of today; `again`: all of them.

    While a run is under way, it takes these too; nothing is started twice.

    Raises:
        NotAllowed: not a desk.
    """
    _permit(district, by)
    rows = LineGrid.objects.live().filter(district=district, line=line)
    if again:
        rows.filter(needs_match=False).update(needs_match=True)
    stale = rows.filter(needs_match=True).count()
    run, is_new = MatchRun.objects.exclude(state="done").get_or_create(
        district=district,
        line=line,
        defaults={"total": stale, "asked_label": str(by or "")[:80]},
    )
    if not is_new:
        MatchRun.objects.filter(pk=run.pk).update(total=run.done + stale)
        run.refresh_from_db()
        return run
    events.record("matchrun.asked", run, by, {"line": line, "n": stale})
    return run


@transaction.atomic
def go_on(run_id: int) -> MatchRun:
    """Match one piece; the last one ends the run. Called again for a finished run, does nothing."""
    run = MatchRun.objects.select_for_update().get(pk=run_id)
    if run.state == MatchRun.State.DONE:
        return run
    rows = LineGrid.objects.live().filter(district=run.district_id, line=run.line)
    stale = rows.filter(needs_match=True).select_for_update(of=("self",))
    piece = list(stale.order_by("pk")[:PIECE])
    if piece:
        propose(piece)
        run.state, run.done = MatchRun.State.RUNNING, run.done + len(piece)
        run.total = max(run.total, run.done)
    if len(piece) < PIECE:
        settle(rows)
        run.state, run.ended_at = MatchRun.State.DONE, timezone.now()
        run.total = run.done
        run.counts = dict(
            rows.order_by()
            .values_list("desk")
            .annotate(n=Count("pk"))
            .values_list("desk", "n")
        )
    run.save()
    name = "matchrun.done" if run.state == MatchRun.State.DONE else "matchrun.went_on"
    events.record(name, run, "matching", {"done": run.done, "total": run.total})
    return run


def propose(rows: Sequence[LineGrid]) -> None:
    """Find the candidates of these line grids of one line, and write them down."""
    shapes = _shapes(LineShape, "line_grid_id", [row.pk for row in rows])
    theirs = [_theirs(row, shapes.get(row.pk)) for row in rows]
    net = read_net(rows[0].district_id, _prefix(rows))
    found = match(theirs, net)
    _store(rows, found)
    twins = _twins(rows[0].line, theirs)
    for row in rows:
        row.needs_match, row.twins = False, twins.get(row.pk, [])
    update_many(rows, ["needs_match", "twins"])


def read_net(district_id: int, prefix: str = "") -> Net:
    """The live grids of a district (of a town, by its code) with their polygons."""
    grids = Grid.objects.live().filter(district_id=district_id, code__startswith=prefix)
    rows = list(grids.values_list("pk", "code", "name", "level", "parent_id"))
    shapes = _shapes(GridShape, "grid_id", [row[0] for row in rows])
    return Net(
        Ours(pk, code, name, level, parent, shapes.get(pk))
        for pk, code, name, level, parent in rows
    )


def _prefix(rows: Sequence[LineGrid]) -> str:
    """The code of the town that all of the rows lie in; "" when there is none."""
    towns = {row.large_id for row in rows}
    only = towns.pop() if len(towns) == 1 else None
    return locate.place_of(only).code if only else ""


def _theirs(row: LineGrid, geometry: Any) -> Theirs:
    return Theirs(
        pk=row.pk,
        code=row.code,
        name=row.name,
        parent_code=row.parent_code,
        parent_name=row.parent_name,
        level=row.level,
        town=row.large_id,
        geometry=geometry,
    )


def _shapes(model: Any, key: str, ids: Sequence[int]) -> dict[int, Any]:
    """Polygons by id; text from the database, because GEOS parses it faster."""
    import shapely

    table = model._meta.db_table  # noqa: SLF001 - Django's documented API
    sql = f"SELECT {key}, geometry::text FROM {table} WHERE {key} = ANY(%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(ids)])
        rows = cursor.fetchall()
    shapes = shapely.make_valid(shapely.from_geojson([text for _pk, text in rows]))
    return {pk: shape for (pk, _text), shape in zip(rows, shapes, strict=True)}


def _store(rows: Sequence[LineGrid], found: dict[int, list[Candidate]]) -> None:
    """New candidates in, old ones brought up to date, proposals that fell away out.

    What somebody decided stays; a rejected one is not proposed again.
    """
    by_pk = {row.pk: row for row in rows}
    known: dict[tuple[int, int], LineMapping] = {}
    for mapping in LineMapping.objects.filter(line_grid_id__in=by_pk):
        known[mapping.line_grid_id, mapping.grid_id] = mapping
    fresh, changed, seen = [], [], set()
    for pk, candidates in found.items():
        for candidate in candidates:
            seen.add((pk, candidate.grid))
            old = known.get((pk, candidate.grid))
            if old is None:
                fresh.append(_new(by_pk[pk], candidate))
            elif old.state in OPEN and _update(old, candidate):
                changed.append(old)
            elif old.state == State.ENDED:  # found again after it had ended
                old.state = State.PROPOSED
                _update(old, candidate)
                changed.append(old)
    LineMapping.objects.bulk_create(fresh, 500)
    update_many(changed, [*FACTS, "state"])
    stale = [
        m.pk
        for key, m in known.items()
        if key not in seen and m.state == State.PROPOSED
    ]
    LineMapping.objects.filter(pk__in=stale).delete()


def _new(row: LineGrid, candidate: Candidate) -> LineMapping:
    return LineMapping(
        line_grid=row,
        grid_id=candidate.grid,
        line=row.line,
        own_code=row.code,
        own_name=row.name,
        **{name: getattr(candidate, name) for name in FACTS},
        **locate.place_of(candidate.grid).ids,
    )


def _update(mapping: LineMapping, candidate: Candidate) -> bool:
    """Bring the facts up to date; a kind that somebody decided stays. Whether any changed."""
    facts = {name: getattr(candidate, name) for name in FACTS}
    if mapping.state == State.CONFIRMED:
        facts.pop("kind")
        facts.pop("method")
    if all(getattr(mapping, name) == value for name, value in facts.items()):
        return False
    for name, value in facts.items():
        setattr(mapping, name, value)
    return True


def _twins(line: str, theirs: Iterable[Theirs]) -> dict[int, list[int]]:
    """Grids of other lines that are confirmed somewhere and have the same outline, by row."""
    drawn = [t for t in theirs if t.geometry is not None]
    if not drawn:
        return {}
    held = LineMapping.objects.confirmed().exclude(line=line)
    held = held.filter(line_grid__ended_on__isnull=True, line_grid__shape__isnull=False)
    ids = sorted(set(held.values_list("line_grid_id", flat=True)))
    shapes = _shapes(LineShape, "line_grid_id", ids) if ids else {}
    net = Net(Ours(pk, str(pk), "", "", None, shape) for pk, shape in shapes.items())
    return {
        pk: sorted(
            o.grid
            for o in found
            if min(o.share_of_line, o.share_of_grid) >= SAME_OUTLINE
        )
        for pk, found in net.overlaps(drawn).items()
    }


@transaction.atomic
def look_again(grids: Iterable[int], *, because: str) -> int:
    """Look for candidates anew for what is mapped to these grids, after the tree changed.

    Confirmed mappings hold, as a grid keeps its id for life; their place columns follow it. What
    could not be carried along by rule waits on the desk already (`carrying_nets`).

    Returns how many confirmed mappings are concerned.
    """
    ids = set(grids)
    concerned = LineMapping.objects.filter(grid_id__in=ids, state__in=OPEN)
    live = LineGrid.objects.live().filter(
        pk__in=concerned.values_list("line_grid_id", flat=True)
    )
    rows = list(live.select_related("district"))
    if not rows:
        return 0
    mappings = list(concerned.select_for_update(of=("self",)))
    for mapping in mappings:
        for name, value in locate.place_of(mapping.grid_id).ids.items():
            setattr(mapping, name, value)
    columns = ["district", "large", "medium", "small", "micro"]
    update_many(mappings, columns)
    LineGrid.objects.filter(pk__in=[r.pk for r in rows]).update(needs_match=True)
    settle(rows)
    for district, line in {(row.district, row.line) for row in rows}:
        ask_matching(district, line, by=because)
    return sum(m.state == State.CONFIRMED for m in mappings)


def _permit(district: District, by: Actor) -> None:
    """A desk of the district or of one of its towns; a part of the system may always."""
    if not isinstance(by, User):
        return
    is_desk = any(
        post.role in DESK and post.district_id == district.pk for post in posts_of(by)
    )
    if not is_desk:
        raise NotAllowed(_("The desk of the town or the district decides this."))
