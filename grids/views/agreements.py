"""Agreements: the page with its items, ticking, reviews, renewing, ending, paper."""

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

from governance.core import attachments
from governance.core.errors import NotHere
from grids import agreement_pages as pages
from grids.actions import agreements as actions
from grids.forms.party import DropForm, EndForm, FinishForm, RenewForm, ReviewForm
from grids.models import Agreement, AgreementItem
from grids.party_workflow import WRITERS
from grids.registers import base
from grids.views.access import signed_in, staff
from grids.views.party import READ, _asked, must_cover


def agreement_or_404(http: HttpRequest, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(http.user).select_related("renews", "district")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such agreement in your area."))
    return row


def item_or_404(http: HttpRequest, pk: int) -> AgreementItem:
    seen = Agreement.objects.visible_to(http.user).values("pk")
    rows = AgreementItem.objects.select_related("agreement").filter(pk=pk)
    row = rows.filter(agreement__in=seen).first()
    if row is None:
        raise NotHere(_("There is no such item in your area."))
    return row


@staff(*READ)
@require_safe
def agreement(http: HttpRequest, pk: int) -> HttpResponse:
    """One agreement: sides, term, items, reviews."""
    context = pages.agreement(agreement_or_404(http, pk), signed_in(http), http.GET)
    return render(http, "grids/party/agreement.html", context)


@staff(*READ)
@require_safe
def paper(http: HttpRequest, pk: int) -> HttpResponse:
    """The agreement with its state on A4."""
    context = pages.paper(agreement_or_404(http, pk), signed_in(http))
    return render(http, "grids/party/agreement_print.html", context)


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def finish(http: HttpRequest, pk: int) -> HttpResponse:
    """Mark an item done: at once from the list, or with a day, a word and a file."""
    item, user = item_or_404(http, pk), signed_in(http)
    must_cover(http, item.agreement, WRITERS)
    to = f"/agreements/{item.agreement_id}/"
    if http.method == "POST" and "at_once" in http.POST:
        actions.finish(item, by=user)
        return redirect(f"{to}?done={item.pk}")
    form = FinishForm(http.POST or None, http.FILES or None)

    def act(data: dict[str, Any]) -> str:
        file = data.pop("file")
        files = [attachments.store(file, by=user, purpose="reply")] if file else []
        actions.finish(item, by=user, files=files, **data)
        return f"{to}?done={item.pk}"

    words = {"title": item.what, "verb": _("Mark done"), "multipart": True}
    return _asked(http, form, to, words, act)


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def drop(http: HttpRequest, pk: int) -> HttpResponse:
    """Give an item up, with the reason."""
    item, user = item_or_404(http, pk), signed_in(http)
    must_cover(http, item.agreement, WRITERS)
    to = f"/agreements/{item.agreement_id}/"

    def act(data: dict[str, Any]) -> str:
        actions.drop(item, by=user, **data)
        return f"{to}?done={item.pk}"

    words = {"title": _("Drop “%(what)s”") % {"what": item.what}, "verb": _("Drop")}
    return _asked(http, DropForm(http.POST or None), to, words, act)


@staff(*WRITERS)
@require_POST
def reopen(http: HttpRequest, pk: int) -> HttpResponse:
    """Take back that an item is done or dropped."""
    item = item_or_404(http, pk)
    actions.reopen(item, by=signed_in(http))
    return redirect("agreement", pk=item.agreement_id)


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def review(http: HttpRequest, pk: int) -> HttpResponse:
    """Write the review of one year."""
    row, user = agreement_or_404(http, pk), signed_in(http)
    must_cover(http, row, WRITERS)
    years = pages.years_of(row)
    first = {"year": http.GET.get("year") or (years[0] if years else "")}
    form = ReviewForm(years, http.POST or None, initial=first)

    def act(data: dict[str, Any]) -> str:
        actions.review(row, by=user, **data)
        messages.success(http, _("The review of %(year)s is written.") % data)
        return f"/agreements/{row.pk}/"

    words = {"title": _("Review of “%(title)s”") % {"title": row.title}}
    return _asked(
        http, form, f"/agreements/{pk}/", {**words, "verb": _("Save the review")}, act
    )


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def renew(http: HttpRequest, pk: int) -> HttpResponse:
    """Make the next agreement with the same sides."""
    row, user = agreement_or_404(http, pk), signed_in(http)
    must_cover(http, row, WRITERS)
    form = RenewForm(http.POST or None, initial=pages.next_term(row))

    def act(data: dict[str, Any]) -> str:
        fresh = actions.renew(row, by=user, **data)
        messages.success(http, _("Renewed as %(no)s.") % {"no": fresh.no})
        return f"/agreements/{fresh.pk}/"

    words = {"title": _("Renew “%(title)s”") % {"title": row.title}, "verb": _("Renew")}
    return _asked(http, form, f"/agreements/{pk}/", words, act)


@staff(*WRITERS)
@require_http_methods(["GET", "POST"])
def end(http: HttpRequest, pk: int) -> HttpResponse:
    """End an agreement before its term is over."""
    row, user = agreement_or_404(http, pk), signed_in(http)
    must_cover(http, row, WRITERS)

    def act(data: dict[str, Any]) -> str:
        actions.end(row, by=user, **data)
        messages.success(http, _("The agreement has ended."))
        return f"/agreements/{row.pk}/"

    after = _("Open items are dropped.")
    words = {"title": _("End “%(title)s”") % {"title": row.title}, "after": after}
    words["verb"] = _("End the agreement")
    shown = {**words, "danger": True}
    return _asked(http, EndForm(http.POST or None), f"/agreements/{pk}/", shown, act)


def may_see_file(http: HttpRequest, pk: int) -> bool:
    """Who sees the agreement sees the evidence of its items."""
    rows = AgreementItem.objects.filter(pk=pk)
    seen = Agreement.objects.visible_to(http.user).values("pk")
    return (
        bool(base.READ & set(_roles(http))) and rows.filter(agreement__in=seen).exists()
    )


def _roles(http: HttpRequest) -> frozenset[str]:
    from grids.scoping import scope_of

    return scope_of(http.user).roles


attachments.register("agreementitem", may_see_file)
