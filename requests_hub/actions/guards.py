"""What may stand in the way of a step besides state and role, as one sentence each.

The desk reads the sentence beside the step that it may not take; the action refuses with it.
"""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.core import worktime
from governance.core.errors import Conflict
from governance.core.models import User
from governance.core.workflow import Step
from requests_hub.actions import guards_whistles
from requests_hub.actions.actors import Actor, Subject
from requests_hub.actions.moments import now
from requests_hub.models import Proposal, Request

Guard = Callable[[Request, Actor], Conflict | None]


def check(step: Step, subject: Subject, by: Actor) -> None:
    """Refuse what something stands in the way of.

    Raises:
        Conflict: with the sentence.
    """
    refusal = why_not(step, subject, by)
    if refusal:
        raise refusal


def why_not(step: Step, subject: Subject, by: Actor) -> Conflict | None:
    """What stands in the way of a step that state and role allow; None when nothing does."""
    if isinstance(subject, Request):
        guard = GUARDS.get(step.name)
        return guard(subject, by) if guard else None
    own = guards_whistles.GUARDS.get((subject.machine.name, step.name))
    return own(subject) if own else None


def proposals_of(request: Request) -> list[Proposal]:
    """What was asked for and decided about a request, newest first; read once."""
    known = request.__dict__.get("all_proposals")
    if request.__dict__.get("has_proposals") is False:  # asked along with the row
        return []
    if known is None:
        rows = Proposal.objects.filter(request_id=request.pk)
        known = list(rows.select_related("proposed_by", "decided_by").order_by("-id"))
        request.__dict__["all_proposals"] = known
    return list(known)


def asked(request: Request, kind: str) -> Proposal | None:
    """The proposal of this kind that waits for its decision."""
    return next(
        (p for p in proposals_of(request) if p.kind == kind and p.state == "asked"),
        None,
    )


def reopen_until(request: Request) -> datetime | None:
    """The last moment at which a closed request can be opened again."""
    if request.closed_at is None:
        return None
    days = worktime.Amount(settings.REOPEN_WORKING_DAYS, "d")
    return worktime.add_working(request.closed_at, days)


def _not_twice(kind: str) -> Guard:
    def guard(request: Request, _by: Actor) -> Conflict | None:
        if kind == Proposal.Kind.EXCLUDE and request.is_excluded:
            return Conflict(_("It is left out of the rates already."))
        if asked(request, kind):
            return Conflict(_("It has been asked for and waits for the decision."))
        return None

    return guard


def _to_decide(kind: str) -> Guard:
    def guard(request: Request, by: Actor) -> Conflict | None:
        proposal = asked(request, kind)
        if proposal is None:
            return Conflict(_("Nobody has asked for it."))
        if isinstance(by, User) and proposal.proposed_by_id == by.pk:
            return Conflict(_("Who asks for it does not decide it."))
        return None

    return guard


def _only_if(holds: Callable[[Request], bool], words: Callable[[], str]) -> Guard:
    def guard(request: Request, _by: Actor) -> Conflict | None:
        return None if holds(request) else Conflict(words())

    return guard


def _in_time(request: Request, _by: Actor) -> Conflict | None:
    """Reopening has a window, `REOPEN_WORKING_DAYS` after closing."""
    until = reopen_until(request)
    if until is not None and now() <= until:
        return None
    day = date_format(timezone.localtime(until), "Y-m-d") if until else ""
    words = _("It could be reopened until %(day)s. Please submit it again.")
    return Conflict(words % {"day": day}, until=day)


GUARDS: dict[str, Guard] = {
    "hold_ask": _not_twice("hold"),
    "hold": _to_decide("hold"),
    "hold_refuse": _to_decide("hold"),
    "exclude_ask": _not_twice("exclude"),
    "exclude": _to_decide("exclude"),
    "exclude_refuse": _to_decide("exclude"),
    "include": _only_if(lambda r: r.is_excluded, lambda: _("It is counted as it is.")),
    "hide": _only_if(lambda r: not r.is_private, lambda: _("It is private already.")),
    "unhide": _only_if(lambda r: r.is_private, lambda: _("It is not private.")),
    "reopen": _in_time,
}
