"""Who changed which field of a record when, read from the rows that the triggers keep.

A kept row is what the record was before a change; what it became is the next one, or the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from pghistory.core import event_models

from governance.core.models import User
from governance.core.registers import places, show
from governance.core.registers.spec import Column

OWN = frozenset(
    {"id", "version", "provenance", "created_at", "updated_at", "district", "pgh_id"}
)
PLACES = ("district", "large", "medium", "small", "micro")
PLACE_IDS = frozenset(f"{level}_id" for level in PLACES)


@dataclass
class Change:
    """One field of one change, as text that may be shown (masked where sensitive)."""

    name: str
    label: str
    before: str
    after: str


@dataclass
class Entry:
    """One change: when, who, where the values came from, and the fields."""

    at: datetime
    who: str = ""
    source: str = ""
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class Meanwhile:
    """What happened to a record after somebody opened it."""

    who: str = ""
    fields: tuple[str, ...] = ()


@cache
def event_model(model: type[models.Model]) -> type[models.Model] | None:
    """The table of a model's former rows; None when it keeps none."""
    found = event_models(tracks_model=model)
    return found[0] if found else None


def _kept(row: Any) -> list[Any]:
    """Former rows of a record, oldest first, with their context; one statement."""
    kind: type[models.Model] = type(row)
    model = event_model(kind)
    if model is None:
        return []
    rows = model._default_manager.filter(pgh_obj_id=row.pk)  # noqa: SLF001
    return list(rows.select_related("pgh_context").order_by("pgh_id"))


def _metadata(kept: Any) -> dict[str, Any]:
    context = getattr(kept, "pgh_context", None)
    return dict(context.metadata) if context else {}


def _names(kept: Sequence[Any]) -> dict[int, str]:
    ids = {_metadata(row).get("user") for row in kept} - {None}
    users = User.objects.in_bulk([pk for pk in ids if isinstance(pk, int)])
    return {pk: str(user) for pk, user in users.items()}


def tracked_names(model: type[models.Model]) -> list[str]:
    """Attributes that a change may be about, the place as its ids."""
    fields = [f for f in model._meta.concrete_fields if f.name not in OWN]  # noqa: SLF001
    return [f.attname for f in fields]


def entries(row: Any, columns: Sequence[Column], most: int = 50) -> list[Entry]:
    """The newest changes first. Two statements whatever their number."""
    kept = _kept(row)[-most:]
    names = _names(kept)
    by_name = {column.name: column for column in columns}
    out = []
    for before, after in zip(kept, [*kept[1:], row], strict=False):
        told = _metadata(before)
        changes = list(_changes(row, before, after, by_name))
        who = names.get(told.get("user", 0), "")
        out.append(
            Entry(before.pgh_created_at, who, str(told.get("source", "")), changes)
        )
    return [entry for entry in reversed(out) if entry.changes]


def _changes(
    row: Any, before: Any, after: Any, columns: Mapping[str, Column]
) -> list[Change]:
    out: list[Change] = []
    seen_place = False
    for name in tracked_names(type(row)):
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old == new or (name in PLACE_IDS and seen_place):
            continue
        if name in PLACE_IDS:
            seen_place = True
            old, new = before, after
        shown = _named(type(row), name, columns)
        out.append(
            Change(
                shown[0],
                shown[1],
                words(row, name, old, columns),
                words(row, name, new, columns),
            )
        )
    return out


def _named(
    model: type[models.Model], name: str, columns: Mapping[str, Column]
) -> tuple[str, str]:
    """Name and label of an attribute as people know it."""
    if name in PLACE_IDS:
        return "grid", str(columns["grid"].label if "grid" in columns else _("Grid"))
    short = name.removesuffix("_id")
    column = columns.get(name) or columns.get(short)
    if column:
        return column.name, str(column.label)
    known = model._meta.get_field(short)  # noqa: SLF001
    return short, str(getattr(known, "verbose_name", short))


def words(row: Any, name: str, value: Any, columns: Mapping[str, Column]) -> str:
    """The text of one value; masked unless its column says that it is harmless."""
    if name in PLACE_IDS:
        return places.known().words(value)
    short = name.removesuffix("_id")
    column = columns.get(name) or columns.get(short)
    if column is None:
        return _foreign(row, short, value)
    text = (
        show.of_value(column, value)
        if not name.endswith("_id")
        else _foreign(row, short, value)
    )
    return show.masked(column, text) if column.is_sensitive else text


def _foreign(row: Any, short: str, value: Any) -> str:
    """What a foreign key points to, in words; other values as they are."""
    field = row._meta.get_field(short)  # noqa: SLF001 - Django's documented API
    if value is None or not field.is_relation:
        return show.plain(value)
    target = field.related_model._base_manager.filter(pk=value).first()  # noqa: SLF001
    return str(target) if target else str(value)


def since(row: Any, version: int) -> Meanwhile:
    """Who changed a record after its version `version`, and which attributes."""
    kept = [old for old in _kept(row) if old.version >= version]
    if not kept:
        return Meanwhile()
    who = _names(kept[-1:]).get(_metadata(kept[-1]).get("user", 0), "")
    changed = tuple(
        name
        for name in tracked_names(type(row))
        if getattr(kept[0], name, None) != getattr(row, name)
    )
    return Meanwhile(who, changed)


def side_by_side(
    row: Any, values: Mapping[str, Any], changed: Sequence[str]
) -> dict[str, dict[str, str]]:
    """For each attribute that differs: what is there and what the writer wanted, as text."""
    columns = show.columns_of(type(row))
    out: dict[str, dict[str, str]] = {}
    for name in changed:
        if name in PLACE_IDS:
            wanted = _Wanted({n: values.get(n) for n in PLACE_IDS})
            out["grid"] = {
                "theirs": places.known().words(row),
                "yours": places.known().words(wanted),
            }
            continue
        short, _label = _named(type(row), name, columns)
        out[short] = {
            "theirs": words(row, name, getattr(row, name), columns),
            "yours": words(row, name, values[name], columns),
        }
    return out


class _Wanted:
    def __init__(self, ids: dict[str, Any]) -> None:
        self.__dict__.update(ids)
