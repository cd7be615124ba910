"""Those who said "me too" hear when it is done."""

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from requests_hub import gateways
from requests_hub.models import Request, Supporter


@consumer("requests_hub.tell_supporters", "request.closed")
def tell_supporters(event: Event) -> None:
    """One message to each phone that was given, also for one that was merged into it."""
    request = Request.objects.filter(pk=event.subject_id).first()
    if request is None:
        return
    about = Q(request=request) | Q(request__merged_into=request)
    rows = Supporter.objects.filter(about).exclude(phone_hash="")
    with translation.override(settings.LANGUAGE_CODE):
        body = _("“%(title)s”, which you reported too, is done: %(reply)s") % {
            "title": request.title,
            "reply": request.reply[:200],
        }
    for row in rows:
        key = f"supporter:{row.pk}:{event.pk}"
        gateways.send("sms", row.phone, "", body, key, request=request)
