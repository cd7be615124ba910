"""Who may see the pictures of a visit; what moves a household's next visit."""

from django.http import HttpRequest

from governance.core import attachments
from governance.core.events import consumer
from governance.core.models import Event
from grids.actions import visits
from grids.models import CareEntry, Household, Visit


def sees_visit(request: HttpRequest, pk: int) -> bool:
    home = Visit.objects.filter(pk=pk).values("household_id")
    return Household.objects.visible_to(request.user).filter(pk__in=home).exists()


attachments.register("visit", sees_visit)


@consumer(
    "grids.follow_care",
    "careentry.ended",
    "person.changed",
    "person.ended",
    "person.merged",
    "person.unmerged",
)
def follow_care(event: Event) -> None:
    """Care that ended, or came to a household with a person, moves its next visit."""
    pk = event.subject_id or 0
    if event.name == "careentry.ended":
        entry = CareEntry.objects.filter(pk=pk).first()
        pk = entry.person_id if entry else 0
    visits.follow_people([pk])
