"""The 15-minute circle: its rule, its paths, asking for a run and doing it.

A run is asked for in a page's transaction and done by a worker; its row is the truth. Progress
is written outside any transaction, so that the page sees it move.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import coordinates, events, locks
from governance.core.bulk import insert_many
from governance.core.errors import Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from grids import locate
from grids.circle import inputs
from grids.models import (
    CircleCell,
    CircleMiss,
    CircleRule,
    CircleRun,
    District,
    Grid,
    WalkNetwork,
)
from grids.models.places import LEVELS
from grids.registers import base

if TYPE_CHECKING:
    from grids.circle import reckon

KEPT_RUNS = 5
SILENCE = timedelta(minutes=3)
RULE_FIELDS = ("minutes", "speed_m_per_min", "detour", "snap_m", "suggestions")
LIMITS = {
    "minutes": (1, 120),
    "speed_m_per_min": (20, 200),
    "detour": (1, 3),
    "snap_m": (0, 2000),
    "suggestions": (0, 50),
}
MOST_POINTS = 400_000


# --- Rule and paths -----------------------------------------------------------------------


@transaction.atomic
def set_rule(district: District, values: dict[str, Any], *, by: Actor) -> CircleRule:
    """Change how walking time is reckoned; runs made before are then out of date.

    Raises:
        Invalid: by field. NotAllowed: not the district's desk.
    """
    _needs_desk(district, by)
    wrong = {}
    for name, (low, high) in LIMITS.items():
        if name in values and not low <= values[name] <= high:
            words = _("Between %(low)s and %(high)s.") % {"low": low, "high": high}
            wrong[name] = [words]
    if wrong:
        raise Invalid(fields=wrong)
    rule, _made = CircleRule.objects.select_for_update().get_or_create(
        district=district
    )
    changed = [n for n in RULE_FIELDS if n in values and getattr(rule, n) != values[n]]
    if changed:
        for name in changed:
            setattr(rule, name, values[name])
        rule.version += 1
        rule.save()
        data = {name: getattr(rule, name) for name in changed}
        events.record(
            "circle.rule_changed", district, by, data, district_id=district.pk
        )
    return rule


@transaction.atomic
def put_network(
    district: District, text: str | bytes, *, name: str, by: User, crs: str = "wgs84"
) -> WalkNetwork:
    """Take GeoJSON lines as the walking network of a district; the one before is kept, unused.

    Raises:
        Invalid: field "file": not GeoJSON, no lines, too many points, or mostly outside the
            district (another datum?). NotAllowed: not the district's desk.
    """
    # imported late: graphs and arrays are for the few, not for every process
    from grids.circle.network import length_m

    _needs_desk(district, by)
    lines = read_lines(text, crs)
    _must_lie_inside(lines, district)
    WalkNetwork.objects.filter(district=district, is_active=True).update(
        is_active=False
    )
    row = WalkNetwork.objects.create(
        district=district,
        name=name.strip()[:80] or _("Walking network"),
        lines=lines,
        length_m=length_m(lines),
        added_by=by,
    )
    data = {"lines": len(lines), "length_m": round(row.length_m)}
    events.record("circle.network_set", row, by, data)
    return row


@transaction.atomic
def drop_network(district: District, *, by: Actor) -> None:
    """Go back to straight lines with the detour factor. Repeating it changes nothing."""
    _needs_desk(district, by)
    rows = WalkNetwork.objects.select_for_update().filter(
        district=district, is_active=True
    )
    for row in rows:
        row.is_active = False
        row.save(update_fields=["is_active"])
        events.record("circle.network_dropped", row, by)


def read_lines(text: str | bytes, crs: str) -> list[list[list[float]]]:
    """The lines of a GeoJSON text in WGS 84, six digits.

    Raises:
        Invalid: field "file".
    """
    try:
        data = json.loads(text)
        shapes = list(_geometries(data))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _bad_file(_("This is not a GeoJSON file.")) from None
    lines: list[list[list[float]]] = []
    count = 0
    for shape in shapes:
        for part in _parts(shape):
            count += len(part)
            if count > MOST_POINTS:
                words = _("At most %(n)s points; leave out what nobody walks on.")
                raise _bad_file(words % {"n": MOST_POINTS})
            if len(part) > 1:
                lines.append([_point(p, crs) for p in part])
    if not lines:
        raise _bad_file(_("There are no lines in this file."))
    return lines


def _parts(shape: dict[str, Any]) -> list[Any]:
    """The lines of a geometry, none when it has none."""
    if shape.get("type") == "LineString":
        return [shape["coordinates"]]
    return shape["coordinates"] if shape.get("type") == "MultiLineString" else []


def _geometries(data: Any) -> Any:
    if data["type"] == "FeatureCollection":
        for feature in data["features"]:
            if feature.get("geometry"):
                yield feature["geometry"]
    elif data["type"] == "Feature":
        yield data["geometry"]
    elif data["type"] == "GeometryCollection":
        yield from data["geometries"]
    else:
        yield data


def _point(pair: Sequence[float], crs: str) -> list[float]:
    try:
        lon, lat = coordinates.to_wgs84(pair[0], pair[1], crs)
    except (Invalid, IndexError, TypeError):
        raise _bad_file(_("A point is not longitude and latitude.")) from None
    return [round(lon, 6), round(lat, 6)]


def _must_lie_inside(lines: list[list[list[float]]], district: District) -> None:
    points = [point for line in lines for point in (line[0], line[-1])]
    outside = sum(locate.is_far_outside(x, y, district.pk) for x, y in points)
    if 2 * outside > len(points):
        words = _(
            "%(share)s % of the lines lie outside the district. Is the datum right?"
        )
        raise _bad_file(words.replace("%(share)s", str(100 * outside // len(points))))


def _bad_file(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"file": [sentence]})


# --- Runs ---------------------------------------------------------------------------------


@transaction.atomic
def ask_run(district: District, *, by: Actor, area: Grid | None = None) -> CircleRun:
    """Ask for a run over a district, or over one grid of it. One waiting or running is enough.

    Raises:
        NotAllowed: neither the district's desk nor staff of the grid's town.
    """
    places = locate.place_of(area).ids if area else {"district_id": district.pk}
    row = CircleRun(**places)
    if not base.covers(by, row, base.DESK):
        raise NotAllowed(_("Only the desk of this place recomputes its circle."))
    locks.hold(f"circle:{district.pk}:{area.pk if area else 0}")
    waiting = CircleRun.objects.under_way().filter(
        district=district, **{f"{lv}_id": places.get(f"{lv}_id") for lv in LEVELS}
    )
    if found := waiting.first():
        return found
    row.inputs = inputs.mark(district.pk)
    row.rule = inputs.rule_values(inputs.rule_of(district.pk))
    row.asked_by = by if isinstance(by, User) else None
    row.save()
    events.record("circle.asked", row, by, {"area": area.code if area else ""})
    return row


def take(run_id: int) -> CircleRun | None:
    """Claim a run that waits, or one whose worker fell silent; None when there is nothing to do."""
    now = timezone.now()
    with transaction.atomic():
        row = (
            CircleRun.objects.select_for_update(skip_locked=True, of=("self",))
            .under_way()
            .filter(pk=run_id)
            .first()
        )
        if row is None:
            return None
        is_busy = row.beat_at is not None and now - row.beat_at < SILENCE
        if row.state == CircleRun.State.RUNNING and is_busy:
            return None
        row.state, row.beat_at, row.step = CircleRun.State.RUNNING, now, "read"
        row.save(update_fields=["state", "beat_at", "step"])
        return row


def forgotten() -> list[int]:
    """Runs that nobody works on."""
    rows = CircleRun.objects.under_way().values_list("pk", "state", "beat_at")
    limit = timezone.now() - SILENCE
    return [
        pk
        for pk, state, beat_at in rows
        if state == CircleRun.State.QUEUED or beat_at is None or beat_at < limit
    ]


def do_run(run_id: int) -> CircleRun | None:
    """Do a run and keep what it found; a failure is written down, and told on the page."""
    from grids.circle.reckon import reckon

    row = take(run_id)
    if row is None:
        return None
    started = timezone.now()
    try:
        area = (
            locate.named_grids(row.chain[-1:]).get(row.chain[-1]) if row.chain else None
        )
        # read at the start: what changes meanwhile makes the run stale
        mark = inputs.mark(row.district_id)
        read = inputs.read(row.district, row.rule, area)
        found = reckon(read, _teller(row))
        _keep(row, read, found, mark, started)
    except Exception as error:
        told = f"{type(error).__name__}: {error}"[:300].replace("\0", "")
        CircleRun.objects.filter(pk=row.pk).update(
            state=CircleRun.State.FAILED, error=told, finished_at=timezone.now()
        )
        raise
    return row


def _teller(row: CircleRun) -> "reckon.Tell":
    def tell(step: str, done: int, total: int) -> None:
        now = timezone.now()
        CircleRun.objects.filter(pk=row.pk).update(
            step=step, done=done, total=total, beat_at=now
        )

    return tell


def _keep(
    row: CircleRun, read: inputs.Inputs, found: "reckon.Found", mark: str, started: Any
) -> None:
    """Write cells and sums; older runs of the same area lose their cells."""
    places = {place.grid_id: place for place in locate.places_of(found.rows)}
    cells = [
        CircleCell(
            run=row,
            grid_id=pk,
            level=places[pk].level,
            **places[pk].ids,
            micros=sums.micros,
            micros_covered=sums.micros_covered,
            households=sums.households,
            households_covered=sums.households_covered,
            minutes=sums.minutes,
            nearest_id=sums.site_id,
            by_network=sums.by_network,
            lon=sums.point[0] if sums.point else None,
            lat=sums.point[1] if sums.point else None,
        )
        for pk, sums in found.rows.items()
        if pk in places
    ]
    with transaction.atomic():
        CircleCell.objects.filter(run=row).delete()
        insert_many(cells)
        CircleMiss.objects.filter(run=row).delete()
        insert_many([CircleMiss(run=row, household_id=pk) for pk in found.missed])
        row.state, row.inputs = CircleRun.State.DONE, mark
        row.finished_at = timezone.now()
        row.result = _result(read, found, (row.finished_at - started).total_seconds())
        row.save(update_fields=["state", "inputs", "finished_at", "result"])
        same = CircleRun.objects.done().filter(
            district_id=row.district_id,
            **{f"{lv}_id": getattr(row, f"{lv}_id") for lv in LEVELS},
        )
        kept = list(same.order_by("-pk").values_list("pk", flat=True)[:KEPT_RUNS])
        old = same.exclude(pk__in=kept)
        CircleCell.objects.filter(run__in=old).delete()
        CircleMiss.objects.filter(run__in=old).delete()
        data = {name: row.result[name] for name in ("micros", "micros_covered")}
        events.record("circle.done", row, row.asked_by, data)


def _result(
    read: inputs.Inputs, found: "reckon.Found", seconds: float
) -> dict[str, Any]:
    by_network = int(found.by_network.sum()) if len(found.by_network) else 0
    lowest = [found.rows[cell.place.grid_id] for cell in read.cells]
    micros_covered = sum(row.micros_covered for row in lowest)
    placed = sum(cell.point is not None for cell in read.cells)
    return {
        "sites": len(read.sites),
        "micros": len(read.cells),
        "micros_placed": placed,
        "micros_covered": micros_covered,
        "households": len(read.homes) - found.unplaced,
        "households_covered": len(read.homes) - found.unplaced - len(found.missed),
        "unplaced": found.unplaced,
        "by_network": by_network,
        "suggestions": found.suggestions,
        "seconds": round(seconds, 2),
    }


def _needs_desk(district: District, by: Actor) -> None:
    """The district's own desk: its rule is everybody's."""
    row = CircleRun(district=district)
    if not base.covers(by, row, {"district"}):
        raise NotAllowed(
            _("Only the district's desk changes how the circle is reckoned.")
        )
