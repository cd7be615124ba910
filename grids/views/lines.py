"""The work lines: who leads, what they ask of each level, their lists and how far they are mapped."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core import dictionaries
from governance.core.errors import Invalid, NotHere
from governance.core.models import User
from grids import net_lines, net_sheets
from grids.actions import lines as actions
from grids.actions import net_lists, net_matching
from grids.forms_nets import HandInForm, LineForm
from grids.models import District, Grid, LineList, WorkLine
from grids.models.nets import LINES
from grids.net_words import line_label
from grids.scoping import scope_of
from grids.views.access import signed_in, staff
from grids.views.nets import DESKS, READERS


def _line(http: HttpRequest, code: str) -> tuple[User, District, WorkLine]:
    """The reader, the district, and the line if they may see it.

    Raises:
        NotHere: no such line, or another department's.
    """
    user = signed_in(http)
    district = net_lines.district_of(user)
    is_known = dictionaries.item(LINES, code) is not None
    if district is None or not is_known or not net_lines.may_see(user, code):
        raise NotHere(_("There is no such work line in your area."))
    return user, district, actions.line_of(district, code)


@staff(*READERS)
@require_safe
def lines(http: HttpRequest) -> HttpResponse:
    """All lines with their lead department and how far their nets are mapped."""
    rows = net_lines.summaries(signed_in(http))
    return render(http, "grids/nets/lines.html", {"rows": rows})


@staff(*READERS)
@require_safe
def line(http: HttpRequest, code: str) -> HttpResponse:
    """One line: lead department, duties by level, coverage, lists."""
    user, district, setting = _line(http, code)
    run = net_lines.last_run(district, code)
    context: dict[str, Any] = {"code": code, "setting": setting, "run": run}
    if getattr(http, "htmx", None):
        return render(http, "grids/nets/line.html#progress", context)
    context |= {
        "summary": net_lines.summary_of(user, setting),
        "matrix": net_lines.matrix(district, code),
        "levels": Grid.Level.choices,
        "coverage": net_lines.coverage(user, district, code, setting.level),
        "lists": net_lines.lists(user, district, code),
        "is_desk": scope_of(user).has_role(*DESKS),
        "is_whole": scope_of(user).has_role("district", "admin"),
    }
    return render(http, "grids/nets/line.html", context)


@staff("district", "admin")
@require_http_methods(["GET", "POST"])
def settings(http: HttpRequest, code: str) -> HttpResponse:
    """Who leads the line, at which level its grids fit, from which score one is clear."""
    user, district, setting = _line(http, code)
    form = LineForm(http.POST or None, setting=setting, district=district)
    if http.method == "POST" and form.is_valid():
        try:
            actions.set_line(district, code, form.values, by=user, version=form.version)
        except Invalid as error:
            form.take(error)
        else:
            messages.success(http, _("The line's settings are kept."))
            return redirect("line", code=code)
    context = {"form": form, "code": code, "label": line_label(code)}
    return render(http, "grids/nets/settings.html", context)


@staff(*DESKS)
@require_http_methods(["GET", "POST"])
def hand_in(http: HttpRequest, code: str) -> HttpResponse:
    """Hand in the line's newest list; nothing is written before it has been looked at."""
    user, district, _setting = _line(http, code)
    form = HandInForm(http.POST or None, http.FILES or None)
    if http.method == "POST" and form.is_valid():
        try:
            staged = form.hand_in(district, code, by=user)
        except Invalid as error:
            form.take(error)
        else:
            return redirect("line_list", pk=staged.pk)
    context = {"form": form, "code": code, "label": line_label(code)}
    return render(http, "grids/nets/hand_in.html", context)


def _list_or_404(http: HttpRequest, pk: int) -> LineList:
    user = signed_in(http)
    found = LineList.objects.filter(pk=pk).select_related("district", "large", "by")
    staged = found.first()
    district = net_lines.district_of(user)
    town = actions.own_town(user)
    is_theirs = staged is not None and district is not None
    if not is_theirs or staged is None or staged.district != district:
        raise NotHere(_("There is no such list in your area."))
    if town is not None and staged.large_id != town.pk:
        raise NotHere(_("There is no such list in your area."))
    return staged


@staff(*DESKS)
@require_http_methods(["GET", "POST"])
def line_list(http: HttpRequest, pk: int) -> HttpResponse:
    """What a list would change; then take it over, or drop it."""
    staged = _list_or_404(http, pk)
    user = signed_in(http)
    if http.method == "POST" and "drop" in http.POST:
        net_lists.drop(staged, by=user)
        messages.info(http, _("The list was dropped; nothing was written."))
        return redirect("line", code=staged.line)
    if http.method == "POST" and "convert" in http.POST:
        net_lists.convert(staged, http.POST["convert"], by=user)
        messages.success(http, _("The outlines were converted. Look again."))
        return redirect("line_list", pk=pk)
    if http.method == "POST":
        end_gone = http.POST.get("end_gone") == "1"
        counts = net_lists.take_over(staged, by=user, end_gone=end_gone)
        messages.success(http, _taken(counts))
        return redirect("line", code=staged.line)
    context: dict[str, Any] = {"staged": staged, "label": line_label(staged.line)}
    if staged.state == LineList.State.STAGED:
        context |= net_sheets.differences(staged, net_lists.compare(staged))
    return render(http, "grids/nets/list.html", context)


def _taken(counts: dict[str, int]) -> str:
    words = _("%(new)s new, %(changed)s changed, %(ended)s ended, %(gone)s gone.")
    n = counts["new"] + counts["changed"]
    looked = ngettext(
        "Their grid is looked for now.", "Their grids are looked for now.", n
    )
    return f"{words % counts} {looked}"


@staff(*DESKS)
@require_POST
def match(http: HttpRequest, code: str) -> HttpResponse:
    """Look for all candidates of the line anew."""
    user, district, _setting = _line(http, code)
    net_matching.ask_matching(district, code, by=user, again=True)
    return redirect("line", code=code)


@staff(*READERS)
@require_safe
def export(http: HttpRequest, code: str) -> HttpResponse:
    """The line's own grids beside the integrated ones, as Excel."""
    user, _district, _setting = _line(http, code)
    item = dictionaries.item(LINES, code)
    body = net_sheets.workbook(
        net_lines.headings(),
        net_lines.export_rows(user, code),
        str(item.label) if item else code,
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(body, content_type=kind)
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="line-{code}-{day}.xlsx"'
    return response


@staff(*DESKS)
@require_safe
def template(http: HttpRequest) -> HttpResponse:
    """An empty list with the columns that are read."""
    rows = [net_sheets.EXAMPLE]
    body = net_sheets.workbook(list(net_sheets.TEMPLATE_HEADS), rows)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = 'attachment; filename="line-list.xlsx"'
    return response
