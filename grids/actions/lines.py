"""Settings and duties of work lines, and single grids of their lists."""

from typing import Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from governance.core import dictionaries, events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from grids import recurrence
from grids.actions import shapes
from grids.models import District, Grid, LineDuty, LineGrid, LineShape, WorkLine
from grids.models.nets import LINES
from grids.registers.base import DESK, covers, place, write
from grids.scoping import posts_of

SETTINGS = ("lead_department", "level", "sure_from", "note")
WHOLE = frozenset({"district", "admin"})


def check_line(code: str) -> None:
    """Refuse a line that the dictionary does not have.

    Raises:
        Invalid: field "line".
    """
    if dictionaries.item(LINES, code) is None:
        words = _("There is no work line “%(code)s”.") % {"code": code}
        raise Invalid(words, fields={"line": [words]})


def line_of(district: District, code: str) -> WorkLine:
    """The settings of a line; as long as nobody has set any, the proposal, not stored."""
    found = WorkLine.objects.filter(district=district, line=code)
    row = found.select_related("lead_department", "district").first()
    return row or WorkLine(pk=None, district=district, line=code, version=0)


@transaction.atomic
def set_line(
    district: District,
    code: str,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
) -> WorkLine:
    """Say who leads a line, at which level its grids fit, and from which score one is clear.

    Raises:
        Invalid: no such line, department of another district, level or score out of bounds.
        Conflict: somebody changed it since. NotAllowed: not the district's desk.
    """
    if not covers(by, Whole(district), WHOLE):
        raise NotAllowed(_("The district's desk sets up the work lines."))
    check_line(code)
    _check_settings(district, values)
    row, _made = WorkLine.objects.select_for_update(of=("self",)).get_or_create(
        district=district, line=code, defaults={"version": 0}
    )
    changed = [n for n in SETTINGS if n in values and getattr(row, n) != values[n]]
    if version is not None and version != row.version and changed:
        raise Conflict(_("Somebody else changed this line meanwhile. Look again."))
    if not changed and row.version:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    with pghistory.context(user=by.pk if isinstance(by, User) else None):
        row.save()
    events.record("workline.set", row, by, {"line": code, "fields": sorted(changed)})
    return row


def _check_settings(district: District, values: dict[str, Any]) -> None:
    fields: dict[str, list[str]] = {}
    lead = values.get("lead_department")
    if lead is not None and lead.district_id != district.pk:
        fields["lead_department"] = [_("A department of this district.")]
    if values.get("level", "small") not in Grid.Level.values:
        fields["level"] = [_("large, medium, small or micro")]
    if not 0.5 <= float(values.get("sure_from", 0.8)) <= 1:
        fields["sure_from"] = [_("between 0.5 and 1")]
    if fields:
        raise Invalid(fields=fields)


class Whole:
    """A district as a place."""

    large_id = medium_id = small_id = micro_id = None

    def __init__(self, district: District) -> None:
        self.district_id = district.pk


def save_duty(
    row: LineDuty | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> LineDuty:
    """Make or change a duty of a line; it holds for the whole district.

    Raises:
        Invalid: no such line, or a rule that RFC 5545 does not have.
        Conflict: somebody changed it since. NotAllowed: not the district's desk.
    """
    if "line" in values:
        check_line(values["line"])
    if values.get("rule"):
        try:
            values = {**values, "rule": recurrence.check(values["rule"])}
        except ValueError as error:
            raise Invalid(fields={"rule": [str(error)]}) from error
    if row is None:
        values = place({**values, "grid": None}, by, roles=WHOLE)
    elif not covers(by, row, WHOLE):
        raise NotAllowed(_("The district's desk sets up the work lines."))
    return write(row, LineDuty, values, by=by, version=version, source=source)


@transaction.atomic
def save_line_grid(
    row: LineGrid | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> LineGrid:
    """Make or change one grid of a line; its candidates are looked for a moment later.

    `geometry` among the values is a GeoJSON polygon (CGCS2000); None takes it away.

    Raises:
        Invalid: no such line, code taken, or a polygon that cannot be one.
        Conflict: somebody changed it since. NotAllowed, NotHere: by scope.
    """
    values = dict(values)
    has_shape = "geometry" in values
    geometry = values.pop("geometry", None)
    if "line" in values:
        check_line(values["line"])
    if row is not None and not covers(by, row, DESK):
        raise NotAllowed(_("The desk of the town or the district keeps these lists."))
    if row is None:
        values.setdefault("grid", own_town(by))
    values = place(values, by, roles=DESK)
    if source.startswith("import"):
        values["batch"] = source[:40]
    was = row.version if row else 0
    saved = write(row, LineGrid, values, by=by, version=version, source=source)
    if has_shape:
        draw(saved, geometry)
    if has_shape or saved.version != was:
        LineGrid.objects.filter(pk=saved.pk).update(needs_match=True)
        saved.needs_match = True
    return saved


def draw(row: LineGrid, geometry: dict[str, Any] | None) -> None:
    """Store the polygon of a line grid with its bounds; None takes it away.

    Raises:
        Invalid: field "geometry".
    """
    if geometry is None:
        LineShape.objects.filter(line_grid=row).delete()
        return
    box = shapes.bounds(geometry)
    LineShape.objects.update_or_create(
        line_grid=row, defaults={"geometry": dict(geometry), **box}
    )


def own_town(by: Actor) -> Grid | None:
    """The town of a township's desk; None for the district's."""
    posts = posts_of(by) if isinstance(by, User) else ()
    if any(post.role == "district" for post in posts):
        return None
    return next((post.grid for post in posts if post.role == "township"), None)
