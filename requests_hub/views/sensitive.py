"""Sensitive categories: declared, taken back, undone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core import dictionaries
from governance.core.errors import DomainError, NotHere
from governance.core.models import DictionaryItem
from requests_hub.actions import sensitive as actions
from requests_hub.categories import CATEGORIES
from requests_hub.forms.sensitive import ChooseForm, FlagForm, UnflagForm
from requests_hub.models import CategoryFlag
from requests_hub.panels import sensitive as panels
from requests_hub.views.access import is_for, signed_in, staff

READERS = (*actions.KEEPERS, "leader", "auditor")


@staff(*READERS)
@require_safe
def sensitive(http: HttpRequest) -> HttpResponse:
    """Which categories are sensitive, and what was decided about them."""
    part = "#decisions" if is_for(http, "decisions") else ""
    context = panels.page(signed_in(http))
    return render(http, f"requests_hub/sensitive/page.html{part}", context)


@staff(*actions.KEEPERS)
@require_safe
def choose(http: HttpRequest) -> HttpResponse:
    """Which category; then what that would mean."""
    form = ChooseForm(http.GET or None)
    if form.is_bound and form.is_valid():
        return redirect("sensitive_flag", form.cleaned_data["category"])
    return render(http, "requests_hub/sensitive/choose.html", {"form": form})


def _entry(code: str) -> DictionaryItem:
    entry = dictionaries.item(CATEGORIES, code)
    if entry is None:
        raise NotHere(_("There is no such category."))
    return entry


@staff(*actions.KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def flag(http: HttpRequest, code: str) -> HttpResponse:
    """Declare a category sensitive, with or without what came in before."""
    entry = _entry(code)
    public = actions.public_ones([entry]).count()
    form = FlagForm(public, http.POST if http.method == "POST" else None)
    if http.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with_existing = given.get("with_existing", False)
        try:
            row = actions.flag(
                code,
                by=signed_in(http),
                reason=given["reason"],
                with_existing=with_existing,
            )
        except DomainError as error:
            form.refuse(error)
        else:
            said = _("“%(name)s” is sensitive; requests made private with it: %(n)s.")
            messages.success(http, said % {"name": entry.label, "n": row.total})
            return redirect("sensitive")
    return _decide(http, form, entry, is_flag=True, public=public)


@staff(*actions.KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def unflag(http: HttpRequest, code: str) -> HttpResponse:
    """Take the declaration back; what is private stays private."""
    entry = _entry(code)
    form = UnflagForm(http.POST if http.method == "POST" else None)
    if http.method == "POST" and form.is_valid():
        try:
            actions.unflag(code, by=signed_in(http), reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.refuse(error)
        else:
            said = _("“%(name)s” is no longer sensitive; what is private stays so.")
            messages.success(http, said % {"name": entry.label})
            return redirect("sensitive")
    return _decide(http, form, entry, is_flag=False)


def _decide(
    http: HttpRequest, form: Any, entry: DictionaryItem, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "entry": entry,
        "path": dictionaries.path_label(entry),
        **more,
    }
    status = 422 if form.is_bound else 200
    page = "requests_hub/sensitive/decide.html"
    return render(http, page, context, status=status)


@staff(*actions.KEEPERS)
@require_POST
def undo(http: HttpRequest, pk: int) -> HttpResponse:
    """Take one decision back, with what it alone made private."""
    row = get_object_or_404(CategoryFlag, pk=pk)
    try:
        actions.undo(row, by=signed_in(http))
    except DomainError as error:
        messages.error(http, error.message)
    else:
        messages.success(http, _("The decision was undone."))
    return redirect("sensitive")
