"""Keeping the list of sites: write one, plan one, close one, its pictures."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import attachments, coordinates, dictionaries, events
from governance.core.errors import Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import Attachment, User
from grids import locate
from grids.models import Grid, Site, SitePhoto
from grids.models.places import LEVELS
from grids.models.sites import ACCESS, KINDS, SERVICES
from grids.registers import base

WRITERS = base.DESK | {"grid_leader", "grid_worker"}
MOST_PHOTOS = 12


def save_site(
    row: Site | None,
    values: dict[str, Any],
    *,
    by: Actor,
    version: int | None = None,
    source: str = "manual",
) -> Site:
    """Make or change a site. With a position the grid is looked up; a named grid must fit it.

    Args:
        row: None makes one.
        values: by column of the register; `lon` and `lat` are in `crs` (WGS 84 when left out).
        by: township, district or grid staff of its place.
        version: what the writer saw.
        source: where the values come from.

    Raises:
        Invalid: by column. Conflict: changed meanwhile. NotAllowed: outside the writer's area.
    """
    values = {
        name: value for name, value in values.items() if name != "crs"
    } | _position(row, values)
    _check_terms(values)
    values = _place(row, values, by)
    if row is not None:
        _may_write(row, by)
    return base.write(row, Site, values, by=by, version=version, source=source)


def plan_site(
    lon: float, lat: float, *, name: str, kind: str, by: Actor, grid: Grid | None = None
) -> Site:
    """A planned site at a proposed position (WGS 84); residents do not see it.

    Raises:
        Invalid: the name is taken, the kind unknown, the point outside. NotAllowed.
    """
    values = {
        "name": name,
        "kind": kind,
        "lon": lon,
        "lat": lat,
        "stage": Site.Stage.PLANNED,
        "is_public": False,
    }
    if grid is not None:
        values["grid"] = grid
    return save_site(None, values, by=by)


def open_site(site: Site, *, by: Actor, on: date | None = None) -> Site:
    """A planned or paused site opens its doors. Repeating it changes nothing."""
    _may_write(site, by)
    if site.stage == Site.Stage.OPEN:
        return site
    opened = site.opened_on or on or timezone.localdate()
    return base.write(
        site, Site, {"stage": Site.Stage.OPEN, "opened_on": opened}, by=by
    )


@transaction.atomic
def close_site(site: Site, *, by: Actor, on: date | None = None) -> Site:
    """Close a site for good. Repeating it changes nothing.

    Raises:
        Invalid: field "ended_on": a day to come, or before it opened.
    """
    _may_write(site, by)
    day = on or timezone.localdate()
    if site.opened_on and day < site.opened_on:
        words = _("It opened on %(day)s, later than that.") % {"day": site.opened_on}
        raise Invalid(fields={"ended_on": [words]})
    return base.end(site, by=by, on=day)


# --- Pictures -----------------------------------------------------------------------------


@transaction.atomic
def add_photos(
    site: Site, files: Iterable[Any], *, by: User, is_public: bool = False
) -> list[SitePhoto]:
    """Keep uploaded pictures of a site.

    Raises:
        Invalid: field "photos": not a picture, too large, too many. NotAllowed.
    """
    _may_write(site, by)
    uploads = list(files)
    held = Site.objects.select_for_update().get(pk=site.pk)
    count = held.photos.count()
    if count + len(uploads) > MOST_PHOTOS:
        words = _("A site has %(n)s pictures at most.") % {"n": MOST_PHOTOS}
        raise Invalid(words, fields={"photos": [words]})
    rows = []
    for n, upload in enumerate(uploads, count):
        file = attachments.store(upload, by=by, purpose=Attachment.Purpose.OTHER)
        row = SitePhoto.objects.create(
            site=held, file=file, is_public=is_public, order=n
        )
        attachments.bind([file], row, Attachment.Purpose.OTHER, by)
        rows.append(row)
    if rows:
        events.record("site.photos_added", held, by, {"count": len(rows)})
    return rows


@transaction.atomic
def change_photo(
    photo: SitePhoto, *, by: User, is_public: bool, caption: str = ""
) -> SitePhoto:
    """Show a picture to residents, or keep it inside; the words under it."""
    _may_write(photo.site, by)
    caption = caption.strip()[:60]
    if (photo.is_public, photo.caption) != (is_public, caption):
        photo.is_public, photo.caption = is_public, caption
        photo.save(update_fields=["is_public", "caption"])
        data = {"photo": photo.pk, "is_public": is_public}
        events.record("site.photo_changed", photo.site, by, data)
    return photo


@transaction.atomic
def remove_photo(photo: SitePhoto, *, by: User) -> None:
    """Take a picture away; its file stays until the loose files are swept."""
    _may_write(photo.site, by)
    events.record("site.photo_removed", photo.site, by, {"photo": photo.pk})
    file = photo.file
    photo.delete()
    Attachment.objects.filter(pk=file.pk).update(subject_type="", subject_id=None)


# --- Checks -------------------------------------------------------------------------------


def may_write(place: Any, by: Actor) -> bool:
    """Whether somebody keeps the sites of a place."""
    return base.covers(by, place, WRITERS)


def _may_write(row: Site, by: Actor) -> None:
    if not may_write(row, by):
        raise NotAllowed(_("Only the staff of this place keep its sites."))


def _position(row: Site | None, values: dict[str, Any]) -> dict[str, Any]:
    """Lon and lat in WGS 84, both or neither; {} when the writer says nothing of them."""
    if "lon" not in values and "lat" not in values:
        return {}
    lon = values.get("lon", row.lon if row else None)
    lat = values.get("lat", row.lat if row else None)
    if lon in (None, "") and lat in (None, ""):
        return {"lon": None, "lat": None}
    if lon in (None, "") or lat in (None, ""):
        field = "lon" if lon in (None, "") else "lat"
        words = _("A position has both longitude and latitude.")
        raise Invalid(fields={field: [words]})
    x, y = coordinates.to_wgs84(lon, lat, values.get("crs") or "wgs84")
    return {"lon": round(x, 6), "lat": round(y, 6)}


def _place(row: Site | None, values: dict[str, Any], by: Actor) -> dict[str, Any]:
    """The place columns, from the position where there is one."""
    named: Grid | None = values.get("grid")
    lon, lat = values.get("lon"), values.get("lat")
    if lon is None or lat is None:
        if row is None and "grid" not in values:
            words = _("Name the grid it lies in, or its position.")
            raise Invalid(fields={"grid": [words]})
        return base.place(values, by, roles=WRITERS)
    found = locate.locate(lon, lat)
    if found is None:
        if locate.is_far_outside(lon, lat):
            words = _("This point lies outside the district. Is the datum right?")
            raise Invalid(fields={"lon": [words]})
        return base.place(values, by, roles=WRITERS)
    if named is not None and getattr(found, f"{named.level}_id") != named.pk:
        words = _("The position lies in %(found)s, not in %(named)s.")
        told = words % {"found": _chain(found), "named": named.name}
        raise Invalid(fields={"grid": [told]})
    grid = locate.named_grids([found.grid_id])[found.grid_id]
    return base.place({**values, "grid": grid}, by, roles=WRITERS)


def _chain(place: locate.Place) -> str:
    return "/".join(above.name for above in locate.places_of(place.chain))


def _check_terms(values: dict[str, Any]) -> None:
    """Codes must be in their dictionaries.

    Raises:
        Invalid: fields "kind", "services", "access".
    """
    wrong: dict[str, list[str]] = {}
    if "kind" in values and dictionaries.item(KINDS, values["kind"] or "") is None:
        wrong["kind"] = [_("Choose a kind from the list.")]
    for name, dictionary in (("services", SERVICES), ("access", ACCESS)):
        codes = values.get(name) or []
        lost = [code for code in codes if dictionaries.item(dictionary, code) is None]
        if lost:
            words = _("Not in the list: %(codes)s") % {"codes": "、".join(lost)}
            wrong[name] = [words]
    if wrong:
        raise Invalid(fields=wrong)


def grid_of(site: Site) -> Grid | None:
    """The lowest grid it lies in, with its names, from memory."""
    pk = next(
        (
            getattr(site, f"{lv}_id")
            for lv in reversed(LEVELS)
            if getattr(site, f"{lv}_id")
        ),
        None,
    )
    return locate.named_grids([pk]).get(pk) if pk else None
