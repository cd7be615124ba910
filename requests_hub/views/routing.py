"""The routing rules in their order, their trials, and the versions of the suggestions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from governance.core.errors import DomainError, Invalid
from grids.registers.base import DESK, READERS
from requests_hub.actions import suggestions, trials
from requests_hub.categories import told
from requests_hub.models import RoutingRule, RoutingTrial
from requests_hub.panels import routing as panels
from requests_hub.panels.step import safe_next
from requests_hub.views.access import is_for, request_or_404, signed_in, staff

KEEPERS = ("district", "admin")


@staff(*DESK, *READERS)
@require_safe
def rule_list(http: HttpRequest) -> HttpResponse:
    """The rules in the order in which they are asked."""
    context = panels.rule_list(signed_in(http))
    return render(http, "requests_hub/routing/page.html", context)


def _rule(http: HttpRequest, pk: int) -> RoutingRule:
    rows: Any = RoutingRule.objects.visible_to(http.user)
    found: RoutingRule = get_object_or_404(rows.live(), pk=pk)
    return found


@staff(*DESK)
@require_POST
def rule_step(http: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Earlier, later, into force, out of force; what is refused is said on the page."""
    rule, user = _rule(http, pk), signed_in(http)
    try:
        said = panels.STEPS[step](rule, user, http.POST)
    except KeyError:
        return HttpResponse(status=404)
    except Invalid as error:
        messages.error(http, " ".join(w for ws in error.fields.values() for w in ws))
    except DomainError as error:
        messages.error(http, error.message)
    else:
        if said:
            messages.success(http, said)
    response = redirect("routing")
    response["Location"] += f"#rule-{rule.pk}"
    return response


@staff(*DESK)
@require_POST
def trial_new(http: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a dry run of a rule over the last requests."""
    rule = _rule(http, pk)
    wanted = http.POST.get("wanted", "")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    try:
        row = trials.start_trial(rule, by=signed_in(http), wanted=min(number, 10**6))
    except DomainError as error:
        messages.error(http, error.message)
        return redirect("routing")
    return redirect("routing_trial", pk=row.pk)


@staff(*DESK, *READERS)
@require_safe
def trial(http: HttpRequest, pk: int) -> HttpResponse:
    """How far a trial is, then where requests would go: now against then."""
    rules: Any = RoutingRule.objects.visible_to(http.user)
    rows = RoutingTrial.objects.filter(rule__in=rules)
    row = get_object_or_404(rows.select_related("rule", "started_by"), pk=pk)
    part = "#progress" if is_for(http, "trial") else ""
    context = panels.trial(row, signed_in(http))
    return render(http, f"requests_hub/routing/trial.html{part}", context)


@staff("township", "district")
@require_POST
def classify(http: HttpRequest, no: str) -> HttpResponse:
    """Give a request its category, by one key at the desk."""
    row = request_or_404(http, no)
    try:
        after = suggestions.classify(
            row, by=signed_in(http), category=http.POST.get("category", "")
        )
    except DomainError as error:
        messages.error(http, error.message)
    else:
        about = told(after.category) if after.category else ""
        messages.success(http, _("Category: %(name)s.") % {"name": about})
    return redirect(safe_next(http) or f"/requests/{row.no}/")


@staff("district", "admin", *READERS)
@require_safe
def versions(http: HttpRequest) -> HttpResponse:
    """The versions of the suggestions with their figures."""
    context = panels.versions(signed_in(http))
    return render(http, "requests_hub/routing/versions.html", context)


@staff(*KEEPERS)
@require_POST
def version_step(http: HttpRequest, step: str) -> HttpResponse:
    """Learn now, or put another version in use."""
    try:
        said = panels.version_step(signed_in(http), step, http.POST)
    except KeyError:
        return HttpResponse(status=404)
    except DomainError as error:
        messages.error(http, error.message)
    else:
        messages.success(http, said)
    return redirect("suggestion_versions")
