"""What the reporter is told, by the channels they gave."""

from django.conf import settings
from django.utils.translation import gettext as _

from governance.core.errors import Invalid
from governance.core.models import Event
from requests_hub import codes, gateways
from requests_hub.models import Incoming, Open311Report, Request
from requests_hub.public import public_view


def tell_reporter(request: Request, event: Event) -> int:
    """Queue one message about a step for each channel; gives how many.

    The step may be one of the request that `request` goes along with. The words are those of
    the follow page. A private request's message says its state alone.
    The same event again sends nothing more.
    """
    sent, key = 0, f"step:{event.pk}"
    if event.subject_id != request.pk:
        key = f"{key}:{request.pk}"
    for channel, address in channels_of(request):
        try:
            gateways.send(
                channel,
                address,
                _("Your request %(no)s") % {"no": request.no},
                message(request) + _asking(request, channel),
                key,
                request=request,
            )
        except Invalid:  # an address that this channel does not reach
            continue
        sent += 1
    return sent


def _asking(request: Request, channel: str) -> str:
    """What a text message may be answered with once it is closed; `answers.read` reads it."""
    if channel != "sms" or request.state != "closed":
        return ""
    return " " + _(
        "Answer 1: solved, satisfied. 2: basically satisfied. 3: not solved."
    )


def channels_of(request: Request) -> list[tuple[str, str]]:
    """(channel, address) as the reporter gave them; a mobile number gets text messages."""
    phone = request.reporter_phone
    is_mobile = len(phone) == 11 and phone.startswith("1")
    found = [("sms", phone)] if is_mobile else []
    mail = email_of(request)
    return [*found, ("email", mail)] if mail else found


def email_of(request: Request) -> str:
    """The address that came along by Open311, or that the letter was sent from; else empty."""
    if request.channel == Request.Channel.OPEN311:
        report = Open311Report.objects.filter(request=request).first()
        return report.email if report else ""
    if request.channel == Request.Channel.EMAIL:
        letters = Incoming.objects.filter(request=request, channel="email")
        letter = letters.filter(outcome=Incoming.Outcome.REQUEST).first()
        return letter.address if letter else ""
    return ""


def message(request: Request) -> str:
    """State, what happens now, and how to follow it."""
    view = public_view(request)
    said = "" if request.is_private else f"{view.sentence} "
    return _("%(no)s: %(state)s. %(said)sFollow-up code %(code)s, at %(where)s.") % {
        "no": request.no,
        "state": view.headline.rstrip("。."),
        "said": said,
        "code": codes.shown(request.follow_code),
        "where": f"{settings.SITE_ADDRESS}/follow/",
    }
