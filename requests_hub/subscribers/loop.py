"""What follows from events: people are told, deadlines move with the calendar."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from grids import following
from requests_hub.actions import likeness, regrid
from requests_hub.actions.recompute import move_open_deadlines
from requests_hub.models import Request, Task, Whistle
from requests_hub.people import holders_of, posted


@consumer("requests_hub.tell_holders", "task.called", "task.offered", "task.leads")
def tell_holders(event: Event) -> None:
    """What no step of a task says: it is new, or it leads from now on."""
    task = Task.objects.select_related("request", "department", "whistle")
    row = task.filter(pk=event.subject_id).first()
    if row is None or row.request is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        words = {"title": row.title, "no": row.request.no}
        text = {
            "task.called": _called(row) % words,
            "task.offered": _("For you to take: “%(title)s”, %(no)s") % words,
            "task.leads": _("You lead from now on: “%(title)s”, %(no)s") % words,
        }[event.name]
    _tell(holders_of(row), event, text, row.request)


def _called(task: Task) -> str:
    """What a called department reads; an emergency says so first, its clock never rests."""
    if task.whistle is not None and task.whistle.kind == Whistle.Kind.EMERGENCY:
        return _("Emergency whistle: report in at once for “%(title)s”, %(no)s")
    return _("Whistle: report in for “%(title)s”, %(no)s")


@consumer("requests_hub.move_deadlines", "calendar.published")
def move_deadlines(event: Event) -> None:
    """The working calendar changed: open deadlines are reckoned again."""
    move_open_deadlines([date.fromisoformat(day) for day in event.data["dates"]])


@consumer(
    "requests_hub.follow_grids",
    "grid.merged",
    "grid.split",
    "grid.moved",
    "grid.retired",
)
def follow_grids(event: Event) -> None:
    """Open requests and tasks go along with their grid, unless it was said that they stay."""
    if event.data.get("work") == "move":
        regrid.follow(following.from_json(event.data["shifts"]))


@consumer("requests_hub.retitle_issue", "request.hidden", "request.shown")
def retitle_issue(event: Event) -> None:
    """An issue is not called after a request that is private."""
    likeness.retitle(event.subject_id)


@consumer("requests_hub.tell_keepers", "statistics.differ")
def tell_keepers(event: Event) -> None:
    """Who keeps the system hears that figures differ from what was counted."""
    with translation.override(settings.LANGUAGE_CODE):
        text = _("The nightly recount found %(n)s figures that differ") % {
            "n": event.data["wrong"]
        }
    keepers = posted(Q(role__in=("admin", "district")))
    notify(sorted(keepers), event, text, "/assessment/recounts/")


def _tell(people: Iterable[int], event: Event, text: str, request: Request) -> None:
    others = {pk for pk in people if pk != event.actor_id}
    notify(sorted(others), event, text, f"/requests/{request.no}/")
