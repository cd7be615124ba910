"""Who is told of what happens to a call on its way."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from requests_hub.models import Task
from requests_hub.people import centre_of, desk_of, holders_of

Words = Callable[[], str]
TO_DESK: dict[str, Words] = {
    "task.returned": lambda: _("Returned by %(unit)s: “%(title)s”, %(no)s"),
    "task.extension_asked": lambda: _(
        "%(unit)s asks for more time: “%(title)s”, %(no)s"
    ),
    "task.call_scored": lambda: _("%(unit)s has scored the call: “%(title)s”, %(no)s"),
}
TO_DEPARTMENT: dict[str, Words] = {
    "task.sent_again": lambda: _("Called again: “%(title)s”, %(no)s"),
    "task.ruled": lambda: _("Ruled to be yours, it binds: “%(title)s”, %(no)s"),
    "task.extended": lambda: _("More time granted: “%(title)s”, %(no)s"),
    "task.extension_refused": lambda: _("More time refused: “%(title)s”, %(no)s"),
    "task.paused": lambda: _("On hold: “%(title)s”, %(no)s"),
    "task.resumed": lambda: _("The time runs again: “%(title)s”, %(no)s"),
    "task.recalled": lambda: _("Taken back, sent in error: “%(title)s”, %(no)s"),
    "task.leads": lambda: _("You lead from now on: “%(title)s”, %(no)s"),
    "task.scored": lambda: _("The desk has scored you: “%(title)s”, %(no)s"),
}
TO_DISTRICT: dict[str, Words] = {
    "task.ruling_asked": lambda: _("To rule: “%(title)s”, %(no)s"),
}


@consumer("requests_hub.tell_of_calls", *TO_DESK, *TO_DEPARTMENT, *TO_DISTRICT)
def tell_of_calls(event: Event) -> None:
    """Tell the desk of what the department asks, and the department of the answer."""
    rows = Task.objects.select_related("request", "department")
    task = rows.filter(pk=event.subject_id).first()
    if task is None or task.request is None or task.department is None:
        return
    if event.name in TO_DESK:
        people = desk_of(task)
    elif event.name in TO_DISTRICT:
        people = centre_of(task)
    else:
        people = holders_of(task)
    words = {**TO_DESK, **TO_DEPARTMENT, **TO_DISTRICT}[event.name]
    with translation.override(settings.LANGUAGE_CODE):
        text = words() % {
            "title": task.title,
            "no": task.request.no,
            "unit": task.department.short,
        }
    others = sorted(pk for pk in people if pk != event.actor_id)
    notify(others, event, text, f"/requests/{task.request.no}/")
