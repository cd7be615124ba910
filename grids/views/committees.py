"""Joint committees: the list, one committee, and who sits on it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from grids import committee_pages
from grids.actions import committees as actions
from grids.forms_committees import LeaveForm, MemberForm
from grids.models import CommitteeMember, JointCommittee
from grids.rights import READERS
from grids.scoping import scope_of
from grids.views.access import signed_in, staff
from grids.views.drawers import drawer
from grids.workflow import KEEPERS


@staff(*READERS)
@require_safe
def index(http: HttpRequest) -> HttpResponse:
    """Committees of the area, or their decisions, the late ones first."""
    context = committee_pages.index(signed_in(http), http.GET)
    context["may_found"] = scope_of(http.user).has_role(*KEEPERS)
    return render(http, "grids/committees/index.html", context)


def _committee(http: HttpRequest, pk: int) -> JointCommittee:
    rows = JointCommittee.objects.visible_to(http.user)
    return get_object_or_404(rows.select_related("large", "medium"), pk=pk)


@staff(*READERS)
@require_safe
def committee(http: HttpRequest, pk: int) -> HttpResponse:
    """One committee: members, meetings, what is to be done."""
    context = committee_pages.committee(_committee(http, pk), signed_in(http))
    return render(http, "grids/committees/committee.html", context)


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def member_new(http: HttpRequest, pk: int) -> HttpResponse:
    """Somebody joins."""
    row, user = _committee(http, pk), signed_in(http)
    return drawer(
        http,
        MemberForm(http.POST or None),
        lambda data: actions.add_member(row, by=user, **data),
        title=_("New member of %(name)s") % {"name": row.name},
        verb=_("Take in"),
        back=reverse("committee", args=[row.pk]),
        said=lambda member: _("%(who)s is on the committee.") % {"who": member.name},
    )


@staff(*KEEPERS)
@require_http_methods(["GET", "POST"])
def member_end(http: HttpRequest, pk: int) -> HttpResponse:
    """Somebody leaves."""
    rows = CommitteeMember.objects.select_related("committee")
    member = get_object_or_404(
        rows, pk=pk, committee__in=JointCommittee.objects.visible_to(http.user)
    )
    user = signed_in(http)
    return drawer(
        http,
        LeaveForm(http.POST or None),
        lambda data: actions.end_member(member, by=user, **data),
        title=_("%(who)s leaves the committee") % {"who": member.name},
        verb=_("Let leave"),
        back=reverse("committee", args=[member.committee_id]),
        said=lambda done: (
            _("%(who)s is on the committee until %(day)s.")
            % {"who": done.name, "day": done.ends_on}
        ),
        is_refusal=True,
    )
