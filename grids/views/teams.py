"""Teams of grids: how complete they are, one grid's team, and the templates."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from grids import locate, team_candidates, team_pages, team_rates, team_sheet
from grids.actions import teams
from grids.forms_teams import AssignForm, EndForm
from grids.models import Assignment, Grid, TeamSlot
from grids.rights import READERS
from grids.views.access import signed_in, staff
from grids.views.drawers import drawer
from grids.workflow import KEEPERS


@staff(*READERS)
@require_safe
def overview(http: HttpRequest) -> HttpResponse:
    """Fill rates from the town down, the red list, and who holds too many posts."""
    user = signed_in(http)
    return render(
        http, "grids/teams/overview.html", team_pages.overview(user, http.GET)
    )


@staff(*READERS)
@require_safe
def export(http: HttpRequest) -> HttpResponse:
    """The same three lists as a workbook."""
    user = signed_in(http)
    context = team_pages.overview(user, http.GET, whole=True)
    response = HttpResponse(team_sheet.workbook(context), content_type=team_sheet.TYPE)
    name = f"teams-{timezone.localdate():%Y%m%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@staff(*READERS)
@require_safe
def paper(http: HttpRequest) -> HttpResponse:
    """The same on paper, A4."""
    user = signed_in(http)
    context = team_pages.overview(user, http.GET, whole=True)
    context |= {"printed_at": timezone.now(), "printed_by": user}
    return render(http, "grids/teams/print.html", context)


def _grid(http: HttpRequest, code: str) -> Grid:
    """A grid inside the area of the viewer; elsewhere there is none."""
    rows = Grid.objects.filter(team_rates.area_q(http.user))
    grid: Grid = get_object_or_404(rows.select_related("district"), code=code)
    return grid


@staff(*READERS)
@require_safe
def team(http: HttpRequest, code: str) -> HttpResponse:
    """The team of one grid: who holds which post, what is missing, who held it before."""
    grid = _grid(http, code)
    context = {
        "grid": grid,
        "chain": locate.places_of(locate.place_of(grid).chain),
        "team": team_pages.team_of(grid),
        "may_keep": teams.may_keep(signed_in(http), grid),
    }
    return render(http, "grids/teams/team.html", context)


@staff(*READERS)
@require_safe
def candidates(http: HttpRequest, code: str) -> HttpResponse:
    """How many could take a missing post; a part of the grid's page, asked for apart."""
    grid = _grid(http, code)
    slot = get_object_or_404(TeamSlot, pk=http.GET.get("slot", "0") or 0)
    found = team_candidates.suggest([(grid, slot)])[grid.pk, slot.code]
    context = {"grid": grid, "slot": slot, "found": found}
    return render(http, "grids/teams/candidates.html", context)


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def assign(http: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Give a post of this grid to somebody."""
    grid, user = _grid(http, code), signed_in(http)
    slot = get_object_or_404(TeamSlot.objects.active(), pk=pk)
    found = team_candidates.suggest([(grid, slot)])[grid.pk, slot.code]
    form = AssignForm(found, http.POST or None)

    def do(data: dict[str, Any]) -> Assignment:
        given = {name: data[name] for name in ("starts_on", "deputy", "note")}
        return teams.assign(grid, slot, form.chosen(), by=user, **given)

    return drawer(
        http,
        form,
        do,
        title=_("%(post)s of %(grid)s") % {"post": slot.label, "grid": grid.name},
        verb=_("Give the post"),
        back=reverse("grid_team", args=[grid.code]),
        said=lambda row: (
            _("%(who)s is now %(post)s.") % {"who": row.holder, "post": slot.label}
        ),
        undo=lambda row: reverse("assignment_undo", args=[row.pk]),
        then=_("An account gets the rights of the post.") if slot.post_role else "",
    )


def _assignment(http: HttpRequest, pk: int) -> Assignment:
    rows = Assignment.objects.visible_to(http.user).select_related("slot__template")
    return get_object_or_404(rows, pk=pk)


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def end(http: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody's post end."""
    row, user = _assignment(http, pk), signed_in(http)
    return drawer(
        http,
        EndForm(http.POST or None),
        lambda data: teams.end(row, by=user, **data),
        title=_("%(who)s leaves the post of %(post)s")
        % {"who": row.holder, "post": row.slot.label},
        verb=_("End the post"),
        back=reverse("grid_team", args=[teams.grid_of(row).code]),
        said=lambda done: (
            _("%(who)s holds the post until %(day)s.")
            % {"who": row.holder, "day": done.ended_on}
        ),
        undo=lambda done: reverse("assignment_undo", args=[done.pk]),
        then=_("The post is then vacant and on the red list."),
        is_refusal=True,
    )


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def hand_over(http: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody else take a post from a day on."""
    row, user = _assignment(http, pk), signed_in(http)
    grid = teams.grid_of(row)
    found = team_candidates.suggest([(grid, row.slot)])[grid.pk, row.slot.code]
    form = AssignForm(found, http.POST or None)

    def do(data: dict[str, Any]) -> Assignment:
        given = {"on": data["starts_on"], "deputy": data["deputy"]}
        return teams.hand_over(row, form.chosen(), by=user, note=data["note"], **given)

    return drawer(
        http,
        form,
        do,
        title=_("Hand over %(post)s") % {"post": row.slot.label},
        subtitle=_("%(who)s holds it since %(day)s")
        % {"who": row.holder, "day": row.starts_on},
        verb=_("Hand over"),
        back=reverse("grid_team", args=[grid.code]),
        said=lambda done: (
            _("%(who)s takes over on %(day)s.")
            % {"who": done.holder, "day": done.starts_on}
        ),
        then=_("The day before is the last of the present holder."),
    )


@staff(*KEEPERS)
@require_POST
def undo(http: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was done a moment ago."""
    row = _assignment(http, pk)
    code = teams.grid_of(row).code
    teams.undo(row, by=signed_in(http))
    return redirect("grid_team", code=code)
