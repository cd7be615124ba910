"""Who hears of a feed: its department and the district, when it is late, held or broken."""

from typing import Any

from django.utils.translation import gettext as _

from governance.core.events import consumer
from governance.core.models import Event
from governance.core.notices import notify
from grids.models import Feed, FeedRun, Post

TROUBLE = {FeedRun.State.HELD, FeedRun.State.BROKEN, FeedRun.State.REFUSED}


def people_of(feed: Feed) -> set[int]:
    """Officers of the department and the district's dispatchers."""
    posts = Post.objects.current()
    officers = posts.filter(role="officer", department_id=feed.department_id)
    desk = posts.filter(role="district", district_id=feed.district_id)
    return set((officers | desk).values_list("user_id", flat=True))


@consumer("grids.feed_overdue", "feed.overdue")
def tell_overdue(event: Event) -> None:
    feed = Feed.objects.select_related("department").filter(pk=event.subject_id).first()
    if feed is None:
        return
    words: dict[str, Any] = {"name": feed.name, "days": event.data.get("days", 0)}
    words["department"] = feed.department.short
    text = _("%(department)s has not delivered “%(name)s”: %(days)s days late.")
    notify(people_of(feed), event, text % words, f"/registry/feeds/{feed.pk}/")


@consumer("grids.feed_trouble", "feed.run_ended")
def tell_trouble(event: Event) -> None:
    if event.data.get("state") not in TROUBLE:
        return
    run = FeedRun.objects.select_related("feed").filter(pk=event.subject_id).first()
    if run is None:
        return
    text = _("“%(name)s”: %(words)s") % {"name": run.feed.name, "words": run.words}
    notify(people_of(run.feed), event, text, f"/registry/feeds/runs/{run.pk}/")
