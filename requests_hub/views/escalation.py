"""The escalation policy, reminders and supervision by hand, and what the auditor found."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from governance.core.errors import DomainError, NotHere
from governance.core.worktime import Amount
from grids.scoping import posts_of
from requests_hub import policies
from requests_hub.actions import escalation_policy, mending
from requests_hub.actions import supervision as actions
from requests_hub.forms.escalation import (
    ReasonForm,
    RemindForm,
    StepForm,
    SuperviseForm,
    VersionForm,
)
from requests_hub.models import EscalationRung, Finding, Ladder, Naming, Supervision
from requests_hub.panels import escalation as panels
from requests_hub.panels.step import safe_next
from requests_hub.people import unit_of
from requests_hub.queries import escalation as queries
from requests_hub.views.access import (
    DESK,
    READING,
    is_for,
    signed_in,
    staff,
    task_or_404,
)

POLICY_READERS = ("district", "township", "leader", "admin", "auditor")
KEEPERS = tuple(escalation_policy.KEEPERS)
AUDIT_READERS = ("district", "leader", "admin", "auditor")
FORM = "requests_hub/escalation/form.html"


def _district(http: HttpRequest) -> int:
    return posts_of(signed_in(http))[0].district_id


@staff(*POLICY_READERS)
@require_safe
def policy(http: HttpRequest) -> HttpResponse:
    """The ladders of one kind, drawn on the time ruler, with the versions to come."""
    user = signed_in(http)
    kind = http.GET.get("kind", "")
    kind = kind if kind in Ladder.Kind.values else Ladder.Kind.ROUTINE.value
    found = panels.sections(_district(http), kind)
    context = {
        "kind": kind,
        "kinds": policies.kinds(),
        "sections": found,
        "may_write": any(post.role in KEEPERS for post in posts_of(user)),
        "first_day": escalation_policy.first_day(),
    }
    return render(http, "requests_hub/escalation/policy.html", context)


@staff(*KEEPERS)
@require_POST
def version_new(http: HttpRequest) -> HttpResponse:
    """Begin a version as a copy of what holds; then its rungs are changed in the register."""
    form = VersionForm(http.POST)
    kind = http.POST.get("kind", "")
    to = f"/escalation/?kind={kind}" if kind in Ladder.Kind.values else "/escalation/"
    if not form.is_valid():
        messages.error(http, _("Say from which day, tomorrow or later."))
        return redirect(to)
    given = form.cleaned_data
    n = escalation_policy.start_version(
        _district(http),
        given["kind"],
        given["step"],
        given["starts_on"],
        by=signed_in(http),
    )
    said = _("A version from %(day)s on was begun with %(n)s rungs; change them now.")
    messages.success(http, said % {"day": given["starts_on"], "n": n})
    return redirect(f"{to}#{given['step']}")


@staff(*KEEPERS)
@require_POST
def rung_drop(http: HttpRequest, pk: int) -> HttpResponse:
    """Take a rung out of a version that has not begun."""
    rows = EscalationRung.objects.live().visible_to(http.user)
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such rung."))
    escalation_policy.drop_rung(row, by=signed_in(http))
    messages.success(http, _("The rung was taken out."))
    return redirect(f"/escalation/?kind={row.kind}#{row.step}")


# --- Reminders and supervision --------------------------------------------------------------


@staff(*DESK, "leader")
@require_http_methods(["GET", "POST"])
def remind(http: HttpRequest, pk: int) -> HttpResponse:
    """Urge whoever holds a task."""
    task, user = task_or_404(http, pk), signed_in(http)
    if not actions.may_remind(task, user):
        actions.refuse(
            task, _("Reminding is for the desk and for leaders of the place.")
        )
    form = RemindForm(http.POST or None)
    form.fields["words"].help_text = panels.reminded_people(task)
    if http.method == "POST" and form.is_valid():
        try:
            actions.remind(task, by=user, words=form.cleaned_data["words"])
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(http, _("Reminded; the holder was told."))
            return _back(http, f"/requests/{task.request.no}/" if task.request else "/")
    return _form(http, task, form, _("Remind"))


@staff("district", "leader")
@require_http_methods(["GET", "POST"])
def supervise(http: HttpRequest, pk: int) -> HttpResponse:
    """Ask the unit that holds a task for a statement."""
    task, user = task_or_404(http, pk), signed_in(http)
    if not actions.may_supervise(task, user):
        actions.refuse(task, _("Supervision is for the district and its leaders."))
    form = SuperviseForm(http.POST or None)
    if http.method == "POST" and form.is_valid():
        within, words = form.cleaned_data["within"], form.cleaned_data["words"]
        amount = Amount.parse(within) if within else None
        try:
            row = actions.supervise(task, by=user, words=words, within=amount)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(http, _("Asked; the unit must answer in time."))
            return _back(http, f"/supervisions/{row.pk}/")
    return _form(http, task, form, _("Supervise"))


def _form(http: HttpRequest, task: Any, form: Any, verb: str) -> HttpResponse:
    context = {
        "row": task.request,
        "title": pgettext("between", ", ").join((str(verb), str(unit_of(task)))),
        "verb": verb,
        "form": form,
        "action": http.path,
        "next": safe_next(http),
        "back": safe_next(http) or f"/requests/{task.request.no}/",
    }
    if is_for(http, "drawer"):
        return render(http, f"{FORM}#drawer", context)
    return render(http, FORM, context, status=422 if form.is_bound else 200)


def _back(http: HttpRequest, default: str) -> HttpResponse:
    to = safe_next(http) or default
    if http.htmx:  # type: ignore[attr-defined]
        response = HttpResponse(status=204)
        response["HX-Redirect"] = to
        return response
    return redirect(to)


@staff(*READING)
@require_safe
def supervisions(http: HttpRequest) -> HttpResponse:
    """Statements asked for, by state; and the units to be named in the bulletin."""
    user = signed_in(http)
    counts = queries.counts(user)
    tab = http.GET.get("tab", "")
    if tab not in queries.TABS:
        tab = next((t for t in ("late", "waiting", "answered") if counts[t]), "waiting")
    page = queries.page(user, tab, http.GET, total=counts[tab])
    context = {
        "tab": tab,
        "counts": counts,
        "page": page,
        "units": [(row, panels.unit(row)) for row in page.rows],
        "may_strike": any(post.role == "district" for post in posts_of(user)),
    }
    return render(http, "requests_hub/escalation/supervisions.html", context)


@staff(*READING)
@require_safe
def supervision(http: HttpRequest, pk: int) -> HttpResponse:
    """One supervision: what is asked, the answer, what can be done."""
    row = _supervision(http, pk)
    context = panels.supervision(row, signed_in(http))
    context["forms"] = [(s, StepForm(s)) for s in context["steps"]]
    return render(http, "requests_hub/escalation/supervision.html", context)


@staff(*READING)
@require_POST
def supervision_step(http: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take one step of a supervision; a refused form is shown again."""
    row, user = _supervision(http, pk), signed_in(http)
    context = panels.supervision(row, user)
    spec = actions.permit(row, step, user)
    form = StepForm(spec, http.POST)
    if form.is_valid():
        try:
            actions.take(row, step, by=user, data=form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(http, actions.said(step))
            return redirect("supervision", pk=pk)
    context["forms"] = [
        (s, form if s.name == step else StepForm(s)) for s in context["steps"]
    ]
    page = "requests_hub/escalation/supervision.html"
    return render(http, page, context, status=422)


def _supervision(http: HttpRequest, pk: int) -> Supervision:
    rows = Supervision.objects.visible_to(http.user).select_related(
        "task__request",
        "task__department",
        "task__grid",
        "task__holder",
        "asked_by",
        "answered_by",
        "escalation",
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such supervision in your area."))
    return row


@staff("district")
@require_http_methods(["GET", "POST"])
def naming_strike(http: HttpRequest, pk: int) -> HttpResponse:
    """Take a unit off the list of the bulletin, with a reason."""
    rows = Naming.objects.visible_to(http.user).select_related(
        "task__request", "task__department", "task__grid", "task__holder"
    )
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotHere(_("There is no such naming in your area."))
    form = ReasonForm(http.POST or None)
    if http.method == "POST" and form.is_valid():
        try:
            actions.strike(row, by=signed_in(http), reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(http, _("Struck out; the bulletin will not name it."))
            return _back(http, "/supervisions/?tab=named")
    return _form(http, row.task, form, _("Strike out"))


# --- The auditor ----------------------------------------------------------------------------


@staff(*AUDIT_READERS)
@require_safe
def checks(http: HttpRequest) -> HttpResponse:
    """What has no next moment, and whatever else stands still; each with its remedy."""
    user = signed_in(http)
    rows = queries.findings(user)
    context = {
        "groups": panels.groups(rows),
        "total": len(rows),
        "looked_at": panels.looked_at(),
        "may_mend": any(post.role in mending.MENDERS for post in posts_of(user)),
    }
    return render(http, "requests_hub/escalation/checks.html", context)


@staff(*mending.MENDERS)
@require_POST
def check_mend(http: HttpRequest, pk: int) -> HttpResponse:
    """Mend one finding with one press."""
    row = Finding.objects.visible_to(signed_in(http)).open().filter(pk=pk).first()
    if row is None:
        raise NotHere(_("This finding is mended already."))
    mending.mend(row, by=signed_in(http))
    messages.success(http, _("Mended: %(what)s") % {"what": row.title})
    return redirect("checks")
