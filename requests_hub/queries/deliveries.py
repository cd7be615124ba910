"""Follow-ups of events that failed: what is listed to whom, and how it reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.core.actions.deliveries import CLOSED, RUN_AGAIN
from governance.core.models import Delivery, Event, User
from governance.core.workflow import Text
from grids.scoping import scope_of
from requests_hub.history import VERBS
from requests_hub.models import Request
from requests_hub.models.sendings import READERS

NOTICES = gettext_lazy("Notices to people")
# Whom a follow-up is for; a test holds every consumer to a line here.
SUBSCRIBERS: dict[str, Text] = {
    "core.write_export": gettext_lazy("Excel export"),
    "core.work_import": gettext_lazy("Excel import"),
    "grids.tell_of_agreements": NOTICES,
    "grids.tell_of_decisions": NOTICES,
    "grids.feed_overdue": NOTICES,
    "grids.feed_trouble": NOTICES,
    "grids.follow_late_records": gettext_lazy("Records that came late"),
    "grids.read_tree_files": gettext_lazy("Import of the grid tree"),
    "grids.carry_out_tree_files": gettext_lazy("Import of the grid tree"),
    "grids.follow_care": gettext_lazy("Care of people"),
    "grids.do_circle": gettext_lazy("15-minute circle"),
    "nets.match": gettext_lazy("Matching of the nets"),
    "nets.match_what_was_written": gettext_lazy("Matching of the nets"),
    "nets.look_again": gettext_lazy("Matching of the nets"),
    "requests_hub.run_trial": gettext_lazy("Trial of a routing rule"),
    "requests_hub.follow_category": gettext_lazy("Sensitive categories"),
    "requests_hub.carry_sending": gettext_lazy("Messages out"),
    "requests_hub.propose": gettext_lazy("Routing and suggestions"),
    "requests_hub.tell_urgency": NOTICES,
    "requests_hub.close_rules": gettext_lazy("Routing rules"),
    "requests_hub.tell_rule_off": NOTICES,
    "requests_hub.tell_by_effects": gettext_lazy("Notices to people and reporters"),
    "requests_hub.tell_of_calls": NOTICES,
    "requests_hub.tell_hotline": gettext_lazy("12345 hotline"),
    "requests_hub.tell_holders": NOTICES,
    "requests_hub.move_deadlines": gettext_lazy("Deadlines"),
    "requests_hub.follow_grids": gettext_lazy("Requests after a change of grids"),
    "requests_hub.retitle_issue": gettext_lazy("Hot issues"),
    "requests_hub.tell_keepers": NOTICES,
    "requests_hub.tell_merged": NOTICES,
    "requests_hub.tell_supporters": NOTICES,
    "requests_hub.webhooks": gettext_lazy("Webhooks of the subscriptions"),
    "requests_hub.webhook_off": NOTICES,
    "requests_hub.tell_escalations": NOTICES,
    "requests_hub.tell_supervisions": NOTICES,
    "requests_hub.tell_audit": NOTICES,
}
GONE = ("DoesNotExist", "ObjectDoesNotExist")
DATABASE = ("OperationalError", "InterfaceError")
RULES = ("IntegrityError", "DataError", "InternalError", "RaiseException")
OUTSIDE = ("ConnectionError", "ConnectionRefusedError", "TimeoutError", "OSError")
OURS = ("Invalid", "NotAllowed", "NotHere", "Conflict", "IllegalStep", "TooMany")


def visible_to(user: User) -> QuerySet[Delivery]:
    """Those of events of the reader's district, and of events that belong to no district."""
    held = {
        pk
        for role, where, pk in scope_of(user).held
        if role in READERS and where == "district"
    }
    if not held:
        return Delivery.objects.none()
    here = Q(event__district_id__in=held) | Q(event__district_id__isnull=True)
    return Delivery.objects.filter(here).select_related("event")


def troubled(user: User) -> QuerySet[Delivery]:
    """Those that are not done."""
    return visible_to(user).exclude(state=Delivery.State.DONE)


@dataclass(frozen=True)
class Line:
    """One delivery as it is read; `url` is empty where there is no record to open."""

    row: Delivery
    what: Text
    subscriber: Text
    error: str
    record: str = ""
    url: str = ""


def lines(rows: Iterable[Delivery], user: User) -> list[Line]:
    """Rows with their words and the requests they are about, as far as the reader sees them."""
    found = list(rows)
    threads = {row.event.thread_id for row in found}
    seen: dict[int, str] = {}
    if threads:
        requests = Request.objects.visible_to(user).filter(pk__in=threads)
        seen = dict(requests.values_list("pk", "no"))
    return [_line(row, seen.get(row.event.thread_id, "")) for row in found]


def _line(row: Delivery, no: str) -> Line:
    event = row.event
    record, url = no, reverse("request", args=[no]) if no else ""
    if event.subject_type == "sending":
        record, url = _("the message"), reverse("sending", args=[event.subject_id])
    what = VERBS[event.name][0] if event.name in VERBS else event.name
    who = SUBSCRIBERS.get(row.consumer, row.consumer)
    return Line(row, what, who, plainly(row.last_error), record, url)


def plainly(error: str) -> str:
    """The last error in words; which exception it was stands in front of its text."""
    kind, _colon, text = error.partition(":")
    if not error:
        return ""
    if kind in OURS:
        return _("A rule of the product refused it: %(why)s") % {"why": text.strip()}
    if kind in GONE:
        return _("A record that it needs is not there any more.")
    if kind in DATABASE:
        return _("The database did not answer in time.")
    if kind in RULES:
        return _("The database refused what was to be written.")
    if kind in OUTSIDE:
        return _("A server that it needs did not answer.")
    return _("The program has a fault here (%(name)s); its makers must look.") % {
        "name": kind.strip()[:60]
    }


def story(row: Delivery) -> list[Event]:
    """What people did about it, newest first."""
    told = Event.objects.filter(thread_id=row.event_id, name__in=(CLOSED, RUN_AGAIN))
    told = told.filter(data__consumer=row.consumer).select_related("actor")
    return list(told.order_by("-id")[:20])


def waiting(user: Any) -> int:
    """How many wait for a person."""
    if not isinstance(user, User):
        return 0
    return visible_to(user).filter(state=Delivery.State.SET_ASIDE).count()
