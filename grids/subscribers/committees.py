"""Tell those who carry a decision out, and those who keep the committee, what is due."""

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from governance.core import attachments
from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from grids.models import Decision, JointMeeting, Post

KEEPERS = ("township", "grid_leader")


def sees(request: HttpRequest, pk: int) -> bool:
    """Who may open a meeting may open its files."""
    return JointMeeting.objects.visible_to(request.user).filter(pk=pk).exists()


attachments.register("jointmeeting", sees)


@consumer(
    "grids.tell_of_decisions",
    "decision.created",
    "decision.due_soon",
    "decision.overdue",
    "decision.finished",
    "decision.sent_back",
)
def tell_of_decisions(event: Event) -> None:
    """One line with the way to the meeting; who acted is not told of it."""
    rows = Decision.objects.select_related("committee", "meeting")
    row = rows.filter(pk=event.subject_id).first()
    if row is None:
        return
    people = _keepers(row) if event.name == "decision.finished" else _carriers(row)
    if event.name == "decision.overdue":
        people |= _keepers(row)
    with translation.override(settings.LANGUAGE_CODE):
        text = _text(event, row)
    url = f"{row.meeting.get_absolute_url()}#decision-{row.pk}"
    notify(sorted(people - {event.actor_id}), event, text, url)


def _text(event: Event, row: Decision) -> str:
    words = {"committee": row.committee.name, "what": row.what, "day": row.due_on}
    texts = {
        "decision.created": _("%(committee)s decided, for %(day)s: %(what)s"),
        "decision.due_soon": _("Due on %(day)s (%(committee)s): %(what)s"),
        "decision.overdue": _("Overdue since %(day)s (%(committee)s): %(what)s"),
        "decision.finished": _("Done, to be checked (%(committee)s): %(what)s"),
        "decision.sent_back": _("Sent back (%(committee)s): %(what)s"),
    }
    return texts[event.name] % words


def _carriers(row: Decision) -> set[int]:
    """The person and the officers of the department that carry it out; else the keepers."""
    found = {row.owner_id} if row.owner_id else set()
    if row.department_id:
        found |= _posted(Q(role="officer", department_id=row.department_id))
    return found or _keepers(row)


def _keepers(row: Decision) -> set[int]:
    return _posted(Q(role__in=KEEPERS, grid_id__in=row.chain))


def _posted(which: Q) -> set[int]:
    posts = Post.objects.current().filter(which, user__is_active=True)
    return set(posts.values_list("user_id", flat=True))
