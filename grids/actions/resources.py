"""The directory: departments, support units, what they offer, and taking part of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers.spec import Values
from grids.models import Department, Grid, Resource, ResourceUse, SupportUnit
from grids.registers import base
from grids.scoping import posts_of

KEEPERS = frozenset({"district", "township", "officer", "admin"})
DISTRICT = frozenset({"district", "admin"})


def save_department(
    row: Department | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Department:
    """Add a department to the directory, or change it; officers change their own.

    Raises:
        Invalid, Conflict: see `base.write`. NotAllowed: another unit's entry.
    """
    if isinstance(by, User) and not _keeps_department(by, row):
        raise NotAllowed(_("A department's entry is kept by itself or the district."))
    if row is None:
        values = {**values, "district_id": _district_of(by, values)}
    model: Any = Department
    saved = base.write(
        cast(Any, row), model, values, by=by, source=source, version=version
    )
    return cast(Department, saved)


def _keeps_department(by: User, row: Department | None) -> bool:
    posts = posts_of(by)
    if any(post.role in DISTRICT for post in posts):
        return True
    return row is not None and any(post.department_id == row.pk for post in posts)


def _district_of(by: Actor, values: Values) -> int:
    if "district_id" in values:
        return int(values["district_id"])
    posts = posts_of(by) if isinstance(by, User) else ()
    for post in posts:
        return post.district_id
    raise NotAllowed(_("You are posted in no district."))


def save_unit(
    row: SupportUnit | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> SupportUnit:
    """Add a unit that helps, or change it. Without a grid it belongs to the whole district.

    Raises:
        Invalid, Conflict: see `base.write`; "grid" outside the writer's area.
    """
    values = _placed(values, by, row)
    return base.write(row, SupportUnit, values, by=by, source=source, version=version)


def _placed(values: Values, by: Actor, row: Any | None) -> Values:
    """Place columns of an entry; a new one without a grid lies in the writer's district."""
    if row is None and values.get("grid") is None:
        rest = {name: value for name, value in values.items() if name != "grid"}
        none = dict.fromkeys(base.PLACE_FIELDS)
        return {**rest, **none, "district_id": _district_of(by, values)}
    return base.place(values, by, roles=KEEPERS)


def save_resource(
    row: Resource | None,
    values: Values,
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Resource:
    """Put something into the list of resources, or change it.

    `values` may hold `areas`, a list of grids; it replaces the whole service area.

    Raises:
        Invalid: no service area, no or two providers; what `base.write` refuses.
        NotAllowed: an officer writes for another department.
    """
    values = dict(values)
    areas: Iterable[Grid] | None = values.pop("areas", None)
    given = _provided(row, values)
    _may_offer(by, row, given)
    if row is None:
        values |= _place_of_provider(given, by, values)
    has_area = _has_area(row, values, areas)
    if not has_area:
        words = _("Name the grids it serves, or the whole district.")
        raise Invalid(fields={"areas": [words]})
    with transaction.atomic():
        saved = base.write(row, Resource, values, by=by, source=source, version=version)
        if areas is not None:
            _serve(saved, list(areas), by)
    return saved


def _provided(row: Resource | None, values: Values) -> dict[str, Any]:
    """Department and unit as they will be; exactly one is named."""
    given = {
        name: values[name] if name in values else getattr(row, name, None)
        for name in ("department", "unit")
    }
    if (given["department"] is None) == (given["unit"] is None):
        words = _("Name a department or a unit, one of them.")
        raise Invalid(fields={"department": [words]})
    return given


def check_keeper(row: Resource, by: User) -> None:
    """Whether somebody keeps this resource's use.

    Raises:
        NotAllowed: an officer of another department.
    """
    _may_offer(by, row, {"department": row.department})


def _may_offer(by: Actor, row: Resource | None, given: dict[str, Any]) -> None:
    """Officers write for their own departments, the desks for everybody in the district."""
    if not isinstance(by, User):
        return
    posts = posts_of(by)
    if any(post.role in ("district", "township", "admin") for post in posts):
        return
    own = {post.department_id for post in posts if post.role == "officer"}
    before = row.department_id if row else None
    department = given["department"]
    if department is None or department.pk not in own or before not in {None, *own}:
        raise NotAllowed(_("An officer lists what the own department offers."))


def _place_of_provider(given: dict[str, Any], by: Actor, values: Values) -> Values:
    """The resource lies where its provider does; departments belong to the district."""
    none: Values = dict.fromkeys(base.PLACE_FIELDS)
    if unit := given["unit"]:
        return {**none, **unit.place_ids}
    return {**none, "district_id": given["department"].district_id}


def _has_area(
    row: Resource | None, values: Values, areas: Iterable[Grid] | None
) -> bool:
    if values.get("is_whole_district", row.is_whole_district if row else False):
        return True
    if areas is not None:
        return bool(list(areas))
    return row is not None and row.areas.exists()


def _serve(resource: Resource, areas: list[Grid], by: Actor) -> None:
    """Replace the service area; told in the history when it differs."""
    before = set(resource.areas.values_list("code", flat=True))
    after = {grid.code for grid in areas}
    if any(grid.district_id != resource.district_id for grid in areas):
        raise Invalid(fields={"areas": [_("A grid lies in another district.")]})
    if before != after:
        resource.areas.set(areas)
        codes = {"from": sorted(before), "to": sorted(after)}
        events.record("resource.area_changed", resource, by, codes)


@transaction.atomic
def take(resource: Resource, amount: int, *, purpose: str, by: Actor) -> ResourceUse:
    """Take part of a resource for something.

    Raises:
        Conflict: it is not offered now, or less is left.
        Invalid: field "amount" or "purpose".
    """
    row = Resource.objects.select_for_update(of=("self",)).get(pk=resource.pk)
    if amount < 1:
        raise Invalid(fields={"amount": [_("At least one.")]})
    if not purpose.strip():
        raise Invalid(fields={"purpose": [_("Say what it is used for.")]})
    if not Resource.objects.usable().filter(pk=row.pk).exists():
        raise Conflict(_("This is not offered now."))
    if row.left is not None and amount > row.left:
        words = _("Only %(left)s %(measure)s left.")
        raise Conflict(words % {"left": row.left, "measure": row.measure})
    use = ResourceUse.objects.create(
        resource=row, amount=amount, purpose=purpose.strip()[:120]
    )
    row.in_use += amount
    row.save(update_fields=["in_use"])
    data = {"amount": amount, "use": use.pk}
    events.record("resource.taken", row, by, data)
    return use


@transaction.atomic
def give_back(use: ResourceUse, *, by: Actor, on: dt.date | None = None) -> ResourceUse:
    """Give a use back; a second time changes nothing."""
    row = Resource.objects.select_for_update(of=("self",)).get(pk=use.resource_id)
    use = ResourceUse.objects.select_for_update().get(pk=use.pk)
    if use.given_back_on is not None:
        return use
    use.given_back_on = on or timezone.localdate()
    use.save(update_fields=["given_back_on"])
    row.in_use -= use.amount
    row.save(update_fields=["in_use"])
    data = {"amount": use.amount, "use": use.pk}
    events.record("resource.given_back", row, by, data)
    return use
