"""Many grids at once: edges computed in Python, rows sent by COPY, one transaction.

Saving 100,000 grids one by one takes hours; this takes seconds.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Invalid
from governance.core.events import Actor
from grids.actions import numbering, shapes, tree
from grids.actions.codes import CODE_DIGITS, LEVEL_ABOVE
from grids.actions.numbering import Node
from grids.models import District, Grid, GridCode, GridShape

MOST_REPORTED = 200
ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))
SPECIAL = frozenset("\\\t\n\r")


@dataclass(slots=True)
class GridRow:
    """One grid to add. `parent_code` is empty for a town."""

    code: str
    name: str
    level: str
    parent_code: str = ""
    area_type: str = "rural"
    short_name: str = ""
    is_dedicated: bool = False
    order: int = 0
    geometry: Mapping[str, Any] | None = None
    is_schematic: bool = False


@tree.structural
def bulk_build(district: District, rows: Sequence[GridRow], *, by: Actor) -> list[int]:
    """Add those of `rows` whose code is not there yet; parents may be among them.

    Returns the ids of the new grids, in the order of `rows`.

    Raises:
        Invalid: some rows do not fit; `fields["rows"]` names each.
    """
    known = {node.code: node for node in _forest_of(row.code[:9] for row in rows)}
    fresh = [row for row in rows if row.code not in known]
    _check(fresh, known, district)
    _check_unused(fresh, district)
    if not fresh:
        return []
    fresh.sort(key=lambda row: (len(row.code), row.order, row.code))
    nodes = dict(known)
    top = Grid.objects.aggregate(top=Max("tree_id"))["top"] or 0
    for row, pk in zip(fresh, _reserve(len(fresh)), strict=True):
        above = nodes[row.parent_code] if row.parent_code else None
        if above is None:
            top += 1
        nodes[row.code] = Node(
            pk, above.pk if above else None, row.code, above.tree_id if above else top
        )
    edges = numbering.number(nodes.values())
    numbering.write(
        {n.pk: edges[n.pk] for n in known.values() if edges[n.pk] != n.edges}
    )
    _copy_grids(district.pk, fresh, nodes, edges)
    _copy_shapes(fresh, nodes)
    tree.touch(district.pk)
    events.record("grid.built", district, by, {"count": len(fresh)})
    new = {row.code for row in fresh}
    return [nodes[row.code].pk for row in rows if row.code in new]


@tree.structural
def bulk_draw(
    district: District,
    outlines: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    is_schematic: bool,
) -> int:
    """Give many grids (by id) new polygons; returns how many."""
    rows = [
        GridShape(
            grid_id=pk,
            geometry=shape,
            is_schematic=is_schematic,
            **shapes.bounds(shape),
        )
        for pk, shape in outlines.items()
    ]
    fields = ["geometry", "is_schematic", "min_lon", "min_lat", "max_lon", "max_lat"]
    GridShape.objects.bulk_create(
        rows, 500, update_conflicts=True, unique_fields=["grid"], update_fields=fields
    )
    tree.touch(district.pk)
    events.record("grid.drawn_many", district, by, {"count": len(rows)})
    return len(rows)


def _forest_of(town_codes: Iterable[str]) -> list[Node]:
    roots = Grid.objects.filter(level="large", code__in=set(town_codes))
    return numbering.read(roots.values_list("tree_id", flat=True))


def _reserve(count: int) -> list[int]:
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [Grid._meta.db_table, count])  # noqa: SLF001
        return [row[0] for row in cursor.fetchall()]


def _check(
    fresh: Sequence[GridRow], known: Mapping[str, Node], district: District
) -> None:
    """Refuse all rows if one is wrong: level, digits, prefix, parent, name, twice."""
    seen: set[str] = set()
    codes = {row.code for row in fresh} | set(known)
    bad: list[str] = []
    for row in fresh:
        digits = CODE_DIGITS.get(row.level)
        above = row.parent_code if row.level != "large" else district.code
        right = digits == len(row.code) and row.code.isascii() and row.code.isdigit()
        if not right or not row.code.startswith(above) or not row.name.strip():
            bad.append(
                _("%(code)s: code, level or name do not fit.") % {"code": row.code}
            )
        elif row.level != "large" and (
            row.parent_code not in codes
            or len(row.parent_code) != CODE_DIGITS[LEVEL_ABOVE[row.level]]
        ):
            bad.append(
                _("%(code)s: no parent %(parent)s.")
                % {"code": row.code, "parent": row.parent_code}
            )
        elif row.code in seen:
            bad.append(_("%(code)s: given twice.") % {"code": row.code})
        seen.add(row.code)
    if bad:
        raise Invalid(fields={"rows": bad[:MOST_REPORTED]})


def _check_unused(fresh: Sequence[GridRow], district: District) -> None:
    """Refuse codes that belonged to grids which have others now."""
    used = GridCode.objects.filter(pk__gte=district.code, pk__lt=f"{district.code}:")
    known = set(used.values_list("pk", flat=True)) if fresh else set()
    bad = [
        _("The code %(code)s belonged to another grid and is never given again.")
        % {"code": row.code}
        for row in fresh
        if row.code in known
    ]
    if bad:
        raise Invalid(fields={"rows": bad[:MOST_REPORTED]})


def _copy_grids(
    district_id: int,
    rows: Sequence[GridRow],
    nodes: Mapping[str, Node],
    edges: Mapping[int, tuple[int, int, int, int]],
) -> None:
    columns = [
        "id",
        "district_id",
        "code",
        "name",
        "short_name",
        "level",
        "parent_id",
        "area_type",
        "is_dedicated",
        '"order"',
        "duty_phone",
        "tree_id",
        "lft",
        "rght",
        "depth",
    ]
    lines = []
    for row in rows:
        node = nodes[row.code]
        lines.append(
            (
                node.pk,
                district_id,
                row.code,
                row.name.strip(),
                row.short_name,
                row.level,
                node.parent_id,
                row.area_type,
                row.is_dedicated,
                row.order,
                "",
                *edges[node.pk],
            )
        )
    _copy(Grid._meta.db_table, columns, lines)  # noqa: SLF001


def _copy_shapes(rows: Sequence[GridRow], nodes: Mapping[str, Node]) -> None:
    columns = [
        "grid_id",
        "geometry",
        "is_schematic",
        "min_lon",
        "min_lat",
        "max_lon",
        "max_lat",
    ]
    lines = []
    for row in rows:
        if row.geometry is not None:
            text = json.dumps(row.geometry, separators=(",", ":"))
            box = shapes.bounds(row.geometry)
            lines.append((nodes[row.code].pk, text, row.is_schematic, *box.values()))
    if lines:
        _copy(GridShape._meta.db_table, columns, lines)  # noqa: SLF001


def _copy(
    table: str, columns: Sequence[str], lines: Iterable[Sequence[object]]
) -> None:
    """COPY rows in PostgreSQL's text format."""
    buffer = io.StringIO()
    for line in lines:
        buffer.write("\t".join(_cell(value) for value in line) + "\n")
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"COPY {table} ({', '.join(columns)}) FROM STDIN", buffer
        )


def _cell(value: object) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    if isinstance(value, str) and not SPECIAL.isdisjoint(text):
        for char, escaped in ESCAPES:
            text = text.replace(char, escaped)
    return text
