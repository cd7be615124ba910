"""The review desk: which integrated grids the grids of other lines are."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import NotHere
from governance.core.models import Event, User
from grids import net_pages
from grids.actions import nets as actions
from grids.models import Grid, LineGrid, LineMapping
from grids.views.access import signed_in, staff

DESKS = ("township", "district")
READERS = (*DESKS, "leader", "admin", "auditor", "officer")
MOST_SHOWN = 20


@staff(*READERS)
@require_safe
def mapping(http: HttpRequest) -> HttpResponse:
    """The list of one tab, and the open line grid in the pane."""
    user = signed_in(http)
    page = net_pages.read(user, http.GET)
    context: dict[str, Any] = {
        "page": page,
        "params": http.GET,
        "may_decide": net_pages.may_decide(user),
        "here": net_pages.query(http.GET, tab=page.tab, find=None),
        "pane": _opened(http, user, page),
    }
    if getattr(http, "htmx", None) and http.htmx.target == "pane":  # type: ignore[attr-defined]
        return render(http, "grids/nets/mapping.html#pane", context)
    context |= {
        "tabs": net_pages.tabs(page, http.GET),
        "strip": net_pages.strip(page, http.GET),
        "chips": net_pages.chips(user, http.GET),
        "toasts": net_pages.toast(user, http.GET.get("undo", ""), context["here"]),
        "clear_query": net_pages.query({}, tab=page.tab) if _is_narrowed(http) else "",
    }
    return render(http, "grids/nets/mapping.html", context)


def _is_narrowed(http: HttpRequest) -> bool:
    return any(http.GET.get(name) for name in ("line", "town", "q"))


def _opened(http: HttpRequest, user: User, page: Any) -> net_pages.Pane | None:
    """The pane of `?open=<id>`; of the first row when a desk opens the page plainly."""
    wanted = http.GET.get("open", "")
    line = next((each for each in page.lines if str(each.row.pk) == wanted), None)
    if line is None and wanted:
        found = net_pages.with_mappings([row_or_404(user, wanted)])
        line = found[0]
    return net_pages.pane(line, page.lines, http.GET) if line else None


def row_or_404(user: User, pk: str | int) -> LineGrid:
    """A live line grid that somebody sees.

    Raises:
        NotHere: there is none.
    """
    text = str(pk)
    rows = LineGrid.objects.visible_to(user).live().select_related("shape")
    is_id = text.isascii() and text.isdigit() and len(text) < 19
    row = rows.filter(pk=int(text)).first() if is_id else None
    if row is None:
        raise NotHere(_("There is no such grid of a line in your area."))
    return row


@staff(*DESKS)
@require_POST
def confirm(http: HttpRequest, pk: int) -> HttpResponse:
    """Confirm the ticked integrated grids; several share the line grid between them."""
    user = signed_in(http)
    row = row_or_404(user, pk)
    ids = [int(v) for v in http.POST.getlist("grid") if v.isdigit() and len(v) < 19]
    grids = list(Grid.objects.filter(pk__in=ids).select_related("shape"))
    _row, event = actions.confirm(
        row, grids, by=user, note=http.POST.get("note", ""), version=_version(http)
    )
    return _on(http, row, event)


@staff(*DESKS)
@require_POST
def reject(http: HttpRequest, pk: int) -> HttpResponse:
    """Reject the ticked candidates, or all of them when none is ticked."""
    user = signed_in(http)
    row = row_or_404(user, pk)
    ids = [int(v) for v in http.POST.getlist("grid") if v.isdigit() and len(v) < 19]
    ticked = LineMapping.objects.filter(line_grid=row, grid_id__in=ids)
    chosen = list(ticked) if http.POST.get("only_ticked") else None
    _row, event = actions.reject(
        row, chosen, by=user, note=http.POST.get("note", ""), version=_version(http)
    )
    return _on(http, row, event)


@staff(*DESKS)
@require_POST
def own(http: HttpRequest, pk: int) -> HttpResponse:
    """Keep a line grid as only of its line, for a reason; or open it again."""
    user = signed_in(http)
    row, version = row_or_404(user, pk), _version(http)
    if http.POST.get("take_back"):
        _row, event = actions.take_back_own(row, by=user, version=version)
    else:
        reason = http.POST.get("reason", "")
        _row, event = actions.keep_own(row, by=user, reason=reason, version=version)
    return _on(http, row, event)


def _version(http: HttpRequest) -> int | None:
    text = http.POST.get("version", "")
    return int(text) if text.isdigit() else None


def _on(http: HttpRequest, row: LineGrid, event: Event | None) -> HttpResponse:
    """Back to the list with the next row open, and the offer to undo."""
    params = QueryDict(http.POST.get("back", "").lstrip("?"))
    following = http.POST.get("next", "")
    where = net_pages.query(
        params, open=following if following.isdigit() else None, find=None
    )
    undo = f"&undo={event.pk}" if event else ""
    return redirect(f"{reverse('mapping')}{where}{undo}")


@staff(*DESKS)
@require_POST
def undo(http: HttpRequest, pk: int) -> HttpResponse:
    """Take back the decision just made, and open its row."""
    event = Event.objects.filter(pk=pk).first()
    if event is None:
        raise NotHere(_("There is nothing to undo."))
    row = actions.undo(event, by=signed_in(http))
    where = net_pages.query(http.GET, open=str(row.pk), tab=row.desk, after=None)
    return redirect(f"{reverse('mapping')}{where}")


@staff(*DESKS)
@require_http_methods(["GET", "POST"])
def bulk(http: HttpRequest) -> HttpResponse:
    """Confirm first: how many clear ones from which score; then do it."""
    user = signed_in(http)
    params = http.POST if http.method == "POST" else http.GET
    above = _above(params.get("above", ""))
    picked = [int(v) for v in params.getlist("pick") if v.isdigit() and len(v) < 19]
    rows = _meant(user, params, picked, above)
    ready = rows.filter(desk="clear").order_by("line", "code")
    if http.method == "POST":
        done = actions.confirm_clear(ready[: actions.MOST_AT_ONCE], by=user)
        said = ngettext("%(n)s mapping confirmed.", "%(n)s mappings confirmed.", done)
        messages.success(http, said % {"n": done})
        line = net_pages.query({}, line=params.get("line"))
        return redirect(reverse("mapping") + line)
    context = {
        "n": ready.count(),
        "lines": net_pages.with_mappings(list(ready[:MOST_SHOWN])),
        "skipped": net_pages.with_mappings(list(_left_out(rows, picked))),
        "picked": picked,
        "above": above,
        "params": params,
        "back": reverse("mapping") + net_pages.query(params, tab="clear"),
    }
    return render(http, "grids/nets/bulk.html", context)


def _meant(user: User, params: QueryDict, picked: list[int], above: int) -> Any:
    """The ticked rows, else those of the line from that score."""
    rows = net_pages.seen(user, params)
    if params.get("line"):
        rows = rows.filter(line=params["line"])
    if picked:
        return rows.filter(pk__in=picked)
    return rows.filter(top_score__gte=above / 100)


def _left_out(rows: Any, picked: list[int]) -> Any:
    """Ticked rows that are not clear; nothing when none was ticked."""
    if not picked:
        return rows.none()
    return rows.exclude(desk="clear").order_by("line", "code")[:MOST_SHOWN]


def _above(text: str) -> int:
    """A score from 50 to 100; 90 when none is given."""
    return min(100, max(50, int(text))) if text.isdigit() and len(text) < 4 else 90
