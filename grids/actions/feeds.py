"""Setting up a feed, delivering by hand, looking at due ones, and the alarm of overdue ones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.core import coordinates, events
from governance.core.errors import Conflict, Invalid, NotAllowed
from governance.core.events import Actor
from governance.core.models import User
from governance.core.registers import Register, find
from grids.actions.feed_runs import give_up_stale, receive
from grids.feeds import mapping, tables, transport
from grids.feeds.mapping import Entry
from grids.feeds.transport import Delivery, NotDelivered
from grids.models import Department, District, Feed, FeedRun, FieldRule
from grids.scoping import scope_of

CONFIGURE = ("district", "admin")
MOST_HOURS = 24 * 31
MOST_DAYS = 400
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}", re.ASCII)


# --- who may ----------------------------------------------------------------------------------


def may_configure(user: User, feed: Feed | None = None) -> bool:
    """District staff and administrators, each in their district."""
    scope = scope_of(user)
    if feed is None:
        return scope.has_role(*CONFIGURE)
    return scope.holds(CONFIGURE, feed)


def may_deliver(user: User, feed: Feed) -> bool:
    """Whoever may configure it, and the officers of its department."""
    return may_configure(user, feed) or scope_of(user).holds(("officer",), feed)


def _check_configure(by: Actor, feed: Feed) -> None:
    if isinstance(by, User) and not may_configure(by, feed):
        raise NotAllowed(_("Feeds are set up by the district."))


# --- setting up -------------------------------------------------------------------------------


@transaction.atomic
def create_feed(
    district: District,
    department: Department,
    *,
    register: str,
    name: str,
    code: str,
    sample: bytes,
    by: Actor,
) -> Feed:
    """Begin a feed from a sample file; its columns are proposed, nothing is imported.

    Raises:
        Invalid: "code", "register", "department" or "file". NotAllowed: not by this person.
    """
    feed = Feed(district=district, department=department, code=code, register=register)
    _check_configure(by, feed)
    known = _register(register)
    if not CODE.fullmatch(code):
        words = _("2 to 40 small letters, digits, - and _, such as civil-people.")
        raise Invalid(fields={"code": [words]})
    if Feed.objects.filter(code=code).exists():
        raise Invalid(fields={"code": [_("There is already a feed of this code.")]})
    if not name.strip():
        raise Invalid(fields={"name": [_("Give the feed a name.")]})
    table = tables.read(sample)
    feed.name = name.strip()[:60]
    feed.headings, feed.sample = table.headings, mapping.sample_of(table)
    feed.mapping = [e.as_json() for e in mapping.suggest(known, table.headings)]
    feed.save()
    _record("feed.created", feed, by, {"register": register})
    return feed


def _register(key: str) -> Register:
    register = find(key)
    if register is None:
        raise Invalid(fields={"register": [_("There is no such register.")]})
    return register


@transaction.atomic
def map_columns(
    feed: Feed,
    entries: Iterable[Entry],
    *,
    by: Actor,
    crs: str = "",
    version: int | None = None,
) -> Feed:
    """Save which source column is which, and the datum of its positions.

    Raises:
        Invalid: "mapping", "transforms" or "crs". Conflict: changed since `version`.
    """
    held = _held(feed, by, version)
    good = mapping.checked(_register(held.register), entries)
    held.mapping = [entry.as_json() for entry in good]
    if crs:
        if crs not in coordinates.NAMES.values():
            raise Invalid(fields={"crs": [_("Known datums are wgs84, gcj02, bd09.")]})
        held.crs = crs
    return _changed(held, by, ["mapping", "crs"])


@transaction.atomic
def set_rules(
    feed: Feed, rules: Mapping[str, tuple[str, Sequence[str]]], *, by: Actor
) -> Feed:
    """Save by field who is believed when sources differ; they hold for all feeds of the register.

    Args:
        feed: any feed of the register.
        rules: rule and order of sources by field.
        by: who says so.

    Raises:
        Invalid: field "rule". NotAllowed.
    """
    held = _held(feed, by, None)
    for column, (rule, order) in rules.items():
        if rule not in FieldRule.Rule.values:
            raise Invalid(fields={"rule": [_("There is no such rule.")]})
        FieldRule.objects.update_or_create(
            district_id=held.district_id,
            register=held.register,
            column=column,
            defaults={"rule": rule, "order": [str(source) for source in order]},
        )
    _record("feed.rules_set", held, by, {"columns": sorted(rules)})
    return held


@transaction.atomic
def schedule_feed(feed: Feed, values: Mapping[str, Any], *, by: Actor) -> Feed:
    """Say how it comes and how often, and put it in use.

    Args:
        feed: with its columns mapped.
        values: mode, folder, url, secret, every_hours, expected_days, is_active.
        by: who says so.

    Raises:
        Invalid: by field; an address or folder that this server must not touch.
    """
    held = _held(feed, by, None)
    mode = values.get("mode") or held.mode
    if mode not in Feed.Mode.values:
        raise Invalid(fields={"mode": [_("There is no such way.")]})
    held.mode = mode
    held.folder = str(values.get("folder") or "").strip() if mode == "folder" else ""
    held.url = str(values.get("url") or "").strip() if mode == "url" else ""
    held.secret = str(values.get("secret") or "").strip() if mode == "url" else ""
    held.every_hours = values.get("every_hours") if mode != "upload" else None
    held.expected_days = values.get("expected_days")
    held.is_active = bool(values.get("is_active", True))
    _check_transport(held)
    if held.is_active:
        entries = [Entry(**entry) for entry in held.mapping]
        mapping.checked(_register(held.register), entries)
        held.sample = ""
    held.next_at = timezone.now() if held.is_active and held.every_hours else None
    return _changed(held, by, ["mode", "folder", "url", "every_hours", "is_active"])


def _check_transport(feed: Feed) -> None:
    if feed.mode == Feed.Mode.FOLDER:
        transport.folder_of(feed.folder)
    if feed.mode == Feed.Mode.URL:
        transport.checked_url(feed.url)
    if feed.secret and feed.secret not in settings.FEED_SECRETS:
        words = _("There is no secret “%(name)s” in FEED_SECRETS.")
        raise Invalid(fields={"secret": [words % {"name": feed.secret}]})
    if feed.mode != Feed.Mode.UPLOAD and not feed.every_hours:
        raise Invalid(fields={"every_hours": [_("Say how often to look.")]})
    for name, most in (("every_hours", MOST_HOURS), ("expected_days", MOST_DAYS)):
        value = getattr(feed, name)
        if value is not None and not 1 <= value <= most:
            words = _("A whole number from 1 to %(most)s.") % {"most": most}
            raise Invalid(fields={name: [words]})


def _held(feed: Feed, by: Actor, version: int | None) -> Feed:
    _check_configure(by, feed)
    held = Feed.objects.select_for_update().get(pk=feed.pk)
    if version is not None and held.version != version:
        raise Conflict(_("Somebody changed this feed meanwhile; look at it again."))
    return held


def _changed(feed: Feed, by: Actor, fields: list[str]) -> Feed:
    feed.version += 1
    feed.save()
    _record("feed.changed", feed, by, {"fields": fields})
    return feed


def _record(name: str, feed: Feed, by: Actor, data: Mapping[str, Any]) -> None:
    events.record(name, feed, by, {"code": feed.code, **data})


# --- delivering -------------------------------------------------------------------------------


def upload(feed: Feed, name: str, data: bytes, *, by: User) -> FeedRun:
    """Deliver a file by hand.

    Raises:
        NotAllowed: no officer of this department. Invalid: field "file". Conflict: see receive.
    """
    if not may_deliver(by, feed):
        raise NotAllowed(_("Files are delivered by the feed's own department."))
    if not data:
        raise Invalid(fields={"file": [_("Choose a file.")]})
    if len(data) > settings.FEED_MAX_BYTES:
        most = settings.FEED_MAX_BYTES // (1024 * 1024)
        words = _("The file is larger than %(n)s MB.") % {"n": most}
        raise Invalid(fields={"file": [words]})
    return receive(feed, Delivery(name[:200], data, timezone.now()), by=by)


def fetch(feed: Feed, *, by: Actor = None) -> FeedRun | None:
    """Look where the feed comes from; None when there is nothing to take.

    A folder or an address that fails leaves a run that says so.

    Raises:
        Conflict: the last delivery is still being worked on.
        NotAllowed: asked by somebody who may not deliver.
    """
    if isinstance(by, User) and not may_deliver(by, feed):
        raise NotAllowed(_("Files are delivered by the feed's own department."))
    try:
        if feed.mode == Feed.Mode.FOLDER:
            delivery = transport.from_folder(feed.folder)
        else:
            delivery = transport.from_url(feed.url, feed.secret)
    except (NotDelivered, Invalid) as error:
        fields = getattr(error, "fields", {})
        words = next(iter(fields.values()), [str(error)])[0]
        return _not_delivered(feed, words, by)
    if delivery is None:
        return None
    return receive(feed, delivery, by=by or feed.source)


@transaction.atomic
def _not_delivered(feed: Feed, words: str, by: Actor) -> FeedRun:
    now = timezone.now()
    run = FeedRun.objects.create(
        feed=feed,
        state=FeedRun.State.BROKEN,
        by=by if isinstance(by, User) else None,
        words=words[:300],
        ended_at=now,
    )
    data = {"feed": feed.code, "state": run.state}
    events.record(
        "feed.run_ended",
        run,
        by or feed.source,
        data,
        thread_id=feed.pk,
        district_id=feed.district_id,
    )
    return run


def due_feeds() -> list[int]:
    """Take the feeds whose time has come; each is given out once, its next time is set."""
    now = timezone.now()
    with transaction.atomic():
        rows = Feed.objects.in_use().filter(next_at__lte=now)
        found = list(rows.select_for_update(skip_locked=True))
        for feed in found:
            feed.next_at = now + timedelta(hours=feed.every_hours or 24)
            feed.save(update_fields=["next_at"])
    return [feed.pk for feed in found]


def waiting_runs() -> list[int]:
    """Runs that nobody works on; those whose worker is gone are marked as stopped first."""
    give_up_stale()
    late = timezone.now() - timedelta(seconds=30)
    rows = FeedRun.objects.filter(state=FeedRun.State.WAITING, touched_at__lt=late)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def alarm_overdue() -> int:
    """Record one event for each feed that has become overdue; gives how many."""
    count = 0
    candidates = Feed.objects.in_use().filter(
        expected_days__isnull=False, alarmed_at__isnull=True
    )
    for candidate in candidates:
        if not candidate.overdue_days:
            continue
        with transaction.atomic():
            feed = Feed.objects.select_for_update().get(pk=candidate.pk)
            if feed.alarmed_at is None and feed.overdue_days:
                feed.alarmed_at = timezone.now()
                feed.save(update_fields=["alarmed_at"])
                _record("feed.overdue", feed, "system", {"days": feed.overdue_days})
                count += 1
    return count
