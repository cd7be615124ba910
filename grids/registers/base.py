"""What the actions of every register share: where a record lies, and writing it.

def save_sentiment(row, values, *, by, version=None, source="manual"):
    values = place(values, by)
    return write(row, Sentiment, values, by=by, source=source, version=version)
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

import pghistory
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.crypto import KeyedHashField
from governance.core.errors import Conflict, Invalid, NotHere
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers import history
from grids import locate
from grids.models.places import LEVELS
from grids.models.records import Record
from grids.scoping import Viewer, posts_of

R = TypeVar("R", bound=Record)

DESK = frozenset({"district", "township"})
FIELD = frozenset({"grid_leader", "grid_worker", "liaison"})
READERS = frozenset({"leader", "admin", "auditor"})
WRITE = DESK | FIELD
READ = WRITE | READERS
PLACE_FIELDS = ("district_id", *(f"{level}_id" for level in LEVELS))


def visible(model: type[Any]) -> Callable[[Viewer], models.QuerySet[Any]]:
    """`Register.visible` for a model whose manager has `visible_to`; ended rows are among them."""

    def rows(viewer: Viewer) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = model.objects.visible_to(viewer)
        return found

    return rows


def covers(by: Actor, place: Any, roles: Iterable[str] = WRITE) -> bool:
    """Whether one of `roles` is held where this place lies; a part of the system may everywhere.

    `place` has the five place ids. A post at a department counts for its whole district.
    """
    if not isinstance(by, User):
        return not isinstance(by, AnonymousUser)
    wanted = frozenset(roles)
    for post in posts_of(by):
        if post.role not in wanted:
            continue
        column = f"{post.grid.level}_id" if post.grid else "district_id"
        held = post.grid_id if post.grid else post.district_id
        if getattr(place, column) == held:
            return True
    return False


def place(
    values: dict[str, Any], by: Actor, *, roles: Iterable[str] = WRITE
) -> dict[str, Any]:
    """The values with `grid` (a Grid) turned into the five place columns; without it, unchanged.

    An empty grid puts a record at the writer's district as a whole.

    Raises:
        Invalid: field "grid": outside the places where `by` holds one of `roles`.
    """
    if "grid" not in values:
        return values
    rest = {name: value for name, value in values.items() if name != "grid"}
    grid = values["grid"]
    ids = locate.place_of(grid).ids if grid is not None else _district_ids(by, roles)
    found = _Ids(ids)
    if not covers(by, found, roles):
        words = _("This grid lies outside your area.")
        raise Invalid(fields={"grid": [words]})
    return {**rest, **ids}


class _Ids:
    def __init__(self, ids: dict[str, int | None]) -> None:
        self.__dict__.update(ids)


def check_end(on: date, reason: str) -> None:
    """Let an end pass that has a reason and whose day has come.

    Raises:
        Invalid: `fields` reason, on.
    """
    wrong = {}
    if not reason.strip():
        wrong["reason"] = [_("Say why.")]
    if on > timezone.localdate():
        wrong["on"] = [_("This day is still to come.")]
    if wrong:
        raise Invalid(fields=wrong)


def _district_ids(by: Actor, roles: Iterable[str]) -> dict[str, int | None]:
    wanted = frozenset(roles)
    posts = posts_of(by) if isinstance(by, User) else ()
    for post in posts:
        if post.role in wanted and post.grid is None:
            return {**dict.fromkeys(PLACE_FIELDS), "district_id": post.district_id}
    raise Invalid(fields={"grid": [_("Name the grid it lies in.")]})


def write(
    row: R | None,
    model: type[R],
    values: dict[str, Any],
    *,
    by: Actor,
    source: str = "manual",
    version: int | None = None,
    event: str = "",
) -> R:
    """Make a record, or change one: version, provenance, history and event in one transaction.

    Args:
        row: the record to change; None makes one.
        model: its class.
        values: by attribute of the model; only what differs is written.
        by: who writes; the history names them.
        source: "manual", "import:<id>" or "feed:<code>"; kept for each changed field.
        version: what the writer saw; None does not compare.
        event: first part of the event's name; the model's name when left out.

    Raises:
        Invalid: a value does not fit its field, or such a record is already there.
        Conflict: somebody changed it since; `extra["fields"]` has theirs and yours by field.
        NotHere: it is gone.
    """
    who = by.pk if isinstance(by, User) else None
    name = event or str(model._meta.model_name)  # noqa: SLF001 - Django's documented API
    with transaction.atomic(), pghistory.context(user=who, source=source):
        if row is None:
            return _create(model(**values), values, by, source, name)
        held = model._default_manager.select_for_update(of=("self",)).filter(pk=row.pk)  # noqa: SLF001
        found = held.first()
        if found is None:
            raise NotHere(_("This record is no longer there."))
        changed = [n for n, value in values.items() if getattr(found, n) != value]
        if version is not None and version != found.version and changed:
            raise _conflict(found, values, changed, version)
        if changed:
            _change(found, values, changed, by, source, name)
        return found


def _create(row: R, values: dict[str, Any], by: Actor, source: str, name: str) -> R:
    given = [n for n, value in values.items() if value not in (None, "", [], {})]
    row.provenance = _provenance(given, source)
    _store(row, list(values), is_new=True)
    events.record(f"{name}.created", row, by, {"source": source})
    return row


def _change(
    row: Record,
    values: dict[str, Any],
    changed: list[str],
    by: Actor,
    source: str,
    name: str,
) -> None:
    for attribute in changed:
        setattr(row, attribute, values[attribute])
    row.version += 1
    row.updated_at = timezone.now()
    row.provenance = {**row.provenance, **_provenance(changed, source)}
    _store(row, changed, is_new=False)
    # names only: the event log holds no personal data
    told = {"source": source, "fields": sorted(_named(changed))}
    events.record(f"{name}.changed", row, by, told)


def _named(attributes: Iterable[str]) -> set[str]:
    """Names as people know them: the place columns are one, a foreign key loses its `_id`."""
    return {"grid" if n in PLACE_FIELDS else n.removesuffix("_id") for n in attributes}


def _provenance(attributes: Iterable[str], source: str) -> dict[str, dict[str, str]]:
    at = timezone.now().isoformat(timespec="seconds")
    return {name: {"source": source, "at": at} for name in _named(attributes)}


def _store(row: Record, attributes: list[str], *, is_new: bool) -> None:
    """Check the given fields, then save; what the database refuses is told by field."""
    checked = {n for n in attributes if not n.endswith("_id")}
    meta = row._meta  # noqa: SLF001 - Django's documented API
    skipped = [f.name for f in meta.fields if f.is_relation or f.attname not in checked]
    try:
        row.clean_fields(exclude=skipped)
        with transaction.atomic():
            if is_new:
                row.save(force_insert=True)
            else:
                own = ["version", "updated_at", "provenance", *_hashes(row, attributes)]
                row.save(update_fields=[*attributes, *own])
    except ValidationError as error:
        raise Invalid(fields=error.message_dict) from error
    except IntegrityError as error:
        raise _refused(row, error) from error


def _hashes(row: Record, attributes: Iterable[str]) -> list[str]:
    """Columns that hold the hash of one of these and must be written with it."""
    fields = row._meta.fields  # noqa: SLF001 - Django's documented API
    hashes = [f for f in fields if isinstance(f, KeyedHashField)]
    return [f.attname for f in hashes if f.source in set(attributes)]


def _refused(row: Record, error: IntegrityError) -> Invalid:
    """A constraint's own words, at its first field."""
    cause = getattr(error.__cause__, "diag", None)
    name = getattr(cause, "constraint_name", "") or ""
    meta = row._meta  # noqa: SLF001 - Django's documented API
    found = next((c for c in meta.constraints if c.name == name), None)
    fields = list(getattr(found, "fields", ())) or [
        f.name for f in meta.fields if f.unique and f"_{f.column}_" in f"_{name}_"
    ]
    words = _("There is already such a record.")
    if found is not None and not isinstance(found, models.UniqueConstraint):
        words = str(found.get_violation_error_message())
    at = next(iter(_named(fields[-1:])), "")
    return Invalid(words, fields={at: [words]} if at else {})


def _conflict(
    row: Record, values: dict[str, Any], changed: list[str], version: int
) -> Conflict:
    """Who changed what meanwhile, beside what the writer wanted."""
    meanwhile = history.since(row, version)
    fields = history.side_by_side(row, values, changed)
    words = _("%(who)s changed this record %(when)s, after you opened it.") % {
        "who": meanwhile.who or _("Somebody"),
        "when": timezone.localtime(row.updated_at).strftime("%m-%d %H:%M"),
    }
    return Conflict(
        words,
        version=row.version,
        who=meanwhile.who,
        at=row.updated_at.isoformat(),
        changed=sorted(_named(meanwhile.fields)),
        fields=fields,
    )


@transaction.atomic
def end(row: R, *, by: Actor, on: date, event: str = "") -> R:
    """End a record: it leaves the lists and stays in the history. Repeating it changes nothing.

    Raises:
        NotHere: it is gone. Invalid: field "ended_on": a day to come.
    """
    if on > timezone.localdate():
        raise Invalid(fields={"ended_on": [_("This day is still to come.")]})
    model = type(row)
    held = model._default_manager.select_for_update(of=("self",))  # noqa: SLF001
    found = held.filter(pk=row.pk).first()
    if found is None:
        raise NotHere(_("This record is no longer there."))
    if found.ended_on is not None:
        return found
    name = event or str(model._meta.model_name)  # noqa: SLF001
    who = by.pk if isinstance(by, User) else None
    with pghistory.context(user=who, source="manual"):
        found.ended_on, found.version = on, found.version + 1
        found.updated_at = timezone.now()
        found.save(update_fields=["ended_on", "version", "updated_at"])
    events.record(f"{name}.ended", found, by, {"on": on.isoformat()})
    return found
