"""Those who go along with a request hear how it ended: who said "me too", who was merged into it."""

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from requests_hub import gateways
from requests_hub.actions import reporting
from requests_hub.models import Request, Supporter

ENDINGS = ("request.closed", "request.rejected")


@consumer("requests_hub.tell_merged", *ENDINGS)
def tell_merged(event: Event) -> None:
    """The reporter of each request merged into this one is told as its own reporter is."""
    with translation.override(settings.LANGUAGE_CODE):
        for row in Request.objects.filter(merged_into=event.subject_id):
            reporting.tell_reporter(row, event)


@consumer("requests_hub.tell_supporters", *ENDINGS)
def tell_supporters(event: Event) -> None:
    """One message to each phone that was given, also for one that was merged into it."""
    request = Request.objects.filter(pk=event.subject_id).first()
    if request is None:
        return
    about = Q(request=request) | Q(request__merged_into=request)
    rows = Supporter.objects.filter(about).exclude(phone_hash="")
    with translation.override(settings.LANGUAGE_CODE):
        body = _ended(request) % {
            "title": request.title,
            "reply": request.reply[:200],
        }
    for row in rows:
        key = f"supporter:{row.pk}:{event.pk}"
        gateways.send("sms", row.phone, "", body, key, request=request)


def _ended(request: Request) -> str:
    """How it ended, in the words for somebody who said "me too"; nothing is done that is not."""
    if request.state == "rejected":
        return _("“%(title)s”, which you reported too, is not ours to do: %(reply)s")
    if request.outcome == "not_solved":
        return _("“%(title)s”, which you reported too, is not solved: %(reply)s")
    return _("“%(title)s”, which you reported too, is done: %(reply)s")
