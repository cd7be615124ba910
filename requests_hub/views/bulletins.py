"""Bulletins: the list, the draft, one as it was issued, and the same on paper and as files."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from governance.core.errors import Invalid, NotHere
from grids.models import District
from grids.scoping import scope_of
from requests_hub.actions import bulletins as actions
from requests_hub.bulletins import files, guarded
from requests_hub.models import Bulletin
from requests_hub.paging import newest_first
from requests_hub.panels import bulletins as panels
from requests_hub.queries import areas
from requests_hub.queries.assessment import rule_at
from requests_hub.views.access import READING, signed_in, staff
from requests_hub.views.assessment import asked_period

WRITERS = ("district", "leader", "admin", "auditor")
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@staff(*READING)
@require_safe
def bulletin_list(http: HttpRequest) -> HttpResponse:
    """All issued bulletins, the latest first; one kind when `?only=` names it."""
    user = signed_in(http)
    rows = Bulletin.objects.visible_to(user).select_related("issued_by", "replaced_by")
    only = http.GET.get("only", "")
    if only in Bulletin.Kind.values:
        rows = rows.filter(kind=only)
    context = {"page": newest_first(rows, http.GET), "only": only}
    context["kinds"] = Bulletin.Kind.choices
    context["may_draft"] = scope_of(user).has_role(*WRITERS)
    return render(http, "requests_hub/bulletins/list.html", context)


@staff(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def draft(http: HttpRequest) -> HttpResponse:
    """The bulletin of `?kind=&at=` as it would be issued now; POST issues it."""
    user = signed_in(http)
    district = areas.districts_of(user)[0]
    period = asked_period(http, rule_at(district, timezone.localdate()).first_day)
    focus = http.POST.get("focus", "").splitlines()
    old = _replaced(http)
    errors: dict[str, Any] = {}
    if http.method == "POST":
        try:
            reason = http.POST.get("reason", "")
            made = actions.issue(
                district, period, by=user, focus=focus, replaces=old, reason=reason
            )
            return redirect("bulletin", made.pk)
        except Invalid as error:
            errors = {"errors": error.fields or {"": [str(error)]}}
    now = actions.draft(district, period, focus)
    context = {**errors, "old": old}
    context |= panels.draft(user, District.objects.get(pk=district), period, now)
    context["focus"] = http.POST.get("focus", "")
    return render(http, "requests_hub/bulletins/draft.html", context)


def _replaced(http: HttpRequest) -> Bulletin | None:
    """The bulletin that `?replaces=` names; None without one."""
    pk = http.GET.get("replaces", "")
    return _found(http, int(pk)) if pk.isascii() and pk.isdigit() else None


def _found(http: HttpRequest, pk: int) -> Bulletin:
    rows = Bulletin.objects.visible_to(signed_in(http))
    row = rows.select_related("district", "issued_by", "replaced_by", "replaces")
    found = row.filter(pk=pk).first() if pk < 2**62 else None
    if found is None:
        raise NotHere(_("There is no such bulletin."))
    return found


@staff(*READING)
@require_safe
def bulletin(http: HttpRequest, pk: int) -> HttpResponse:
    """One bulletin as it was issued, in the look of its paper."""
    row = _found(http, pk)
    context = {"row": row, **panels.issued(row, signed_in(http))}
    context["may_replace"] = scope_of(signed_in(http)).has_role(*actions.ISSUERS)
    return render(http, "requests_hub/bulletins/page.html", context)


@staff(*READING)
@require_safe
def bulletin_file(http: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """The bulletin as a Word document or an Excel workbook."""
    row = _found(http, pk)
    if ending not in TYPES:
        raise NotHere(_("There is no such file."))
    render_file = files.word if ending == "docx" else files.excel
    local = timezone.localtime(row.issued_at)
    day = date_format(local, "Y年n月j日")
    lines = (panels.issue_line(row), panels.unit(row.district), day)
    with translation.override(settings.LANGUAGE_CODE):  # the paper's, not the reader's
        body = render_file(guarded.shown(row), *lines)
    name = f"{row.kind}-{row.year}-{row.no:03d}-{row.edition}.{ending}"
    answer = HttpResponse(body, content_type=TYPES[ending])
    answer["Content-Disposition"] = f'attachment; filename="bulletin-{name}"'
    return answer


@staff(*READING)
@require_safe
def today(http: HttpRequest) -> HttpResponse:
    """Today's bulletin: the issued one, else its draft, else the list."""
    user, day = signed_in(http), timezone.localdate()
    issued = Bulletin.objects.visible_to(user).standing().filter(kind="day", first=day)
    row = issued.order_by("-id").first()
    if row is not None:
        return redirect("bulletin", row.pk)
    if scope_of(user).has_role(*WRITERS):
        return redirect(f"{reverse('bulletin_draft')}?kind=day&at={day}")
    return redirect("bulletins")
