"""Hot issues: ranked, one by one, on paper and as a workbook; and what desks do with them."""

from typing import Any

from django.contrib import messages
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

from grids.views.drawers import can_undo, drawer
from grids.views.sheet import workbook
from requests_hub.actions import issues as actions
from requests_hub.forms.issues import JoinForm, PutInForm, RenameForm, TopicForm
from requests_hub.models import HotIssue, Request
from requests_hub.panels import hot as panels
from requests_hub.views.access import DESK, signed_in, staff

READERS = (*DESK, "leader", "grid_leader", "officer", "auditor")


def _issue(http: HttpRequest, pk: int) -> HotIssue:
    rows = HotIssue.objects.visible_to(http.user).select_related("lead_department")
    row: HotIssue = get_object_or_404(rows, pk=pk)
    return row


@staff(*READERS)
@require_safe
def hot(http: HttpRequest) -> HttpResponse:
    """What touches most people in a span of days."""
    context = panels.listed(signed_in(http), http.GET)
    return render(http, "requests_hub/hot/list.html", context)


@staff(*READERS)
@require_safe
def export(http: HttpRequest) -> HttpResponse:
    """The same as a workbook."""
    user = signed_in(http)
    rows = panels.sheet(panels.listed(user, http.GET)["hots"])
    answer = workbook(_("Hot issues"), panels.heads(), rows, by=user)
    name = f"hot-{timezone.localdate():%Y%m%d}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@staff(*READERS)
@require_safe
def paper(http: HttpRequest) -> HttpResponse:
    """The same on A4."""
    user = signed_in(http)
    context = panels.listed(user, http.GET)
    context |= {"printed_at": timezone.now(), "printed_by": user}
    return render(http, "requests_hub/hot/print.html", context)


@staff(*READERS)
@require_safe
def issue(http: HttpRequest, pk: int) -> HttpResponse:
    """One issue: its requests, when they came, where they lie. A joined one leads on."""
    row = HotIssue.objects.filter(pk=pk, merged_into__isnull=False).first()
    if row is not None and row.merged_into_id:
        return redirect("hot_issue", pk=row.merged_into_id)
    context = panels.issue(_issue(http, pk), signed_in(http))
    return render(http, "requests_hub/hot/issue.html", context)


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def rename(http: HttpRequest, pk: int) -> HttpResponse:
    """Name an issue."""
    row = _issue(http, pk)
    form = RenameForm(http.POST or None, initial={"title": row.title})
    return drawer(
        http,
        form,
        lambda data: actions.rename(row, data["title"], by=signed_in(http)),
        title=_("Name the issue"),
        verb=_("Name it so"),
        back=reverse("hot_issue", args=[row.pk]),
        said=lambda done: _("It is called “%(title)s” now.") % {"title": done.title},
        then=_("A name given by hand is kept, whatever requests come."),
    )


@staff("district")
@require_http_methods(["GET", "POST"])
def topic(http: HttpRequest, pk: int) -> HttpResponse:
    """Make it the topic of a month, or take that back."""
    row = _issue(http, pk)
    now = {
        "month": f"{row.topic_month:%Y-%m-%d}" if row.topic_month else "",
        "department": row.lead_department_id,
    }
    form = TopicForm(http.POST or None, initial=now, district_id=row.district_id)

    def do(data: dict[str, Any]) -> HotIssue:
        user = signed_in(http)
        return actions.choose_topic(row, data["month"], data["department"], by=user)

    return drawer(
        http,
        form,
        do,
        title=_("Topic of the month"),
        subtitle=row.title,
        verb=_("Keep"),
        back=reverse("hot_issue", args=[row.pk]),
        said=lambda _done: _("Kept."),
    )


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def put_in(http: HttpRequest, pk: int) -> HttpResponse:
    """Add a request by its number."""
    row, user = _issue(http, pk), signed_in(http)
    form = PutInForm(user, http.POST or None)
    return drawer(
        http,
        form,
        lambda data: (actions.put_in(row, data["no"], by=user), data["no"]),
        title=_("Add a request"),
        subtitle=row.title,
        verb=_("Add it"),
        back=reverse("hot_issue", args=[row.pk]),
        said=lambda done: _("%(no)s belongs to it now.") % {"no": done[1].no},
        undo=lambda done: reverse("hot_take_out", args=[row.pk, done[1].no]),
    )


def _request(http: HttpRequest, no: str) -> Request:
    row: Request = get_object_or_404(Request.objects.visible_to(http.user), no=no)
    return row


@staff(*DESK)
@require_POST
def take_out(http: HttpRequest, pk: int, no: str) -> HttpResponse:
    """This request is about something else."""
    row, request = _issue(http, pk), _request(http, no)
    actions.take_out(row, request, by=signed_in(http))
    back = reverse("hot_put_back", args=[row.pk, request.no])
    can_undo(http, _("%(no)s was taken out.") % {"no": request.no}, back)
    left = HotIssue.objects.visible_to(http.user).filter(pk=row.pk).exists()
    return redirect("hot_issue", pk=row.pk) if left else redirect("hot")


@staff(*DESK)
@require_POST
def put_back(http: HttpRequest, pk: int, no: str) -> HttpResponse:
    """The way back from taking out; an issue may be empty meanwhile."""
    row: HotIssue = get_object_or_404(HotIssue, pk=pk)
    request = _request(http, no)
    actions.put_in(row, request, by=signed_in(http))
    messages.success(http, _("%(no)s belongs to it again.") % {"no": request.no})
    return redirect("hot_issue", pk=row.pk)


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def join(http: HttpRequest, pk: int) -> HttpResponse:
    """Take up an issue that is the same."""
    row, user = _issue(http, pk), signed_in(http)
    form = JoinForm(row, user, http.POST or None)
    return drawer(
        http,
        form,
        lambda data: actions.join(row, data["other"], by=user),
        title=_("Join two issues"),
        subtitle=row.title,
        verb=_("Join them"),
        back=reverse("hot_issue", args=[row.pk]),
        said=lambda done: _("Together %(n)s requests now.") % {"n": done.size},
        then=_("The other issue's requests come here; its address leads here."),
    )
