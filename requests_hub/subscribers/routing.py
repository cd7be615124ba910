"""What follows for suggestions and routing: proposals for new requests, rules that cannot work."""

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from grids import closing
from grids.models import Department, Post
from requests_hub.actions import routing
from requests_hub.models import Request, RoutingRule
from requests_hub.people import desk_of


@consumer(
    "requests_hub.propose",
    "request.submitted",
    "request.classified",
    "request.reopened",
    "request.recalled",
)
def propose(event: Event) -> None:
    """Say what a request is probably about and where it goes, when it is at the desk."""
    request = Request.objects.filter(pk=event.subject_id).first()
    if request is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        if event.name == "request.submitted":
            routing.propose(request)
        else:
            routing.route(request)


@consumer("requests_hub.tell_urgency", "request.urgency_raised")
def tell_urgency(event: Event) -> None:
    """The desk hears that a rule made something more urgent."""
    request = Request.objects.filter(pk=event.subject_id).first()
    if request is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        text = _("%(urgency)s: “%(title)s”, %(no)s, by the routing rule “%(rule)s”") % {
            "urgency": Request.Urgency(event.data["urgency"]).label,
            "title": request.title,
            "no": request.no,
            "rule": event.data["rule"],
        }
    notify(sorted(desk_of(request)), event, text, f"/requests/{request.no}/")


@closing.tells
def rules_that_stop(department: Department) -> list[str]:
    """Which rules in force name a department that is about to be closed."""
    rows = RoutingRule.objects.live().filter(
        district_id=department.district_id, state="live"
    )
    words = _("Routing rule “%(rule)s” switches itself off.")
    return [
        words % {"rule": row.name}
        for row in rows.order_by("order")
        if department.pk in row.departments
    ]


@consumer("requests_hub.close_rules", "department.changed")
def close_rules(event: Event) -> None:
    """A department went out of use: rules that name it switch themselves off."""
    if "is_active" in event.data.get("fields", ()):
        with translation.override(settings.LANGUAGE_CODE):
            routing.switch_off_closed([event.subject_id])


@consumer("requests_hub.tell_rule_off", "routingrule.switched_off")
def tell_rule_off(event: Event) -> None:
    """Tell those who keep the rules that one has switched itself off, and why."""
    rule = RoutingRule.objects.filter(pk=event.subject_id).first()
    if rule is None or event.actor_id is not None:
        return
    keepers = Post.objects.current().filter(
        Q(role="district", district_id=rule.district_id), user__is_active=True
    )
    people = set(keepers.values_list("user_id", flat=True))
    people |= {rule.live_by_id} if rule.live_by_id else set()
    with translation.override(settings.LANGUAGE_CODE):
        text = _("Routing rule “%(rule)s” switched itself off: %(reason)s") % {
            "rule": rule.name,
            "reason": rule.off_reason,
        }
    notify(sorted(people), event, text, "/routing/")
