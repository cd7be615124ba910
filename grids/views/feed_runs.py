"""One delivery: how far it is, what it asks, its errors as a sheet."""

import json
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from governance.core.errors import NotAllowed, NotHere
from governance.core.registers import find
from grids import feed_lists
from grids.actions import feed_runs as actions
from grids.actions import feeds
from grids.feeds import mapping
from grids.models import Feed, FeedRun
from grids.positions import NAMES
from grids.views.access import signed_in, staff

READERS = tuple(sorted(feed_lists.READERS))
MOST_SHOWN = 100
ASKING = frozenset({"held", "broken"})


def run_or_404(request: HttpRequest, pk: int) -> FeedRun:
    """The run, if its feed may be seen.

    Raises:
        NotHere: there is none for the caller.
    """
    seen = Feed.objects.visible_to(request.user).values("pk")
    rows = FeedRun.objects.select_related("feed__department", "by")
    run = rows.filter(pk=pk, feed__in=seen).first()
    if run is None:
        raise NotHere(_("There is no such delivery for you."))
    return run


@staff(*READERS)
@require_safe
def feed_run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; what became of the rows; what it waits for."""
    run = run_or_404(request, pk)
    if request.headers.get("X-Refresh") and not run.is_open:
        # it has ended meanwhile: state, faulty rows and what is asked are elsewhere on the page
        return HttpResponse(headers={"HX-Refresh": "true"})
    user, register = signed_in(request), find(run.feed.register)
    labels = dict(mapping.targets(register)) if register else {}
    context = {
        "run": run,
        "feed": run.feed,
        "newer": actions.newer_than(run) if run.state in ASKING else None,
        "register": register,
        "datum": NAMES.get(run.proposal, ""),
        "faults": _told(run, labels, is_taken=False),
        "doubts": _told(run, labels, is_taken=True),
        "may_deliver": feeds.may_deliver(user, run.feed),
        "may_configure": feeds.may_configure(user, run.feed),
    }
    return render(request, "grids/feeds/run.html", context)


def _told(
    run: FeedRun, labels: Mapping[str, str | Promise], *, is_taken: bool
) -> list[tuple[int, str | Promise, str]]:
    """Row, column in words and sentence of the first rows that were (not) written."""
    rows = run.row_errors.filter(is_taken=is_taken)[:MOST_SHOWN]
    return [(e.number, labels.get(e.column, ""), e.words) for e in rows]


@staff(*READERS)
@require_POST
def feed_go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Say the word that a run waits for, or let a broken one go on."""
    run, user = run_or_404(request, pk), signed_in(request)
    verb = request.POST.get("verb", "")
    allowed = feeds.may_configure if verb == "crs" else feeds.may_deliver
    if not allowed(user, run.feed):
        raise NotAllowed(_("Files are delivered by the feed's own department."))
    if verb == "discard":
        actions.discard(run, by=user)
    elif verb == "crs" and run.proposal in NAMES:
        actions.go_on(run, by=user, crs=run.proposal)
    else:
        actions.go_on(run, by=user, may_shrink=run.proposal == "rows")
    return redirect("feed_run", run.pk)


@staff(*READERS)
@require_safe
def feed_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The faulty rows as Excel, as they were delivered, with what is wrong beside."""
    from openpyxl import Workbook

    run = run_or_404(request, pk)
    if not feeds.may_deliver(signed_in(request), run.feed):
        raise NotAllowed(_("The rows go back to the feed's own department only."))
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Faulty rows"))
    headings = [entry["source"] for entry in run.feed.mapping]
    sheet.append([_("Row"), *headings, _("Written"), _("What is wrong")])
    for error in run.row_errors.all():
        cells = json.loads(error.cells or "{}")
        # a leading = would be a formula to whoever opens the sheet
        texts = [_text(cells.get(name, "")) for name in headings]
        taken = _("yes") if error.is_taken else _("no")
        sheet.append([error.number, *texts, taken, error.words])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = HttpResponse(content_type=kind)
    answer["Content-Disposition"] = (
        f'attachment; filename="{run.feed.code}-errors.xlsx"'
    )
    book.save(answer)
    actions.note_errors_taken(run, by=signed_in(request))
    return answer


def _text(value: str) -> str:
    return f"'{value}" if value[:1] in {"=", "+", "-", "@"} else value
