"""The hotline is told how its messages go: state and reply, in its own words."""

import json

from django.conf import settings

from governance.core import locks
from governance.core.events import consumer
from governance.core.models import Event
from requests_hub.actions.hotline_messages import told_as
from requests_hub.actions.sendings import queue
from requests_hub.models import Request, Sending
from requests_hub.open311.formats import moment
from requests_hub.seeds.intake import EVENTS

NAMES = tuple(code for code, _zh, _en in EVENTS if code != "request.submitted")
WITH_REPLY = {"replied", "checking", "closed", "revisited", "rejected"}


@consumer("requests_hub.tell_hotline", *NAMES)
def tell_hotline(event: Event) -> None:
    """One stored call for each state that is new to the hotline.

    Steps taken in one second are read by several workers at once: each sees what the others told.
    """
    locks.hold(f"hotline:{event.subject_id}")
    request = Request.objects.filter(
        pk=event.subject_id, channel=Request.Channel.HOTLINE
    ).first()
    if request is None or not request.external_id:
        return
    word = told_as(request)
    reply = request.reply if request.state in WITH_REPLY else ""
    if not word or _last_told(request) == (word, reply):
        return
    body = {
        "id": request.external_id,
        "state": word,
        "reply": reply,
        "no": request.no,
        "at": moment(event.occurred_at),
    }
    queue(
        Sending.Channel.HOTLINE,
        settings.HOTLINE_URL,
        f"{request.external_id} {word}",
        json.dumps(body, ensure_ascii=False),
        f"hotline:{event.pk}",
        district_id=request.district_id,
        request_id=request.pk,
    )


def _last_told(request: Request) -> tuple[str, str] | None:
    rows = Sending.objects.of(request).filter(channel=Sending.Channel.HOTLINE)
    last = rows.first()
    if last is None:
        return None
    body = json.loads(last.body)
    return str(body["state"]), str(body["reply"])
