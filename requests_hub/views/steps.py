"""Taking a step: one form for every step of every machine, as a drawer or as a page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from governance.core.errors import DomainError, Invalid
from requests_hub.actions.actors import Subject
from requests_hub.forms import StepForm, VerifyForm
from requests_hub.models import Request
from requests_hub.panels import step as panels
from requests_hub.views.access import (
    DESK,
    ON_GRID,
    WORKING,
    is_for,
    request_or_404,
    signed_in,
    staff,
    task_or_404,
    whistle_or_404,
)

PAGE = "requests_hub/steps/page.html"


@staff(*WORKING, "good_person")
@require_http_methods(["GET", "POST"])
def request_step(http: HttpRequest, no: str, step: str) -> HttpResponse:
    """One step of a request."""
    return _step(http, request_or_404(http, no), step)


@staff(*WORKING, "good_person")
@require_http_methods(["GET", "POST"])
def task_step(http: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step of a task."""
    return _step(http, task_or_404(http, pk), step)


@staff(*DESK)
@require_http_methods(["GET", "POST"])
def whistle_step(http: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step of a whistle as a whole: one more department, or take it back."""
    return _step(http, whistle_or_404(http, pk), step)


def _step(http: HttpRequest, subject: Subject, name: str) -> HttpResponse:
    """Show the form of a step, or take it; a step that is not possible says why (409, 403)."""
    user = signed_in(http)
    step = panels.possible(subject, name, user)
    ground = panels.ground(subject, user, step)
    if http.method == "POST":
        form = StepForm(step, ground, http.POST, http.FILES)
        if form.is_valid():
            try:
                panels.take(subject, form, user)
            except Invalid as error:
                form.refuse(error)
            else:
                messages.success(http, panels.said(step, subject))
                return _after(http, ground.request)
    else:
        form = StepForm(step, ground, initial=panels.proposed(http, subject, step))
    context = panels.context(subject, form, panels.safe_next(http))
    return _form_page(http, PAGE, context, is_bound=form.is_bound)


def _form_page(
    http: HttpRequest, page: str, context: dict[str, Any], *, is_bound: bool
) -> HttpResponse:
    """The drawer alone for htmx, the whole page otherwise."""
    if is_for(http, "drawer"):
        return render(http, f"{page}#drawer", context)  # htmx swaps a 200 only
    return render(http, page, context, status=422 if is_bound else 200)


def _after(http: HttpRequest, row: Request) -> HttpResponse:
    """Back to where the step was asked for: an own address in `next`, else the request."""
    to = panels.safe_next(http) or f"/requests/{row.no}/"
    if http.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return redirect(to)


@staff(*ON_GRID, *DESK)
@require_http_methods(["GET", "POST"])
def verify(http: HttpRequest, no: str) -> HttpResponse:
    """What was seen on site, and at once: pass and close, or send back."""
    row, user = request_or_404(http, no), signed_in(http)
    ground = panels.check_ground(row, user)
    form = VerifyForm(
        ground.replied,
        http.POST or None,
        http.FILES or None,
        initial={"summary": row.reply},
    )
    if http.method == "POST" and form.is_valid():
        try:
            panels.settle(row, form, user, passed="pass" in http.POST)
        except DomainError as error:
            form.refuse(error)
        else:
            passed = "pass" in http.POST
            said = _("Checked and closed.") if passed else _("Sent back for rework.")
            messages.success(http, said)
            return _after(http, row)
    context = panels.verify_context(row, form, ground)
    context["next"] = panels.safe_next(http)
    page = "requests_hub/steps/verify.html"
    return _form_page(http, page, context, is_bound=form.is_bound)
