"""Who is told of a rung: resolved when it fires, so that a new officer is the one who hears."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from requests_hub import ladders, people
from requests_hub.audit_rules import KINDS
from requests_hub.models import Escalation, Finding, Supervision

WHO = {
    "officer": people.holders_of,
    "head": people.heads_of,
    "leader": people.leaders_of,
    "centre": people.centre_of,
}
DECIDERS = {
    "officer": people.deciders_of,
    "head": people.heads_of_deciders,
    "leader": people.leaders_of_deciders,
    "centre": people.centre_of,
}


@consumer(
    "requests_hub.tell_escalations",
    "task.reminded",
    "task.supervised",
    "task.named",
)
def tell_escalations(event: Event) -> None:
    """Leave a line with those whom the rung names; where it names nobody, with the centre."""
    row = (
        Escalation.objects.select_related(
            "task__request", "task__department", "supervision"
        )
        .filter(pk=event.data.get("escalation"))
        .first()
    )
    if row is None or row.is_superseded:
        return
    task = row.task
    who = DECIDERS if row.step == ladders.DECISION else WHO
    named = who[row.who](task)
    if row.what != "reminder":
        named = named | people.holders_of(task) | people.heads_of(task)
    found = named or people.centre_of(task)
    with translation.override(settings.LANGUAGE_CODE):
        notify(sorted(found - {event.actor_id}), event, _words(row), _url(row))
    Escalation.objects.filter(pk=row.pk).update(told=len(named))


def _url(row: Escalation) -> str:
    if row.what == "supervision" and hasattr(row, "supervision"):
        return reverse("supervision", args=[row.supervision.pk])
    return f"/requests/{row.task.request.no}/" if row.task.request else ""


def _words(row: Escalation) -> str:
    task = row.task
    words = {
        "title": task.title,
        "no": task.request.no if task.request else "",
        "unit": people.unit_of(task),
        "clock": row.get_step_display(),
        "due": _at(row.due_at),
        "words": row.words,
    }
    if row.what == "supervision":
        return (
            _("Supervision for %(unit)s: say why “%(title)s”, %(no)s, is late") % words
        )
    if row.what == "naming":
        return _("%(unit)s is listed for the bulletin: “%(title)s”, %(no)s") % words
    if row.step == Escalation.MANUAL:
        text = _("Reminder: “%(title)s”, %(no)s, due %(due)s. %(words)s") % words
        return text.strip()
    if row.step == ladders.DECISION:
        return _("A return waits for a decision, due %(due)s: “%(title)s”, %(no)s") % (
            words
        )
    if row.due_at and row.due_at < row.fired_at:
        return (
            _("Late since %(due)s (%(clock)s, %(unit)s): “%(title)s”, %(no)s") % words
        )
    return _("Due %(due)s (%(clock)s, %(unit)s): “%(title)s”, %(no)s") % words


def _at(moment: datetime | None) -> str:
    return timezone.localtime(moment).strftime("%m-%d %H:%M") if moment else ""


@consumer(
    "requests_hub.tell_supervisions",
    "task.supervision_answered",
    "task.supervision_asked_again",
    "task.supervision_withdrawn",
)
def tell_supervisions(event: Event) -> None:
    """The asker hears of an answer; the unit hears that it does not do, or is taken back."""
    row = (
        Supervision.objects.select_related("task__request", "task__department")
        .filter(pk=event.data.get("supervision"))
        .first()
    )
    if row is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = {"title": row.task.title, "unit": people.unit_of(row.task)}
        text = {
            "task.supervision_answered": _(
                "%(unit)s answered the supervision of “%(title)s”"
            ),
            "task.supervision_asked_again": _(
                "Asked again: the supervision of “%(title)s”"
            ),
            "task.supervision_withdrawn": _(
                "Withdrawn: the supervision of “%(title)s”"
            ),
        }[event.name] % words
    if event.name == "task.supervision_answered":
        found = {row.asked_by_id} if row.asked_by_id else people.centre_of(row.task)
    else:
        found = people.holders_of(row.task) | people.heads_of(row.task)
    notify(
        sorted(found - {event.actor_id}),
        event,
        text,
        reverse("supervision", args=[row.pk]),
    )


@consumer("requests_hub.tell_audit", "audit.found")
def tell_audit(event: Event) -> None:
    """The district centre and the administrators hear of what stands still."""
    kind = KINDS.get(event.data["kind"])
    finding = Finding.objects.filter(pk=event.subject_id).first()
    if kind is None or finding is None:
        return
    keepers = people.posted(
        Q(role__in=("district", "admin"), district_id=finding.district_id)
    )
    with translation.override(settings.LANGUAGE_CODE):
        words = {"kind": kind.label, "title": finding.title, "n": event.data["n"]}
        text = _("Loop check, %(kind)s: %(title)s") % words
        if event.data["n"] > 1:
            text = _("Loop check, %(kind)s: %(n)s items") % words
    notify(sorted(keepers), event, text, f"{reverse('checks')}#{event.data['kind']}")
