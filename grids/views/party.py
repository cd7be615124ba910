"""The Party tree: the tree, one body, one member, and the steps that a form cannot say."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.action_forms import ActionForm
from governance.core.errors import DomainError, Invalid, NotAllowed, NotHere
from grids import party_pages as pages
from grids.actions import party, party_members
from grids.forms.party import EndForm, LeaveForm, MergeForm, TransferForm
from grids.models import PartyMember, PartyOrganisation
from grids.party_workflow import WRITERS
from grids.registers import base
from grids.views.access import signed_in, staff

READ = sorted(base.READ)
STEP = "grids/party/step.html"


def body_or_404(http: HttpRequest, pk: int) -> PartyOrganisation:
    rows = PartyOrganisation.objects.visible_to(http.user)
    row = rows.select_related("parent__parent__parent", "merged_into").filter(pk=pk)
    if found := row.first():
        return found
    raise NotHere(_("There is no such Party body in your area."))


def member_or_404(http: HttpRequest, pk: int) -> PartyMember:
    rows = PartyMember.objects.visible_to(http.user)
    row = rows.select_related("organisation", "home").filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such Party member in your area."))
    return row


def must_cover(http: HttpRequest, row: Any, roles: Any) -> None:
    if not base.covers(signed_in(http), row, roles):
        raise NotAllowed(_("This step belongs to other posts than yours."))


@staff(*READ)
@require_safe
def tree(http: HttpRequest) -> HttpResponse:
    """Towns with their counts; one town's bodies as a tree."""
    user = signed_in(http)
    rows = pages.towns(user)
    code = http.GET.get("town", "") or (rows[0].code if len(rows) == 1 else "")
    context = {
        "towns": rows,
        "town": next((town for town in rows if town.code == code), None),
        "roots": pages.tree(user, code) if code else [],
    }
    return render(http, "grids/party/tree.html", context)


@staff(*READ)
@require_safe
def organisation(http: HttpRequest, pk: int) -> HttpResponse:
    """One body: members by kind, households, agreements, the rates of its grid."""
    row = body_or_404(http, pk)
    context = pages.organisation(row, signed_in(http), http.GET)
    return render(http, "grids/party/organisation.html", context)


@staff(*READ)
@require_safe
def member(http: HttpRequest, pk: int) -> HttpResponse:
    """One member: masked facts, where they were when, households."""
    row = member_or_404(http, pk)
    return render(http, "grids/party/member.html", pages.member(row, signed_in(http)))


def _asked(
    http: HttpRequest, form: ActionForm, back: str, words: dict[str, Any], act: Any
) -> HttpResponse:
    """Show a form, or do what it asks; `act` gives where to go next."""
    if http.method == "POST" and form.is_valid():
        try:
            return redirect(act(form.cleaned_data))
        except Invalid as error:
            form.refuse(error)
        except DomainError as error:
            form.add_error(None, error.message)
    context = {"form": form, "back": back, **words}
    return render(http, STEP, context, status=422 if form.is_bound else 200)


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def transfer(http: HttpRequest, pk: int) -> HttpResponse:
    """Move members of one body to another."""
    body, user = body_or_404(http, pk), signed_in(http)
    must_cover(http, body, WRITERS)
    bodies = PartyOrganisation.objects.active().filter(district=body.district)
    ticked = {"members": http.GET.getlist("member")}
    form = TransferForm(body, bodies, http.POST or None, initial=ticked)

    def act(data: dict[str, Any]) -> str:
        to, rows = data["organisation"], data["members"]
        count = party_members.transfer(
            rows, to, by=user, reason=data["reason"], on=data["on"]
        )
        said = _("%(count)s members moved to %(body)s.")
        messages.success(http, said % {"count": count, "body": to})
        return f"/party/{body.pk}/"

    title = _("Transfer members of %(body)s") % {"body": body}
    words = {
        "title": title,
        "verb": _("Transfer"),
        "after": _("The move stays in the history."),
    }
    return _asked(http, form, f"/party/{body.pk}/", words, act)


@staff(*sorted(base.DESK))
@require_http_methods(["GET", "POST"])
def dissolve(http: HttpRequest, pk: int) -> HttpResponse:
    """Dissolve an empty body."""
    body, user = body_or_404(http, pk), signed_in(http)
    must_cover(http, body, base.DESK)

    def act(data: dict[str, Any]) -> str:
        party.dissolve(body, by=user, **data)
        messages.success(http, _("%(body)s is dissolved.") % {"body": body})
        return f"/party/{body.pk}/"

    title = _("Dissolve %(body)s") % {"body": body}
    words = {"title": title, "verb": _("Dissolve"), "danger": True}
    return _asked(http, EndForm(http.POST or None), f"/party/{body.pk}/", words, act)


@staff(*sorted(base.DESK))
@require_POST
def restore(http: HttpRequest, pk: int) -> HttpResponse:
    """Take a dissolution back."""
    body = body_or_404(http, pk)
    party.restore(body, by=signed_in(http))
    messages.success(http, _("%(body)s is active again.") % {"body": body})
    return redirect("party_organisation", pk=pk)


@staff(*sorted(base.DESK))
@require_http_methods(["GET", "POST"])
def merge(http: HttpRequest, pk: int) -> HttpResponse:
    """Merge a body into another of its tier."""
    body, user = body_or_404(http, pk), signed_in(http)
    must_cover(http, body, base.DESK)
    bodies = PartyOrganisation.objects.visible_to(user).filter(
        state="active", tier=body.tier
    )
    form = MergeForm(bodies.exclude(pk=body.pk), http.POST or None)

    def act(data: dict[str, Any]) -> str:
        target = party.merge(body, data.pop("into"), by=user, **data)
        words = {"body": body, "target": target}
        messages.success(http, _("%(body)s is now part of %(target)s.") % words)
        return f"/party/{target.pk}/"

    title = _("Merge %(body)s into another body") % {"body": body}
    after = _("Members, bodies below and agreements go over.")
    words = {"title": title, "verb": _("Merge bodies"), "after": after, "danger": True}
    return _asked(http, form, f"/party/{body.pk}/", words, act)


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def leave(http: HttpRequest, pk: int) -> HttpResponse:
    """Let a member leave the district's bodies."""
    row, user = member_or_404(http, pk), signed_in(http)
    must_cover(http, row, WRITERS)

    def act(data: dict[str, Any]) -> str:
        party_members.leave(row, by=user, **data)
        messages.success(http, _("%(name)s has left.") % {"name": row.name})
        return f"/party/{row.organisation_id}/"

    title = _("Let %(name)s leave") % {"name": row.name}
    words = {"title": title, "verb": _("Let leave"), "danger": True}
    form = LeaveForm(http.POST or None)
    return _asked(http, form, f"/party/members/{row.pk}/", words, act)
