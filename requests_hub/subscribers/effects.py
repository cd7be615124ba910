"""Who is told of a request's step: what the step's effects say, and nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import Q
from django.utils import translation

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from requests_hub.actions import reporting
from requests_hub.models import Request
from requests_hub.people import desk_of, grid_people_of, posted
from requests_hub.workflow import APPROVERS, REQUEST


def approvers_of(request: Request) -> set[int]:
    """Ids of those who decide on holds and exclusions of the district."""
    return posted(Q(role__in=APPROVERS, district_id=request.district_id))


AUDIENCES: dict[str, Callable[[Request], set[int]]] = {
    "desk": desk_of,
    "grid": grid_people_of,
    "approvers": approvers_of,
}
STEPS = {f"request.{s.effects.event}": s for s in REQUEST.steps if s.effects.tells}


@consumer("requests_hub.tell_by_effects", *STEPS)
def tell_by_effects(event: Event) -> None:
    """Leave a line for each audience of the step; the reporter gets a message."""
    request = Request.objects.filter(pk=event.subject_id).first()
    if request is None:
        return
    words = {"title": request.title, "no": request.no}
    with translation.override(settings.LANGUAGE_CODE):
        for told in STEPS[event.name].effects.tells:
            if told.who == "reporter":
                reporting.tell_reporter(request, event)
                continue
            people = {pk for pk in AUDIENCES[told.who](request) if pk != event.actor_id}
            url = f"/requests/{request.no}/"
            notify(sorted(people), event, str(told.words) % words, url)
