"""Feeds: the list, setting one up in four steps, delivering."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from governance.core import menu
from governance.core.errors import Invalid, NotAllowed, NotHere
from governance.core.registers import every, find
from grids import feed_lists
from grids.actions import feeds as actions
from grids.feeds import mapping
from grids.models import Department, Feed, FieldRule
from grids.scoping import posts_of
from grids.views.access import signed_in, staff

READERS = tuple(sorted(feed_lists.READERS))


def feed_or_404(request: HttpRequest, pk: int) -> Feed:
    """The feed, if the caller may know of it.

    Raises:
        NotHere: there is none, or it is another department's.
    """
    rows = Feed.objects.visible_to(request.user).select_related("department")
    feed = rows.filter(pk=pk).first()
    if feed is None:
        raise NotHere(_("There is no such feed for you."))
    return feed


def own_feed(request: HttpRequest, pk: int) -> Feed:
    """The feed, if the caller may set it up.

    Raises:
        NotHere, NotAllowed.
    """
    feed = feed_or_404(request, pk)
    if not actions.may_configure(signed_in(request), feed):
        raise NotAllowed(_("Feeds are set up by the district."))
    return feed


def steps(now: int) -> list[dict[str, Any]]:
    """The four steps of setting up, for the stepper."""
    labels = [_("Sample"), _("Columns"), _("Whom to believe"), _("Schedule")]
    states = ["done" if n < now else "now" if n == now else "later" for n in range(4)]
    return [
        {"label": label, "state": state}
        for label, state in zip(labels, states, strict=True)
    ]


@staff(*READERS)
@require_safe
def feed_list(request: HttpRequest) -> HttpResponse:
    """Every feed with how fresh it is."""
    user = signed_in(request)
    context = {
        "rows": feed_lists.feeds_of(user),
        "asked": feed_lists.open_claims(user),
        "may_configure": actions.may_configure(user),
    }
    return render(request, "grids/feeds/list.html", context)


@staff(*actions.CONFIGURE)
def feed_new(request: HttpRequest) -> HttpResponse:
    """Step 1: whose list, which register, and a sample file."""
    user = signed_in(request)
    district = posts_of(user)[0].district
    units = Department.objects.active().filter(district=district)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            feed = _created(request, units)
        except Invalid as error:
            errors = error.fields
        else:
            return redirect("feed_columns", feed.pk)
    context = {
        "departments": units,
        "registers": [r for r in every() if r.writers],
        "steps": steps(0),
        "errors": errors,
        "given": request.POST,
    }
    return render(
        request, "grids/feeds/new.html", context, status=422 if errors else 200
    )


def _created(request: HttpRequest, units: Any) -> Feed:
    given, file = request.POST, request.FILES.get("file")
    unit = units.filter(code=given.get("department", "")).first()
    if unit is None:
        raise Invalid(fields={"department": [_("Choose the department.")]})
    if file is None:
        raise Invalid(fields={"file": [_("Choose a file.")]})
    return actions.create_feed(
        unit.district,
        unit,
        register=given.get("register", ""),
        name=given.get("name", ""),
        code=given.get("code", "").strip().lower(),
        sample=file.read(settings.FEED_MAX_BYTES + 1),
        by=signed_in(request),
    )


@staff(*actions.CONFIGURE)
def feed_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 2: which source column is which."""
    feed = own_feed(request, pk)
    entries = [mapping.Entry(**entry) for entry in feed.mapping]
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        entries = [_entry(request, n, entry.source) for n, entry in enumerate(entries)]
        try:
            version = int(request.POST.get("version") or feed.version)
            crs = request.POST.get("crs", "")
            actions.map_columns(
                feed, entries, by=signed_in(request), crs=crs, version=version
            )
        except Invalid as error:
            errors = error.fields
        else:
            return redirect("feed_rules", feed.pk)
    context = _columns_context(feed, entries, errors)
    return render(
        request, "grids/feeds/columns.html", context, status=422 if errors else 200
    )


def _columns_context(feed: Feed, entries: Any, errors: Any) -> dict[str, Any]:
    register = find(feed.register)
    targets = mapping.targets(register) if register else []
    return {
        "feed": feed,
        "register": register,
        "lines": feed_lists.lines_of(feed, entries),
        "targets": targets,
        "lacking": mapping.lacking(register, entries) if register else [],
        "has_position": any(name == "lon" for name, _label in targets),
        "datums": [
            ("wgs84", "WGS84 / CGCS2000"),
            ("gcj02", "GCJ-02"),
            ("bd09", "BD-09"),
        ],
        "steps": steps(1),
        "errors": [words for found in errors.values() for words in found],
    }


def _entry(request: HttpRequest, number: int, source: str) -> mapping.Entry:
    """One line of the form; "old = new" a line in the code table."""
    given = request.POST
    codes = {}
    for line in given.get(f"codes_{number}", "").splitlines()[:200]:
        old, mark, new = line.partition("=")
        if mark and old.strip():
            codes[old.strip()] = new.strip()
    return mapping.Entry(
        source,
        given.get(f"column_{number}", ""),
        given.getlist(f"transforms_{number}"),
        codes,
    )


@staff(*actions.CONFIGURE)
def feed_rules(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 3: who is believed about which field."""
    feed = own_feed(request, pk)
    lines = feed_lists.rule_lines(feed)
    if request.method == "POST":
        rules = {line.name: _rule(request, line) for line in lines}
        actions.set_rules(feed, rules, by=signed_in(request))
        return redirect("feed_schedule", feed.pk)
    context = {
        "feed": feed,
        "lines": lines,
        "rules": FieldRule.Rule.choices,
        "steps": steps(2),
    }
    return render(request, "grids/feeds/rules.html", context)


def _rule(request: HttpRequest, line: feed_lists.RuleLine) -> tuple[str, list[str]]:
    """The rule of one field; its sources by the rank that was typed beside each."""
    given = request.POST

    def ranked(pair: tuple[int, str]) -> tuple[int, int]:
        text = given.get(f"rank_{line.name}_{pair[0]}", "")
        return (int(text) if text.isascii() and text.isdigit() else 99, pair[0])

    sources = sorted(enumerate(s for s, _name in line.order), key=ranked)
    return given.get(f"rule_{line.name}", "ask"), [source for _n, source in sources]


@staff(*actions.CONFIGURE)
def feed_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 4: how it comes, how often, and from when it is missed."""
    feed = own_feed(request, pk)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        user = signed_in(request)
        try:
            feed = actions.schedule_feed(feed, _schedule(request), by=user)
        except Invalid as error:
            errors = error.fields
        else:
            words = _("“%(name)s” is in use.") if feed.is_active else _("Put to rest.")
            messages.success(request, words % {"name": feed.name})
            return redirect("feed", feed.pk)
    context = {
        "feed": feed,
        "steps": steps(3),
        "errors": errors,
        "given": request.POST or None,
        "modes": Feed.Mode.choices,
        "secrets": sorted(settings.FEED_SECRETS),
        "has_folder": bool(settings.FEED_FOLDER),
        "hosts": settings.FEED_HOSTS,
    }
    return render(
        request, "grids/feeds/schedule.html", context, status=422 if errors else 200
    )


def _schedule(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    values: dict[str, Any] = {
        name: given.get(name, "") for name in ("mode", "folder", "url", "secret")
    }
    for name in ("every_hours", "expected_days"):
        text = given.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 6):
            raise Invalid(fields={name: [_("Write a whole number.")]})
        values[name] = int(text) if text else None
    values["is_active"] = "is_active" in given
    return values


@staff(*READERS)
@require_safe
def feed(request: HttpRequest, pk: int) -> HttpResponse:
    """One feed: how fresh, how it is read, its runs."""
    user, row = signed_in(request), feed_or_404(request, pk)
    register = find(row.register)
    labels = dict(mapping.targets(register)) if register else {}
    context = {
        "feed": row,
        "register": register,
        "columns": [(e["source"], labels.get(e["column"], "")) for e in row.mapping],
        "runs": row.runs.select_related("by")[: feed_lists.PAGE],
        "asked": row.claims.filter(state="open").count(),
        "may_deliver": row.is_active and actions.may_deliver(user, row),
        "may_configure": actions.may_configure(user, row),
        "roles": menu.standing_of(request).roles,
    }
    return render(request, "grids/feeds/page.html", context)


@staff(*READERS)
@require_POST
def feed_upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Deliver a file by hand."""
    row, file = feed_or_404(request, pk), request.FILES.get("file")
    try:
        data = file.read(settings.FEED_MAX_BYTES + 1) if file else b""
        name = file.name or "" if file else ""
        run = actions.upload(row, name, data, by=signed_in(request))
    except Invalid as error:
        messages.error(request, next(iter(error.fields.values()), [error.message])[0])
        return redirect("feed", row.pk)
    return redirect("feed_run", run.pk)


@staff(*READERS)
@require_POST
def feed_fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """Look now where it comes from, without waiting for the schedule."""
    row = feed_or_404(request, pk)
    if row.mode == Feed.Mode.UPLOAD:
        raise NotAllowed(_("This feed is delivered by hand."))
    run = actions.fetch(row, by=signed_in(request))
    if run is None:
        messages.info(request, _("Nothing lies there yet."))
        return redirect("feed", row.pk)
    return redirect("feed_run", run.pk)
