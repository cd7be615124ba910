"""Events become signed calls to those who subscribed to them; nothing personal goes along."""

import json
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core import dictionaries
from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from grids.models import Post
from requests_hub.actions.clients import KEEPERS
from requests_hub.actions.sendings import queue
from requests_hub.models import Request, Sending, Subscription
from requests_hub.open311.formats import moment
from requests_hub.open311.public_words import scrubbed
from requests_hub.open311.services import name_of
from requests_hub.seeds.intake import EVENTS
from requests_hub.turns import place_name
from requests_hub.workflow import REQUEST

NAMES = tuple(code for code, _zh, _en in EVENTS)


@consumer("requests_hub.webhooks", *NAMES)
def fan_out(event: Event) -> None:
    """One stored call for each subscription that wants the event; what is history calls nobody."""
    if event.data.get("is_history"):
        return
    rows = Subscription.objects.filter(
        district_id=event.district_id or 0, is_active=True, ended_on__isnull=True
    )
    wanted = [row for row in rows if event.name in row.event_names]
    if not wanted:
        return
    request = Request.objects.named().filter(pk=event.subject_id).first()
    if request is None:
        return
    body = json.dumps(payload(event, request), ensure_ascii=False)
    for row in wanted:
        queue(
            Sending.Channel.WEBHOOK,
            row.url,
            event.name,
            body,
            f"{row.pk}:{event.pk}",
            district_id=row.district_id,
            request_id=request.pk,
            subscription_id=row.pk,
        )


def payload(event: Event, request: Request) -> dict[str, Any]:
    """What a receiver is told: type, time and data; a private request by its state only."""
    data: dict[str, Any] = {
        "event_id": str(event.pk),
        "service_request_id": request.no,
        "state": str(event.data.get("to", request.state)),
        "status": "open" if REQUEST[request.state].is_open else "closed",
        "channel": request.channel,
        "is_private": request.is_private,
        "submitted_at": moment(request.submitted_at),
        "due_at": moment(request.due_at),
    }
    if not request.is_private:
        category = dictionaries.by_id(request.category_id)
        data |= {
            "title": scrubbed(request.title),
            "service_code": category.code if category else "",
            "service_name": name_of(category),
            "place": place_name(request),
            "reply": scrubbed(request.reply),
        }
    return {"type": event.name, "timestamp": moment(event.occurred_at), "data": data}


@consumer("requests_hub.webhook_off", "subscription.switched_off")
def tell_switched_off(event: Event) -> None:
    """The district's desk and the administrators hear that a receiver was switched off."""
    row = Subscription.objects.filter(pk=event.subject_id).first()
    if row is None:
        return
    posts = Post.objects.current().filter(
        role__in=KEEPERS, district_id=row.district_id, user__is_active=True
    )
    with translation.override(settings.LANGUAGE_CODE):
        words = _("“%(name)s” was switched off: its receiver has failed for long.")
        text = words % {"name": row.name}
    notify(
        sorted(set(posts.values_list("user_id", flat=True))),
        event,
        text,
        f"/registry/subscriptions/{row.pk}/",
    )
